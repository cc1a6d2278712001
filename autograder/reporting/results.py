"""The machine's report: a plain dictionary with a schema number, on which exports and other tools rely."""

from collections.abc import Sequence
from typing import Any

from autograder.reporting.text import clean
from autograder.values import ExerciseVerdict, Grade

SCHEMA = 1


def results(grades: Sequence[Grade], *, assignment: str, seed: int | None) -> dict[str, Any]:
    """The cohort in the form of schema 1.

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


def _submission(grade: Grade) -> dict[str, Any]:
    return {
        "student": grade.student,
        "score": _round(grade.score),
        "max_score": _round(grade.max_score),
        "seconds": _round(grade.seconds),
        "status": grade.status,
        "faults": [
            {"kind": fault.kind, "cell": clean(fault.cell), "message": clean(fault.message)} for fault in grade.faults
        ],
        "exercises": [_exercise(exercise) for exercise in grade.exercises],
    }


def _exercise(exercise: ExerciseVerdict) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "score": _round(exercise.points),
        "max_score": _round(exercise.worth),
        "facets": [
            {"name": facet.name, "score": _round(facet.points), "max_score": _round(facet.worth)}
            for facet in exercise.facets
        ],
        "diagnosis": clean(exercise.diagnosis),
    }


def _round(value: float) -> float:
    return round(float(value), 6)
