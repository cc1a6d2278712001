#!/usr/bin/env bash
# nbclient's `coalesce_streams` stores what a carriage return leaves on a screen, but every state that a backspace covers.
#
# A progress bar that goes back by "\r" is stored as its last state, as a screen would show it. One that goes back by "\b",
# as Keras 2 and many programs do, is stored with every state and with the control characters. The code for backspaces is
# there: its loop ends before its first round, because it compares the text with itself. (It would not help: its pattern
# is r"[^\n]\b", where \b outside brackets is the edge of a word and no backspace.) Whoever compares stored outputs, or
# counts their bytes, meets all the states.
#
# Seen with nbclient 0.11.0, ipykernel 7.4.0 and nbformat 5.11.1. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nbclient==0.11.0 ipykernel==7.4.0 nbformat==5.11.1
cd "$folder"
cat >look.py <<'PY'
import nbformat
from nbclient import NotebookClient

bars = [r"print('10 %\r20 %\r30 %')", r"print('10 %' + '\b' * 4 + '20 %' + '\b' * 4 + '30 %')"]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in bars])
NotebookClient(notebook, kernel_name="python3", coalesce_streams=True).execute()
returned, backed = (cell.outputs[0].text for cell in notebook.cells)
print("carriage returns:", repr(returned))
print("backspaces:      ", repr(backed))
assert returned == "30 %\n", returned
assert backed == "10 %" + "\b" * 4 + "20 %" + "\b" * 4 + "30 %\n", backed
PY
"$folder/venv/bin/python" look.py
