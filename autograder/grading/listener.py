"""Who hears how a grading run goes."""

from dataclasses import dataclass

from autograder.values.graded import Grade


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: Submissions that were asked for.
        done: Those that have a grade, or none for a failure of the grader.
        running: Students whose submissions run now.
        faults: Faults in the grades so far.
    """

    total: int
    done: int = 0
    running: tuple[str, ...] = ()
    faults: int = 0


class Listener:
    """Hears how a run goes. Each method does nothing here."""

    def prepare(self, text: str) -> None:
        """What is being prepared, in words."""

    def start(self, count: int, seed: int | None) -> None:
        """The number of submissions and the proven seed, before the first one runs."""

    def grade(self, grade: Grade) -> None:
        """A grade, as it is recorded."""

    def step(self, progress: Progress) -> None:
        """How far the run is, whenever that has changed."""


SILENT = Listener()
