"""Item analysis: how easy each exercise and facet was, and whether it tells those who know from those who do not."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.reporting.text import share
from autograder.values.graded import Grade

MIN_SUBMISSIONS = 5
"""With fewer, a correlation is an accident."""

Key = tuple[str, str]
"""An exercise's name and a facet's, "" for the exercise as a whole."""


@dataclass(frozen=True, slots=True)
class Item:
    """How an exercise or a facet did in a cohort.

    Attributes:
        submissions: Those that have points for it.
        facility: Mean share of its points, from 0 (nobody has any) to 1 (everybody has all), so high means easy; None
            if nobody could be judged. Test theory also calls it the difficulty index, which is misleading.
        discrimination: Pearson's correlation of its points with those of all other items, from -1 to 1; None with
            fewer than MIN_SUBMISSIONS, or if all have the same points here or elsewhere.
    """

    submissions: int
    facility: float | None
    discrimination: float | None


NO_ITEM = Item(0, None, None)


def items(grades: Sequence[Grade]) -> Mapping[Key, Item]:
    """Facility and corrected item-total correlation of each exercise and each facet.

    An exercise is compared with the other exercises, a facet with all other facets, even those of its own exercise. A
    notebook that could not be read says nothing, and neither does an answer that waits for a person. If some answers
    are missing, the rest is taken as a share of what it is worth; if none are, that is the total itself, scaled.

    Source:
        Crocker and Algina, Introduction to Classical and Modern Test Theory (1986), chapter 14.
    """
    seen: defaultdict[Key, list[tuple[float, float | None]]] = defaultdict(list)
    for grade in grades:
        exercises = _beside_the_rest(_exercises(grade))
        facets = {key: value for key, value in _beside_the_rest(_facets(grade)).items() if key[1]}
        for key, value in (exercises | facets).items():
            seen[key].append(value)
    return {key: _item(pairs) for key, pairs in seen.items()}


def _exercises(grade: Grade) -> dict[Key, tuple[float, float]]:
    """Points and worth of each exercise that was judged."""
    return {
        (verdict.name, ""): (verdict.points, verdict.worth)
        for verdict in grade.exercises
        if not verdict.needs_person and not verdict.unread
    }


def _facets(grade: Grade) -> dict[Key, tuple[float, float]]:
    """Points and worth of each facet; of each exercise, if it has no facets."""
    found = _exercises(grade)
    for verdict in grade.exercises:
        if verdict.facets and (verdict.name, "") in found:
            del found[verdict.name, ""]
            found |= {(verdict.name, one.name): (one.points, one.worth) for one in verdict.facets if not one.is_guard}
    return found


def _beside_the_rest(found: Mapping[Key, tuple[float, float]]) -> dict[Key, tuple[float, float | None]]:
    """The share that was won of each item, and of all others together; None if there is no other."""
    points, worth = sum(one for one, _ in found.values()), sum(one for _, one in found.values())
    return {
        key: (share(won, of), share(points - won, worth - of) if worth - of > 1e-9 else None)
        for key, (won, of) in found.items()
    }


def _item(pairs: Sequence[tuple[float, float | None]]) -> Item:
    """The item, from each submission's share of it and of all others; None if there are no others."""
    both = [(here, rest) for here, rest in pairs if rest is not None]
    return Item(
        submissions=len(pairs),
        facility=statistics.fmean(here for here, _rest in pairs) if pairs else None,
        discrimination=_correlation([here for here, _rest in both], [rest for _here, rest in both]),
    )


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    if len(one) < MIN_SUBMISSIONS or max(one) - min(one) < 1e-9 or max(other) - min(other) < 1e-9:
        return None
    return min(max(statistics.correlation(one, other), -1.0), 1.0)
