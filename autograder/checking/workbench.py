"""A notebook on the workbench: runs what its checks need, and after a change only what the change affects."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.checking.kernel import Kernel, Outcome
from autograder.code_cells import Cell

IMPORTS_S = 60.0
"""Extra seconds for a cell that imports something."""
_INSIDE = "import autograder.checking.inside as _inside"
_FIRST = 0


@dataclass(frozen=True, slots=True)
class _Step:
    """A cell that ran; its mark in the kernel."""

    cell: Cell
    key: int
    outcome: Outcome


class Workbench:
    """Holds a kernel, in which the cells of the last run have left their names."""

    def __init__(self, folder: Path, *, limit_s: float) -> None:
        self._folder, self._limit_s = folder, limit_s
        self._kernel: Kernel | None = None
        self._steps: list[_Step] = []
        self._last_key = _FIRST
        self._waiting: list[str] = []
        self._lost: set[str] = set()  # names of objects that cells changed which are no longer among the steps
        self.ran = 0

    def __enter__(self) -> "Workbench":
        self._start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()

    def run(self, cells: Sequence[Cell], stop: Callable[[], bool] = lambda: False) -> dict[int, Outcome] | None:
        """Run the cells in order, and reuse what no change has affected.

        Args:
            cells: The cells of the plan.
            stop: Asked repeatedly; when it returns True, the run ends.

        Returns:
            What happened to each cell, by its position in the notebook; None if the run was stopped.
        """
        self.ran = 0
        matches, again = _reached(self._steps, cells, self._lost)
        same = next((place for place, match in enumerate(matches) if match != place or place in again), len(cells))
        old = self._steps
        # A cell may have moved, or been renamed.
        self._steps = [_Step(cell, step.key, step.outcome) for cell, step in zip(cells[:same], old, strict=False)]
        self._lost |= {name for step in old[same:] for name in step.cell.alters}
        self._tell(f"rewind({self._steps[-1].key if self._steps else _FIRST})")
        for place, match in list(enumerate(matches))[same:]:
            cell = cells[place]
            if match is not None and place not in again:
                self._tell(f"reuse({old[match].key}, {self._new_key()})")
                self._steps.append(_Step(cell, self._last_key, old[match].outcome))
                continue
            self._lost |= cell.alters
            outcome = self._execute(cell, stop)
            if outcome.kind == "stopped":
                return None
            if not outcome.is_alive:
                again = set(range(len(cells)))  # the others' marks are gone with the kernel
            self._tell(f"mark({self._new_key()})")
            self._steps.append(_Step(cell, self._last_key, outcome))
        self._lost = set()
        self._tell(f"keep({[_FIRST, *(step.key for step in self._steps)]})")
        self._flush()
        return {step.cell.index: step.outcome for step in self._steps}

    def _execute(self, cell: Cell, stop: Callable[[], bool]) -> Outcome:
        endless = self._endless()
        blocked = next((name for name in sorted(cell.reads) if name in endless), None)
        if blocked is not None and not cell.is_solution:
            return Outcome("blocked", blocked)
        self._flush()
        self.ran += 1
        limit_s = self._limit_s + (IMPORTS_S if cell.prepares else 0)
        assert self._kernel is not None
        outcome = self._kernel.run(cell.source, limit_s=limit_s, stop=stop)
        if not outcome.is_alive:
            self._start_again()
        return outcome

    def _endless(self) -> set[str]:
        """Functions that were being checked when the time was up or Python ended."""
        solved = {name for step in self._steps if step.cell.is_solution for name in step.cell.writes}
        names: set[str] = set()
        for step in self._steps:
            if step.outcome.kind in ("timeout", "died"):
                names |= (set(step.cell.checked) & solved) or (step.cell.reads & solved)
        return names

    def _start_again(self) -> None:
        """A new kernel, in which the harmless cells have run."""
        self._end()
        self._start()
        for step in self._steps:
            if step.outcome.kind in ("ok", "error"):
                self._flush()
                assert self._kernel is not None
                self._kernel.run(step.cell.source, limit_s=self._limit_s + IMPORTS_S)
            self._tell(f"mark({step.key})")

    def _new_key(self) -> int:
        self._last_key += 1
        return self._last_key

    def _tell(self, call: str) -> None:
        """Have the kernel do this before it runs the next cell."""
        self._waiting.append(f"_inside.{call}")

    def _flush(self) -> None:
        if self._waiting and self._kernel is not None:
            code = "\n".join([_INSIDE, *self._waiting])
            self._waiting.clear()
            self._kernel.run(code, limit_s=IMPORTS_S, silent=True)

    def _start(self) -> None:
        self._kernel = Kernel(self._folder)
        self._waiting = []
        self._tell(f"mark({_FIRST})")

    def _end(self) -> None:
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None


def _reached(steps: Sequence[_Step], cells: Sequence[Cell], lost: Collection[str]) -> tuple[list[int | None], set[int]]:
    """The step that each cell was, None for a new one, and the places of the cells that have to run.

    A cell runs if it is new, or if it reads or writes a name that an earlier cell writes which runs or is gone. No mark
    undoes what such a cell changed in place when it ran before, so the cell that made the object runs too.
    """
    matches: list[int | None] = []
    first = 0
    for cell in cells:
        found = (place for place in range(first, len(steps)) if steps[place].cell.source == cell.source)
        matches.append(match := next(found, None))
        first = first if match is None else match + 1
    modules = {name for cell in cells for name in cell.imports}
    again, altered = set[int](), set(lost)
    while True:
        at_first, first = altered - modules, 0
        changed = set(at_first)
        for place, (cell, match) in enumerate(zip(cells, matches, strict=True)):
            for gone in steps[first:match] if match is not None else ():
                changed |= gone.cell.writes
                altered |= gone.cell.alters
            first = first if match is None else match + 1
            blocked = match is not None and steps[match].outcome.kind == "blocked"
            if match is None or blocked or (cell.reads | cell.writes) & changed:
                again.add(place)
                changed |= cell.writes
                altered |= cell.alters if match is not None else set()
        altered |= {name for gone in steps[first:] for name in gone.cell.alters}
        if altered - modules == at_first:
            return matches, again
