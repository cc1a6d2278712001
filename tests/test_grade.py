"""Each kind of submission ends as a mark with a reason, and stops nothing.

One cohort holds every kind of damage that is known; it is graded once, and each test looks at one student of it.
"""

import copy
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_locked
from tiny_course import (
    ASSIGNMENT,
    HIDDEN_TEXTS,
    POINTS,
    RIGHT,
    SQUARES,
    SQUARES_SENTENCE,
    STARTS_AT_ZERO,
    answer,
    append,
    cell,
    delete,
    make_tiny_course,
    solve,
    submit,
)

from autograder.errors import UsageError
from autograder.grading.course import Course, load_assignment
from autograder.grading.grade import Cohort, Options, grade, prepare
from autograder.grading.record import register
from autograder.notebooks import MasterCell
from autograder.reasons import Diagnosis, Why, because
from autograder.values.graded import Grade
from autograder.values.submitted import Limits, Submission
from autograder.words import in_words, sentence

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("grade")]  # its cohort is graded once

AUTOMATIC = POINTS - 3.0
"""What can be won without a person: all but the written answer."""


def reverse(node: NotebookNode) -> None:
    node.cells.reverse()


def copy_cell(grade_id: str) -> Callable[[NotebookNode], None]:
    def edit(node: NotebookNode) -> None:
        twin = copy.deepcopy(cell(node, grade_id))
        twin.id = f"{grade_id}-copy"
        node.cells.insert(0, twin)

    return edit


def split_solution(node: NotebookNode) -> None:
    first = cell(node, "double")
    second = copy.deepcopy(first)
    second.id = "double-2"
    first.source, second.source = "half = 1\n", "def double(x):\n    return 2 * x * half"
    node.cells.insert(node.cells.index(first) + 1, second)


def move_to_the_end(grade_id: str) -> Callable[[NotebookNode], None]:
    def edit(node: NotebookNode) -> None:
        moved = cell(node, grade_id)
        node.cells.remove(moved)
        node.cells.append(moved)

    return edit


def write_anew(node: NotebookNode) -> None:
    """The answers in a notebook of one's own, in which no cell is left to be recognised."""
    node.cells = [nbformat.v4.new_code_cell(f"{RIGHT['double']}\n\n\n{RIGHT['largest']}", id="mine")]


def write_anew_in_place_of(*grade_ids: str) -> Callable[[NotebookNode], None]:
    def edit(node: NotebookNode) -> None:
        node.cells.insert(
            node.cells.index(cell(node, grade_ids[0])), nbformat.v4.new_code_cell(RIGHT[grade_ids[0]], id="mine")
        )
        delete(*grade_ids)(node)

    return edit


def lose_the_written_answer(node: NotebookNode) -> None:
    """Its text is there, in a cell that nobody can recognise."""
    lost = cell(node, "why")
    lost.metadata, lost.id = NotebookNode(), "lost"


def rename_id(node: NotebookNode) -> None:
    changed = cell(node, "double")
    changed.metadata.nbgrader.grade_id = "doubel"
    changed.id = "something-else"


def lose_metadata(node: NotebookNode) -> None:
    for one in node.cells:
        one.metadata = NotebookNode()


def change_points(node: NotebookNode) -> None:
    cell(node, "double_hidden").metadata.nbgrader.points = 1000


def older_format(node: NotebookNode) -> None:
    node.update(nbformat.convert(node, 3))
    node.pop("cells", None)


def claim(minor: int, major: int = 4) -> Callable[[NotebookNode], str]:
    def text(node: NotebookNode) -> str:
        solve(node)
        return json.dumps(json.loads(nbformat.writes(node)) | {"nbformat": major, "nbformat_minor": minor})

    return text


def in_format_3(node: NotebookNode) -> str:
    solve(node)
    return str(nbformat.writes(nbformat.convert(node, 3), version=3))


@dataclass(frozen=True)
class Case:
    """What students hand in, which automatic points they get, and which faults are noted."""

    edits: tuple[Callable[[NotebookNode], None], ...] = (solve,)
    points: float | None = AUTOMATIC
    faults: frozenset[str] = frozenset()
    text: str | Callable[[NotebookNode], str] | None = None
    name: str = f"{ASSIGNMENT}.ipynb"
    says: str = ""


def damaged(fault: str, *edits: Callable[[NotebookNode], None], points: float = AUTOMATIC, says: str = "") -> Case:
    return Case((solve, *edits), points, frozenset({fault}), says=says)


def with_half_a_character(node: NotebookNode) -> str:
    """Valid JSON that is not text: half of a surrogate pair."""
    solve(node)
    text = nbformat.writes(node)
    return str(text).replace("# A tiny assignment", "# A tiny \\ud800 assignment")


def with_windows_line_ends(node: NotebookNode) -> str:
    solve(node)
    data = json.loads(nbformat.writes(node))
    for one in data["cells"]:
        one["source"] = "".join(one["source"]).replace("\n", "\r\n")
    return json.dumps(data)


def with_broken_metadata(node: NotebookNode) -> str:
    solve(node)
    return json.dumps(json.loads(nbformat.writes(node)) | {"metadata": {"kernelspec": 5}})


QUOTES_THE_TEST = """
import linecache
import sys


def largest(values):
    frame = sys._getframe()
    while "observe" not in "".join(linecache.getlines(frame.f_code.co_filename)) or "lab" in frame.f_code.co_filename:
        frame = frame.f_back
    raise type("".join(linecache.getlines(frame.f_code.co_filename))[-200:], (Exception,), {})
"""
QUOTES_IT_AS_A_NAME = """
import autograder.lab.experiment


def begin(*_):
    raise NameError(f"name '{In[-1][-60:]}' is not defined")


autograder.lab.experiment.begin = begin


def largest(values):
    return max(values)
"""
SENDS_NONSENSE = """
kernel = get_ipython().kernel
for content in ({"data": 5}, {"data": {"text/plain": 5}, "metadata": 3}, {}):
    kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent())
    kernel.session.send(kernel.iopub_socket, "stream", content, parent=kernel.get_parent())
    kernel.session.send(kernel.iopub_socket, "error", content, parent=kernel.get_parent())
"""
NEEDS_IMPORTS = "def double(x):\n    return int(np.add(x, x))"
LOOP = "while True:\n    pass"
LIMITS = Limits(cell_s=4.0, experiment_s=4.0)
STUBBORN = "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except KeyboardInterrupt:\n        pass"
CASES: Mapping[str, Case] = {
    "right": Case(),
    "blank": Case((), 0.0, says="has not been started"),
    "misconception": Case((solve, answer("double", SQUARES)), AUTOMATIC - 4, says=SQUARES_SENTENCE),
    "misconception-in-one-facet": Case(
        (solve, answer("largest", STARTS_AT_ZERO)), AUTOMATIC - 2, says="starts its search"
    ),
    "another-name": Case(name="my homework.ipynb", faults=frozenset({"renamed-notebook"})),
    "empty-file": Case(text="", points=0.0, faults=frozenset({"empty-notebook"})),
    "broken-json": Case(text='{"cells": [', points=0.0, faults=frozenset({"broken-notebook"})),
    "no-object": Case(text="[1, 2]", points=0.0, faults=frozenset({"broken-notebook"})),
    "deep-json": Case(text="[" * 100_000, points=0.0, faults=frozenset({"broken-notebook"})),
    "newer-format": Case(text=claim(0, major=5), faults=frozenset({"notebook-format"})),
    "newer-minor": Case(text=claim(99), faults=frozenset({"notebook-format"})),
    "older-format": Case(text=in_format_3, faults=frozenset({"notebook-format"})),
    "deleted-experiment": damaged("missing-cell", delete("double_hidden", "double_assert")),
    "deleted-imports": damaged("missing-cell", answer("double", NEEDS_IMPORTS), delete("setup")),
    "moved-imports": damaged(
        "moved-cell", answer("double", NEEDS_IMPORTS), move_to_the_end("setup"), says="it was moved before them"
    ),
    "deleted-all-but-own-cells": damaged("missing-cell", write_anew, points=AUTOMATIC),
    "deleted-exercise-written-anew": damaged(
        "missing-cell",
        write_anew_in_place_of("double", "double_check", "double_hidden", "double_assert"),
    ),
    "deleted-solution": damaged(
        "missing-cell", delete("double"), points=AUTOMATIC - 4, says="does not define `double`"
    ),
    "copied-solution": damaged("copied-cell", copy_cell("double")),
    "copied-experiment": damaged("copied-cell", copy_cell("double_hidden")),
    "reordered": damaged("moved-cell", reverse),
    "split-solution": damaged("copied-cell", split_solution),
    "changed-id": damaged("unknown-cell", rename_id),
    "lost-metadata": damaged("cell-id", lose_metadata),
    "lost-written-answer": damaged("missing-cell", lose_the_written_answer),
    "edited-experiment": damaged("edited-cell", answer("double_hidden", "3.0")),
    "edited-check": damaged("edited-cell", answer("double_check", "print('all is well')")),
    "edited-check-that-is-not-locked": damaged(
        "edited-cell", answer("double", SQUARES), answer("double_assert", "pass"), points=AUTOMATIC - 4
    ),
    "more-points": Case((solve, change_points)),
    "syntax-error": Case(
        (solve, answer("double", "def double(x) return")),
        AUTOMATIC - 4,
        says="Python cannot read the cell of `double`, line 1: expected ':'",
    ),
    "import-error": Case(
        (solve, answer("double", "import nothing_like_it\n\n\ndef double(x):\n    return 2 * x")),
        AUTOMATIC - 4,
        says="imports `nothing_like_it`, which is not installed",
    ),
    "exits-before-its-function": Case(
        (solve, answer("double", "exit()\n\n\ndef double(x):\n    return 2 * x")),
        AUTOMATIC - 4,
        says="stops at an exit()",
    ),
    "ends-it-before-its-function": damaged(
        "kernel-died",
        answer("double", "import os\nos._exit(3)\n\n\ndef double(x):\n    return 2 * x"),
        points=AUTOMATIC - 4,
        says="ended the Python process; does it call os._exit()",
    ),
    "lost-its-helper": Case(
        (solve, answer("double", "def double(x):\n    return twice(x)\n\n\nimport nothing_like_it\n\ntwice = 2")),
        AUTOMATIC - 4,
        says="The cell of `double` imports `nothing_like_it`",
    ),
    "quits-in-a-function": Case(
        (solve, answer("double", "def double(x):\n    quit()\n    return 2 * x")),
        AUTOMATIC - 4,
        says="stopped at an exit()",
    ),
    "endless-loop": damaged("timeout", append(LOOP)),
    "endless-function": Case(
        (solve, answer("largest", "def largest(values):\n    while True:\n        pass")),
        AUTOMATIC - 4,
        frozenset({"timeout"}),
        says="took too long",
    ),
    "ignores-interrupts": damaged("timeout", answer("largest", STUBBORN), points=AUTOMATIC - 4),
    "ends-the-kernel": damaged("kernel-died", append("import os\nos._exit(1)")),
    "ends-it-in-a-function": damaged(
        "kernel-died", answer("double", "import os\n\n\ndef double(x):\n    os._exit(1)"), points=AUTOMATIC - 4
    ),
    "quits-politely": Case((solve, append("exit()"))),
    "asks-the-kernel-to-end": damaged("kernel-died", append("get_ipython().ask_exit()")),
    "sys-exit": Case((solve, append("import sys\nsys.exit(3)"))),
    "floods-stdout": damaged("output-limit", append("print('x' * 10_000_000)")),
    "floods-line-by-line": damaged("output-limit", append("for _ in range(100_000):\n    print('x' * 100)")),
    "warns-in-an-experiment": Case(
        (
            solve,
            answer(
                "largest", "import warnings\n\n\ndef largest(values):\n    warnings.warn('x')\n    return max(values)"
            ),
        ),
        AUTOMATIC - 2,  # the ordinary cell `largest_partial` writes to stderr: nbgrader's rule
        says="wrote to stderr",
    ),
    "half-a-character": Case(text=with_half_a_character),
    "windows-line-ends": Case(text=with_windows_line_ends),
    "broken-notebook-metadata": Case(text=with_broken_metadata),
    "sends-nonsense": Case((solve, append(SENDS_NONSENSE))),
    "quotes-the-test": Case((solve, answer("largest", QUOTES_THE_TEST)), AUTOMATIC - 4, says="an exception of its own"),
    "quotes-the-test-as-a-name": Case(
        (solve, answer("largest", QUOTES_IT_AS_A_NAME)), AUTOMATIC - 2, says="does not define this name"
    ),
    "reads-input": Case((solve, append("input('your name?')"))),
    "reads-input-in-a-function": Case(
        (solve, answer("double", "def double(x):\n    return float(input('x? '))")), AUTOMATIC - 4, says="used input()"
    ),
    "returns-nan": Case(
        (solve, answer("double", "def double(x):\n    return float('nan')")), AUTOMATIC - 4, says="NaN"
    ),
    "returns-text": Case((solve, answer("double", "def double(x):\n    return '6'")), AUTOMATIC - 4),
    "returns-object": Case((solve, answer("double", "def double(x):\n    return object()")), AUTOMATIC - 4),
    "returns-a-million": Case(
        (solve, answer("double", "import numpy as np\n\n\ndef double(x):\n    return np.zeros(1_000_000)")),
        AUTOMATIC - 4,
    ),
    "exits-in-a-function": Case(
        (solve, answer("double", "def double(x):\n    raise SystemExit")), AUTOMATIC - 4, says="stopped at an exit()"
    ),
    "forges-a-score": Case((answer("double", "def double(x):\n    print(3.0)\n    return 3.0"),), 0.0),
    "lies-about-equality": Case(
        (
            solve,
            answer("double", "class Yes(float):\n    __eq__ = lambda *_: True\n\n\ndef double(x):\n    return Yes(x)"),
        ),
        None,
    ),
}


OTHERS = {"nothing-at-all", "late", "odd-timestamp", "odd-files", "folder-named-like-it"}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_tiny_course(tmp_path_factory.mktemp("tiny"))
    for student, case in CASES.items():
        text = case.text
        if callable(text):
            node = nbformat.read(course.folder("release", ".", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb", as_version=4)
            text = text(node)
        submit(course, student, *case.edits, text=text, name=case.name)
    course.folder("submitted", "nothing-at-all", ASSIGNMENT).mkdir(parents=True)
    late = submit(course, "late", solve)
    (late.parent / "timestamp.txt").write_text("2026-02-03 10:05:00 UTC", encoding="utf-8")
    odd = submit(course, "odd-timestamp", solve)
    (odd.parent / "timestamp.txt").write_text("some day in spring", encoding="utf-8")
    files = submit(course, "odd-files", solve).parent
    (files / os.fsdecode(b"\xb1\xe8.txt")).write_text("named on another system", encoding="utf-8")
    (files / "ipykernel_launcher.py").write_text("raise SystemExit", encoding="utf-8")
    (files / "numpy.py").write_text("raise SystemExit", encoding="utf-8")
    (files / "passwords").symlink_to("/etc/passwd")
    folder = course.folder("submitted", "folder-named-like-it", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb"
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("nobody's notebook", encoding="utf-8")
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-02-03 08:00:00")
    return course


@pytest.fixture(scope="session")
def cohort(tiny: Course) -> Cohort:
    return grade(tiny, ASSIGNMENT, Options(jobs=3, seed=11, limits=LIMITS))


@pytest.fixture(scope="session")
def grades(cohort: Cohort) -> Mapping[str, Grade]:
    return {one.student: one for one in cohort.grades}


def automatic(one: Grade) -> float:
    return sum(exercise.points for exercise in one.exercises if exercise.name != "why")


def said(one: Grade) -> str:
    reasons = [in_words(facet.reason) for exercise in one.exercises for facet in exercise.facets if facet.reason]
    said = [sentence(exercise.diagnosis) for exercise in one.exercises if exercise.diagnosis]
    return " ".join([*said, *(in_words(fault.reason) for fault in one.faults), *reasons])


def faults_of(course: Course, files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """What is noted of a submission before it runs: kind and message."""
    assignment = load_assignment(course, ASSIGNMENT)
    register(course, assignment)
    return [
        (fault.kind, in_words(fault.reason)) for fault in prepare(course, assignment, Submission("ada", files)).faults
    ]


def test_a_second_copy_is_named_since_the_student_may_have_worked_in_it(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    mine = submit(course, "ada", solve).read_bytes()
    files = {"tiny.ipynb": mine, "tiny (1).ipynb": mine, "other.ipynb": b"{}"}
    assert faults_of(course, files) == [
        ("other-notebook", "tiny (1).ipynb was handed in as well; tiny.ipynb is what was graded.")
    ]


def test_what_was_handed_in_in_place_of_a_notebook_is_named(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    expected = "No notebook was handed in; expected tiny.ipynb"
    assert faults_of(course, {"timestamp.txt": b""}) == [("missing-notebook", f"{expected}.")]
    assert faults_of(course, {"tiny.zip": b""}) == [("missing-notebook", f"{expected}, found tiny.zip.")]


@given(st.fixed_dictionaries({}, optional={name: st.booleans() for name in ("grade", "solution", "locked", "task")}))
def test_a_cell_is_locked_where_nbgrader_takes_it_as_locked(facts: dict[str, bool]) -> None:
    of_nbgrader = nbformat.v4.new_code_cell(metadata={"nbgrader": {"schema_version": 3, "grade_id": "a", **facts}})
    assert MasterCell("a", "code", "", facts).locked == is_locked(of_nbgrader)


def test_every_submission_gets_a_grade(grades: Mapping[str, Grade]) -> None:
    assert set(grades) == {*CASES, *OTHERS}
    assert all(one.max_score == POINTS for one in grades.values())


@pytest.mark.parametrize("student", CASES)
def test_each_gets_the_points_that_it_deserves(student: str, grades: Mapping[str, Grade]) -> None:
    points = CASES[student].points
    if points is not None:
        assert automatic(grades[student]) == pytest.approx(points), said(grades[student])


@pytest.mark.parametrize("student", CASES)
def test_each_reads_what_was_wrong(student: str, grades: Mapping[str, Grade]) -> None:
    one = grades[student]
    assert CASES[student].faults <= {fault.kind for fault in one.faults}
    assert CASES[student].says in said(one)
    lost = [exercise for exercise in one.exercises if exercise.points < exercise.worth and not exercise.needs_person]
    assert all(exercise.diagnosis for exercise in lost), lost


@pytest.mark.parametrize("student", [name for name, case in CASES.items() if not case.faults])
def test_nothing_is_said_to_be_repaired_where_nothing_was(student: str, grades: Mapping[str, Grade]) -> None:
    assert grades[student].faults == ()


def test_a_folder_without_a_notebook_gets_zero_with_the_reason(grades: Mapping[str, Grade]) -> None:
    one = grades["nothing-at-all"]
    assert one.score == 0
    assert [fault.kind for fault in one.faults] == ["missing-notebook"]


def test_a_late_submission_keeps_its_points_and_says_how_late(grades: Mapping[str, Grade]) -> None:
    assert automatic(grades["late"]) == AUTOMATIC
    assert "2 h 5 min" in said(grades["late"])


def test_a_timestamp_that_nobody_can_read_costs_nothing(grades: Mapping[str, Grade]) -> None:
    assert automatic(grades["odd-timestamp"]) == AUTOMATIC
    assert [fault.kind for fault in grades["odd-timestamp"].faults] == ["timestamp"]


def test_odd_files_beside_the_notebook_cost_nothing(grades: Mapping[str, Grade]) -> None:
    """Names that are no UTF-8, and files named like the modules that a kernel needs."""
    assert automatic(grades["odd-files"]) == AUTOMATIC
    assert [fault.kind for fault in grades["odd-files"].faults] == ["left-out-file"]
    assert "passwords was left out: it is a link" in said(grades["odd-files"])


def test_a_folder_named_like_the_notebook_is_no_notebook(grades: Mapping[str, Grade]) -> None:
    one = grades["folder-named-like-it"]
    assert one.score == 0
    assert {fault.kind for fault in one.faults} == {"left-out-file", "missing-notebook"}


def test_no_text_of_a_hidden_test_reaches_a_student(grades: Mapping[str, Grade]) -> None:
    for one in grades.values():
        assert not [text for text in HIDDEN_TEXTS if text in said(one)], one.student


def test_no_submission_is_left_without_a_grade(cohort: Cohort) -> None:
    assert cohort.failed == {}


def test_a_blank_written_answer_needs_no_person(grades: Mapping[str, Grade]) -> None:
    (written,) = [exercise for exercise in grades["blank"].exercises if exercise.name == "why"]
    assert (written.points, written.needs_person) == (0, False)
    assert written.diagnosis == Diagnosis(because(Why.NO_ANSWER))


def test_a_written_answer_waits_for_a_person(grades: Mapping[str, Grade]) -> None:
    (written,) = [exercise for exercise in grades["right"].exercises if exercise.name == "why"]
    assert written.needs_person
    assert grades["right"].status == "needs_manual_grade"


def test_a_written_answer_in_a_cell_that_nobody_recognises_waits_for_a_person(
    tiny: Course, grades: Mapping[str, Grade]
) -> None:
    (written,) = [exercise for exercise in grades["lost-written-answer"].exercises if exercise.name == "why"]
    assert written.needs_person
    with Gradebook(tiny.db_url, tiny.paths.course_id) as gradebook:
        row = gradebook.find_grade("why", ASSIGNMENT, ASSIGNMENT, "lost-written-answer")
        assert (row.auto_score, row.needs_manual_grade) == (None, True)


def test_the_gradebook_has_the_same_scores(tiny: Course, grades: Mapping[str, Grade]) -> None:
    with Gradebook(tiny.db_url, tiny.paths.course_id) as gradebook:
        for one in grades.values():
            assert gradebook.find_submission(ASSIGNMENT, one.student).score == pytest.approx(one.score)


def test_every_student_has_an_autograded_notebook(tiny: Course, grades: Mapping[str, Grade]) -> None:
    for student in grades:
        path = tiny.folder("autograded", student, ASSIGNMENT) / f"{ASSIGNMENT}.ipynb"
        nbformat.validate(nbformat.read(path, as_version=4))


def test_the_same_seed_gives_the_same_marks_whatever_runs_beside(tiny: Course, cohort: Cohort) -> None:
    chosen = ("right", "misconception", "blank", "edited-experiment")
    again = grade(tiny, ASSIGNMENT, Options(chosen, jobs=1, seed=cohort.seed, limits=LIMITS, force=True))
    before = {one.student: one for one in cohort.grades}
    for one in again.grades:
        assert one.exercises == before[one.student].exercises
        assert one.faults == before[one.student].faults


def test_what_is_graded_and_unchanged_is_not_run_again(tiny: Course, cohort: Cohort) -> None:
    """A remembered grade keeps its seconds to the last digit; a new run would not."""
    again = grade(tiny, ASSIGNMENT, Options(("late", "returns-nan"), seed=99))
    before = {one.student: one for one in cohort.grades}
    assert [one.seconds for one in again.grades] == [before[name].seconds for name in ("late", "returns-nan")]
    assert {one.seed for one in again.grades} == {cohort.seed}
    assert (again.seed, again.unchanged) == (cohort.seed, 2)
    assert {one.student for one in (*again.grades, *again.others)} == {one.student for one in cohort.grades}


def test_an_unknown_student_is_a_usage_error_that_names_those_there(tiny: Course) -> None:
    with pytest.raises(UsageError, match="nobody-i-know"):
        grade(tiny, ASSIGNMENT, Options(("nobody-i-know",)))


def test_the_rest_of_a_cohort_is_not_hurt_by_one_submission(tmp_path: Path) -> None:
    """The right student's marks do not depend on who else is graded."""
    course = make_tiny_course(tmp_path)
    submit(course, "alone", solve)
    (one,) = grade(course, ASSIGNMENT, Options(seed=11)).grades
    assert automatic(one) == AUTOMATIC
