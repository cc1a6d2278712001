"""Claims about the assignment `convolution`: its notebook, its experiments, what is generated from it."""

import nbformat

from autograder.grading import expectations as trusted
from autograder.grading.course import Course, load_catalogues
from autograder.values import Assignment, Expectations


def cells(text: str) -> list[nbformat.NotebookNode]:
    return list(nbformat.reads(text, as_version=4).cells)


def source_cells(course: Course) -> list[nbformat.NotebookNode]:
    return cells((course.root / "source/convolution/convolution.ipynb").read_text(encoding="utf-8"))


def test_every_bullet_that_belongs_here_has_a_place(course: Course) -> None:
    covered = {item for cell in source_cells(course) for item in cell.metadata.get("autograder", {}).get("covers", [])}
    bullets = {f"B{number:03}" for number in range(1, 37)}
    worked = {f"A1-W{number}" for number in range(1, 6)} | {f"A1-P{number}" for number in range(1, 5)}
    assert bullets | worked <= covered


def test_every_catalogued_misconception_is_there(course: Course) -> None:
    numbers = {
        wrong.number for file in load_catalogues(course, "convolution").values() for wrong in file.misconceptions
    }
    assert {f"M{number:03}" for number in range(1, 84)} <= numbers


def test_variants_of_right_answers_are_there(course: Course) -> None:
    numbers = {variant.number for file in load_catalogues(course, "convolution").values() for variant in file.variants}
    assert {f"V{number:02}" for number in range(1, 6)} <= {number[:3] for number in numbers}


def test_another_seed_asks_other_questions(course: Course, convolution: Assignment, expectations: Expectations) -> None:
    other = trusted.observe(convolution, load_catalogues(course, "convolution"), expectations.seed + 1)
    same = [cell for cell in other.experiments if other.experiments[cell] == expectations.experiments[cell]]
    # Letters are letters; and the padding of a picture depends on what is left over by the stride, not on its size.
    assert same == ["same_padding_hidden", "choice_hidden"]
