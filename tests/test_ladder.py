"""The measured ladder: stored results, and the page made from them."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev

import pytest

ROOT = Path(__file__).parent.parent
RESULTS = json.loads((ROOT / "convnets/data/ladder.json").read_text(encoding="utf-8"))


def accuracies(which: str, step: str) -> list[float]:
    return [run["test"] for run in RESULTS["sets"][which]["runs"] if run["step"] == step]


@pytest.mark.parametrize("which", ["drawings", "photographs"])
def test_every_step_was_measured_with_the_same_five_seeds_or_more(which):
    runs = RESULTS["sets"][which]["runs"]
    seeds = {step: sorted(run["seed"] for run in runs if run["step"] == step) for step in {run["step"] for run in runs}}
    assert len(seeds["scratch"]) >= 5
    assert all(each == seeds["scratch"] for each in seeds.values())


def test_on_drawings_each_rung_lies_above_the_one_before_by_more_than_their_spread():
    for lower, upper in pairwise(["scratch", "augmented", "cached", "two blocks"]):
        below, above = accuracies("drawings", lower), accuracies("drawings", upper)
        assert mean(above) - mean(below) > max(stdev(below), stdev(above)), (lower, upper)


def test_a_random_base_does_not_carry_the_ladder():
    assert mean(accuracies("drawings", "random base")) < mean(accuracies("drawings", "cached")) - 0.1


def test_features_of_lite0_tell_photographs_apart():
    assert mean(accuracies("photographs", "cached")) >= 0.97


def test_the_drawings_took_less_than_eight_cpu_minutes():
    assert sum(run["cpu_seconds"] for run in RESULTS["sets"]["drawings"]["runs"]) < 480


@pytest.mark.processes
def test_the_page_is_made_from_the_stored_results(tmp_path):
    subprocess.run([sys.executable, ROOT / "benchmarks/ladder_page.py", tmp_path], check=True)
    assert (tmp_path / "ladder.md").read_text() == (ROOT / "docs/ladder.md").read_text(), (
        "run benchmarks/ladder_page.py"
    )
    assert (tmp_path / "ladder.svg").is_file()
