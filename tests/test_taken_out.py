"""Who takes an exercise out of the course, or changes its points, is told what is left to change."""

import json
from pathlib import Path
from types import SimpleNamespace

import conftest
import course_facts
import nbformat
import pytest

from autograder.authoring.requirements import sums

SOURCE = course_facts.ROOT / "source" / "convolution" / "convolution.ipynb"


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course_facts, "GONE", frozenset({"dilate"}))


@pytest.mark.parametrize("value", ["dilate", SimpleNamespace(exercise="dilate")], ids=["a name", "such as a law"])
def test_a_case_about_an_exercise_that_was_taken_out_is_skipped_and_says_so(gone: None, value: object) -> None:
    marks: dict[str, list[pytest.MarkDecorator]] = {"about it": [], "about another": [], "about none": []}
    parameters = ({"exercise": value}, {"exercise": "erode"}, None)
    items = [
        SimpleNamespace(add_marker=told.append, **({"callspec": SimpleNamespace(params=given)} if given else {}))
        for told, given in zip(marks.values(), parameters, strict=True)
    ]
    conftest.pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    (mark,) = marks.pop("about it")
    assert mark.name == "skip" and "no exercise `dilate` any more" in mark.args[0]
    assert not any(marks.values())


def test_a_failure_tells_the_lines_that_speak_of_an_exercise_that_was_taken_out(gone: None, tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text("def test_dilated():\n    assert names['dilate'](3)\n", encoding="utf-8")
    for failed in (True, False):
        report = SimpleNamespace(failed=failed, sections=[])
        told = conftest.pytest_runtest_makereport(SimpleNamespace(path=path))  # type: ignore[arg-type]
        next(told)
        with pytest.raises(StopIteration):
            told.send(report)  # type: ignore[arg-type]
        assert [text for _title, text in report.sections] == failed * [
            "test_x.py:2 speaks of `dilate`, which the course has no more: take that out, too"
        ]


def without(exercise: str) -> nbformat.NotebookNode:
    node = nbformat.read(SOURCE, as_version=4)
    node.cells = [cell for cell in node.cells if not cell.id.startswith(exercise)]
    return node


def worth_more(exercise: str) -> nbformat.NotebookNode:
    node = nbformat.read(SOURCE, as_version=4)
    (cell,) = [cell for cell in node.cells if cell.id == f"{exercise}_hidden"]
    cell.metadata.nbgrader.points += 1
    return node


def test_the_sums_of_the_shipped_notebooks_are_right() -> None:
    for path in SOURCE.parent.parent.glob("*/*.ipynb"):
        assert sums(path) == [], path.name


def test_sums_and_rows_that_an_exercise_has_left_behind_are_named(tmp_path: Path) -> None:
    path = tmp_path / "convolution.ipynb"
    left = nbformat.writes(without("count_conv2d_params"))
    path.write_text(left, encoding="utf-8")
    assert sums(path) == [
        "the title says 24 points, the exercises have 22 in all",
        "the table at the top has `count_conv2d_params`, which is not an exercise here",
        "the table at the top says 24 points together, the exercises have 22",
    ]
    path.write_text(nbformat.writes(worth_more("same_padding")), encoding="utf-8")
    assert sums(path) == [
        "the title says 24 points, the exercises have 25 in all",
        "the table at the top says 2 points for `same_padding`, its cell is worth 3",
        "the table at the top says 24 points together, the exercises have 25",
    ]
    left = json.loads(left) | {"cells": [cell for cell in json.loads(left)["cells"] if cell["id"] != "points"]}
    path.write_text(json.dumps(left), encoding="utf-8")  # who has no table is asked for none
    assert sums(path) == ["the title says 24 points, the exercises have 22 in all"]
