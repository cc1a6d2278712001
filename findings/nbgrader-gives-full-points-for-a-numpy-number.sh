#!/usr/bin/env bash
# A check that ends in a numpy number gets full points in nbgrader, whatever the number is.
#
# Partial credit is what the last expression of a check shows, read as a float. Under numpy 2 a score such as
# np.mean(...) shows as np.float64(0.5), which is not one; nbgrader warns in its log and gives all points. 0.5 of 2
# becomes 2 of 2, and so does 0.
#
# Seen with nbgrader 0.9.6, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nbgrader==0.9.6 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import nbformat
import numpy as np
from nbgrader.utils import determine_grade


def points(result):
    cell = nbformat.v4.new_code_cell("score")
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 2, "grade_id": "check", "schema_version": 3}
    cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": repr(result)}, execution_count=1)]
    return determine_grade(cell)[0]


for result in (0.5, np.float64(0.5), np.float64(0.0)):
    print(f"{result!r:18} gets {points(result)} of 2")
assert points(0.5) == 0.5
assert points(np.float64(0.5)) == points(np.float64(0.0)) == 2
PY
