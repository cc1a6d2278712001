"""One slip costs one facet, at every seed, and the visible check shows it."""

import functools
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from one_experiment import ROOT, answered, code_cells, observed

from autograder.grading.catalogue import Misconception, Variant, load
from autograder.grading.judge import judge
from autograder.values.observed import GUARD, Experiment
from convnets import lab

WITHOUT_KERAS = [
    ("feature_extraction", "preprocess_vgg16"),
    ("feature_extraction", "save_features"),
    ("fine_tuning", "accuracy_and_bce"),
]
WITH_KERAS = [
    ("feature_extraction", "split_base_head"),
    ("feature_extraction", "extract_features"),
    ("feature_extraction", "build_feature_classifier"),
    ("feature_extraction", "build_transfer_model"),
    ("feature_extraction", "features_at_depth"),
    ("fine_tuning", "unfreeze_from"),
    ("fine_tuning", "trainable_summary"),
    ("fine_tuning", "fine_tune"),
]
EXERCISES = [
    *(pytest.param(*each, 4, id=each[1]) for each in WITHOUT_KERAS),
    *(pytest.param(*each, 2, id=each[1], marks=pytest.mark.slow) for each in WITH_KERAS),
]
NOT_ALONE = {"save_features/pickles_a_pair", "save_features/gives_no_names"}
"""What they write their own right `load_features` cannot read; whoever writes so reads so, and loses one facet."""


@functools.cache
def names_of(assignment: str, with_keras: bool) -> dict[str, Any]:
    """The global names of a solved notebook, as far as its exercises need them."""
    cells = code_cells(assignment)
    names: dict[str, Any] = {"lab": lab, "np": np, "Path": Path, "tempfile": tempfile}
    if not with_keras:
        for _assignment, exercise in WITHOUT_KERAS:
            if _assignment == assignment and exercise in cells:
                exec(cells[exercise], names)
        return names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("setup", "vgg16_structure", *(each for each in cells if f"{each}_hidden" in cells)):
            exec(cells[name], names)
        for _assignment, exercise in WITH_KERAS:
            if _assignment == assignment and exercise in cells:  # a check may use a small model of one before it
                answered(assignment, exercise, names, keep=True)
    return names


def catalogued(assignment: str, exercise: str, kind: str) -> list[Any]:
    return list(getattr(load(ROOT / f"solutions/{assignment}/{exercise}.py"), kind))


def instead(names: dict[str, Any], entry: Misconception | Variant) -> dict[str, Any]:
    """The notebook's names with a catalogued answer; the check knows a function by its name."""
    entry.function.__name__ = entry.replaces
    return {**names, entry.replaces: entry.function}


def lost(expected: Experiment, got: Experiment) -> set[str]:
    return {verdict.name for verdict in judge(expected, got) if verdict.points < verdict.worth}


@pytest.mark.parametrize(("assignment", "exercise", "seeds"), EXERCISES)
def test_a_misconception_costs_the_facets_that_it_names_and_no_other(assignment, exercise, seeds) -> None:
    names = names_of(assignment, (assignment, exercise) in WITH_KERAS)
    for seed in range(100, 100 + seeds):
        expected = observed(assignment, exercise, names, seed=seed)
        for wrong in catalogued(assignment, exercise, "misconceptions"):
            costs = lost(expected, observed(assignment, exercise, instead(names, wrong), seed=seed))
            if wrong.id in NOT_ALONE and exercise == "save_features":
                assert set(wrong.facets) <= costs
            else:
                assert costs == set(wrong.facets), (wrong.id, seed)


@pytest.mark.parametrize(("assignment", "exercise", "seeds"), EXERCISES)
def test_a_right_answer_in_other_words_costs_nothing(assignment, exercise, seeds) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras  # noqa: F401 - a variant takes the library's function, and a call has no time to import it
    names = names_of(assignment, (assignment, exercise) in WITH_KERAS)
    for seed in range(200, 200 + seeds):
        expected = observed(assignment, exercise, names, seed=seed)
        assert expected.guard >= sum(points for _name, points in expected.facets) / 4
        assert any(observation.facet == GUARD for observation in expected.observations)
        for right in catalogued(assignment, exercise, "variants"):
            assert lost(expected, observed(assignment, exercise, instead(names, right), seed=seed)) == set(), right.id


@pytest.mark.parametrize(("assignment", "exercise", "seeds"), EXERCISES)
def test_the_visible_check_shows_each_misconception(assignment, exercise, seeds) -> None:
    names = names_of(assignment, (assignment, exercise) in WITH_KERAS)
    right = answered(assignment, exercise, names)
    assert right and all(right)
    for wrong in catalogued(assignment, exercise, "misconceptions"):
        shown = answered(assignment, exercise, instead(names, wrong))
        assert not all(shown) or len(shown) < len(right), wrong.id
    for other in catalogued(assignment, exercise, "variants"):
        assert answered(assignment, exercise, instead(names, other)) == right, other.id


@pytest.mark.slow
def test_features_are_extracted_from_some_fifty_batches_at_most() -> None:
    """`base.predict` for each batch is right and ten times as dear: the experiment has room for that."""
    names = names_of("feature_extraction", True)
    batches = list[object]()

    def counting(base: Any, given: Any, n_samples: int | None = None) -> Any:
        def noted(batch: object) -> object:
            batches.append(batch)
            return batch

        return names["extract_features"](base, map(noted, given), n_samples)

    observed("feature_extraction", "extract_features", {**names, "extract_features": counting}, seed=7)
    assert 20 < len(batches) <= 60
