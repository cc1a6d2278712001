"""JUnit XML for whatever shows the results of tests: a suite for each student, a case for each facet."""

import junitparser

from autograder.language import _
from autograder.reporting.exports.form import Export, Gradesheet, in_order, points, regraded, sentence
from autograder.reporting.exports.plain import compared
from autograder.reporting.junit_xml import case, document, suite
from autograder.reporting.text import final_score, state
from autograder.values.graded import ExerciseVerdict, Grade
from autograder.words import in_words


def export(gradesheet: Gradesheet) -> Export:
    """One XML file for the cohort. A failed case says what the student's page says; an unread answer is skipped."""
    xml = document(
        gradesheet.assignment, [_suite(grade, gradesheet.assignment) for grade in in_order(gradesheet.grades)]
    )
    return compared({"": xml}, gradesheet)


def _suite(grade: Grade, assignment: str) -> junitparser.TestSuite:
    cases = [made for exercise in grade.exercises for made in _cases(grade.student, exercise, assignment)]
    scores = {"score": final_score(grade), "max_score": grade.max_score, "penalty": grade.penalty}
    return suite(grade.student, cases, grade.seconds, {name: points(value) for name, value in scores.items()})


def _cases(student: str, exercise: ExerciseVerdict, assignment: str) -> list[junitparser.TestCase]:
    """A case for each facet; one for the whole exercise if it has none or a person gave other points."""
    group = f"{student}.{assignment}.{exercise.name}"  # GitLab and Jenkins show it, and no suite's name
    if exercise.facets and not regraded(exercise):
        said = sentence(exercise)
        return [
            _case(group, facet.name, facet.points, facet.worth, (in_words(facet.reason), said))
            for facet in exercise.facets
        ]
    if state(exercise) == "waits":
        return [case(group, exercise.name, junitparser.Skipped, message=_("This answer waits for a person."))]
    if exercise.failed:
        return [case(group, exercise.name, junitparser.Failure, message=sentence(exercise), kind="check")]
    return [_case(group, exercise.name, exercise.points, exercise.worth, (sentence(exercise),))]


def _case(group: str, name: str, won: float, worth: float, said: tuple[str, ...]) -> junitparser.TestCase:
    if won >= worth - 1e-9:
        return case(group, name)
    text = _("{points} of {worth} points") if worth else _("{points} points")  # a guard takes points and is worth none
    message = text.format(points=points(won), worth=points(worth))
    return case(
        group, name, junitparser.Failure, message=message, kind="points", text="\n".join(part for part in said if part)
    )
