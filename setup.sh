#!/bin/sh
# Makes the virtual environment from requirements.lock; `make setup` calls it. Wherever it stops, the next run continues.
#   sh setup.sh PYTHON VENV
python=$1 venv=$2

fail() { # what, expected, got, next
  printf '%s\n  expected: %s\n  got:      %s\n  next:     %s\n' "$@" >&2
  exit 4
}
trap 'echo "stopped; the same command continues from here" >&2; exit 130' INT TERM

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  got=$("$python" -V 2>&1) || got="no program $python"
  for newer in python3.13 python3.12 python3.11; do
    "$newer" -c '' 2>/dev/null && fail "This Python is too old." "Python 3.11 or newer" "$got" "make PYTHON=$newer setup"
  done
  fail "There is no Python that is new enough." "Python 3.11 or newer" "$got" \
    "install one (apt-get install python3.11 python3.11-venv; brew install python@3.12), then make PYTHON=python3.11 setup"
fi
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
  fail "Python's venv module is missing." "a Python with venv and ensurepip" "$("$python" -V) without it" \
    "apt-get install python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv, then make setup"
[ -w . ] || fail "This folder cannot be written." "a folder for $venv" "$(pwd)" "work on a copy in a folder of your own"
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then # there is none, or it was interrupted
  free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1000000) }')
  [ "${free:-9}" -ge 3 ] || fail "The disk is too full." "3 GB for $venv" "$free GB free" "free some space (df -h .), then make setup"
  said=$("$python" -m venv --clear "$venv" 2>&1) ||
    fail "The virtual environment could not be made." "$python -m venv $venv to work" "$(echo "$said" | tail -n 1)" \
      "mend that, then make setup"
fi
echo "installing the exact versions of requirements.lock into $venv (about 2.5 GB, a few minutes)"
{ "$venv/bin/python" -m pip install --quiet --require-hashes -r requirements.lock &&
  "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .; } ||
  fail "The packages could not be installed." "a network, and 3 GB of disk" "pip's words above" "mend that, then make setup"
