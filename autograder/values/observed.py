"""What experiments observe of a function, in a student's process and on the trusted side."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.reasons import Reason

GUARD = "all at once"
"""The name under which an experiment's guard is observed and judged: see `Experiment.guard`."""


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers as an observation has them: row-major, whole ones exactly, and the kind of their dtype (b, i, u, f)."""

    shape: tuple[int, ...]
    values: tuple[float, ...] = field(repr=False)
    kind: str
    dtype: str


Plain = None | bool | str | Array | tuple["Plain", ...]
"""What a function may return in an experiment; pairs of a dictionary are tuples of two."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A value came back."""

    value: Plain


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception.

    Attributes:
        nearest: The class that counts.
        name: The one that was raised.
        outside: "" if it passed the student's code. If it was raised afterwards, in what the experiment does with the
            answer, the type of the unusable answer, such as "NoneType", or "object" if that is not known.
    """

    nearest: str
    name: str
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Unusable:
    """What came back is not a valid observation, and why."""

    reason: Reason


Outcome = Returned | Raised | Unusable


@dataclass(frozen=True, slots=True)
class Observation:
    """One observed call: which facet it belongs to, which aspect was recorded, and what came back."""

    facet: str
    aspect: str
    outcome: Outcome
    tolerance: float | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """All that one hidden cell published.

    Attributes:
        exercise: The exercise's name; "" if the cell published nothing that can be read.
        facets: Name and points of each facet in order, as this process declared them.
        observations: In the order of the calls.
        guard: Points that the guard takes; 0 if there is none. Facets test one thing at a time, so that a slip costs
            one of them. The guard, observed as `GUARD`, tests everything at once. It costs points only if every facet
            is won.
    """

    exercise: str
    facets: tuple[tuple[str, float], ...]
    observations: tuple[Observation, ...]
    guard: float = 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What the experiment observes of one misconception (or of a right variant, then `facets` is empty)."""

    id: str
    sentence: str
    facets: tuple[str, ...]
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class Expectations:
    """What one seed's experiments observe on the solved notebook and on each misconception.

    Attributes:
        seed: The proven seed.
        experiments: By the grade id of the hidden cell.
        trials: Misconceptions, by the grade id of the hidden cell.
    """

    seed: int
    experiments: Mapping[str, Experiment] = field(repr=False)
    trials: Mapping[str, tuple[Trial, ...]] = field(repr=False)
