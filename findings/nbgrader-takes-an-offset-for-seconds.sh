#!/usr/bin/env bash
# nbgrader reads +0100 in timestamp.txt as 100 seconds, and an unknown zone as UTC.
#
# Git's %ci and many learning systems write times like this. A submission at 12:30 in Berlin is kept as 12:28:20 UTC,
# 58 minutes too late; one at 12:30 in Seoul (KST) as 12:30 UTC, nine hours too late. With a late
# penalty that costs students points. 01/02/2025 is read month first.
#
# Seen with nbgrader 0.9.6, on Python 3.11 and a CPU. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nbgrader==0.9.6
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
from nbgrader.utils import parse_utc

for text in ("2025-03-01 12:30:00 +0100", "2025-03-01 12:30:00 -0500", "2025-03-01 12:30:00 KST", "01/02/2025"):
    print(f"{text:28}", parse_utc(text))
assert str(parse_utc("2025-03-01 12:30:00 +0100")) == "2025-03-01 12:28:20"
assert str(parse_utc("2025-03-01 12:30:00 -0500")) == "2025-03-01 12:38:20"
assert str(parse_utc("2025-03-01 12:30:00 KST")) == "2025-03-01 12:30:00"
assert parse_utc("01/02/2025").month == 1
PY
