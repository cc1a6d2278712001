"""How much of an assignment a long audit tries, and how many work on it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """What `audit --mutants` and `audit --seeds` have in common.

    Attributes:
        exercise: Try only this one; all if None.
        jobs: How many kernels work at the same time.
        on_progress: Called with what is being done, in words.
    """

    exercise: str | None = None
    jobs: int = 1
    on_progress: Callable[[str], None] = lambda _text: None


ALL_OF_IT = Effort()
