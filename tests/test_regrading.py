"""After a second run, a person's work, the seed and the versions of marks are what the pages and tables say of them."""

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from made_up import hearing, saying
from nbformat import NotebookNode
from test_reporting import Page
from tiny_course import ASSIGNMENT, RIGHT, answer, append, cell, edit_source, make_tiny_course, solve, submit

from autograder.authoring import pages
from autograder.errors import MachineError
from autograder.grading import journal
from autograder.grading.course import Course, load_assignment
from autograder.grading.grade import Options, grade
from autograder.grading.gradebook import transaction
from autograder.grading.kept import kept
from autograder.grading.lock import alone
from autograder.reasons import Diagnosis, Why, because
from autograder.reporting.exports import FORMATS
from autograder.reporting.exports.form import Gradesheet
from autograder.reporting.exports.plain import grades_table
from autograder.reporting.notices import notices
from autograder.values.graded import ExerciseVerdict, Grade
from autograder.values.submitted import Fault, Limits

OTHER = "another"


def without_experiments(node: NotebookNode) -> None:
    node.cells = [one for one in node.cells if not one.id.endswith("_hidden")]


def worth(grade_id: str, points: float) -> Callable[[NotebookNode], None]:
    def edit(node: NotebookNode) -> None:
        cell(node, grade_id).metadata.nbgrader.points = points

    return edit


def of_a_person(course: Course, student: str, points: float, comment: str = "", notebook: str = ASSIGNMENT) -> None:
    """What formgrader writes where a person reads the answer `why`."""
    with transaction(course) as gradebook:
        one = gradebook.find_grade("why", notebook, ASSIGNMENT, student)
        one.manual_score, one.needs_manual_grade = points, False
        gradebook.find_comment("why", notebook, ASSIGNMENT, student).manual_comment = comment or None
        gradebook.db.commit()


def graded(course: Course, *students: str, **options: Any) -> dict[str, Grade]:
    """Grade and write all pages, as the command does."""
    cohort = grade(course, ASSIGNMENT, Options(students=students, sandboxed=False, **options))
    assert not cohort.failed
    pages.write_pages(course, load_assignment(course, ASSIGNMENT), cohort)
    return {one.student: one for one in cohort.grades}


def verdict(one: Grade, cell: str, notebook: str = ASSIGNMENT) -> ExerciseVerdict:
    return next(each for each in one.exercises if (each.notebook, each.cell) == (notebook, cell))


def page(course: Course, student: str, notebook: str = ASSIGNMENT) -> str:
    folder = course.folder("feedback", student, ASSIGNMENT)
    return Page((folder / f"{notebook}.html").read_text(encoding="utf-8")).words


def report(course: Course) -> str:
    return Page((course.report(ASSIGNMENT) / "index.html").read_text(encoding="utf-8")).words


def exported(course: Course, name: str = "csv") -> Any:
    found = kept(course, ASSIGNMENT)
    return FORMATS[name](Gradesheet(assignment=ASSIGNMENT, grades=found.grades, standing=found.standing))


@pytest.fixture
def ordinary(tmp_path: Path) -> Course:
    """A course without experiments: `double_assert` 1, `largest_partial` 2, and `why`, 3 points that a person gives."""
    course = make_tiny_course(tmp_path)
    edit_source(course, without_experiments)
    return course


@pytest.mark.processes
def test_notebooks_with_the_same_cell_ids_are_told_apart_everywhere(ordinary: Course) -> None:
    edit_source(ordinary, without_experiments, name=OTHER)
    submit(ordinary, "ada", solve)
    submit(ordinary, "ada", solve, answer("double", "def double(x):\n    return 0"), name=f"{OTHER}.ipynb")
    first = graded(ordinary)["ada"]
    assert verdict(first, "double_assert").points == 1 and verdict(first, "double_assert", OTHER).points == 0

    of_a_person(ordinary, "ada", 3, "Well said.")
    assert {one.student: one for one in kept(ordinary, ASSIGNMENT).grades} == graded(ordinary)
    pages.rewrite_pages(ordinary, ASSIGNMENT)
    (one,) = kept(ordinary, ASSIGNMENT).grades
    assert (verdict(one, "why").points, verdict(one, "why").needs_person) == (3, False)
    assert (verdict(one, "why", OTHER).points, verdict(one, "why", OTHER).needs_person) == (0, True)
    assert one.status == "needs_manual_grade" and len({each.name for each in one.exercises}) == len(one.exercises)

    mine, other = page(ordinary, "ada"), page(ordinary, "ada", OTHER)
    assert "6 of 6 points" in mine and "Everything is right" in mine and "Well said." in mine
    assert "2 of 6 points" in other and "waits for a reader" in other and "Well said." not in other
    (row,) = csv.DictReader(io.StringIO(grades_table([one])))
    assert (row["tiny: why"], row["another: why"], row["another: double_assert"]) == ("3", "", "0")
    assert sum(float(value or 0) for name, value in row.items() if ":" in name) == float(row["score"]) == 8


@pytest.mark.processes
def test_what_a_person_has_read_does_not_wait_again_while_the_answer_and_its_points_are_the_same(
    ordinary: Course,
) -> None:
    for student in ("ada", "bob", "cyd"):
        submit(ordinary, student, solve)
    graded(ordinary)
    of_a_person(ordinary, "ada", 2, "Good.")
    of_a_person(ordinary, "bob", 2.5, "Why **twice**?")

    edit_source(ordinary, without_experiments, worth("double_assert", 2))
    submit(ordinary, "bob", solve, answer("why", "Since it is so."))
    grades = graded(ordinary)
    assert [verdict(grades[student], "why").needs_person for student in ("ada", "bob", "cyd")] == [False, True, True]
    assert [grades[student].score for student in ("ada", "bob", "cyd")] == [6, 6.5, 4]
    assert "A person has read this exercise" in page(ordinary, "ada")
    assert "Comment from the person who graded Good." in page(ordinary, "ada")

    bob = page(ordinary, "bob")
    assert "to be looked at again 2.5 / 3 points" in bob and "points of your earlier answer" in bob
    assert "not in your total yet" not in bob and "6.5 of 7 points" in bob
    assert "Comment on your earlier answer Why twice?" in bob
    assert "not in your total yet" in page(ordinary, "cyd")

    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(exported(ordinary).files[""]))}
    for row in rows.values():
        assert float(row["score"]) == sum(float(row[name] or 0) for name in ("double_assert", "largest_partial", "why"))
    assert rows["bob"]["why"] == "2.5" and rows["cyd"]["why"] == ""
    assert any("earlier answer" in notice and "bob" in notice for notice in exported(ordinary).notices)

    of_a_person(ordinary, "bob", 1, "Why is it so?")
    pages.rewrite_pages(ordinary, ASSIGNMENT)
    assert "Comment from the person who graded Why is it so?" in page(ordinary, "bob")


@pytest.mark.processes
def test_points_out_of_another_maximum_are_looked_at_again_and_told_where_they_are_too_many(ordinary: Course) -> None:
    submit(ordinary, "ada", solve)
    graded(ordinary)
    of_a_person(ordinary, "ada", 3)
    edit_source(ordinary, without_experiments, worth("why", 2))
    one = verdict(graded(ordinary)["ada"], "why")
    assert (one.points, one.worth, one.needs_person, one.earlier, one.above) == (3, 2, True, True, True)
    of_a_person(ordinary, "ada", 3)
    pages.rewrite_pages(ordinary, ASSIGNMENT)
    assert "These points exceed the maximum" in page(ordinary, "ada")
    said = "Points given by hand exceed the maximum: ada (why: 3 / 2)"
    assert said in report(ordinary) and said in exported(ordinary).notices
    assert said in exported(ordinary, "canvas").notices


@pytest.mark.processes
def test_marks_of_an_earlier_version_are_named_until_all_are_graded_again(ordinary: Course) -> None:
    for student in ("ada", "bob", "cyd"):
        submit(ordinary, student, solve)
    graded(ordinary)
    assert not [notice for notice in exported(ordinary).notices if "version" in notice or "again" in notice]
    edit_source(ordinary, without_experiments, worth("double_assert", 2))
    submit(ordinary, "ada", solve)
    graded(ordinary, "ada")
    said = "Marks from an earlier version, which `autograder grade tiny` updates: bob, cyd"
    assert said in exported(ordinary).notices and said.replace("`", "") in report(ordinary).replace("`", "")
    grades = graded(ordinary)
    assert {one.max_score for one in grades.values()} == {7}
    assert not [notice for notice in exported(ordinary).notices if "version" in notice]

    submit(ordinary, "bob", solve, answer("why", "Otherwise."))
    folder = ordinary.folder("submitted", "cyd", ASSIGNMENT).parent
    folder.rename(folder.with_name("cyd-renamed"))
    told = "\n".join(exported(ordinary).notices)
    assert "grades it: bob" in told and "no longer among the submissions: cyd" in told


@pytest.mark.processes
def test_a_remembered_grade_is_of_the_code_that_judges(ordinary: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(ordinary, "ada", solve)
    graded(ordinary)
    assert grade(ordinary, ASSIGNMENT, Options(sandboxed=False)).unchanged == 1
    monkeypatch.setattr(journal, "digest", lambda *_parts, **_named: "another digest of the modules")
    assert kept(ordinary, ASSIGNMENT).standing.stale == ("ada",)
    assert grade(ordinary, ASSIGNMENT, Options(sandboxed=False)).unchanged == 0


@pytest.mark.parametrize(
    ("kinds", "before", "now", "stands"),
    [
        (("timeout",), (30, True), (30, True), True),
        (("timeout",), (30, True), (60, True), False),
        (("timeout",), (60, True), (30, True), True),
        (("late",), (30, True), (60, True), True),
        ((), (30, False), (30, True), False),
        ((), (30, True), (30, False), False),
    ],
)
def test_more_time_makes_the_grade_of_a_stopped_cell_anew_and_a_sandbox_each(
    kinds: tuple[str, ...], before: tuple[float, bool], now: tuple[float, bool], stands: bool, tmp_path: Path
) -> None:
    faults = tuple(Fault(kind, "double", saying("")) for kind in kinds)
    grade = Grade("ada", 1, 2, penalty=0, seconds=1, start_s=0, seed=None, faults=faults, exercises=())
    made_from = journal.MadeFrom("version", "submission")
    journal.remember(tmp_path, made_from, grade, journal.Conditions(*before))
    assert list(journal.recall(tmp_path)) == [grade]
    entry = journal.entries(tmp_path)["ada"]
    assert entry.made_from == made_from and entry.is_valid_under(journal.Conditions(*now)) is stands


@pytest.mark.processes
def test_who_was_stopped_under_a_lower_limit_is_named_and_graded_again(ordinary: Course) -> None:
    for student, source in (("ada", "import time; time.sleep(2)"), ("bob", "pass")):
        submit(ordinary, student, solve, append(source))
    short = Options(sandboxed=False, limits=Limits(cell_s=0.5))
    grade(ordinary, ASSIGNMENT, short)
    assert grade(ordinary, ASSIGNMENT, short).unchanged == 2
    assert kept(ordinary, ASSIGNMENT).standing.stopped == ("ada",)
    said = "A cell was stopped that may take longer now; `autograder grade tiny` grades again: ada"
    assert said in exported(ordinary).notices
    again = grade(ordinary, ASSIGNMENT, Options(sandboxed=False))
    assert again.unchanged == 1 and {fault.kind for one in again.grades for fault in one.faults} == set()
    assert kept(ordinary, ASSIGNMENT).standing.stopped == ()


@pytest.mark.processes
def test_a_cohort_that_an_early_version_remembers_has_its_points_and_counts_as_stale(ordinary: Course) -> None:
    """One JSON file was a grade; none is read. The page that has its sentences stays as it is."""
    submit(ordinary, "ada", solve)
    graded(ordinary)
    folder = ordinary.report(ASSIGNMENT)
    (folder / "grades").mkdir()
    (folder / "grades" / "ada.json").write_text('{"schema": 4, "made_from": "a digest"}', encoding="utf-8")
    (folder / journal.FILE).unlink()
    found = kept(ordinary, ASSIGNMENT)
    assert found.standing.stale == ("ada",) and found.elsewhere == {"ada"}
    one = verdict(found.grades[0], "double_assert")
    assert one.points == 1 and one.diagnosis is None
    assert grade(ordinary, ASSIGNMENT, Options(sandboxed=False)).unchanged == 0
    assert not (folder / "grades").exists() and kept(ordinary, ASSIGNMENT).elsewhere == frozenset()


@pytest.mark.processes
def test_a_grade_in_an_earlier_form_is_stale_and_made_again(ordinary: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(ordinary, "ada", solve)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "FORM", journal.FORM - 1)
        graded(ordinary)
        assert kept(ordinary, ASSIGNMENT).standing.stale == ()
    assert kept(ordinary, ASSIGNMENT).standing.stale == ("ada",)
    assert list(journal.recall(ordinary.report(ASSIGNMENT))) == []
    assert grade(ordinary, ASSIGNMENT, Options(sandboxed=False)).unchanged == 0
    assert grade(ordinary, ASSIGNMENT, Options(sandboxed=False)).unchanged == 1


@pytest.mark.processes
def test_later_runs_begin_with_the_assignments_seed(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "ada", solve)
    first = graded(course, seed=41)["ada"].seed
    submit(course, "bob", solve)
    assert graded(course)["bob"].seed == first
    assert graded(course, "bob", seed=99, force=True)["bob"].seed == 99
    assert "with several seeds" in report(course)
    submit(course, "cyd", solve)
    assert graded(course)["cyd"].seed == first
    assert {one.seed for one in graded(course, force=True, seed=7).values()} == {7}
    assert journal.kept_seed(course.report(ASSIGNMENT)) == 7
    assert "with several seeds" not in report(course) and "draws and grades exactly the same" in report(course)


@pytest.mark.processes
def test_the_seed_of_a_run_that_was_cut_off_is_for_those_whom_it_was_to_grade(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    for student in ("ada", "bob"):
        submit(course, student, solve)
    first = graded(course, seed=41)["ada"].seed

    def interrupt(_count: int, _seed: int | None) -> None:
        raise KeyboardInterrupt

    again = Options(("bob",), seed=99, force=True, sandboxed=False)
    with pytest.raises(KeyboardInterrupt):
        grade(course, ASSIGNMENT, again, listener=hearing(start=interrupt))
    submit(course, "cyd", solve)
    assert graded(course)["cyd"].seed == first


@pytest.mark.processes
def test_the_assignments_seed_is_that_of_its_graded_notebooks_whatever_becomes_of_the_report(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    for student in ("ada", "bob"):
        submit(course, student, solve)
    first = graded(course, seed=41)["ada"].seed
    shutil.rmtree(course.report(ASSIGNMENT))
    submit(course, "cyd", solve)
    assert graded(course, "cyd")["cyd"].seed == first
    pages.rewrite_pages(course, ASSIGNMENT)
    assert {one.student: one.seed for one in kept(course, ASSIGNMENT).grades} == dict.fromkeys(
        ("ada", "bob", "cyd"), 41
    )


@pytest.mark.processes
def test_a_notebook_that_nbgrader_judged_with_another_seed_is_not_told_as_one_of_the_cohorts(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    for student in ("ada", "bob"):
        submit(course, student, solve)
    graded(course, seed=41)
    path = course.folder("autograded", "bob", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb"
    node = nbformat.read(path, as_version=4)
    node.metadata["autograder"] = {"seed": 99}  # as `nbgrader autograde` leaves it with AUTOGRADER_SEED=99
    nbformat.write(node, path)
    pages.rewrite_pages(course, ASSIGNMENT)
    assert {one.student: one.seed for one in kept(course, ASSIGNMENT).grades} == {"ada": 41, "bob": 99}
    assert "with several seeds" in report(course) and "draws and grades exactly the same" not in report(course)
    assert {one.seed for one in graded(course).values()} == {41}


@pytest.mark.processes
@pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")  # as nbgrader 0.9.6 adds it
def test_a_submission_on_which_nbgrader_has_failed_has_no_grade(tmp_path: Path) -> None:
    """It leaves a row without a score in the gradebook, and no autograded notebook."""
    course = make_tiny_course(tmp_path)
    for student in ("ada", "bob"):
        submit(course, student)
    graded(course, "ada", seed=41)
    with transaction(course) as gradebook:
        gradebook.update_or_create_student("bob")
        gradebook.update_or_create_submission(ASSIGNMENT, "bob")
    found = kept(course, ASSIGNMENT)
    assert [one.student for one in found.grades] == ["ada"] and found.ungraded == ("bob",)


@pytest.mark.processes
def test_an_answer_that_a_person_has_read_is_not_said_to_wait(ordinary: Course) -> None:
    submit(ordinary, "ada", solve)
    assert verdict(graded(ordinary)["ada"], "why").diagnosis is None
    assert "A person reads this answer" in page(ordinary, "ada")
    of_a_person(ordinary, "ada", 1)
    pages.rewrite_pages(ordinary, ASSIGNMENT)
    assert "A person reads this answer" not in page(ordinary, "ada")
    assert "A person has read" in page(ordinary, "ada")
    assert "reads" not in exported(ordinary, "markdown").files[""]


@pytest.mark.processes
def test_a_failed_check_that_is_worth_nothing_is_not_complete(ordinary: Course) -> None:
    edit_source(ordinary, without_experiments, worth("double_assert", 0))
    submit(ordinary, "ada", solve, answer("double", "def double(x):\n    return 0"))
    submit(ordinary, "bob", solve)
    grades = graded(ordinary)
    assert [verdict(grades[student], "double_assert").failed for student in ("ada", "bob")] == [True, False]
    assert "double_assert ○ open 0 / 0 points" in page(ordinary, "ada")
    assert "double_assert ✓ complete 0 / 0 points" in page(ordinary, "bob")
    assert "double_assert" not in page(ordinary, "ada").split("What to do next")[1]


@pytest.mark.processes
def test_a_function_below_its_check_is_said_to_be_there(tmp_path: Path) -> None:
    def at_the_end(node: NotebookNode) -> None:
        node.cells.append(nbformat.v4.new_code_cell(RIGHT["double"], id="mine"))

    course = make_tiny_course(tmp_path)
    submit(course, "ada", answer("largest", RIGHT["largest"]), at_the_end)
    one = verdict(graded(course)["ada"], "double_hidden")
    assert one.points == 0 and one.diagnosis == Diagnosis(because(Why.DEFINED_BELOW, name="double"))
    assert all(facet.reason != because(Why.NOT_STARTED) for facet in one.facets)
    assert "What happened double is defined below" in page(course, "ada").replace("`", "")


def test_notices_name_students_and_are_none_where_all_is_well() -> None:
    fine = Grade("ada", 3, 3, 0, 0, 0, None, (), (ExerciseVerdict("a", "a", 3, 3),))
    assert notices([fine], assignment="tiny") == ()
    above = replace(fine, exercises=(ExerciseVerdict("a", "a", 4, 3, above=True),))
    assert notices([above], assignment="tiny") == ("Points given by hand exceed the maximum: ada (a: 4 / 3)",)


HOLDS_THE_LOCK = """
import sys, time
from pathlib import Path
from autograder.grading.course import load_course
from autograder.grading.lock import alone

with alone(load_course(Path(sys.argv[1])), "tiny", "grade", begins=True):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.processes
def test_one_run_at_a_time_and_a_killed_one_keeps_nobody_out(ordinary: Course) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_THE_LOCK, str(ordinary.root)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        for way in ({"begins": True}, {}, {"shared": True}):
            with (
                pytest.raises(MachineError, match=f"got: .*grade, process {other.pid}"),
                alone(ordinary, ASSIGNMENT, "report", **way),
            ):
                pass
        other.kill()
        other.wait()
        with alone(ordinary, ASSIGNMENT, "grade"):
            pass


def test_exports_go_beside_each_other_and_not_beside_a_run(ordinary: Course) -> None:
    with alone(ordinary, ASSIGNMENT, "export", shared=True):
        assert not ordinary.report(ASSIGNMENT).exists()  # an assignment that was never graded gets no folder
    ordinary.report(ASSIGNMENT).mkdir(parents=True)
    with alone(ordinary, ASSIGNMENT, "export", shared=True):
        with alone(ordinary, ASSIGNMENT, "export", shared=True):
            pass
        with (
            pytest.raises(MachineError, match="nbgrader autograde, or an export"),
            alone(ordinary, ASSIGNMENT, "grade"),
        ):
            pass
