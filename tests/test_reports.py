"""The report of a cohort: item analysis, changes, similar pairs; written again without running anything."""

import csv
import io
import json
import re
import shutil
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import saying
from PIL import Image
from sqlalchemy import Engine, event
from test_cli import autograder
from test_exports import WORKSHEET
from test_reporting import COHORT, HOSTILE, MISSING, READ, SLIP, WRONG, Page, cohort, exercise, grade
from test_similar import program
from tiny_course import (
    ASSIGNMENT,
    HIDDEN_TEXTS,
    POINTS,
    SQUARES,
    answer,
    append,
    make_tiny_course,
    remembered,
    solve,
    submit,
    written,
)

from autograder.authoring import pages
from autograder.grading import journal
from autograder.grading.course import Course
from autograder.grading.gradebook import transaction
from autograder.reporting import changes
from autograder.reporting.changes import Change, Changes, Mark, Snapshot
from autograder.reporting.cohort import ReportContext, cohort_page
from autograder.reporting.exports import FORMATS
from autograder.reporting.items import MIN_SUBMISSIONS, Item, items
from autograder.reporting.json_results import report_results, results, results_text
from autograder.reporting.plots import address, facility_and_discrimination
from autograder.reporting.similar import Pair
from autograder.values.graded import ExerciseVerdict, Grade, RunFacts
from autograder.values.submitted import Fault

# ---------------------------------------------------------------- facility and discrimination


def scored(student: str, *won: float) -> Grade:
    """A submission with exercises "a", "b", … of 4 points each."""
    return grade(student, *(ExerciseVerdict(chr(97 + i), f"{i}", points, 4.0) for i, points in enumerate(won)))


TABLE = [(4, 4, 0), (3, 4, 1), (4, 2, 2), (1, 0, 3), (0, 1, 4), (2, 2, 2)]
SIX = [scored(f"s{index}", *row) for index, row in enumerate(TABLE)]


def test_facility_is_the_mean_share_and_discrimination_the_correlation_with_the_rest() -> None:
    table, found = np.array(TABLE, float), items(SIX)
    for column, name in enumerate("abc"):
        item = found[name, ""]
        others = np.delete(table, column, axis=1).sum(axis=1)
        assert item.submissions == 6
        assert item.facility == pytest.approx(table[:, column].mean() / 4)
        assert item.discrimination == pytest.approx(np.corrcoef(table[:, column], others)[0, 1])
    third = found["c", ""].discrimination
    assert third is not None and third < 0


def test_a_facet_is_compared_with_all_other_facets_and_not_with_itself() -> None:
    names = [facet.name for facet in exercise().facets]
    lost = [[], names[:1], names[:2], names[1:], names, names[2:3]]
    cohort_of = [grade(f"s{i}", exercise(lost=dict.fromkeys(one, saying(WRONG)))) for i, one in enumerate(lost)]
    points = np.array([[facet.points for facet in one.exercises[0].facets] for one in cohort_of])
    found = items(cohort_of)
    for column, name in enumerate(names):
        others = np.delete(points, column, axis=1).sum(axis=1)
        expected = np.corrcoef(points[:, column], others)[0, 1]
        assert found["max_pool2d", name].discrimination == pytest.approx(expected)
    assert found["max_pool2d", ""].discrimination is None  # there is no other exercise


def test_with_few_submissions_or_equal_ones_there_is_no_correlation() -> None:
    assert items(SIX[: MIN_SUBMISSIONS - 1])["a", ""].discrimination is None
    assert items(SIX[:MIN_SUBMISSIONS])["a", ""].discrimination is not None
    same_here = [scored(f"s{index}", 4, index % 3) for index in range(6)]
    assert items(same_here)["a", ""].discrimination is None
    assert items(same_here)["a", ""].facility == 1
    assert items(same_here)["b", ""].discrimination is None


def test_missing_notebooks_and_unread_answers_count_nowhere() -> None:
    waiting = replace(READ, name="a")
    found = items([*SIX, MISSING, grade("kim", waiting, ExerciseVerdict("b", "b", 4.0, 4.0))])
    assert found["a", ""] == items(SIX)["a", ""]
    assert found["b", ""].submissions == 7
    assert found["b", ""].discrimination == items(SIX)["b", ""].discrimination
    assert ("max_pool2d", "") not in found


@given(st.lists(st.lists(st.floats(0, 4), min_size=0, max_size=3), max_size=9))
@settings(max_examples=60)
def test_whatever_the_points_a_facility_is_a_share_and_a_discrimination_a_correlation(
    table: list[list[float]],
) -> None:
    grades = [replace(scored("x", *row), student=f"s{index}") for index, row in enumerate(table)]
    for item in items(grades).values():
        assert item.facility is None or 0 <= item.facility <= 1
        assert item.discrimination is None or -1 <= item.discrimination <= 1
    report_results(grades, assignment="a", seed=None, similar=(), changes=None)
    cohort_page(grades, assignment="a")


def test_the_page_shows_both_and_a_dash_where_there_is_none() -> None:
    words = cohort(*SIX).words
    assert "a 2.33 4 2 of 6 0.58 −0.05" in words
    assert "near 0 or below" in words
    assert "a 3.5 4 1 of 2 0.88 –" in cohort(*SIX[:2]).words


# ---------------------------------------------------------------- what was repaired, and time


def test_the_page_holds_a_plot_of_both_and_none_where_nothing_is_known() -> None:
    names = [verdict.name for verdict in SIX[0].exercises]
    png = facility_and_discrimination(names, items(SIX))
    assert str(address(png)) in cohort_page(SIX, assignment="tiny")
    assert Image.open(io.BytesIO(png)).size[0] == pytest.approx(2 * 96 * 7.4, abs=1)
    assert png == facility_and_discrimination(names, items(SIX))
    assert png != facility_and_discrimination(names, items([*SIX[:5], scored("s5", 4, 0, 4)]))
    assert facility_and_discrimination(names, {}) == b""
    assert "data:image" not in cohort_page([], assignment="tiny")


@pytest.mark.parametrize("name", ["$x$ $", "\\frac{", "a" * 300, "두 배", "<b>"])
def test_any_name_of_an_exercise_can_be_plotted(name: str) -> None:
    assert facility_and_discrimination([name], {(name, ""): Item(6, 0.5, None)})[:4] == b"\x89PNG"


def test_repairs_and_troubles_are_told_apart() -> None:
    moved, stopped = Fault("moved-cell", "c", saying("It was moved.")), Fault("timeout", "c", saying("It was stopped."))
    words = cohort(grade("ada", faults=(moved, stopped, moved)), grade("bo", faults=(moved,))).words
    faults, repaired = words.split("What was repaired")
    assert "timeout 1 c: It was stopped. ada" in faults and "It was moved" not in faults
    assert "moved-cell 3 c: It was moved. ada , bo" in repaired.replace("ada,", "ada ,")
    assert "What was repaired" not in cohort(grade("ada", faults=(stopped,))).words


def test_the_slowest_submission_is_named() -> None:
    assert "The slowest is that of bo." in cohort(grade("ada"), replace(grade("bo"), seconds=9.0)).words


def test_several_seeds_are_told_where_no_one_seed_made_all_marks() -> None:
    for last in (None, 12):  # the seed of the last run made not all of them either
        words = cohort(grade("ada"), replace(grade("bo"), seed=12), grade("cy"), run=RunFacts(last)).words
        assert "with several seeds, so they did not all meet the same inputs: 4711 (submissions: 2), 12" in words
        assert "draws and grades exactly the same" not in words
    assert "has no experiments" not in words
    assert "has no experiments" in cohort(replace(grade("ada"), seed=None), run=RunFacts()).words


# ---------------------------------------------------------------- what changed


def snapshot(*grades: Grade, old: Snapshot | None = None, at: str = "2026-03-01T10:00:00Z") -> Snapshot:
    return changes.follow(old, grades, written=at, run=RunFacts(4711))


FIRST = snapshot(grade("ada"), grade("emmy", SLIP, exercise("conv2d")), grade("gone"))
SECOND = snapshot(
    grade("ada"),
    grade("emmy", replace(SLIP, points=3.5), exercise("conv2d")),
    grade("new"),
    old=FIRST,
    at="2026-03-02T10:00:00Z",
)


def test_the_first_marks_have_no_changes() -> None:
    assert changes.changes(FIRST) is None
    assert "What changed" not in cohort(*COHORT).words


def test_changed_new_and_gone_students_are_listed() -> None:
    found = changes.changes(SECOND)
    assert found is not None
    assert found.since == "2026-03-01T10:00:00Z"
    assert (found.new, found.gone) == (("new",), ("gone",))
    (change,) = found.changed
    assert (change.student, change.before.score, change.after.score) == ("emmy", 6.75, 7.5)
    assert change.exercises == ("max_pool2d",)


def test_a_late_penalty_is_a_change_of_marks_without_one_of_exercises() -> None:
    later = snapshot(replace(grade("ada"), penalty=1.0), old=snapshot(grade("ada")))
    found = changes.changes(later)
    assert found is not None
    assert [(one.student, one.exercises) for one in found.changed] == [("ada", ())]


def test_writing_the_same_marks_again_tells_the_same_changes() -> None:
    current = (grade("ada"), grade("emmy", replace(SLIP, points=3.5), exercise("conv2d")), grade("new"))
    again = snapshot(*current, old=SECOND, at="2026-03-09T10:00:00Z")
    assert again == SECOND


@given(st.lists(st.tuples(st.text(max_size=6), st.floats(0, 4), st.text(max_size=6)), max_size=5))
@settings(max_examples=50)
def test_a_snapshot_is_read_as_it_was_written(students: list[tuple[str, float, str]]) -> None:
    grades = [grade(name, ExerciseVerdict(label, "x", won, 4.0)) for name, won, label in students]
    made = snapshot(*grades, old=FIRST)
    assert changes.loads(changes.dumps(made, assignment="a")) == made


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids))
)
def test_a_damaged_snapshot_is_none(data: object) -> None:
    assert changes.loads(json.dumps(data)) is None
    for key in ("marks", "before", "written", "seed"):
        damaged = json.loads(changes.dumps(SECOND, assignment="a")) | {key: data}
        changes.loads(json.dumps(damaged))


def test_a_snapshot_of_another_version_is_none() -> None:
    text = changes.dumps(SECOND, assignment="a")
    assert json.loads(text)["schema"] == 1
    assert changes.loads(text.replace('"schema": 1', '"schema": 2')) is None
    assert changes.loads(text[:100]) is None


def test_the_page_lists_what_changed() -> None:
    words = Page(
        cohort_page([grade("ada")], assignment="a", context=ReportContext(changes=changes.changes(SECOND)))
    ).words
    assert "Since the marks of 2026-03-01 10:00:00 UTC." in words
    assert "emmy 6.75 / 8 7.5 / 8 max_pool2d 2.75 → 3.5" in words
    assert "New: new" in words and "Gone: gone" in words


# ---------------------------------------------------------------- similar pairs on the page, and JSON


def test_the_page_lists_similar_pairs_and_says_what_they_are_worth() -> None:
    page = cohort_page([grade("ada")], assignment="a", context=ReportContext(similar=[Pair("ada", "zoe", 40, 0.874)]))
    words = Page(page).words
    assert "ada zoe 87 % 40" in words
    assert "Many right solutions of small functions look alike" in words
    assert "No two submissions" not in words and "No two submissions" in cohort(grade("ada")).words


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_in_changes_and_pairs_are_text(text: str) -> None:
    mark = Mark(1.0, 2.0, {text: 1.0})
    changed = Changes(text, (Change(text, mark, Mark(2.0, 2.0), (text,)),), (text,), (text,))
    tags = [
        Page(
            cohort_page(
                [grade("x")], assignment="a", context=ReportContext(similar=[Pair(one, one, 40, 1.0)], changes=how)
            )
        ).tags
        for one, how in (
            (text, changed),
            ("x", Changes("x", (Change("x", mark, Mark(2.0, 2.0), ("x",)),), ("x",), ("x",))),
        )
    ]
    kinds = [{tag for tag, _attributes in one} for one in tags]
    assert kinds[0] - {"wbr"} == kinds[1] - {"wbr"}


@pytest.mark.parametrize("size", [0, 1, len(COHORT)])
def test_the_results_in_pieces_are_the_very_same_json(size: int) -> None:
    grades = COHORT[:size]
    whole = json.dumps(results(grades, assignment="a []", seed=None), indent=1, ensure_ascii=False) + "\n"
    assert "".join(results_text(grades, assignment="a []", seed=None)) == whole


def test_the_reports_json_extends_the_results() -> None:
    pair = Pair("ada", "zoe", 40, 0.875)
    data = report_results(COHORT, assignment="a", seed=1, similar=[pair], changes=changes.changes(SECOND))
    assert json.loads(json.dumps(data)) == data
    plain = results(COHORT, assignment="a", seed=1)
    assert set(data) - set(plain) == {"exercises", "seconds", "repaired", "similar", "changes"}
    for more, less in zip(data["submissions"], plain["submissions"], strict=True):
        assert {key: more[key] for key in less} == less
        assert set(more) - set(less) == {"penalty", "final_score"}
    assert data["similar"] == [{"students": ["ada", "zoe"], "shared": 40, "share": 0.875}]
    assert data["changes"]["new"] == ["new"]
    pool = data["exercises"][0]
    assert (pool["name"], pool["submissions"], pool["discrimination"]) == ("max_pool2d", 4, None)
    assert pool["facility"] == pytest.approx(3.375 / 4)
    assert (data["schema"], plain["schema"]) == (4, 3)
    assert [facet["name"] for facet in pool["facets"]] == [facet.name for facet in SLIP.facets]
    assert report_results([], assignment="a", seed=None, similar=(), changes=None)["seconds"]["slowest"] is None


# ---------------------------------------------------------------- the commands, on a graded course

COPY = "def double(x):\n    return x + x\n\ndef spare(x, f):\n" + textwrap.indent(program(1, 40), "    ")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_tiny_course(tmp_path_factory.mktemp("report course 수업"))
    submit(course, "ada", solve)
    submit(course, "bob", solve, answer("double", SQUARES))
    submit(course, "cyd", solve, answer("double", COPY))
    submit(course, "dee", solve, answer("double", COPY.replace("x", "value")), append("largest = 3"))
    submit(course, "김철수", text="no notebook")
    run = autograder("grade", ASSIGNMENT, "--course", str(course.root), "--seed", "3")
    assert run.returncode == 0, run.stderr
    return course


@pytest.fixture
def course(graded: Course, tmp_path: Path) -> Course:
    """A copy of the graded course, to be changed."""
    from autograder.grading.course import load_course

    shutil.copytree(graded.root, tmp_path / "course")
    return load_course(tmp_path / "course")


def by_hand(course: Course, student: str, cell: str, points: float) -> None:
    with transaction(course) as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        (one,) = [one for one in notebook.grades if one.name == cell]
        one.manual_score, one.needs_manual_grade = points, False
        gradebook.db.commit()


@pytest.mark.processes
def test_the_report_is_the_very_same_page_again_and_touches_no_grade(course: Course) -> None:
    page = course.report(ASSIGNMENT) / "index.html"
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0  # this copy has another path
    before, text = written(course), page.read_text(encoding="utf-8")
    page.unlink()
    made = autograder("report", ASSIGNMENT, "--course", str(course.root))
    assert made.returncode == 0, made.stderr
    assert "5 submissions, nothing was run" in made.stdout
    assert page.read_text(encoding="utf-8") == text
    assert written(course) == before


@pytest.mark.processes
@pytest.mark.parametrize(("where", "named"), [(".", ""), ("..", " --course course"), ("source", " --course {course}")])
def test_the_report_names_the_command_that_grades_the_same_again(
    where: str, named: str, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir((course.root / where).resolve())
    how = ("--seed", "3", "--timeout", "25", "--force")
    assert autograder("grade", ASSIGNMENT, "--course", str(course.root), *how).returncode == 0
    page = course.report(ASSIGNMENT) / "index.html"
    text = page.read_text(encoding="utf-8")
    (command,) = re.findall('<pre class="command">(.+)</pre>', text)
    assert command == f"autograder grade {ASSIGNMENT}{named.format(course=course.root)} --seed 3 --timeout 25 --force"
    before = json.loads((course.report(ASSIGNMENT) / "marks.json").read_text(encoding="utf-8"))
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    assert f'<pre class="command">{command}</pre>' in page.read_text(encoding="utf-8")
    assert autograder(*command.split()[1:]).returncode == 0
    assert json.loads((course.report(ASSIGNMENT) / "marks.json").read_text(encoding="utf-8")) == before


@pytest.mark.processes
def test_a_report_of_an_earlier_version_is_made_with_the_courses_limit(course: Course) -> None:
    path = course.report(ASSIGNMENT) / "marks.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["limit_s"]
    path.write_text(json.dumps(data), encoding="utf-8")
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    assert "--timeout" not in (course.report(ASSIGNMENT) / "index.html").read_text(encoding="utf-8")


@pytest.mark.processes
def test_the_report_finds_the_copy(graded: Course) -> None:
    words = Page((graded.report(ASSIGNMENT) / "index.html").read_text(encoding="utf-8")).words
    assert "cyd dee 100 %" in words


@pytest.mark.processes
def test_the_report_has_points_given_by_hand_and_tells_them(course: Course) -> None:
    by_hand(course, "bob", "why", 3.0)
    by_hand(course, "bob", "double_hidden", 2.0)
    made = autograder("report", ASSIGNMENT, "--course", str(course.root), "--json", "-")
    data = json.loads(made.stdout)
    (change,) = data["changes"]["changed"]
    assert change["student"] == "bob" and change["exercises"] == ["double", "why"]
    assert change["after"]["score"] - change["before"]["score"] == 5.0
    again = json.loads(autograder("report", ASSIGNMENT, "--course", str(course.root), "--json", "-").stdout)
    assert again["changes"] == data["changes"]


def feedback_of(course: Course, student: str) -> Path:
    return course.folder("feedback", student, ASSIGNMENT) / f"{ASSIGNMENT}.html"


@pytest.mark.processes
def test_the_report_writes_feedback_pages_with_what_a_person_gave_and_wrote(course: Course) -> None:
    by_hand(course, "bob", "why", 1.5)
    with transaction(course) as gradebook:
        comment = gradebook.find_comment("why", ASSIGNMENT, ASSIGNMENT, "bob")
        comment.manual_comment = "Well said.\nWhat of <b>zero</b>?"
        gradebook.db.commit()
    before = Page(feedback_of(course, "bob").read_text(encoding="utf-8"))
    others = feedback_of(course, "cyd").read_text(encoding="utf-8")
    assert "waits for a reader" in before.words and "Well said" not in before.words
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    page = Page(feedback_of(course, "bob").read_text(encoding="utf-8"))
    assert "Comment from the person who graded Well said. What of <b>zero</b>?" in page.words
    assert "why ◐ in part 1.5 / 3 points" in page.words
    assert "A person has read this exercise and set its points." in page.words
    assert feedback_of(course, "cyd").read_text(encoding="utf-8") == others
    for text in HIDDEN_TEXTS:
        assert text not in page.text


@pytest.mark.processes
def test_the_report_leaves_the_page_of_a_submission_that_was_graded_elsewhere(course: Course) -> None:
    journal.forget(course.report(ASSIGNMENT), ["ada"])
    feedback_of(course, "ada").write_text("a page of nbgrader's", encoding="utf-8")
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    assert feedback_of(course, "ada").read_text(encoding="utf-8") == "a page of nbgrader's"


@pytest.mark.processes
def test_only_pages_that_something_has_changed_are_written_again(course: Course) -> None:
    """Whoever writes into a page, or removes it, gets the right one back."""
    command = ("report", ASSIGNMENT, "--course", str(course.root))
    assert autograder(*command).returncode == 0  # this copy has another path
    names = {feedback_of(course, student): student for student in ("ada", "bob", "cyd")}
    names |= {course.report(ASSIGNMENT) / name: name for name in ("index.html", "results.json", "marks.json")}
    texts = {path: path.read_bytes() for path in names}

    def rewritten() -> set[str]:
        before = {path: path.stat().st_ino for path in names if path.is_file()}
        assert autograder(*command).returncode == 0
        return {name for path, name in names.items() if path.stat().st_ino != before.get(path)}

    assert rewritten() == set()
    feedback_of(course, "ada").write_text("scribbled", encoding="utf-8")
    (course.report(ASSIGNMENT) / "results.json").unlink()
    assert rewritten() >= {"results.json"} and {path: path.read_bytes() for path in names} == texts
    by_hand(course, "bob", "why", 1.0)
    assert (
        rewritten() >= {"bob", "index.html"}
        and feedback_of(course, "bob").read_bytes() != texts[feedback_of(course, "bob")]
    )
    with transaction(course) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-02T12:00:00")
    assert rewritten() == set()


@pytest.mark.processes
def test_the_report_asks_the_gradebook_as_often_for_four_students_as_for_two(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)

    def asked(*students: str) -> int:
        for student in students:
            submit(course, student, solve)
        assert autograder("grade", ASSIGNMENT, "--course", str(tmp_path), "--no-sandbox").returncode == 0
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
            statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert autograder("report", ASSIGNMENT, "--course", str(tmp_path)).returncode == 0
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return len(statements)

    few = asked("ada", "bob")
    assert asked("cyd", "dee") == few > 0


@pytest.mark.processes
def test_the_report_forgets_whom_the_gradebook_no_longer_has(course: Course) -> None:
    journal_of, before = course.report(ASSIGNMENT) / journal.FILE, remembered(course)
    assert b"bob" in journal_of.read_bytes()
    with transaction(course) as gradebook:
        gradebook.remove_student("bob")
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    assert b"bob" not in journal_of.read_bytes()
    assert remembered(course) == [one for one in before if one[0] != "bob"]


@pytest.mark.processes
def test_a_damaged_journal_stops_the_report_with_a_next_step(course: Course) -> None:
    (course.report(ASSIGNMENT) / journal.FILE).write_bytes(b"no database" * 1000)
    made = autograder("report", ASSIGNMENT, "--course", str(course.root))
    assert made.returncode == 4 and "remove it, and `autograder grade` grades again" in made.stderr


@pytest.mark.processes
def test_grading_one_student_again_does_not_forget_what_a_person_gave_another(course: Course) -> None:
    by_hand(course, "bob", "why", 3.0)
    autograder("report", ASSIGNMENT, "--course", str(course.root))
    how = ("grade", ASSIGNMENT, "--course", str(course.root), "--student", "ada")
    assert autograder(*how).returncode == 0
    snapshot = changes.loads((course.report(ASSIGNMENT) / "marks.json").read_text(encoding="utf-8"))
    assert snapshot is not None and snapshot.marks["bob"].exercises["why"] == 3.0


@pytest.mark.processes
def test_the_reports_csv_has_a_row_for_each_student(graded: Course) -> None:
    made = autograder("report", ASSIGNMENT, "--course", str(graded.root), "--csv", "-")
    table = list(csv.DictReader(io.StringIO(made.stdout)))
    assert [row["student"] for row in table] == ["ada", "bob", "cyd", "dee", "김철수"]
    assert table[0]["max_score"] == f"{POINTS:g}" and table[-1]["score"] == "0"


@pytest.mark.processes
def test_two_results_on_standard_output_are_refused(graded: Course) -> None:
    made = autograder("report", ASSIGNMENT, "--course", str(graded.root), "--csv", "-", "--json", "-")
    assert made.returncode == 2 and "Only one result" in json.loads(made.stdout)["error"]["what"]


@pytest.mark.parametrize("command", [("report",), ("export", "--format", "csv")])
def test_an_assignment_that_was_never_graded_says_what_to_do(command: tuple[str, ...], tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "ada", solve)
    made = autograder(command[0], ASSIGNMENT, *command[1:], "--course", str(tmp_path))
    assert made.returncode == 2
    assert "tiny was never graded" in made.stderr and "next:     autograder grade tiny" in made.stderr
    assert not (tmp_path / "gradebook.db").exists()


@pytest.mark.processes
def test_a_damaged_snapshot_costs_the_changes_and_nothing_else(course: Course) -> None:
    (course.report(ASSIGNMENT) / "marks.json").write_text("{", encoding="utf-8")
    assert autograder("report", ASSIGNMENT, "--course", str(course.root)).returncode == 0


@pytest.mark.processes
def test_a_submission_that_was_graded_elsewhere_is_in_the_report_and_in_exports(course: Course) -> None:
    """The gradebook knows it, the journal does not."""
    journal.forget(course.report(ASSIGNMENT), ["bob"])
    made = autograder("report", ASSIGNMENT, "--course", str(course.root), "--csv", "-")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(made.stdout))}
    assert rows["bob"]["double"] == "0" and rows["bob"]["largest"] == "2"


@pytest.mark.processes
def test_who_handed_in_and_is_not_graded_is_told(course: Course) -> None:
    submit(course, "late comer", solve)
    for command in (("report",), ("export", "--format", "junit")):
        made = autograder(command[0], ASSIGNMENT, *command[1:], "--course", str(course.root))
        assert "handed in and not graded: late comer" in made.stderr


@pytest.mark.processes
@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_written_and_holds_no_hidden_test(name: str, course: Course, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for into in ((), ("--into", str(tmp_path / "out" / name))):
        made = autograder("export", ASSIGNMENT, "--format", name, "--course", str(course.root), *into)
        assert made.returncode == 0, made.stderr
        place = tmp_path / "out" / name if into else course.report(ASSIGNMENT) / "export"
        files = [path for path in (place.rglob("*") if place.is_dir() else [place]) if path.is_file()]
        assert len(files) == (5 if name == "gradescope" else 1)
        for path in files:
            text = path.read_text(encoding="utf-8")
            assert not any(hidden in text for hidden in HIDDEN_TEXTS)


@pytest.mark.processes
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "gradescope"])
def test_an_export_into_a_dash_is_its_file_on_standard_output(
    name: str, graded: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    how = ("export", ASSIGNMENT, "--format", name, "--course", str(graded.root), "--into")
    made, same = autograder(*how, "-", "--json", "facts.json"), autograder(*how, "a file")
    assert made.returncode == 0 and not (tmp_path / "-").exists()
    assert made.stdout.encode() == (tmp_path / "a file").read_bytes() and made.stderr == same.stderr
    assert json.loads((tmp_path / "facts.json").read_text(encoding="utf-8"))["place"] == "-"


@pytest.mark.processes
def test_strict_ends_with_1_if_anything_is_listed(course: Course, tmp_path: Path) -> None:
    for student in ("ada", "bob", "cyd", "dee"):
        by_hand(course, student, "why", 3.0)
    ours = tmp_path / "r.csv"
    how = ("export", ASSIGNMENT, "--format", "csv", "--course", str(course.root), "--roster", str(ours))
    ours.write_text("student,x\nada,\nbob,\ncyd,\ndee,\n김철수,\n", encoding="utf-8")
    assert autograder(*how, "--strict").returncode == 0
    ours.write_text("student,x\nada,\nbob,\ncyd,\ndee,\nzoe,\n", encoding="utf-8")
    made = autograder(*how, "--strict")
    assert made.returncode == 1
    assert "in the gradebook, not in the roster: 김철수" in made.stderr
    assert "in the roster, no submission: zoe" in made.stderr
    assert autograder(*how).returncode == 0


@pytest.mark.processes
def test_a_roster_of_others_ends_with_2_and_nothing_is_written(course: Course, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("student,x\nnobody,\n", encoding="utf-8")
    how = ("export", ASSIGNMENT, "--format", "csv", "--course", str(course.root), "--roster", str(tmp_path / "r.csv"))
    for into in ((), ("--into", str(tmp_path / "out.csv"))):
        made = autograder(*how, *into)
        assert made.returncode == 2 and made.stdout == ""
        assert "No student of the gradebook is in the roster." in made.stderr
        assert "ada, bob, cyd, …" in made.stderr and "student: nobody" in made.stderr
    assert not (tmp_path / "out.csv").exists() and not (course.report(ASSIGNMENT) / "export").exists()


@pytest.mark.processes
def test_strict_passes_over_canvas_test_student_and_addresses_and_both_are_told(course: Course, tmp_path: Path) -> None:
    for student in ("ada", "bob", "cyd", "dee"):
        by_hand(course, student, "why", 3.0)
    logins = "".join(f"{name},1,{name}@uni.example,A,\n" for name in ("ada", "bob", "cyd", "dee", "김철수"))
    head = f"Student,ID,SIS Login ID,Section,{ASSIGNMENT} (1)\n    Points Possible,,,,{POINTS:g}\n"
    (tmp_path / "r.csv").write_text(f'{head}{logins}"Student, Test",9,a4f,A,\n', encoding="utf-8")
    how = (
        "export",
        ASSIGNMENT,
        "--format",
        "canvas",
        "--course",
        str(course.root),
        "--roster",
        str(tmp_path / "r.csv"),
    )
    made = autograder(*how, "--strict", "--json", "-")
    assert made.returncode == 0, made.stderr
    assert "found by the part before the @ in the column SIS Login ID: 5, such as ada by" in made.stderr
    assert "Student, Test is Canvas's test student" in made.stderr
    data = json.loads(made.stdout)
    assert len(data["remarks"]) == 2 and data["missing"] == data["unknown"] == data["notices"] == []


@pytest.mark.processes
@pytest.mark.parametrize(("name", "file"), [("csv", "x.csv"), ("gradescope", "all")])
def test_an_export_makes_no_folder_that_was_misspelt(name: str, file: str, graded: Course, tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    how = ("--into", str(tmp_path / "makrs" / file))
    made = autograder("export", ASSIGNMENT, "--format", name, "--course", str(graded.root), *how)
    assert made.returncode == 2 and not (tmp_path / "makrs").exists()
    assert f"there is no folder {tmp_path / 'makrs'}" in made.stderr
    assert f"Did you mean '{tmp_path / 'marks'}'?" in made.stderr


@pytest.mark.processes
def test_an_export_does_not_take_the_place_of_its_roster(course: Course, tmp_path: Path) -> None:
    ours = tmp_path / "r.csv"
    ours.write_text("student,x\nada,\n", encoding="utf-8")
    how = ("export", ASSIGNMENT, "--format", "csv", "--course", str(course.root), "--roster", str(ours))
    refused = autograder(*how, "--into", str(tmp_path / "." / "r.csv"))
    assert refused.returncode == 2 and "would replace the roster" in refused.stderr
    assert ours.read_text(encoding="utf-8") == "student,x\nada,\n"


@pytest.mark.processes
def test_an_e_mail_address_in_the_gradebook_finds_a_student_in_moodles_worksheet(
    course: Course, tmp_path: Path
) -> None:
    with transaction(course) as gradebook:
        gradebook.update_or_create_student("bob", email="EMMY@example.org")
    (tmp_path / "w.csv").write_text(WORKSHEET, encoding="utf-8")
    how = ("--roster", str(tmp_path / "w.csv"), "--into", str(tmp_path / "out.csv"))
    made = autograder("export", ASSIGNMENT, "--format", "moodle", "--course", str(course.root), *how)
    assert made.returncode == 0, made.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert [bool(row["Feedback comments"]) for row in rows] == [True, True, False, False]
    assert "@ in the column Email address: 1, such as ada by ada@example.org" in made.stderr


@pytest.mark.processes
def test_gradescopes_folder_tells_who_is_left_from_before(course: Course, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "results.json").write_text("{}", encoding="utf-8")
    made = autograder(
        "export", ASSIGNMENT, "--format", "gradescope", "--course", str(course.root), "--into", str(tmp_path)
    )
    assert "from before: old" in made.stderr


@pytest.mark.processes
@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--format", "excel"), "There is no export 'excel'"),
        (("--format", "csv", "--roster", "nowhere.csv"), "The roster nowhere.csv cannot be read."),
        (("--format", "csv", "--roster", str(Path(__file__).parent)), "cannot be read"),
        (("--format", "csv", "--into", str(Path(__file__).parent)), "cannot be written"),
        (("--format", "junit", "--into", f"{__file__}/x.xml"), "cannot be written"),
        (("--format", "gradescope", "--into", "-"), "gradescope is a folder, which cannot go to standard output"),
        (("--format", "csv", "--into", "-", "--json", "-"), "Only one result can go to standard output"),
    ],
)
def test_wrong_usage_of_an_export_ends_with_2_and_says_what_to_do(
    more: tuple[str, ...], says: str, graded: Course
) -> None:
    made = autograder("export", ASSIGNMENT, "--course", str(graded.root), *more)
    assert made.returncode == 2
    assert not (Path(__file__).parent.parent / ".tests.new").exists()
    assert says in made.stderr and "next:" in made.stderr


def test_the_page_of_one_notebook_of_several_has_its_own_points_and_troubles_and_no_penalty() -> None:
    first, second = (replace(exercise("one"), notebook=name) for name in ("first", "second"))
    troubles = (
        Fault("timeout", second.cell, saying("stopped"), "second"),
        Fault("late", "", saying("6 points are taken")),
    )
    whole = grade("ada", first, second, penalty=6, faults=troubles)
    part = pages._of_notebook(whole, "first", whole=False)
    assert (part.score, part.penalty, part.exercises) == (first.points, 0, (first,))
    assert [fault.kind for fault in part.faults] == ["late"]
    assert pages._of_notebook(whole, "first", whole=True) is whole
