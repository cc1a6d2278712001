"""How often a likely cause is true: every misconception of the course, as if nobody had listed it.

    python benchmarks/causes.py [--seed S] [--into docs/likely-causes.md]

Three questions, answered from the observations of one seed:

- listed: does each misconception get its own sentence?
- unlisted: taken out of the list, with all that share its sentence, does a submission that has it get another's? Such a
  sentence is false, as it would be for a mistake that nobody thought of.
- pairs: two misconceptions of one exercise at once, that lose different facets. Are both named, and is anything else?
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from autograder.grading.course import assignments, load_assignment, load_catalogue, load_course
from autograder.grading.diagnose import causes
from autograder.grading.judge import judge
from autograder.grading.proving import prove
from autograder.values.observed import GUARD, Experiment, Trial

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Counts:
    """Submissions, and the true and false sentences that they got."""

    submissions: int = 0
    true: int = 0
    false: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.submissions + other.submissions, self.true + other.true, self.false + other.false)


def lost(right: Experiment, got: Experiment) -> list[str]:
    """Names of the facets that are lost."""
    return [verdict.name for verdict in judge(right, got) if verdict.points < verdict.worth]


def counted(right: Experiment, got: Experiment, trials: Sequence[Trial], true: set[str]) -> Counts:
    """What one submission is told."""
    _, named = causes(got, lost(right, got), trials)
    found = sum(cause.sentence in true for cause in named)
    return Counts(1, found, len(named) - found)


def listed(right: Experiment, trials: Sequence[Trial]) -> Iterator[Counts]:
    """Each misconception, in the list."""
    for one in trials:
        yield counted(right, one.experiment, trials, {one.sentence})


def unlisted(right: Experiment, trials: Sequence[Trial]) -> Iterator[Counts]:
    """Each misconception, out of the list."""
    for one in trials:
        yield counted(right, one.experiment, [other for other in trials if other.sentence != one.sentence], set())


def pairs(right: Experiment, trials: Sequence[Trial]) -> Iterator[Counts]:
    """Two misconceptions that lose different facets: each facet as the one of them has it that loses it."""
    loses = {one.id: set(lost(right, one.experiment)) for one in trials}
    for one, other in combinations(trials, 2):
        if one.sentence == other.sentence or loses[one.id] & loses[other.id]:
            continue
        both = tuple(
            observation
            for facet in (*(name for name, _points in right.facets), GUARD)
            for observation in (other if facet in loses[other.id] else one).experiment.observations
            if observation.facet == facet
        )
        yield counted(right, replace(right, observations=both), trials, {one.sentence, other.sentence})


def page(rows: dict[str, list[Counts]], seed: int) -> str:
    """The figures in Markdown."""
    total = [sum((row[column] for row in rows.values()), Counts()) for column in range(3)]
    lines = [
        "# How often a likely cause is true",
        "",
        f"Made by `python benchmarks/causes.py --seed {seed}`; its docstring explains the questions. A",
        "misconception in the list should get its own sentence. One that nobody listed should get none, because any",
        "would be false. A submission with two should get both. For pairs, *true* counts sentences, two for each pair.",
        "",
        "| assignment | listed | own sentence | unlisted | a false sentence | pairs | true | false |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, (alone, left_out, two) in [*rows.items(), ("**all**", total)]:
        cells = (
            alone.submissions,
            alone.true,
            left_out.submissions,
            left_out.false,
            two.submissions,
            two.true,
            two.false,
        )
        lines.append(f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    alone, left_out, two = total
    lines += [
        "",
        f"{left_out.submissions:,} mistakes that nobody listed got {left_out.false} false sentences",
        f"({left_out.false / left_out.submissions:.1%}). Of two mistakes at once,",
        f"{two.true / (2 * two.submissions):.1%} are named, with {two.false} false sentences in {two.submissions:,}",
        "submissions. No list is ever complete, so a page",
        "says *likely* cause, and points never depend on it.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all assignments."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    course = load_course(ROOT)
    rows: dict[str, list[Counts]] = {}
    for name in assignments(course):
        found = prove(load_assignment(course, name), load_catalogue(course, name), options.seed)
        exercises = [(found.experiments[cell], trials) for cell, trials in found.trials.items()]
        rows[name] = [
            sum((counts for right, trials in exercises for counts in question(right, trials)), Counts())
            for question in (listed, unlisted, pairs)
        ]
        print(name, *rows[name], flush=True)
    text = page(rows, options.seed)
    print(text)
    if options.into:
        options.into.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
