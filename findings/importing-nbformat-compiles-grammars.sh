#!/usr/bin/env bash
# Where JupyterLab is installed, importing nbformat compiles 39 grammars of web addresses and takes ten times as long.
#
# nbformat imports jsonschema for its validator. jupyter-events, which JupyterLab's server needs, asks for jsonschema's
# extra "format-nongpl", and with it comes rfc3987-syntax, which makes a Lark parser for each rule of RFC 3987 when it is
# imported. jsonschema imports it, if it is there, to check the format "iri", which no schema of notebooks has. So every
# program that reads a notebook starts a second later, though nothing asks for an address. Without the package jsonschema
# works as before and leaves that format unchecked.
#
# Seen with nbformat 5.11.1, jsonschema 4.26.0 and rfc3987-syntax 1.1.0. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nbformat==5.11.1 "jsonschema[format-nongpl]==4.26.0" rfc3987-syntax==1.1.0 lark==1.3.1
cd "$folder"
cat >look.py <<'PY'
import sys
import time

import lark

made = []
make = lark.Lark.__init__
lark.Lark.__init__ = lambda self, *how, **options: (made.append(1), make(self, *how, **options))[1]
began = time.process_time()
import nbformat  # noqa: E402

took = time.process_time() - began
print(f"importing nbformat: {took:.2f} CPU seconds, {len(made)} parsers of Lark")
assert len(made) == int(sys.argv[1]), len(made)
nbformat.validate(nbformat.v4.new_notebook())
PY
"$folder/venv/bin/python" look.py 39
"$folder/venv/bin/pip" uninstall --quiet --yes rfc3987-syntax
echo "without rfc3987-syntax"
"$folder/venv/bin/python" look.py 0
