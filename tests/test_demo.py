"""The demo cohort gets what it deserves, and what it writes can be read."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.authoring import demo
from autograder.errors import UsageError
from autograder.grading.course import Course, load_assignment, load_course, solve

pytestmark = pytest.mark.xdist_group("demo")

SEED = 20260302


@pytest.fixture(scope="session")
def graded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Mapping[str, Any]]:
    """The demo as a newcomer runs it: by its command. Its folder, what it printed, and its JSON."""
    folder = tmp_path_factory.mktemp("demo") / "deep learning 수업"
    results = folder.parent / "results.json"
    command = [sys.executable, "-m", "autograder", "demo", "--course", str(course.root), "--into", str(folder)]
    done = subprocess.run(
        [*command, "--seed", str(SEED), "--jobs", "2", "--json", str(results)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, json.loads(results.read_text(encoding="utf-8"))


def test_a_group_of_tests_stays_together(request: pytest.FixtureRequest) -> None:
    """Where xdist does not see the mark, each worker grades this cohort, and the others, for itself."""
    if request.config.getoption("loadgroup", False):
        assert request.node.nodeid.endswith("@demo")


@pytest.fixture(scope="session")
def students(course: Course) -> Mapping[str, demo.Student]:
    return {student.name: student for student in demo.cohort(course, "convolution")}


def by_student(results: Mapping[str, Any]) -> Mapping[str, Any]:
    return {submission["student"]: submission for submission in results["submissions"]}


def test_there_are_at_least_sixteen_students(students: Mapping[str, demo.Student]) -> None:
    assert len(students) >= 16


@pytest.mark.processes
def test_each_student_gets_what_it_deserves(
    graded: tuple[Path, str, Mapping[str, Any]], students: Mapping[str, demo.Student]
) -> None:
    submissions = by_student(graded[2])
    assert set(submissions) == set(students)
    for name, student in students.items():
        got = submissions[name]
        losing = {one["name"] for one in got["exercises"] if one["score"] < one["max_score"]}
        assert losing == student.loses, name
        assert got["max_score"] == sum(one["max_score"] for one in got["exercises"])
        assert got["score"] == sum(one["score"] for one in got["exercises"]), name
        if student.empty:
            assert got["score"] == 0, name


@pytest.mark.processes
def test_each_student_reads_the_reason(
    graded: tuple[Path, str, Mapping[str, Any]], students: Mapping[str, demo.Student]
) -> None:
    submissions = by_student(graded[2])
    for name, student in students.items():
        faults = {fault["kind"] for fault in submissions[name]["faults"]}
        assert faults == student.faults, name
        said = " ".join(one["diagnosis"] for one in submissions[name]["exercises"])
        assert [sentence for sentence in student.sentences if sentence not in said] == [], name


@pytest.mark.processes
def test_the_table_names_every_student_and_the_places(
    graded: tuple[Path, str, Mapping[str, Any]], students: Mapping[str, demo.Student]
) -> None:
    printed = graded[1]
    assert [name for name in students if name[:10] not in printed] == []
    for word in ("feedback:", "gradebook:", "report:", f"seed:      {SEED}"):
        assert word in printed


@pytest.mark.processes
def test_every_student_has_a_feedback_page_and_it_holds_no_secret(
    graded: tuple[Path, str, Mapping[str, Any]], students: Mapping[str, demo.Student], course: Course
) -> None:
    """No line of a hidden test stands in a page, not even of a student who deleted or edited the cells."""
    assignment = load_assignment(course, "convolution")
    hidden = set()
    for cell in assignment.notebooks[0].experiments:
        lines = (line.strip() for line in cell.source.split("\n")[2:])
        hidden |= {line for line in lines if len(line) > 30 and "import" not in line}
    assert len(hidden) > 100
    pages = {
        path.parent.parent.name: path.read_text(encoding="utf-8") for path in graded[0].glob("feedback/*/*/*.html")
    }
    assert set(pages) == set(students)
    for name, page in pages.items():
        text = page.replace("&#34;", '"').replace("&#39;", "'").replace("&gt;", ">").replace("&lt;", "<")
        assert [line for line in hidden if line in text] == [], name
        assert "<script" not in page
        assert "Content-Security-Policy" in page


@pytest.mark.processes
def test_the_report_links_to_pages_that_are_there(graded: tuple[Path, str, Mapping[str, Any]]) -> None:
    report = graded[0] / "report" / "convolution"
    page = (report / "index.html").read_text(encoding="utf-8")
    links = [part.split('"')[0] for part in page.split('href="')[1:]]
    pages = {link for link in links if link.endswith(".html")}
    assert len(pages) >= 16
    assert all((report / link).resolve().is_file() for link in pages)
    assert json.loads((report / "results.json").read_text(encoding="utf-8"))["seed"] == SEED


def test_a_demo_is_made_of_the_exercises_that_are_left(course: Course, tmp_path: Path) -> None:
    """An instructor takes two exercises out and leaves the catalogues as they are."""
    gone = ("receptive_field", "conv_output_shape")
    name = "convolution"
    (tmp_path / "nbgrader_config.py").write_text((course.root / "nbgrader_config.py").read_text("utf-8"))
    shutil.copytree(course.solutions(name), tmp_path / "solutions" / name)
    node = nbformat.read(course.folder("source", ".", name) / f"{name}.ipynb", as_version=4)
    node.cells = [cell for cell in node.cells if not cell.id.startswith(gone)]
    source = nbformat.writes(node) + "\n"
    (tmp_path / "source" / name).mkdir(parents=True)
    (tmp_path / "source" / name / f"{name}.ipynb").write_text(source, encoding="utf-8")
    (tmp_path / "solutions" / name / f"{name}.ipynb").write_text(solve(source), encoding="utf-8")
    students = demo.cohort(load_course(tmp_path), name)
    assert len(students) >= 16
    assert not {exercise for student in students for exercise in student.loses} & set(gone)
    assert "finn-floor" not in {student.name for student in students}  # its one slip was in what is gone


def test_a_demo_does_not_overwrite_a_folder_that_it_did_not_make(course: Course, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        demo.write_demo(course, "convolution", tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "ten years of work"
