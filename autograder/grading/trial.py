"""What runs behind the solved notebook, in its kernel: the same experiments with a function replaced by a wrong one.

This is the trusted side. It is never loaded in a process that runs a submission.
"""

import contextlib
import gc
import itertools
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.grading.catalogue import load, placed, whole_text
from autograder.grading.draws import Arguments, Call, general, noted
from autograder.grading.judge import agree
from autograder.grading.observations import parse
from autograder.grading.overridden import overridden
from autograder.grading.soundness import problem
from autograder.lab import experiment as recording
from autograder.lab.checks import check
from autograder.lab.experiment import CELL, MIME, SEED_VARIABLE, publish
from autograder.values.observed import GUARD, Experiment, Observation, Raised

DRAWS = 200
"""On so many draws a mutant has to agree with the right answer to count as the same function."""
_MOST_RUNS = 40
"""So many runs of an experiment have to be enough for that."""
_DOUBTS = 3
"""Times that the right answer is asked again where a mutant's is another one."""
_FROM_ONE_CALL = 5
"""General draws that are made from one call of an experiment, since what it builds for its calls takes time."""
_OTHER_SEEDS = 3
"""With so many other seeds the experiment itself is tried, too."""
_CALL_LIMIT_S = 3.0
"""Seconds for a call that thousands of experiments may make: what has no end ends sooner than where it is graded."""
_MEMORY = 6_000_000_000
"""Bytes that a process may take that runs mutants: one of them may ask for an array without end."""


class _Lost(BaseException):
    """An observation is not what it should be, so the rest of the experiment cannot change that points are lost."""


class _Keeping(recording.Recorder):
    """A recorder that keeps what it records in this process.

    Args:
        exercise: As `Recorder` has it.
        rng: As well.
        kept: Where the texts go.
        calls: Where the calls go whose values are recorded.
        wanted: What is due, None where anything is. The first observation that is not so is not kept, and ends the
            experiment. Without it all are kept.
    """

    def __init__(
        self,
        exercise: str,
        rng: np.random.Generator,
        *,
        kept: list[str],
        calls: list[Call],
        wanted: Sequence[Observation | None] | None,
    ) -> None:
        super().__init__(exercise, rng)
        self._kept, self._calls, self._wanted = kept, calls, wanted

    def __call__(self, facet: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        tolerances = {name: kwargs.pop(name) for name in ("exact", "atol") if name in kwargs}
        given = self._arguments(function.__name__, (args, kwargs))
        self._calls.append(noted(function.__name__, given))
        super().__call__(facet, function, *given[0], **tolerances, **given[1])

    def _arguments(self, _name: str, arguments: Arguments) -> Arguments:
        return arguments

    def _record(self, message: Mapping[str, Any]) -> None:
        text, place = json.dumps(message), len(self._kept) - 1  # the first one declares the facets
        if self._wanted is not None and place >= 0:
            (observation,) = parse([text]).observations
            due = self._wanted[place] if place < len(self._wanted) else observation
            if due is not None and (place >= len(self._wanted) or not agree(due, observation)):
                raise _Lost
        self._kept.append(text)


class _Weighing(_Keeping):
    """A recorder that makes those calls only that can still tell which facets are lost.

    A facet whose first observation disagrees is lost, whatever its others are, and the guard counts only where no facet
    is. An answer that remembers earlier calls, or takes too long, can need all of them: `Bench.seed` finds out which.

    Args:
        exercise: As `Recorder` has it.
        rng: As well.
        left: By facet that is asked about, what the solution gives, the last observation first. What agrees is taken
            away; the facet's value becomes None when it is lost.
        due: The experiment ends when all of these facets are lost; if there are none, at its end.
        every_call: Make the other calls, too.
        **how: As `_Keeping` has it.
    """

    def __init__(
        self,
        exercise: str,
        rng: np.random.Generator,
        *,
        left: dict[str, list[Observation] | None],
        due: Collection[str],
        every_call: bool,
        **how: Any,
    ) -> None:
        super().__init__(exercise, rng, **how)
        self._left, self._due, self._every_call = left, due, every_call

    def _observe(self, facet: str, aspect: str, call: Callable[[], dict[str, Any]], **how: Any) -> None:
        matters = self._left.get(facet) is not None and not (facet == GUARD and None in self._left.values())
        if matters or self._every_call:
            super()._observe(facet, aspect, call, **how)
        else:
            self._number_of_calls += 1

    def _record(self, message: Mapping[str, Any]) -> None:
        super()._record(message)
        if "facet" not in message:
            return
        (observation,) = parse(self._kept[-1:]).observations
        if observation.facet not in self._left:
            return
        left = self._left[observation.facet]
        if not left or not agree(left.pop(), observation):
            self._left[observation.facet] = None
            if self._due and all(self._left[facet] is None for facet in self._due):
                raise _Lost


class _General(_Keeping):
    """Records values only, and of calls with general arguments in the place of the experiment's.

    Args:
        exercise: As `Recorder` has it.
        rng: As well.
        seed: Decides about the arguments.
        known: Calls of the experiment as it is.
        mishaps: Where the places of those observations go that are exceptions which nobody raised on purpose.
        **how: As `_Keeping` has it.
    """

    def __init__(
        self,
        exercise: str,
        rng: np.random.Generator,
        *,
        seed: int,
        known: Sequence[Call],
        mishaps: set[int],
        **how: Any,
    ) -> None:
        super().__init__(exercise, rng, **how)
        self._seed, self._known, self._mishaps = seed, known, mishaps

    def __call__(self, facet: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        for _time in range(_FROM_ONE_CALL):
            super().__call__(facet, function, *args, **kwargs)

    def _arguments(self, name: str, arguments: Arguments) -> Arguments:
        rng = np.random.default_rng([self._seed, len(self._calls)])
        others = [call.arguments for call in self._known if call.name == name != "<lambda>"]
        return general(arguments, others, rng)

    def _observe(self, facet: str, aspect: str, call: Callable[[], dict[str, Any]], **how: Any) -> None:
        def watched() -> dict[str, Any]:
            try:
                return call()
            except Exception as error:
                if not _is_deliberate(error):
                    self._mishaps.add(len(self._kept) - 1)
                raise

        if aspect == "value":
            super()._observe(facet, aspect, watched, **how)


def _is_deliberate(error: Exception) -> bool:
    """Whether a `raise` statement outside of libraries raised it: a promise of the exercise, and no mishap."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return "site-packages" not in frame.filename and (frame.line or "").startswith("raise")


class Bench:
    """Tries wrong functions on a notebook's cells.

    Args:
        namespace: The solved notebook's global names.
        cells: Source of the cells that are tried, by grade id.
        files: Those of misconceptions and variants.
    """

    def __init__(self, namespace: dict[str, Any], cells: Mapping[str, str], files: Sequence[str]) -> None:
        self._namespace = namespace
        self._cells = {name: compile(source, CELL, "exec") for name, source in cells.items()}
        catalogue = load(*map(Path, files))
        # What is there now stays; without it a collection is quick, and models of thousands of experiments go.
        gc.collect()
        gc.freeze()
        self._modules = {path.stem: compile(whole_text(path), str(path), "exec") for path in catalogue.files}
        self._knows_state, self._with_state = set[str](), set[str]()
        self._points: Mapping[str, float] = {}
        self._tried: Sequence[tuple[str, str, Sequence[str], Sequence[str]]] = ()
        self._into: Mapping[str, str] = {}
        self._cell = ""
        self._answers: dict[int, tuple[Sequence[Observation], Sequence[Call]]] = {}
        self._general_answers: dict[tuple[int, str], tuple[list[Observation | None], Sequence[Call]]] = {}
        self._catalogued = {one.id: one for one in catalogue.answers}
        self._common = {entry.name: entry.function for entry in catalogue.commons}

    def observe(self, id: str, replaced: Sequence[str], cell: str) -> None:
        """Run an experiment with the functions `replaced` standing for the misconception or variant `id`."""
        from IPython.display import publish_display_data
        from IPython.utils.capture import capture_output

        with capture_output(stdout=False, stderr=False) as shown:
            with self._with(id, replaced):
                exec(self._cells[cell], self._namespace)
            publish()
        texts = "\n".join(output.data[MIME] for output in shown.outputs if MIME in output.data)
        publish_display_data({MIME: texts, "text/plain": ""})

    def answer(self, id: str, replaced: Sequence[str], cell: str) -> None:
        """Run a visible check likewise, and publish the digest of each answer and whether it was right.

        Of the answers that were not, the first is published as an example too: the call, what came, what was due.
        """
        from IPython.display import publish_display_data

        # Between two checks a cell may use the answer itself, and a wrong one of another type then ends it.
        wrong: list[dict[str, Any]] = []
        with check.recorded(wrong) as answers, contextlib.suppress(Exception), self._with(id, replaced):
            exec(self._cells[cell], self._namespace)
        publish_display_data({MIME: json.dumps({"answers": answers, "wrong": wrong[:1]}), "text/plain": ""})

    @contextlib.contextmanager
    def _with(self, id: str, replaced: Sequence[str]) -> Iterator[None]:
        """The notebook's names `replaced` hold other functions; "" replaces nothing."""
        others: dict[str, Any] = {}
        common = self._common.get(id.rpartition("/")[2])
        for name in replaced:
            original = self._namespace[name]
            if common is not None:
                others[name] = common(original)
            else:
                wrong = self._catalogued[id].function
                others[name] = wrong if callable(original) else wrong()
            if callable(original):
                # A student's function has the exercise's name, and the visible check knows a call by it.
                others[name].__name__ = name
        with overridden(self._namespace, others):
            yield

    def plan(
        self,
        points: Mapping[str, float],
        tried: Sequence[tuple[str, str, Sequence[str], Sequence[str]]],
        into: Mapping[str, str],
    ) -> None:
        """What `seed` tries.

        Args:
            points: What each hidden cell is worth.
            tried: Id and exercise of each catalogued answer, the names that it replaces, and the facets that it
                has to lose; none of a right variant.
            into: By exercise the file to which it adds a line.
        """
        self._points, self._tried, self._into = points, tried, into

    def seed(self, exercise: str, seed: int, whole: bool, variants: bool) -> None:
        """Run an experiment with a seed, on the solution and on each catalogued answer; add a line to its file.

        Args:
            exercise: Name of the exercise's solution cell.
            seed: The seed.
            whole: Whether a misconception's experiment goes on when it has lost what it has to.
            variants: Whether right variants are tried, too.
        """
        began = time.process_time()
        cell = f"{exercise}_hidden"
        solution = self._experiment(cell, seed)
        wrongs = (
            problem(solution, self._points[cell]),
            self._entangled(cell, seed, solution) if whole else "",
        )
        names = [name for name, _points in solution.facets]
        misconceptions, right = [], []
        for id, of, replaced, facets in self._tried:
            due = placed(facets, names)
            if of != exercise or not (whole or due or (variants and not facets)):
                continue
            gc.collect()
            with self._with(id, replaced):
                lost = self._lost_by(id, exercise, seed, solution, due, whole or not facets)
            if facets:
                kept = [facet for facet in due if facet not in lost]
                misconceptions.append((id, sorted(lost) if whole else [], kept))
            else:
                right.append((id, sorted(lost)))
        self._knows_state.add(exercise)
        line = {
            "seed": seed,
            "whole": whole,
            "with_variants": variants,
            "misconceptions": misconceptions,
            "variants": right,
            "unsound": [f"{cell}: {wrong}" for wrong in wrongs if wrong],
            "cpu_s": round(time.process_time() - began, 2),
        }
        with open(self._into[exercise], "a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")

    def _experiment(self, cell: str, seed: int) -> Experiment:
        kept: list[str] = []
        self._run(cell, seed, _Keeping, kept=kept)
        return parse(kept)

    def _lost(
        self,
        cell: str,
        seed: int,
        solution: Experiment,
        among: Collection[str],
        until: Collection[str] = (),
        *,
        every_call: bool = False,
    ) -> frozenset[str]:
        """Which of the facets `among` are lost; no others are looked for when all of `until` are."""
        left: dict[str, list[Observation] | None] = {
            facet: [one for one in reversed(solution.observations) if one.facet == facet] for facet in among
        }
        with contextlib.suppress(_Lost):
            self._run(cell, seed, partial(_Weighing, left=left, due=until, every_call=every_call), kept=[])
        lost = {facet for facet, observations in left.items() if observations != []}  # what was not reached is lost
        return frozenset(lost - {GUARD} or lost)

    def _lost_by(
        self, id: str, exercise: str, seed: int, solution: Experiment, due: Sequence[str], whole: bool
    ) -> frozenset[str]:
        """What an answer loses; where not the whole is asked about, of the facets `due` only.

        With the first seed all calls are made, and it is found out who needs them with the others, too: answers that
        lose something else when calls are left out.
        """
        cell = f"{exercise}_hidden"
        everything = [*(name for name, _points in solution.facets), GUARD]
        until = () if whole or GUARD in due else due
        if exercise in self._knows_state and id not in self._with_state:
            return self._lost(cell, seed, solution, until or everything, until)
        lost = self._lost(cell, seed, solution, everything, every_call=True)
        if exercise not in self._knows_state and due:
            weighed = self._lost(cell, seed, solution, everything)
            proven = lost if GUARD in due else self._lost(cell, seed, solution, due, due)
            if weighed != lost or lost & set(due) != proven & set(due):
                self._with_state.add(id)
        return lost

    def _entangled(self, cell: str, seed: int, solution: Experiment) -> str:
        """The facets whose observations are others when only their own calls are made; "" if none are.

        Such a facet can be lost to a mistake that belongs to another, whose call was to draw a number.
        """
        names = [*(name for name, _points in solution.facets), *([GUARD] if solution.guard else [])]
        found = [name for name in names if self._lost(cell, seed, solution, [name])]
        return f"what is observed hangs on the calls of other facets: {found}" if found else ""

    def mutant(self, exercise: str, variant: str, function: str, source: str, seed: int) -> None:
        """Run an experiment with a changed function in the place of a right one, and publish what became of it.

        That is the first facet that it lost, None if none; and of a mutant that lost none, what tells it from the right
        answer.

        Args:
            exercise: Name of the exercise's solution cell.
            variant: The right variant that is changed; "" for the solution.
            function: Name of the function that is changed, in the solution cell or in the exercise's file.
            source: The changed function.
            seed: Of the experiment in which it has to lose points.
        """
        from IPython.display import publish_display_data

        limit_memory(_MEMORY)
        cell = f"{exercise}_hidden"
        found: dict[str, Any] = {"lost": ""}
        with contextlib.suppress(Exception):  # such as a default that cannot be computed: a student's cell would end so
            changed = self._mutated(exercise, variant, function, source)
            found = self._fate(cell, variant, changed, seed)
        gc.collect()
        publish_display_data({MIME: json.dumps(found), "text/plain": ""})

    def control(self, exercise: str, seed: int) -> None:
        """Run an experiment on the solution once more, and publish the first facet that it loses; None is well."""
        from IPython.display import publish_display_data

        cell = f"{exercise}_hidden"
        wanted, _calls = self._right_answers(cell, seed)
        place = self._disagreement(cell, seed, {}, wanted)
        lost = None if place is None else wanted[min(place, len(wanted) - 1)].facet
        publish_display_data({MIME: json.dumps({"lost": lost}), "text/plain": ""})

    def _fate(self, cell: str, variant: str, changed: Mapping[str, Any], seed: int) -> dict[str, Any]:
        wanted, _calls = self._right_answers(cell, seed)
        place = self._disagreement(cell, seed, changed, wanted)
        if place is not None:
            return {"lost": wanted[min(place, len(wanted) - 1)].facet}
        return {"lost": None, **self._difference(cell, variant, changed, seed)}

    def _difference(self, cell: str, variant: str, changed: Mapping[str, Any], seed: int) -> dict[str, Any]:
        """What tells a mutant that lost no points from the right answer: another seed, or a call.

        Nothing if it agrees at some other seeds, and on `DRAWS` general draws; where so many cannot be made, how many
        there were.
        """
        for other in range(seed + 1, seed + 1 + _OTHER_SEEDS):
            wanted, _calls = self._right_answers(cell, other)
            if self._disagreement(cell, other, changed, wanted) is not None:
                return {"seed": other}
        draws = 0
        for other in range(seed + 1, seed + 1 + _MOST_RUNS):
            answers, calls = self._right_general_answers(cell, other, variant)
            place = self._disagreement(cell, other, changed, answers, general_draws=True)
            for _time in range(_DOUBTS if place is not None else 0):
                self._doubt(cell, other, variant)
            if place is not None:  # what chance decides differs from itself, too
                place = self._disagreement(cell, other, changed, answers, general_draws=True)
            if place is not None:
                return {"call": calls[min(place, len(calls) - 1)].text}
            draws += sum(answer is not None for answer in answers)
            if draws >= DRAWS:
                return {}
        return {"draws": draws}

    def _disagreement(
        self,
        cell: str,
        seed: int,
        changed: Mapping[str, Any],
        wanted: Sequence[Observation | None],
        *,
        general_draws: bool = False,
    ) -> int | None:
        """The place of the first observation that is not as it should be; None if all are.

        Its facet is lost, or the guard, whatever comes after it: see `autograder.grading.judge`.
        """
        kept: list[str] = []
        ended = False
        try:
            with overridden(self._namespace, changed):
                recorder = self._general(seed) if general_draws else _Keeping
                self._run(cell, seed, recorder, kept=kept, wanted=wanted)
        except (_Lost, Exception):  # a submission's cell would end there, too
            ended = True
        agreed = max(len(kept) - 1, 0)
        missing = any(observation is not None for observation in wanted[agreed:])
        return agreed if missing or (ended and not general_draws) else None

    def _right_answers(self, cell: str, seed: int) -> tuple[Sequence[Observation], Sequence[Call]]:
        """What the solution gives, and the calls that the experiment makes."""
        if cell != self._cell:  # one exercise comes after the other
            self._cell, self._answers, self._general_answers = cell, {}, {}
        if seed not in self._answers:
            kept: list[str] = []
            calls: list[Call] = []
            self._run(cell, seed, _Keeping, kept=kept, calls=calls)
            self._answers[seed] = parse(kept).observations, calls
        return self._answers[seed]

    def _right_general_answers(
        self, cell: str, seed: int, variant: str
    ) -> tuple[list[Observation | None], Sequence[Call]]:
        """What the solution gives on general draws; None where that is no answer, or a right variant gives another.

        Args:
            cell: The experiment.
            seed: Its seed, and that of the draws.
            variant: Its id; "" for the solution itself, which is asked twice, too.
        """
        self._right_answers(cell, seed)
        key = seed, variant
        if key not in self._general_answers:
            kept: list[str] = []
            calls: list[Call] = []
            mishaps: set[int] = set()
            with contextlib.suppress(Exception):
                self._run(cell, seed, self._general(seed, mishaps), kept=kept, calls=calls)
            answers: list[Observation | None] = [
                one if place not in mishaps and _is_answer(one) else None
                for place, one in enumerate(parse(kept).observations)
            ]
            self._general_answers[key] = answers, calls
            self._doubt(cell, seed, variant)
        return self._general_answers[key]

    def _doubt(self, cell: str, seed: int, variant: str) -> None:
        """Ask the right answer again, and expect no answer any more that it does not repeat."""
        answers, _calls = self._general_answers[seed, variant]
        again: list[str] = []
        replaced = [self._catalogued[variant].replaces] if variant else []
        with contextlib.suppress(Exception), self._with(variant, replaced):
            self._run(cell, seed, self._general(seed), kept=again)
        for place, (one, other) in enumerate(itertools.zip_longest(list(answers), parse(again).observations)):
            if place < len(answers) and not (one and other and agree(one, other)):
                answers[place] = None

    def _general(self, seed: int, mishaps: set[int] | None = None) -> Callable[..., recording.Recorder]:
        """A recorder of calls with general arguments, which are made from those of the experiment."""
        known = self._answers[seed][1]
        return partial(_General, seed=seed, known=known, mishaps=set() if mishaps is None else mishaps)

    def _run(
        self,
        cell: str,
        seed: int,
        recorder: Callable[..., recording.Recorder],
        *,
        kept: list[str],
        calls: list[Call] | None = None,
        wanted: Sequence[Observation | None] | None = None,
    ) -> None:
        """Execute an experiment with a seed and a recorder, which is told where its texts and calls go."""
        recorder = partial(recorder, kept=kept, calls=[] if calls is None else calls, wanted=wanted)
        replaced = {"Recorder": recorder, "CALL_LIMIT_S": _CALL_LIMIT_S, "WAIT_LIMIT_S": _CALL_LIMIT_S}
        with overridden(vars(recording), replaced), overridden(os.environ, {SEED_VARIABLE: str(seed)}):
            exec(self._cells[cell], self._namespace)

    def _mutated(self, exercise: str, variant: str, function: str, source: str) -> Mapping[str, Any]:
        """What stands in the place of the notebook's functions, by name, where one function is changed."""
        if not variant:
            with overridden(self._namespace, {function: None}):
                exec(compile(source, function, "exec"), self._namespace)
                return {function: self._namespace[function]}
        right = self._catalogued[variant]
        module = ModuleType("_mutated")
        with overridden(sys.modules, {module.__name__: module}):
            exec(self._modules[exercise], module.__dict__)
            exec(compile(source, function, "exec"), module.__dict__)
        changed = getattr(module, right.name)
        changed.__name__ = right.replaces
        return {right.replaces: changed}


def limit_memory(most: int) -> None:
    """A mutant may ask for an array without end: it gets a MemoryError, and the machine goes on."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _is_answer(observation: Observation) -> bool:
    """Whether it can be compared: no NaN, no call that took too long."""
    took_too_long = isinstance(observation.outcome, Raised) and observation.outcome.nearest in (
        "CallTookTooLong",
        "OutOfTime",
    )
    return not took_too_long and agree(observation, observation)
