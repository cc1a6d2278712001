"""A results.json for each student, as Gradescope's autograders write it.

One test for each facet. All of it is shown when the marks are published, because the tests are hidden until then. The
format has no maximum for the whole; Gradescope adds up those of the tests, and `score` replaces their sum.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/, "Output format".
"""

import json
import re
from typing import Any

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.exports.form import Export, Gradesheet, in_order, regraded, sentence
from autograder.reporting.exports.plain import compared
from autograder.reporting.text import final_score, state, troubles
from autograder.values.graded import ExerciseVerdict, Grade
from autograder.words import in_words

VISIBILITY = "after_published"


def export(gradesheet: Gradesheet) -> Export:
    """<student>/results.json for each student."""
    files = {
        f"{folder_name(grade.student)}/results.json": json.dumps(_results(grade), indent=1) + "\n"
        for grade in in_order(gradesheet.grades)
    }
    return compared(files, gradesheet)


def folder_name(student: str) -> str:
    """An id as the name of a folder; different ids have different names, and none leads out of its folder."""
    name = re.sub(r"[\x00-\x1f\x7f%/\\:*?\"<>|\ud800-\udfff]", lambda found: f"%{ord(found.group()):02X}", student)
    return re.sub(r"^\.|[. ]$|^$", lambda found: f"%{ord(found.group() or '_'):02X}", name)


def _results(grade: Grade) -> dict[str, Any]:
    return {
        "score": _round(final_score(grade)),
        "execution_time": _round(grade.seconds),
        "output": _output(grade),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": VISIBILITY,
        "stdout_visibility": "hidden",
        "extra_data": {"max_score": _round(grade.max_score), "penalty": _round(grade.penalty), "status": grade.status},
        "tests": [
            test for number, exercise in enumerate(grade.exercises, start=1) for test in _tests(number, exercise)
        ],
    }


def _output(grade: Grade) -> str:
    late = [fault for fault in grade.faults if fault.kind == "late"]
    lines = [
        f"{fault.cell}: {in_words(fault.reason)}" if fault.cell else in_words(fault.reason)
        for fault in troubles(grade.faults)[:30]
    ]
    return clean("\n".join([*(in_words(fault.reason) for fault in late), *lines]))


def _tests(number: int, exercise: ExerciseVerdict) -> list[dict[str, Any]]:
    """One test for each facet; one for the whole exercise if it has none, a guard, or points by hand."""
    if not exercise.facets or regraded(exercise) or any(facet.is_guard for facet in exercise.facets):
        how = state(exercise)
        output = sentence(exercise)
        if how == "waits":
            output = _("This answer waits for a person.")
        elif regraded(exercise):
            output = " ".join([_("A person has read this exercise and set its points."), output]).strip()
        elif how == "again":
            output = _("These are the points of an earlier answer; a person looks at this one.")
        test = _test(f"{number}", exercise.name, exercise.points, exercise.worth, output, failed=exercise.failed)
        return [test] if how != "waits" else [{key: value for key, value in test.items() if key != "status"}]
    tests = []
    said = sentence(exercise)
    for index, facet in enumerate(exercise.facets, start=1):
        output = ""
        if facet.points < facet.worth:
            output, said = "\n".join(part for part in (said, in_words(facet.reason)) if part), ""
        name = f"{exercise.name}: {facet.name}"
        tests.append(_test(f"{number}.{index}", name, facet.points, facet.worth, output))
    return tests


def _test(number: str, name: str, won: float, worth: float, output: str, *, failed: bool = False) -> dict[str, Any]:
    return {
        "score": _round(won),
        "max_score": _round(worth),
        "status": "passed" if won >= worth - 1e-9 and not failed else "failed",
        "name": clean(name),
        "number": number,
        "output": clean(output),
        "visibility": VISIBILITY,
    }


def _round(value: float) -> float:
    return round(float(value), 6)
