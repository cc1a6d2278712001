"""Reasons are values: each kind has words, each survives JSON and back, and grading compares no sentence of ours."""

import ast
import re
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

import autograder
from autograder.checking import inside
from autograder.lab.checks import CheckFailed
from autograder.reasons import Cause, Diagnosis, Failure, Reason, Why, because
from autograder.words import FORMS, in_words, sentence

PACKAGE = Path(autograder.__file__).parent
READS = ("startswith", "endswith", "removeprefix", "removesuffix", "split", "partition")
texts = st.text(max_size=20)
plain = st.one_of(texts, st.integers(), st.floats(allow_nan=False))
kinds = st.sampled_from(Why)


def reasons(inner: st.SearchStrategy[Reason]) -> st.SearchStrategy[Reason]:
    facts = st.lists(st.tuples(texts, st.one_of(plain, inner)), max_size=3).map(tuple)
    return st.builds(Reason, kinds, facts)


any_reason = st.recursive(st.builds(Reason, kinds), reasons, max_leaves=4)
diagnoses = st.builds(
    Diagnosis,
    st.one_of(st.none(), any_reason),
    st.lists(st.builds(Cause, st.lists(texts, max_size=2).map(tuple), texts), max_size=2).map(tuple),
)


failures = st.builds(
    Failure,
    texts,
    any_reason,
    st.lists(any_reason, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.one_of(st.none(), any_reason),
    st.one_of(st.none(), texts, any_reason),
)


def facts_of(kind: Why) -> dict[str, str | int]:
    """Facts for the places that the words of a kind have."""
    places = re.findall(r"\{(\w+)(:g|:\.0f)?\}", FORMS[kind])
    return {name: 3 if number or name in ("count", "line", "wrong", "all") else "x" for name, number in places}


@pytest.mark.parametrize("kind", list(Why))
def test_each_kind_has_words_for_the_facts_that_are_named_beside_it(kind: Why) -> None:
    words = in_words(because(kind, **facts_of(kind)))
    assert words and "{" not in words
    line = next(line for line in (PACKAGE / "reasons.py").read_text().splitlines() if f'= "{kind.value}"' in line)
    _code, _, comment = line.partition("# ")
    assert {name.strip(" *") for name in comment.split(",") if name.strip()} == set(facts_of(kind))


def test_no_two_kinds_have_the_same_words() -> None:
    words = [FORMS[kind] for kind in Why]
    assert len(set(words)) == len(words)


@given(diagnoses)
def test_a_diagnosis_survives_json_and_back(said: Diagnosis) -> None:
    adapter = TypeAdapter(Diagnosis)
    assert adapter.validate_json(adapter.dump_json(said)) == said


@given(failures)
def test_a_failure_survives_the_way_out_of_the_kernel(failure: Failure) -> None:
    error = CheckFailed(failure)
    with patch.object(sys, "last_value", error, create=True):
        told = inside.Ended()._repr_mimebundle_()[inside.MIME]
    assert TypeAdapter(Failure).validate_json(told) == failure


def test_an_exception_that_knows_no_failure_has_none() -> None:
    with patch.object(sys, "last_value", ValueError("x"), create=True):
        assert inside.Ended()._repr_mimebundle_() == {inside.MIME: "null"}


@given(texts, texts)
def test_facts_are_no_places_for_others(name: str, error: str) -> None:
    assert in_words(because(Why.CELL_RAISED, name=name, error=error)).count(error) >= 1


def test_a_sentence_that_two_causes_share_is_said_once() -> None:
    said = Diagnosis(because(Why.NOT_FINISHED), (Cause(("M1",), "Twice."), Cause(("M2", "M3"), "Twice.")))
    assert sentence(said) == "The experiment could not be finished. Twice."
    assert said.misconceptions == ("M1", "M2", "M3")


@pytest.mark.parametrize("room", sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))
def test_no_room_compares_a_translated_sentence(room: str) -> None:
    """`_("...") == text`, `text in _("...")`, `text.startswith(_("..."))`: words are made last, and never read."""
    found = []
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            operands: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                operands = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
                operands = [node.func.value, *node.args]
            found += [f"{path.name}:{one.lineno}" for one in operands if _is_translated(one)]
    assert found == []


def _is_translated(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
