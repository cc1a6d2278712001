"""What runs behind the solved notebook, in its kernel: the same experiments with a function replaced by a wrong one.

This is the trusted side. It is never loaded in a process that runs a submission.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from autograder.grading.catalogue import Misconception, Variant, load
from autograder.grading.judge import agree
from autograder.grading.observations import parse
from autograder.lab import experiment as recording
from autograder.lab.checks import check
from autograder.lab.experiment import MIME, SEED_VARIABLE, publish
from autograder.values import GUARD, Observation

DRAWS = 200
"""On so many observations of other seeds a mutant agrees with the right answer that counts as the same function."""
_MEMORY = 6_000_000_000
"""Bytes that a process may take that runs mutants: one of them may ask for an array without end."""


class _Lost(BaseException):
    """An observation is not what it should be, so the rest of the experiment cannot change that points are lost."""


class _Keeping(recording.Recorder):
    """A recorder that keeps what it records in this process, as texts.

    Args:
        exercise: As `Recorder` has it.
        kept: Where the texts go.
        wanted: What is due; the first observation that is not so is not kept, and ends the experiment. None if all are.
        guard_only: Whether calls of any other facet are left out.
    """

    def __init__(
        self, exercise: str, *, kept: list[str], wanted: Sequence[Observation] | None, guard_only: bool
    ) -> None:
        super().__init__(exercise)
        self._kept, self._wanted, self._guard_only = kept, wanted, guard_only

    def _observe(self, facet: str, *args: Any, **kwargs: Any) -> None:
        if facet == GUARD or not self._guard_only:
            super()._observe(facet, *args, **kwargs)

    def _record(self, message: Mapping[str, Any]) -> None:
        text, place = json.dumps(message), len(self._kept) - 1  # the first one declares the facets
        if self._wanted is not None and place >= 0:
            (observation,) = parse([text]).observations
            if place >= len(self._wanted) or not agree(self._wanted[place], observation):
                raise _Lost
        self._kept.append(text)


class Bench:
    """Tries wrong functions on a notebook's cells.

    Args:
        namespace: The solved notebook's global names.
        cells: Source of the cells that are tried, by grade id.
        catalogues: Files of misconceptions and variants.
    """

    def __init__(self, namespace: dict[str, Any], cells: Mapping[str, str], catalogues: Sequence[str]) -> None:
        self._namespace = namespace
        self._cells = {name: compile(source, name, "exec") for name, source in cells.items()}
        loaded = [load(Path(path)) for path in catalogues]
        self._right = {(one.number, one.exercise): one for catalogue in loaded for one in catalogue.variants}
        self._modules = {path: compile(Path(path).read_text(encoding="utf-8"), path, "exec") for path in catalogues}
        self._expected: dict[tuple[str, int, bool], tuple[Observation, ...]] = {}
        self._wrong: dict[tuple[str, str], Callable[..., Any]] = {}
        for catalogue in loaded:
            entries: list[Misconception | Variant] = [*catalogue.misconceptions, *catalogue.variants]
            self._wrong |= {(entry.number, entry.exercise): entry.function for entry in entries}
        self._common = {entry.number: entry.function for catalogue in loaded for entry in catalogue.commons}

    def observe(self, number: str, exercise: str, replaced: Sequence[str], cell: str) -> None:
        """Run an experiment with the functions `replaced` standing for misconception or variant `number`."""
        from IPython.display import publish_display_data
        from IPython.utils.capture import capture_output

        with capture_output(stdout=False, stderr=False) as shown:
            self._with(number, exercise, replaced, cell)
            publish()
        texts = "\n".join(output.data[MIME] for output in shown.outputs if MIME in output.data)
        publish_display_data({MIME: texts, "text/plain": ""})

    def answer(self, number: str, exercise: str, replaced: Sequence[str], cell: str) -> None:
        """Run a visible check likewise, and publish the digest of each answer and whether it was right.

        Of the answers that were not, the first is published as an example too: the call, what came, what was due.
        """
        from IPython.display import publish_display_data

        # Between two checks a cell may use the answer itself, and a wrong one of another type then ends it.
        wrong: list[dict[str, Any]] = []
        with check.recorded(wrong) as answers, contextlib.suppress(Exception):
            self._with(number, exercise, replaced, cell)
        publish_display_data({MIME: json.dumps({"answers": answers, "wrong": wrong[:1]}), "text/plain": ""})

    def _with(self, number: str, exercise: str, replaced: Sequence[str], cell: str) -> None:
        """Execute `cell` while the notebook's names `replaced` hold other functions; "" replaces nothing."""
        originals = {name: self._namespace[name] for name in replaced}
        for name, original in originals.items():
            if number in self._common:
                self._namespace[name] = self._common[number](original)
            else:
                wrong = self._wrong[number, exercise]
                self._namespace[name] = wrong if callable(original) else wrong()
            if callable(original):
                # A student's function has the exercise's name, and the visible check knows a call by it.
                self._namespace[name].__name__ = name
        try:
            exec(self._cells[cell], self._namespace)
        finally:
            self._namespace.update(originals)

    def mutant(self, exercise: str, number: str, function: str, source: str, seed: int) -> None:
        """Run an experiment with a changed function in the place of a right one, and publish what became of it.

        That is the first facet that it lost, None if none; and of a mutant that lost none, the first other seed at
        which it differs from the right answer, None if it agrees on `DRAWS` observations of them.

        Args:
            exercise: Name of the exercise's solution cell.
            number: The right variant that is changed; "" for the solution.
            function: Name of the function that is changed, in the solution cell or in the variant's file.
            source: The changed function.
            seed: Of the experiment in which it has to lose points.
        """
        from IPython.display import publish_display_data

        limit_memory(_MEMORY)
        cell = f"{exercise}_hidden"
        lost: str | None
        try:
            changed = self._mutated(exercise, number, function, source)
        except Exception:  # such as a default that cannot be computed: in a notebook that cell would end so
            lost, differs = "", None
        else:
            lost = self._first_lost(cell, changed, seed)
            differs = self._first_other(cell, changed, seed) if lost is None else None
        publish_display_data({MIME: json.dumps({"lost": lost, "differs": differs}), "text/plain": ""})

    def _first_other(self, cell: str, changed: Mapping[str, Any], seed: int) -> int | None:
        """The first seed behind `seed` at which a mutant answers otherwise; None if it agrees on `DRAWS` draws.

        These are the observations of whole experiments, and then of guards, which are general, as many again.
        """
        for guard_only in (False, True):
            draws, other = 0, seed
            while draws < DRAWS:
                other += 1
                wanted = self._wanted(cell, other, guard_only)
                if self._first_lost(cell, changed, other, guard_only) is not None:
                    return other
                if not wanted:
                    break
                draws += len(wanted)
        return None

    def _first_lost(self, cell: str, changed: Mapping[str, Any], seed: int, guard_only: bool = False) -> str | None:
        """The facet of the first observation that is not as it should be; None if all are.

        That facet is lost, or the guard, whatever comes after it: see `autograder.grading.judge`.
        """
        wanted = self._wanted(cell, seed, guard_only)
        kept: list[str] = []
        ended = False
        try:
            with self._instead(changed):
                self._run(cell, seed, kept=kept, wanted=wanted, guard_only=guard_only)
        except (_Lost, Exception):  # a submission's cell would end there, too
            ended = True
        agreed = max(len(kept) - 1, 0)
        if agreed < len(wanted):
            return wanted[agreed].facet
        return wanted[-1].facet if wanted and ended else None

    def _wanted(self, cell: str, seed: int, guard_only: bool = False) -> tuple[Observation, ...]:
        """What the right answers give."""
        key = cell, seed, guard_only
        if key not in self._expected:
            if any(known != cell for known, *_rest in self._expected):
                self._expected.clear()  # one exercise comes after the other
            kept: list[str] = []
            self._run(cell, seed, kept=kept, wanted=None, guard_only=guard_only)
            self._expected[key] = parse(kept).observations
        return self._expected[key]

    def _run(self, cell: str, seed: int, **how: Any) -> None:
        with (
            patch.object(recording, "Recorder", partial(_Keeping, **how)),
            patch.dict(os.environ, {SEED_VARIABLE: str(seed)}),
        ):
            exec(self._cells[cell], self._namespace)

    def _mutated(self, exercise: str, number: str, function: str, source: str) -> Mapping[str, Any]:
        """What stands in the place of the notebook's functions, by name, where one function is changed."""
        if not number:
            with self._instead({function: None}):
                exec(compile(source, function, "exec"), self._namespace)
                return {function: self._namespace[function]}
        right = self._right[number, exercise]
        module = ModuleType("_mutated")
        with patch.dict(sys.modules, {module.__name__: module}):
            exec(self._modules[right.function.__code__.co_filename], module.__dict__)
            exec(compile(source, function, "exec"), module.__dict__)
        changed = getattr(module, right.name)
        changed.__name__ = right.replaces
        return {right.replaces: changed}

    @contextlib.contextmanager
    def _instead(self, others: Mapping[str, Any]) -> Iterator[None]:
        """The notebook with other values under some of its names."""
        originals = {name: self._namespace[name] for name in others}
        self._namespace.update(others)
        try:
            yield
        finally:
            self._namespace.update(originals)


def limit_memory(most: int) -> None:
    """A mutant may ask for an array without end: it gets a MemoryError, and the machine goes on."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
