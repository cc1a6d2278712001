"""A mutation test as lines for a person and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from autograder.values.audited import Fate, Mutant, Mutation, MutationScore


def mutation_lines(mutation: Mutation, seconds: float) -> list[str]:
    """One line for each exercise, and below it the mutants that kept all points but should not have."""
    scores = mutation.scores
    killed, survived, equivalent = (
        sum(count(score) for score in scores)
        for count in (
            lambda score: score.killed,
            lambda score: len(score.survived),
            lambda score: len(score.equivalent),
        )
    )
    lines = [
        f"{mutation.assignment}: {killed + survived + equivalent} of {mutation.made} mutants, {killed} killed, "
        f"{survived} survived, {equivalent} equivalent, score {_percent(killed, survived)}, "
        f"seed {mutation.seed}, {seconds:.1f} s"
    ]
    for score in scores:
        lines.append(
            f"  {'yes' if not score.survived else 'NO '} {score.exercise}: {score.killed} killed, "
            f"{len(score.survived)} survived, {len(score.equivalent)} equivalent, "
            f"score {_percent(score.killed, len(score.survived))}"
        )
        for mutant, fate in score.survived:
            lines += [f"        {line}" for line in _described(mutant, fate)]
    lines += [f"  NO  listed as equivalent, but not a survivor: {entry}" for entry in mutation.stale]
    return lines


def _described(mutant: Mutant, fate: Fate) -> Iterator[str]:
    of = mutant.variant or "the solution"
    yield f"{of}, {mutant.function}, line {mutant.line} ({mutant.operator.replace('_', ' ')})"
    yield f"  - {mutant.was}"
    yield f"  + {mutant.now}"
    if fate.seed is not None:
        yield f"  would lose points with seed {fate.seed}"
    elif fate.draws is not None:
        yield f"  agrees on {fate.draws} general draws, too few to tell"
    else:
        yield f"  differs at {fate.call}"


def _percent(killed: int, survived: int) -> str:
    return f"{100 * killed / (killed + survived):.1f} %" if killed + survived else "-"


def mutation_results(mutations: Sequence[Mutation]) -> dict[str, Any]:
    """The mutation tests as plain data for JSON."""
    return {
        "schema": 2,
        "passed": all(mutation.passed for mutation in mutations),
        "assignments": [
            {
                "assignment": mutation.assignment,
                "seed": mutation.seed,
                "made": mutation.made,
                "stale": list(mutation.stale),
                "exercises": [_score(score) for score in mutation.scores],
            }
            for mutation in mutations
        ],
    }


def _score(score: MutationScore) -> dict[str, Any]:
    return {
        "exercise": score.exercise,
        "killed": score.killed,
        "score": score.share,
        "equivalent": [_mutant(mutant) for mutant in score.equivalent],
        "survived": [
            {**_mutant(mutant), "seed": fate.seed, "call": fate.call, "draws": fate.draws}
            for mutant, fate in score.survived
        ],
    }


def _mutant(mutant: Mutant) -> dict[str, Any]:
    return {
        name: getattr(mutant, name)
        for name in ("exercise", "variant", "function", "line", "operator", "was", "now", "source")
    }
