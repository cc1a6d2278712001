"""Three hundred submissions, one in twenty hostile or broken, and a grader that is killed twice on the way."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_course import (
    ASSIGNMENT,
    RIGHT,
    SQUARES,
    STARTS_AT_ZERO,
    answer,
    append,
    delete,
    make_tiny_course,
    solve,
    submit,
    written,
)

from autograder.grading import journal
from autograder.grading.course import Course, load_course
from autograder.grading.grade import default_jobs
from autograder.kernels.sandbox import why_not

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

SUBMISSIONS = 300
KILLED_AFTER = (90, 200)
"""Graded submissions after which the grader is killed."""

HOSTILE = {
    "endless": "while True:\n    pass",
    "exits": "import os\nos._exit(0)",
    "kills-itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "kills-all": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "memory": "blocks = []\nwhile True:\n    blocks.append(bytearray(50_000_000))",
    "disk": "with open('big', 'wb') as file:\n    while True:\n        file.write(b'x' * 1_000_000)",
    "flood": "for _ in range(3_000):\n    print('x' * 10_000)",
    "deaf": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
    "daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n    os._exit(0)",
    "forks": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
}
"""Code at the end of an otherwise right notebook, by what it does."""
BROKEN = {"empty": "", "no-json": "{", "no-notebook": "[]", "cut-off": '{"cells": [{"cell_type": "code", "sou'}
"""What was handed in instead of a notebook."""


def _hand_in(course: Course) -> dict[str, str]:
    """The whole cohort; what is special about a student, by id."""
    rng = random.Random(20)
    answers = {
        "double": [
            RIGHT["double"],
            SQUARES,
            "def double(x):\n    return abs(x) * 2",
            "def double(x):\n    return None",
        ],
        "largest": [RIGHT["largest"], STARTS_AT_ZERO, "def largest(values):\n    return values[0]"],
        "why": [RIGHT["why"], "No idea."],
    }
    special = [*HOSTILE, *BROKEN, "deleted"]
    kinds = {}
    for number in range(SUBMISSIONS):
        kind = special[number // 20] if number % 20 == 10 else ""
        student = f"s{number:03}-{kind or 'honest'}"
        kinds[student] = kind
        if kind in BROKEN:
            submit(course, student, text=BROKEN[kind])
        elif kind == "deleted":
            submit(course, student, solve, delete("double_hidden", "largest"))
        elif kind:
            submit(course, student, solve, append(HOSTILE[kind]))
        else:
            filled = [answer(name, rng.choice(texts)) for name, texts in answers.items() if rng.random() < 0.9]
            submit(course, student, *filled)
    return kinds


def _command(course: Course, *more: str) -> list[str]:
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--course", str(course.root)]
    return [*command, "--jobs", "2", "--timeout", "10", *more]


def _kill_after(course: Course, graded: int) -> None:
    """Start the grader, and kill it once so many grades are remembered."""
    log = (course.root / "log").open("ab")
    with log, subprocess.Popen(_command(course), stdout=log, stderr=log) as running:
        while len(journal.entries(course.report(ASSIGNMENT))) < graded:
            assert running.poll() is None, "the grader ended by itself"
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)


@pytest.mark.skipif(why_not() is not None, reason=f"hostile submissions need a sandbox: {why_not()}")
def test_three_hundred_submissions_are_graded_the_same_with_and_without_two_kills(tmp_path: Path) -> None:
    disturbed = make_tiny_course(tmp_path / "disturbed")
    kinds = _hand_in(disturbed)
    shutil.copytree(disturbed.root, tmp_path / "calm")
    calm = load_course(tmp_path / "calm")

    for graded in KILLED_AFTER:
        _kill_after(disturbed, graded)
    last = subprocess.run(_command(disturbed), capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stderr
    (seed,) = {grade["seed"] for grade in written(disturbed)["grades"].values()}
    undisturbed = subprocess.run(_command(calm, "--seed", str(seed)), capture_output=True, text=True, check=False)
    assert undisturbed.returncode == 0, undisturbed.stderr

    here, there = written(disturbed), written(calm)
    assert here["rows"] == there["rows"]
    assert len(here["grades"]) == SUBMISSIONS
    honest = {student for student, kind in kinds.items() if not kind}
    for part in ("notebooks", "grades"):
        theirs = [
            {key: value for key, value in side[part].items() if _student(key) in honest} for side in (here, there)
        ]
        assert theirs[0] == theirs[1]
    marks = {_student(key): (grade["score"], grade["max_score"]) for key, grade in here["grades"].items()}
    assert all(marks[student][0] == 0 for student, kind in kinds.items() if kind in BROKEN)
    # What stands at the end of a notebook costs nothing that stands before it, but for the answer that a person reads.
    assert {marks[student][0] for student, kind in kinds.items() if kind in HOSTILE} == {8.0}


def _student(name: str) -> str:
    """The student whom a file of `written` belongs to."""
    return name.split("/")[1] if "/" in name else name


MANY = 500


def test_five_hundred_small_submissions_with_more_jobs_than_cores_have_five_hundred_marks(tmp_path: Path) -> None:
    """No submission is left without a mark by the grader, and none needs a second try."""
    course = make_tiny_course(tmp_path)
    rng = random.Random(500)
    texts = (
        RIGHT["double"],
        SQUARES,
        "def double(x) return",
        "import nothing_like_it",
        "def double(x):\n\treturn x\n  y",
    )
    for number in range(MANY):
        submit(course, f"s{number:03}", solve, answer("double", rng.choice(texts)))
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--course", str(course.root), "--json", "-"]
    jobs = ["--jobs", str(4 * default_jobs()), *([] if why_not() is None else ["--no-sandbox"])]
    done = subprocess.run([*command, *jobs], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["failed"] == data["retried"] == []
    assert len(data["submissions"]) == len(written(course)["grades"]) == MANY
    # A right answer, or one that loses all of `double`; the written answer waits for a person.
    assert {one["score"] for one in data["submissions"]} == {4.0, 8.0}
