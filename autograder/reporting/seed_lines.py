"""Trials of many seeds as lines for a person and as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from autograder.values.audited import Seeds

_SHOWN = 5


def seed_lines(seeds: Seeds) -> list[str]:
    """Counts, and below each claim the evidence against it."""
    trials = seeds.trials
    cpu_s = sum(trial.cpu_s for trial in trials) / len(trials)
    proven = len(trials) - len(seeds.unproven)
    lines = [
        f"{seeds.assignment}: {len(trials)} seeds from {trials[0].seed} on, {proven} proven at the first try, "
        f"{len(trials[0].lost)} misconceptions, {len(trials[0].variants)} right variants, "
        f"{cpu_s:.1f} s of a processor for each seed"
    ]
    whole, right = sum(trial.whole for trial in trials), sum(trial.with_variants for trial in trials)
    unproven = [
        f"seed {trial.seed}: {what}"
        for trial in seeds.unproven
        for what in (
            *trial.unsound,
            *(f"{id} keeps {_facets(kept)}" for id, kept in trial.kept.items() if kept),
        )
    ]
    wavering = [
        f"{id} loses " + "; ".join(f"{_facets(lost)} with {_numbers(found)}" for lost, found in ways.items())
        for id, ways in seeds.wavering.items()
    ]
    losing = [f"{id} with {_numbers(found)}" for id, found in seeds.losing.items()]
    for claim, against in [
        ("every seed is proven at the first try", unproven),
        (f"every misconception loses the same facets with each of {whole}", wavering),
        (f"every right variant gets full marks with each of {right}", losing),
    ]:
        lines.append(f"  {'NO ' if against else 'yes'} {claim}")
        lines += [f"        {line}" for line in against]
    return lines


def _facets(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in sorted(names)) or "nothing"


def _numbers(seeds: Sequence[int]) -> str:
    """How many seeds, and the first of them."""
    some = ", ".join(map(str, seeds[:_SHOWN])) + (", ..." if len(seeds) > _SHOWN else "")
    return f"{len(seeds)} seed{'s' if len(seeds) != 1 else ''} ({some})"


def seed_results(found: Sequence[Seeds]) -> dict[str, Any]:
    """The trials as plain data for JSON."""
    return {
        "schema": 2,
        "passed": all(seeds.passed for seeds in found),
        "assignments": [
            {
                "assignment": seeds.assignment,
                "seeds": [trial.seed for trial in seeds.trials],
                "cpu_s": [trial.cpu_s for trial in seeds.trials],
                "unproven": [
                    {
                        "seed": trial.seed,
                        "unsound": list(trial.unsound),
                        "kept": [{"id": id, "facets": sorted(kept)} for id, kept in trial.kept.items() if kept],
                    }
                    for trial in seeds.unproven
                ],
                "wavering": [
                    {
                        "id": id,
                        "loses": [{"facets": sorted(lost), "seeds": list(numbers)} for lost, numbers in ways.items()],
                    }
                    for id, ways in seeds.wavering.items()
                ],
                "losing": [{"id": id, "seeds": list(numbers)} for id, numbers in seeds.losing.items()],
            }
            for seeds in found
        ],
    }
