"""The glossary that students get: in order, and each word where it says that it is met."""

import json
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell
from tiny_course import ASSIGNMENT, edit_source, make_tiny_course

from autograder.authoring.release import make_release

COURSE = Path(__file__).parents[1]
GLOSSARY = (COURSE / "source/glossary.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^\*\*(.+?)\*\* \(A(\d)\): (.+)", GLOSSARY, flags=re.MULTILINE)
NOTEBOOKS = ("convolution", "training_from_scratch", "feature_extraction", "fine_tuning", "visualisation")


def text_of(assignment: str) -> str:
    """All that a student reads and all code, in small letters on one line."""
    notebook = json.loads((COURSE / f"source/{assignment}/{assignment}.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"]).lower()
    return " ".join(re.sub(r"[-_*`]", " ", text).split())


def test_the_words_are_in_the_order_of_the_alphabet():
    words = [word.lower().replace("-", " ") for word, _notebook, _text in ENTRIES]
    assert len(words) > 40
    assert words == sorted(words)
    assert GLOSSARY.count("\n**") == len(words)


@pytest.mark.parametrize(("word", "notebook"), [(word, int(number)) for word, number, _text in ENTRIES])
def test_a_word_is_met_where_the_glossary_says(word, notebook):
    assert word.lower().replace("-", " ") in text_of(NOTEBOOKS[notebook - 1])


@pytest.mark.parametrize("assignment", NOTEBOOKS)
def test_every_notebook_leads_to_the_glossary_and_to_notebooks_that_exist(assignment):
    released = (COURSE / f"release/{assignment}/{assignment}.ipynb").read_text(encoding="utf-8")
    links = re.findall(r"\]\(((?:\.\./|glossary)[^)]+)\)", released)
    assert "glossary.md" in links  # next to it, because nbgrader's exchange hands out only this folder
    for link in links:
        assert (COURSE / "release" / assignment / link).resolve().is_file(), link


@pytest.mark.processes
def test_the_course_s_glossary_is_handed_out_and_an_assignment_s_own_comes_first(tmp_path):
    course = make_tiny_course(tmp_path)
    edit_source(course, lambda node: node.cells.insert(0, new_markdown_cell("[Words](glossary.md)", id="words")))
    source = course.folder("source", ".", ASSIGNMENT)
    assert "release/tiny/glossary.md" not in make_release(course, ASSIGNMENT).files
    for folder, words in ((source.parent, "The course's words."), (source, "The assignment's own words.")):
        folder.joinpath("glossary.md").write_text(words, encoding="utf-8")
        assert make_release(course, ASSIGNMENT).files["release/tiny/glossary.md"] == words.encode()
