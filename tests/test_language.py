"""Every sentence that people read can be translated without touching the code."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from made_up import saying

from autograder import language
from autograder.authoring import translations
from autograder.grading.course import load_catalogue, load_course
from autograder.lab import check
from autograder.lab.checks import CheckFailed
from autograder.reasons import Cause, Diagnosis, Why, because
from autograder.reporting.cohort import cohort_page
from autograder.reporting.feedback import FeedbackContext, feedback_page
from autograder.values.graded import (
    ByHand,
    Example,
    ExerciseVerdict,
    FacetVerdict,
    Grade,
    RunFacts,
)
from autograder.values.submitted import Fault

COURSE = Path(__file__).parents[1]
REASON = because(Why.CELL_RAISED, name="pool", error=because(Why.OWN_EXCEPTION))
SENTENCE = "a wrong answer's sentence"
NOT_OURS = "⟦|[Aa] wrong answer's sentence|^autograder (grade|watch) "
"""What went through a catalogue, what the course says, and a command to type."""
GRADE = Grade(
    student="ada",
    score=1.0,
    max_score=3.0,
    penalty=0.5,
    seconds=2.5,
    start_s=0.5,
    seed=None,
    faults=(Fault("late", "", saying(SENTENCE)), Fault("timeout", "pool", saying(SENTENCE))),
    exercises=(
        ExerciseVerdict(
            "pool",
            "pool_hidden",
            1.0,
            2.0,
            (FacetVerdict("f1", 1.0, 1.0), FacetVerdict("f2", 0.0, 1.0, REASON)),
            Diagnosis(REASON, (Cause(("pool/a",), SENTENCE),)),
        ),
        ExerciseVerdict("later", "later_hidden", 0.0, 1.0, (FacetVerdict("f3", 0.0, 1.0, REASON),)),
    ),
)
COMMENTS = ByHand({("", "pool"): SENTENCE, ("", "elsewhere"): SENTENCE})
EXAMPLE = Example("pool(1)", got="2", expected="1", picture=b"x", width=10, alt=SENTENCE)


@pytest.fixture
def bracketed(tmp_path, monkeypatch):
    """A language in which each sentence is the English one between brackets."""

    def translate(template: Path, folder: Path, domain: str) -> None:
        with template.open("rb") as file:
            catalogue = read_po(file)
        made = Catalog(locale="eo", charset="utf-8")
        for message in catalogue:
            if message.id:
                made.add(message.id, f"⟦{message.id}⟧")
        target = folder / "eo" / "LC_MESSAGES" / f"{domain}.mo"
        target.parent.mkdir(parents=True)
        with target.open("wb") as file:
            write_mo(file, made)

    translate(language.LOCALE / "autograder.pot", tmp_path / "package", "autograder")
    translate(COURSE / "solutions" / "locale" / "course.pot", tmp_path / "course", "course")
    monkeypatch.setattr(language, "LOCALE", tmp_path / "package")
    monkeypatch.setenv(language.VARIABLE, "eo")
    return tmp_path / "course"


class Texts(HTMLParser):
    """The texts of a page, without style sheets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._in_style = tag in ("style", "script")

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        if not self._in_style and data.strip():
            self.found.append(data.strip())


def english(texts: list[str]) -> list[str]:
    """Texts of two words and more that did not come through a catalogue."""
    depth, found = 0, []
    for text in texts:
        if depth == 0 and not re.search(NOT_OURS, text) and re.search(r"[A-Za-z]{3,}\s+[A-Za-z]{3,}", text):
            found.append(text)
        depth += text.count("⟦") - text.count("⟧")
    return found


def test_the_templates_for_translators_are_fresh():
    for path, content in translations.templates(load_course(COURSE)).items():
        assert path.read_bytes() == content, f"{path.name} is not fresh; next: make messages"


def test_every_placeholder_of_a_sentence_has_a_name_so_that_words_can_change_places():
    with (language.LOCALE / "autograder.pot").open("rb") as file:
        sentences = [str(message.id) for message in read_po(file) if message.id]
    assert len(sentences) > 200
    assert [sentence for sentence in sentences if re.search(r"\{\}|\{\d|%[sd]\b", sentence)] == []


def test_a_check_speaks_the_readers_language(bracketed):
    with pytest.raises(CheckFailed) as failed:
        check(lambda x: np.asarray(x) + 1, np.ones((2, 2)), expected=np.ones((2, 2)), dtype="float32")
    lines = str(failed.value).split("\n")[1:]
    assert len(lines) >= 4
    assert all({"⟦", "⟧"} & set(line) for line in lines), lines  # a message may have two lines


@pytest.mark.parametrize(
    "page",
    [
        lambda: feedback_page(GRADE, assignment="pooling", context=FeedbackContext({"pool": "return 1"})),
        lambda: feedback_page(GRADE, assignment="pooling", sandboxed=False),
        lambda: feedback_page(GRADE, assignment="pooling", context=FeedbackContext({}, COMMENTS, {"pool": EXAMPLE})),
        lambda: cohort_page([GRADE], assignment="pooling"),
        lambda: cohort_page([GRADE] * 12, assignment="pooling", run=RunFacts(5, sandboxed=False)),
        lambda: cohort_page([], assignment="pooling", run=RunFacts(5)),
    ],
    ids=["feedback", "feedback without sandbox", "feedback with comments", "cohort", "large cohort", "empty cohort"],
)
def test_a_page_speaks_the_readers_language(page, bracketed):
    texts = Texts(page()).found
    assert len(texts) > 5
    assert english(texts) == []
    assert '<html lang="⟦en⟧">' in page()


def test_the_courses_own_sentences_are_translated_too(bracketed, monkeypatch):
    monkeypatch.setattr("autograder.grading.course.Course.locale", bracketed)
    catalogue = load_catalogue(load_course(COURSE), "convolution")
    sentences = [wrong.sentence for wrong in catalogue.misconceptions] + [wrong.sentence for wrong in catalogue.commons]
    assert len(sentences) > 80
    assert [sentence for sentence in sentences if not sentence.startswith("⟦")] == []


def test_without_a_catalogue_the_english_sentence_stands(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "xx")
    assert language._("expected") == "expected"
    assert language._("") == ""
