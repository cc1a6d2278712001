"""Each requirement of a statement has one facet that it can cost and a visible example, and the pages say so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.requirements import Requirement, Rubric, contradictions, page, rubrics
from autograder.grading.course import load_course
from autograder.notebooks import Exercise

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "source").glob("*/*.ipynb"))
RUBRIC = Rubric(
    Exercise("area", points=3.0, facets=(("squares", 1.0), ("rectangles", 2.0)), guard=1.0),
    statement="### `area` · 3 points The area of a rectangle. A square has one side. *Points: squares (1) · "
    "rectangles (2) · all at once (−1).*",
    headings=("### `area` · 3 points",),
    requirements=(
        Requirement("area of a rectangle", "rectangles", (1,)),
        Requirement("A square has one side", "squares", (2,)),
    ),
    checks=("lab.check(area, 2, 3, expected=6)", "lab.check(area, 2, expected=4)"),
)


def test_a_statement_that_says_what_the_experiment_declares_contradicts_nothing() -> None:
    assert contradictions(RUBRIC) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"exercise": replace(RUBRIC.exercise, points=4.0)}, "its heading says 3 points, its cell is worth 4"),
        ({"exercise": replace(RUBRIC.exercise, facets=(("squares", 1.5), ("rectangles", 2.0)))}, "“squares (1.5)”"),
        ({"exercise": replace(RUBRIC.exercise, guard=2.0)}, "“all at once (−2)”"),
        ({"requirements": RUBRIC.requirements[:1]}, "no requirement can cost the facet “squares”"),
        ({"checks": RUBRIC.checks[:1]}, "the visible check makes 1"),
        ({"statement": RUBRIC.statement.replace("one side", "a side")}, "does not say “A square has one side”"),
        (
            {"requirements": (*RUBRIC.requirements, Requirement("area", "circles", (1,)))},
            "“circles”, which is not a facet",
        ),
        (
            {"requirements": (*RUBRIC.requirements, replace(RUBRIC.requirements[0], facet="squares"))},
            "can cost rectangles, squares",
        ),
    ],
)
def test_a_contradiction_between_statement_and_experiment_is_named(changed: dict[str, Any], said: str) -> None:
    lines = contradictions(replace(RUBRIC, **changed))
    assert len(lines) == 1 and said in lines[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_no_statement_of_the_course_contradicts_its_experiment(path: Path) -> None:
    assert [line for rubric in rubrics(path) for line in contradictions(rubric)] == []


def test_the_page_of_requirements_is_fresh() -> None:
    """`python -m autograder.authoring.requirements > docs/requirements.md` makes it."""
    fresh = (ROOT / "docs/requirements.md").read_text(encoding="utf-8") == page(load_course(ROOT))
    assert fresh, "python -m autograder.authoring.requirements > docs/requirements.md"


WITH_CODE = [
    pytest.param(rubric, id=f"{path.parent.name}-{rubric.exercise.name}")
    for path in SOURCES
    for rubric in rubrics(path)
    if rubric.exercise.name != "choice"
]
"""The exercises in which students write a function."""


@pytest.mark.parametrize("rubric", WITH_CODE)
def test_every_exercise_with_code_has_a_guard_and_says_what_can_cost_which_facet(rubric: Rubric) -> None:
    exercise = rubric.exercise
    assert exercise.points / 4 <= exercise.guard <= exercise.points
    assert {one.facet for one in rubric.requirements} == {name for name, _points in exercise.facets}
