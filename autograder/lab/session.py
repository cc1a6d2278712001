"""What the checks of this session said: the memory behind `lab.progress` and `lab.hint`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from autograder.lab.companion import ListedExercise, cell_digest


class State(Enum):
    """Where an exercise stands."""

    UNTRIED = "untried"
    WRONG = "wrong"
    FORMAL = "formal"  # its answers have the right form; whether they are right is seen after grading
    PASSED = "passed"


_WORST_FIRST = (State.WRONG, State.UNTRIED, State.FORMAL, State.PASSED)


@dataclass(slots=True)
class CheckCall:
    """One call of a check; wrong unless it ends otherwise, however it is cut off."""

    name: str
    state: State = State.WRONG


@dataclass(slots=True)
class _CellRun:
    """One execution of a cell in which something was checked."""

    number: int
    cell: str
    calls: list[CheckCall] = field(default_factory=list)
    ended_well: bool | None = None

    def state(self) -> State:
        """The cell as a whole: right when every call was and nothing else stopped it."""
        said = _worst(call.state for call in self.calls)
        return State.WRONG if self.ended_well is False and said is not State.UNTRIED else said


@dataclass(slots=True)
class Given:
    """How many hints of an exercise were given, how often it had failed by then, and what its code was."""

    count: int = 0
    after: tuple[int, str] = (0, "")


class Session:
    """Remembers, for each cell and each function, what the last execution of its checks said."""

    def __init__(self) -> None:
        self.hints: dict[str, Given] = {}
        self._run: _CellRun | None = None
        self._last_of_cell: dict[str, State] = {}
        self._last_of_name: dict[str, State] = {}
        self._failures: Counter[str] = Counter()
        self._known_to: Any = None

    def begin(self, name: str) -> CheckCall:
        """A check of a function begins."""
        call = CheckCall(name)
        self._open_run().calls.append(call)
        self._update(name)
        return call

    def end(self, call: CheckCall, state: State) -> None:
        """The check has ended."""
        call.state = state
        self._update(call.name)
        if state is State.WRONG and self._run is not None:
            self._failures.update([call.name, self._run.cell])

    def state(self, exercise: ListedExercise) -> State:
        """What its check cell said when it last ran; if that is not known, what the checks of its functions said."""
        if exercise.check in self._last_of_cell:
            return self._last_of_cell[exercise.check]
        return _worst(self._last_of_name[name] for name in _names(exercise) if name in self._last_of_name)

    def failures(self, exercise: ListedExercise) -> int:
        """How often a check of this exercise found something wrong; an exercise not started is not an attempt."""
        return self._failures[exercise.check] + sum(self._failures[name] for name in _names(exercise))

    def checked(self) -> tuple[ListedExercise, ...]:
        """What has been checked so far, in that order, as exercises about which nothing else is known."""
        return tuple(ListedExercise(name) for name in self._last_of_name)

    def _open_run(self) -> _CellRun:
        """The current execution; outside a notebook each call is a separate one."""
        shell = _shell()
        if shell is None:
            self._run = _CellRun(0, "")
            return self._run
        if self._known_to is not shell:
            shell.events.register("post_run_cell", self._cell_ended)
            self._known_to = shell
        if self._run is None or self._run.number != shell.execution_count or self._run.ended_well is not None:
            self._run = _CellRun(shell.execution_count, cell_digest(str(shell.history_manager.input_hist_raw[-1])))
        return self._run

    def _update(self, name: str) -> None:
        run = self._run
        if run is None:
            return
        self._last_of_name[name] = _worst(call.state for call in run.calls if call.name == name)
        if run.cell:
            self._last_of_cell[run.cell] = run.state()

    def _cell_ended(self, result: Any) -> None:
        run = self._run
        if run is not None and run.ended_well is None:
            run.ended_well = bool(result.success)
            self._last_of_cell[run.cell] = run.state()


def _worst(states: Iterable[State]) -> State:
    given = set(states)
    return next((state for state in _WORST_FIRST if state in given), State.UNTRIED)


def _names(exercise: ListedExercise) -> list[str]:
    return list(dict.fromkeys([exercise.name, *exercise.names]))


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()
