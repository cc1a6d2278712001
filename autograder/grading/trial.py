"""What runs behind the solved notebook, in its kernel: the same experiments with a function replaced by a wrong one.

This is the trusted side. It is never loaded in a process that runs a submission.
"""

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.grading.catalogue import Misconception, Variant, load
from autograder.lab.checks import check
from autograder.lab.experiment import MIME, publish


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
