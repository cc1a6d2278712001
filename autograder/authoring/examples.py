"""Draws, for a recognised misconception, what it does to a visible example.

The numbers were written by `autograder release`, which ran the misconception itself. They contain nothing from a
submission: a student's process has seen hidden tests, and what it publishes could carry them to a page.
"""

import io
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from autograder.authoring.release import EXAMPLES_FILE
from autograder.grading.course import Course, load_catalogue
from autograder.lab import pictures
from autograder.language import _
from autograder.values.graded import Example, ExerciseVerdict

COLOURS = 96
"""Of a picture's palette: a third of the bytes, without a visible difference."""


def visible_examples(course: Course, assignment: str) -> Callable[[ExerciseVerdict], Example | None]:
    """A function that gives the example of a verdict that is one known cause and nothing else, or None."""
    kept = _read(course.solutions(assignment) / EXAMPLES_FILE)
    if not kept:
        return lambda _verdict: None
    facets = {wrong.id: set(wrong.facets) for wrong in load_catalogue(course, assignment).misconceptions}

    def of(verdict: ExerciseVerdict) -> Example | None:
        lost = {facet.name for facet in verdict.facets if facet.points < facet.worth}
        said = verdict.diagnosis
        named = said.misconceptions if said is not None and said.reason is None and len(said.causes) == 1 else ()
        # With another slip besides this one, the student's own answer would differ from the example's.
        alone = [id for id in named if id in kept and facets.get(id) == lost]
        return _drawn(verdict.exercise, json.dumps(kept[alone[0]])) if alone else None

    return of


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a course that was released by an older version has none
        return {}
    return found


@cache
def _drawn(exercise: str, text: str) -> Example:
    """The example with its picture. A cohort has few misconceptions, so most are drawn once for many pages."""
    wrong = json.loads(text)
    arrays = wrong.get("arrays")
    if arrays is None:
        return Example(wrong["call"], got=wrong["got"], expected=wrong["expected"])
    got, expected = np.asarray(arrays["got"]), np.asarray(arrays["expected"])
    given = next(((str(name), np.asarray(matrix)) for name, matrix in arrays["given"]), None)
    with Image.open(io.BytesIO(pictures.as_png(pictures.compare(expected, got, title=exercise, given=given)))) as drawn:
        width = drawn.width // pictures.RETINA
        file = io.BytesIO()
        drawn.convert("RGBA").quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(file, "png", optimize=True)
    return Example(
        wrong["call"],
        got=wrong["got"],
        expected=wrong["expected"],
        picture=file.getvalue(),
        width=width,
        alt=_in_words(got, expected),
    )


def _in_words(got: Any, expected: Any) -> str:
    """What the picture shows, for those who cannot see it."""
    if got.shape != expected.shape:
        return _("Expected: shape {expected}. With this mistake: shape {got}.").format(
            expected=expected.shape, got=got.shape
        )
    where = pictures.first_wrong(expected, got)
    text = _("Expected answer, the answer with this mistake, and their difference.")
    if where is None:
        return text
    first = _("They first differ at {where}: expected {expected}, with this mistake {got}.")
    return f"{text} {first}".format(where=list(where), expected=f"{expected[where]:g}", got=f"{got[where]:g}")
