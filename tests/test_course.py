"""The course as a whole: every bullet has its place, every misconception its sentence, the points add up."""

import re
from pathlib import Path

import nbformat
import pytest
from course_facts import EXERCISES, FACETS, ROOT, SHIPPED, TOTALS, as_shipped

from autograder.grading.course import Course, assignments, load_assignment, load_catalogue, load_course
from autograder.values.submitted import Assignment
from convnets.coverage import BULLETS, CORRECTIONS, page, places

PARTS = ("convolution", "training_from_scratch", "feature_extraction", "fine_tuning", "visualisation")
"""The assignments in their order, as the names of exercises (A1.1 to A5.9) count them."""


@pytest.fixture(scope="module")
def all_assignments(course: Course) -> list[Assignment]:
    return [load_assignment(course, name) for name in assignments(course)]


def test_the_readme_says_what_each_assignment_is_worth() -> None:
    """After a change of points or exercises: the table in README.md is written by hand."""
    table = re.findall(r"^\| `(\w+)` \| (\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(points) for name, points in table} == TOTALS, "correct the table in README.md"


@as_shipped
@pytest.mark.parametrize("items", [BULLETS, CORRECTIONS], ids=["bullets", "corrections"])
def test_everything_in_the_notes_has_a_place(course: Course, items: tuple[str, ...]) -> None:
    found = places(course)
    assert [item for item in items if item not in found] == []


def test_no_cell_covers_what_does_not_exist(course: Course) -> None:
    exercises = {number for name in PARTS for number in _numbers(course, name)}
    for item in places(course):
        if re.fullmatch(r"A\d\.\d+", item):
            assert item in exercises, f"a cell covers {item}, which no heading names"
        else:
            assert item in (*BULLETS, *CORRECTIONS) or re.fullmatch(r"A[1-5]-[WP]\d", item), item


def test_each_exercise_is_covered_in_its_own_assignment(course: Course) -> None:
    found = places(course)
    for name in PARTS:
        numbers = _numbers(course, name)
        assert len(numbers) == EXERCISES[name], f"source/{name}: each exercise has a heading `### Exercise A1.1 ...`"
        for number in numbers:
            assert {place.assignment for place in found[number]} == {name}


def test_the_page_of_what_is_covered_is_fresh(course: Course) -> None:
    written = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert written == page(course), "python -m convnets.coverage > docs/coverage.md"


def test_every_exercise_has_a_file_with_its_misconceptions_and_no_other_file_has_any(course: Course) -> None:
    for name in assignments(course):
        answered = {wrong.exercise for wrong in load_catalogue(course, name).misconceptions}
        assert answered == set(FACETS[name]), f"solutions/{name}: a file for each exercise, with its name"


def test_every_link_between_notebooks_leads_to_one(course: Course) -> None:
    names = set(assignments(course))
    for name in names:
        (path,) = course.folder("source", ".", name).glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for target in re.findall(r"\]\(\.\./(\w+)/(?:\w+\.ipynb)?\)", cell.source):
                    assert target in names, (name, target)


def test_the_minutes_of_the_exercises_add_up_to_those_of_the_title(course: Course) -> None:
    for name in assignments(course):
        text = _markdown(course, name)
        (title,) = re.findall(r"\*\*\d+ points · about (\d+) minutes\*\*", text)
        rows = re.findall(r"^\| A\d\.\d+ \|.*\| (\d+) \|$", text, re.MULTILINE)
        said = re.findall(r"^### Exercise A\d\.\d+ .*· (\d+) minutes$", text, re.MULTILINE)
        assert rows == said, f"source/{name}: the table at the top has other minutes than the exercises' headings"
        assert sum(map(int, rows)) == int(title), f"source/{name}: correct the minutes below the title"


def test_the_first_text_of_each_notebook_says_how_to_install(course: Course) -> None:
    for name in assignments(course):
        (path,) = course.folder("release", ".", name).glob("*.ipynb")
        first = nbformat.read(path, as_version=4).cells[0].source
        for line in (f"!unzip -q {name}.zip", f"%cd {name}", "%pip install -q ../convnet_course-*.whl"):
            assert f"`{line}`" in first, name


def test_the_tests_know_each_exercise_by_name() -> None:
    """So that they can tell when one is taken out."""
    found = {name: set(exercises) - set(SHIPPED.get(name, "").split()) for name, exercises in FACETS.items()}
    assert not any(found.values()), f"a new exercise: add its name to SHIPPED in tests/course_facts.py ({found})"


def _numbers(course: Course, name: str) -> list[str]:
    """The exercises of an assignment as its headings count them, such as A1.4."""
    return re.findall(r"^### Exercise (A\d\.\d+) ", _markdown(course, name), re.MULTILINE)


def _markdown(course: Course, name: str) -> str:
    (path,) = course.folder("source", ".", name).glob("*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@pytest.mark.parametrize(("timeout", "limit_s"), [(30, 30), (-1, 3600), (0, 3600), (None, 3600)])
def test_no_limit_in_the_configuration_is_an_hour_and_not_nothing(
    tmp_path: Path, timeout: int | None, limit_s: float
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\nc.Execute.timeout = {timeout}\n", encoding="utf-8")
    assert load_course(tmp_path).cell_limit_s == limit_s
