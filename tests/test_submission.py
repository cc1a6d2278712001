"""What a student hands in reaches the grader whole, in the order that the mark needs it."""

import mmap
import zipfile
from pathlib import Path

import pytest
from tiny_course import (
    ASSIGNMENT,
    POINTS,
    SQUARES,
    SQUARES_SENTENCE,
    WORTH,
    add_ordinary_notebook,
    answer,
    make_tiny_course,
    solve,
    submit,
)

from autograder.authoring.pages import write_pages
from autograder.errors import CourseError
from autograder.grading import course as courses
from autograder.grading.course import demand_that_files_fit, load_assignment, load_submission, make_room
from autograder.grading.grade import Options, grade
from autograder.kernels import sandbox
from autograder.reporting.exports.form import comments
from autograder.words import in_words


def test_photographs_before_the_notebook_in_the_alphabet_do_not_crowd_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_tiny_course(tmp_path)
    notebook = submit(course, "ada", solve)
    (notebook.parent / "timestamp.txt").write_text("2026-02-03 10:05:00 UTC", encoding="utf-8")
    photographs = notebook.parent / "cats"
    photographs.mkdir()
    for number in range(9):
        (photographs / f"{number}.jpg").write_bytes(b"\xff" * 500_000)
    (photographs / "0.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(courses, "MAX_SUBMISSION_BYTES", 4_000_000)
    found = load_submission(course, ASSIGNMENT, "ada")
    assert list(found.files)[:3] == ["timestamp.txt", f"{ASSIGNMENT}.ipynb", "cats/0.ipynb"]
    assert found.timestamp.startswith("2026-02-03 10:05")
    assert in_words(found.left_out[-1].reason) == (
        "cats/8.jpg was left out: the submission as a whole is too large; 4 MB of it are read."
    )


def test_a_file_that_is_too_large_says_how_large_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_tiny_course(tmp_path)
    (submit(course, "ada", solve).parent / "cats.zip").write_bytes(b"\0" * 3_000_000)
    monkeypatch.setattr(courses, "MAX_FILE_BYTES", 2_000_000)
    (fault,) = load_submission(course, ASSIGNMENT, "ada").left_out
    assert in_words(fault.reason) == "cats.zip was left out: it is too large (3 MB)."


def test_more_files_than_a_room_holds_cost_the_files_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_tiny_course(tmp_path)
    source = course.folder("source", ".", ASSIGNMENT) / "data" / "ours.csv"
    source.parent.mkdir()
    source.write_text("1", encoding="utf-8")
    folder = submit(course, "ada", solve).parent
    for number in range(30):
        (folder / f"digit-{number:02}.png").write_bytes(b"x")
    (folder / "data").mkdir()
    (folder / "data" / "ours.csv").write_bytes(b"2")
    monkeypatch.setattr(courses, "HANDED_IN_FILES", 20)
    monkeypatch.setattr(sandbox, "HANDED_IN_FILES", 12)
    read = load_submission(course, ASSIGNMENT, "ada")
    assert len(read.files) == 20 and f"{ASSIGNMENT}.ipynb" in read.files
    found = make_room(read, load_assignment(course, ASSIGNMENT))
    assert f"{ASSIGNMENT}.ipynb" in found.files and "data/ours.csv" in found.files
    assert [name for name in found.files if name.endswith(".png")] == [f"digit-{number:02}.png" for number in range(9)]
    assert len(found.left_out) == courses.MAX_LEFT_OUT
    assert in_words(found.left_out[0].reason) == (
        "digit-09.png was left out: the folder where the notebook runs holds at most 20 files and folders, and 150 MB."
    )


def test_a_file_takes_whole_pages_and_each_folder_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "HANDED_IN_BYTES", 3 * mmap.PAGESIZE)
    sizes = [("a", 1), ("b", mmap.PAGESIZE + 1), ("c", 1), ("empty", 0)]
    assert list(sandbox.fitting(sizes)) == ["a", "b", "empty"]
    monkeypatch.setattr(sandbox, "HANDED_IN_FILES", 5)
    assert list(sandbox.fitting([("d/e/f", 0), ("d/e/g/h", 0), ("d/e/i", 0), ("j", 0)])) == ["d/e/f", "d/e/i"]


def test_a_course_whose_own_files_do_not_fit_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_tiny_course(tmp_path)
    (course.folder("source", ".", ASSIGNMENT) / "data.csv").write_bytes(b"x" * 10)
    monkeypatch.setattr(sandbox, "HANDED_IN_BYTES", 5)
    with pytest.raises(CourseError, match="do not fit into the folder in which a submission runs"):
        demand_that_files_fit(course, load_assignment(course, ASSIGNMENT))


def test_an_archive_may_be_as_large_as_a_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_tiny_course(tmp_path)
    folder = submit(course, "ada", text="no notebook", name="notes.txt").parent
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("photo.jpg", b"\xff" * 3_000)
    (folder / "photo.jpg").write_bytes(b"\xff" * 3_000)
    monkeypatch.setattr(courses, "MAX_FILE_BYTES", 2_000)
    found = load_submission(course, ASSIGNMENT, "ada")
    assert list(found.files) == ["notes.txt", "all.zip"]
    assert [in_words(fault.reason) for fault in found.left_out] == ["photo.jpg was left out: it is too large (0 MB)."]


@pytest.mark.processes
def test_a_file_in_the_place_of_a_folder_and_a_folder_in_the_place_of_a_file_cost_nothing(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    source = course.folder("source", ".", ASSIGNMENT)
    for name in ("data/small/x.csv", "helper.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("# the course's\n", encoding="utf-8")
    ada, bob = submit(course, "ada", solve).parent, submit(course, "bob", solve).parent
    (ada / "data").write_text("a file", encoding="utf-8")
    for name in ("helper.py/mine/x.txt", "data/mine.csv"):
        (bob / name).parent.mkdir(parents=True, exist_ok=True)
        (bob / name).write_text("mine", encoding="utf-8")
    cohort = grade(course, ASSIGNMENT, Options(seed=11, sandboxed=False))
    assert cohort.failed == {}
    assert [one.score for one in cohort.grades] == [POINTS - WORTH["why"]] * 2
    assert [in_words(fault.reason) for one in cohort.grades for fault in one.faults] == [
        "data was left out: the course has a file or a folder in its place.",
        "helper.py/mine/x.txt was left out: the course has a file or a folder in its place.",
    ]
    for student in ("ada", "bob"):
        autograded = course.folder("autograded", student, ASSIGNMENT)
        assert (autograded / "helper.py").is_file() and (autograded / "data" / "small" / "x.csv").is_file()
    assert (course.folder("autograded", "bob", ASSIGNMENT) / "data" / "mine.csv").is_file()
    assert grade(course, ASSIGNMENT, Options(seed=12, sandboxed=False)).unchanged == 2


@pytest.mark.processes
def test_a_missing_notebook_takes_no_feedback_from_the_other_notebook_of_the_assignment(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    add_ordinary_notebook(course)
    submit(course, "ada", solve, answer("double", SQUARES))
    cohort = grade(course, ASSIGNMENT, Options(seed=11, sandboxed=False))
    (one,) = cohort.grades
    assert [exercise.cell for exercise in one.exercises if exercise.unread] == ["second_double_assert"]
    said = comments(one)
    assert said[0] == "No notebook was handed in; expected second.ipynb."
    assert f"double: 0 of 3 points. {SQUARES_SENTENCE}" in said
    write_pages(course, load_assignment(course, ASSIGNMENT), cohort)
    pages = course.folder("feedback", "ada", ASSIGNMENT)
    tiny, second = ((pages / f"{name}.html").read_text(encoding="utf-8") for name in (ASSIGNMENT, "second"))
    assert "x * x" in tiny and SQUARES_SENTENCE in tiny and "No notebook could be graded" not in tiny
    assert "x * x" not in second and "No notebook could be graded" in second
