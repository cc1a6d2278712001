#!/usr/bin/env bash
# Grades, with hidden tests, each assignment with a submission that a push changed; all assignments if that cannot be
# determined.
#
#     grade.sh COURSE SUBMISSIONS [BEFORE [AFTER]]
#
# COURSE is a checkout of the private course, SUBMISSIONS one that contains submitted/<student>/<assignment>/; neither
# is changed. ASSIGNMENTS="convolution fine_tuning" grades these instead, GRADE_OPTIONS="--jobs 2" goes to
# `autograder grade`.
#
# due-dates.txt in the course, a line such as "convolution 2026-03-02 12:00 UTC" for an assignment, gives due dates; the
# timestamp.txt of a submission shows whether it was late.
#
# CI_PROOFS names a folder of proofs from an earlier run, which this one takes and adds to: a run whose course has not
# changed then starts at once. It contains what the hidden tests expect.
#
# Needs git, and `autograder` and `nbgrader` on the PATH. Writes into $CI_RESULTS (ci-results if that is not set) the gradebook, the
# feedback, and for each assignment summary.md, junit.xml, marks.json, annotations.txt and the report; on GitHub also
# the job's summary and its annotations. Ends as `autograder grade` does, with the largest number: 0 whatever the marks,
# 3 the course is broken, 4 this machine cannot grade, or a submission is not graded.
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: grade.sh COURSE SUBMISSIONS [BEFORE [AFTER]]" >&2
  exit 2
fi
course=$1 submissions=$2 before=${3:-} after=${4:-HEAD}
results=${CI_RESULTS:-ci-results}
mkdir -p "$results"
[ -e "$results/.gitignore" ] || echo "*" >"$results/.gitignore" # no commit takes the results along

changed() { # names of assignments, and whatever else lies where they do
  if [ -n "${ASSIGNMENTS:-}" ]; then
    tr ' ' '\n' <<<"$ASSIGNMENTS"
  elif [ -n "$before" ] && git -C "$submissions" cat-file -e "$before^{commit}" 2>/dev/null; then
    git -C "$submissions" diff --relative --name-only -z "$before" "$after" -- submitted | tr '\0' '\n' | cut -d/ -f3
  else
    git -C "$submissions" ls-files -z -- submitted | tr '\0' '\n' | cut -d/ -f3
  fi
}

tell() { # what GitHub shows; elsewhere it is in the files
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$1/summary.md" >>"$GITHUB_STEP_SUMMARY"; fi
  if [ -n "${GITHUB_ACTIONS:-}" ] && [ -f "$1/annotations.txt" ]; then cat "$1/annotations.txt"; fi
}

copy() { # a folder
  mkdir -p "$2"
  cp -R "$1/." "$2"
}

due_date() { # of one assignment, from the course's due-dates.txt: each run has a new gradebook, which knows none
  local due
  if [ ! -f "$work/due-dates.txt" ]; then return; fi
  due=$(awk -v name="$1" '$1 == name { sub(/^[^ \t]+[ \t]+/, ""); print; exit }' "$work/due-dates.txt")
  if [ -n "$due" ]; then (cd "$work" && nbgrader db assignment add "$1" --duedate="$due"); fi
}

grade() { # one assignment
  local into="$results/$1" code=0 form
  mkdir -p "$into"
  rm -f "$into/summary.md" "$into/annotations.txt"
  due_date "$1" || return 4
  # shellcheck disable=SC2086 # several options
  autograder grade "$1" --course "$work" --json "$into/marks.json" ${GRADE_OPTIONS:-} |
    sed "s|$work/report/$1/|$into/report/|; s|$work/|$results/|g" || code=$? # where all of it lies in the end
  if [ "$code" -eq 0 ] || [ "$code" -eq 4 ]; then # 4: the others may be graded
    for form in junit:junit.xml annotations:annotations.txt markdown:summary.md; do
      autograder export "$1" --course "$work" --format "${form%%:*}" --into "$into/${form#*:}" || return 4
    done
    copy "$work/report/$1" "$into/report"
  fi
  return "$code"
}

# The course as it was committed, in a folder that is gone afterwards. Links in submissions stay links, which the grader
# leaves out.
work=$(mktemp -d)
put_back() { # the proofs, which are in the course, out of every submission's sight, while submissions run
  if [ -n "${CI_PROOFS:-}" ] && [ -d "$work/build/proofs" ]; then rm -rf "$CI_PROOFS" && mv "$work/build/proofs" "$CI_PROOFS"; fi
  rm -rf "$work"
}
trap put_back EXIT
git -C "$course" archive HEAD | tar -x -C "$work"
cp -RP "$submissions/submitted" "$work/submitted"
if [ -n "${CI_PROOFS:-}" ] && [ -d "$CI_PROOFS" ]; then mkdir -p "$work/build" && mv "$CI_PROOFS" "$work/build/proofs"; fi

token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
status=0 graded=0
while IFS= read -r assignment; do
  if [ -z "$assignment" ] || [ ! -d "$work/source/$assignment" ]; then continue; fi
  graded=$((graded + 1))
  # What comes from a notebook is no command to GitHub, whatever it looks like.
  if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::stop-commands::$token"; fi
  code=0
  grade "$assignment" </dev/null || code=$?
  if [ -n "${GITHUB_ACTIONS:-}" ]; then printf '\n::%s::\n' "$token"; fi
  if [ "$code" -gt "$status" ]; then status=$code; fi
  if [ ! -f "$results/$assignment/summary.md" ]; then
    echo "$assignment could not be graded (exit code $code); the log tells why." >"$results/$assignment/summary.md"
  fi
  tell "$results/$assignment"
done < <(changed | sort -u)

if [ "$graded" -eq 0 ]; then
  echo "No submission was changed, so there is nothing to grade." | tee "$results/summary.md"
  tell "$results"
fi
if [ -d "$work/feedback" ]; then copy "$work/feedback" "$results/feedback"; fi
if [ -f "$work/gradebook.db" ]; then cp "$work/gradebook.db" "$results"; fi
exit "$status"
