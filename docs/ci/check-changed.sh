#!/usr/bin/env bash
# Runs the visible checks of the notebooks that a push changed; of all notebooks if that cannot be determined.
#
#     check-changed.sh [BEFORE [AFTER]]      two commits, such as: check-changed.sh origin/main
#
# Needs git, and `autograder` on the PATH. Writes summary.md, junit.xml, check.json and annotations.txt into
# $CI_RESULTS (ci-results if that is not set); on GitHub also the job's summary and its annotations. Ends as
# `autograder check` does: 0 all checks pass, 1 one does not, 2 a notebook cannot be read, 4 this machine cannot run it.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

before=${1:-} after=${2:-HEAD}
results=${CI_RESULTS:-ci-results}
mkdir -p "$results"
[ -e "$results/.gitignore" ] || echo "*" >"$results/.gitignore" # keep the results out of commits

# The first push of a branch has no commit before it (zeros); a shallow clone or a rewritten history may lack it.
if [ -n "$before" ] && git cat-file -e "$before^{commit}" 2>/dev/null; then
  git diff --name-only --diff-filter=d -z "$before" "$after" -- '*.ipynb' >"$results/changed"
else
  git ls-files -z -- '*.ipynb' >"$results/changed"
fi
notebooks=()
while IFS= read -r -d '' notebook; do
  case "/$notebook" in
    */.*) ;; # such as the copies in .ipynb_checkpoints
    *) notebooks+=("$notebook") ;;
  esac
done <"$results/changed"

tell() { # what GitHub shows; elsewhere it is in the files
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$results/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi
  if [ -n "${GITHUB_ACTIONS:-}" ] && [ -f "$results/annotations.txt" ]; then cat "$results/annotations.txt"; fi
}

rm -f "$results/summary.md" "$results/annotations.txt" "$results/junit.xml" "$results/check.json" # of an earlier run
if [ "${#notebooks[@]}" -eq 0 ]; then
  echo "No notebook was changed, so there is nothing to check." | tee "$results/summary.md"
  tell
  exit 0
fi

# What comes from a notebook is no command to GitHub, whatever it looks like.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::stop-commands::$token"; fi
status=0
autograder check --summary "$results/summary.md" --junit "$results/junit.xml" --json "$results/check.json" \
  --annotations "$results/annotations.txt" -- "${notebooks[@]}" || status=$?
if [ -n "${GITHUB_ACTIONS:-}" ]; then printf '\n::%s::\n' "$token"; fi

if [ ! -f "$results/summary.md" ]; then
  echo "The checks could not be run (exit code $status); the log tells why." >"$results/summary.md"
fi
tell
exit "$status"
