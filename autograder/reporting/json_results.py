"""The machine-readable report: a plain dictionary with a schema number, on which exports and other tools rely."""

import json
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from autograder.plain_text import clean
from autograder.reasons import Reason, Why
from autograder.reporting.changes import Changes
from autograder.reporting.items import NO_ITEM, Item, items
from autograder.reporting.similar import Pair
from autograder.reporting.text import final_score, repairs, state
from autograder.values.graded import ExerciseVerdict, Grade
from autograder.words import in_words, sentence

SCHEMA = 3
REPORT_SCHEMA = 4
_CHANGES: TypeAdapter[Changes | None] = TypeAdapter(Changes | None)
_POINTS = {"changed": {"__all__": {"before": {"exercises"}, "after": {"exercises"}}}}
"""What the report leaves out of a change: the points for each exercise, because it names those that differ."""


def results(grades: Sequence[Grade], *, assignment: str, seed: int | None) -> dict[str, Any]:
    """The cohort in the form of schema 3, which names misconceptions by their ids; schema 2 had numbers, schema 1 none.

    Scores are points before a late penalty; a late submission has a fault of kind "late". Ids and names stand as they
    are, so that they can be matched; messages are cleaned of terminal escapes and control characters.

    Args:
        grades: One for each submission.
        assignment: The assignment's name.
        seed: The seed of the experiments; None in a course without.
    """
    return {
        "schema": SCHEMA,
        "assignment": assignment,
        "seed": seed,
        "submissions": [_submission(grade) for grade in grades],
    }


def results_text(grades: Sequence[Grade], *, assignment: str, seed: int | None) -> Iterator[str]:
    """The JSON of `results`, piece by piece: a large cohort's is much larger in memory than in a file."""
    nobody = json.dumps(results((), assignment=assignment, seed=seed), indent=1, ensure_ascii=False)
    before, _none, after = nobody.rpartition("[]")
    yield before + "["
    for place, grade in enumerate(grades):
        submission = json.dumps(_submission(grade), indent=1, ensure_ascii=False)
        yield ("," if place else "") + f"\n{submission}".replace("\n", "\n  ")
    yield ("\n ]" if grades else "]") + after + "\n"


def run_results(failed: Mapping[str, str], retried: Mapping[str, str]) -> dict[str, Any]:
    """What a grading run adds to its results: on whom the grader failed, and who got a grade only on the second try.

    Args:
        failed: Why a submission has no grade, by student.
        retried: What failed on the first try, by student.
    """
    told = (("failed", failed), ("retried", retried))
    return {
        key: [{"student": student, "reason": clean(reason)} for student, reason in sorted(found.items())]
        for key, found in told
    }


def report_results(
    grades: Sequence[Grade], *, assignment: str, seed: int | None, similar: Sequence[Pair], changes: Changes | None
) -> dict[str, Any]:
    """The report in the form of schema 4: the cohort, and besides the submissions what is said about all together.

    Each submission also has its late penalty and its score after it. Schema 1 called facility difficulty,
    schema 2 named no misconception, and schema 3 had numbers for them.

    Args:
        grades: One for each submission.
        assignment: The assignment's name.
        seed: The seed of the experiments; None in a course without.
        similar: Pairs of submissions that are alike.
        changes: What changed since the previous marks; None if there were none.
    """
    data = results(grades, assignment=assignment, seed=seed) | {"schema": REPORT_SCHEMA}
    for submission, grade in zip(data["submissions"], grades, strict=True):
        submission |= {"penalty": _round(grade.penalty), "final_score": _round(final_score(grade))}
    found = items(grades)
    names = dict.fromkeys(exercise.name for grade in grades for exercise in grade.exercises)
    seconds = [grade.seconds for grade in grades]
    repaired = Counter(fault.kind for grade in grades for fault in repairs(grade.faults))
    return data | {
        "exercises": [
            {
                "name": name,
                **_item(found.get((name, ""), NO_ITEM)),
                "facets": [
                    {"name": facet, **_item(item)}
                    for (exercise, facet), item in found.items()
                    if exercise == name and facet
                ],
            }
            for name in names
        ],
        "seconds": {
            "median": _round(statistics.median(seconds)) if seconds else None,
            "slowest": _round(max(seconds)) if seconds else None,
            "slowest_student": max(grades, key=lambda grade: grade.seconds).student if grades else None,
        },
        "repaired": [{"kind": kind, "times": times} for kind, times in repaired.most_common()],
        "similar": [
            {"students": [pair.one, pair.other], "shared": pair.shared, "share": _round(pair.share)} for pair in similar
        ],
        "changes": _CHANGES.dump_python(changes, mode="json", exclude=_POINTS),
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "submissions": item.submissions,
        "facility": None if item.facility is None else _round(item.facility),
        "discrimination": None if item.discrimination is None else _round(item.discrimination),
    }


def _submission(grade: Grade) -> dict[str, Any]:
    return {
        "student": grade.student,
        "score": _round(grade.score),
        "max_score": _round(grade.max_score),
        "seconds": _round(grade.seconds),
        "status": grade.status,
        "faults": [
            {
                "kind": fault.kind,
                "notebook": fault.notebook,
                "cell": clean(fault.cell),
                "message": clean(in_words(fault.reason)),
            }
            for fault in grade.faults
        ],
        "exercises": [_exercise(exercise) for exercise in grade.exercises],
    }


def _exercise(exercise: ExerciseVerdict) -> dict[str, Any]:
    said = exercise.diagnosis
    return {
        "name": exercise.name,
        "notebook": exercise.notebook,
        "cell": exercise.cell,
        "state": state(exercise),
        "score": _round(exercise.points),
        "max_score": _round(exercise.worth),
        "facets": [
            {
                "name": facet.name,
                "score": _round(facet.points),
                "max_score": _round(facet.worth),
                "reason": None if facet.reason is None else _reason(facet.reason),
            }
            for facet in exercise.facets
        ],
        "diagnosis": clean(sentence(said)),
        "misconceptions": [] if said is None else list(said.misconceptions),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    """The kind, for counting and comparing, and the words."""
    told = dict(reason.facts).get("said") if reason.kind == Why.SOME_CALLS else reason
    kind = told.kind if isinstance(told, Reason) else reason.kind
    return {"kind": str(kind), "words": clean(in_words(reason))}


def _round(value: float) -> float:
    return round(float(value), 6)
