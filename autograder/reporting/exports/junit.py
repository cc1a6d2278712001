"""JUnit XML for whatever shows the results of tests: a suite for each student, a case for each facet.

Source: https://github.com/testmoapp/junitxml and the schema of Jenkins's xUnit plugin, junit-10.xsd.
"""

import re
from xml.etree import ElementTree

from autograder.language import _
from autograder.reporting.exports.form import Cohort, Export, in_order, points, regraded, sentence, waiting
from autograder.reporting.exports.plain import compared
from autograder.reporting.text import clean, final_score, state
from autograder.values import ExerciseVerdict, Grade

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export(cohort: Cohort) -> Export:
    """One XML file for the cohort. A failed case says what the student's page says; an unread answer is skipped."""
    unknown, missing, notices = compared(cohort)
    suites = [_suite(grade, cohort.assignment) for grade in in_order(cohort.grades)]
    root = ElementTree.Element("testsuites", name=_text(cohort.assignment))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", f"{sum(grade.seconds for grade in cohort.grades):.3f}")
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
    return Export({"": xml}, unknown, missing, (*notices, *waiting(cohort.grades)))


def _suite(grade: Grade, assignment: str) -> ElementTree.Element:
    cases = [case for exercise in grade.exercises for case in _cases(exercise, assignment)]
    suite = ElementTree.Element(
        "testsuite",
        name=_text(grade.student),
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors="0",
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time=f"{grade.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("score", final_score(grade)),
        ("max_score", grade.max_score),
        ("penalty", grade.penalty),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=points(value))
    suite.extend(cases)
    return suite


def _cases(exercise: ExerciseVerdict, assignment: str) -> list[ElementTree.Element]:
    """A case for each facet; one for the whole exercise where it has none or a person gave other points."""
    class_name = f"{assignment}.{exercise.name}"
    if exercise.facets and not regraded(exercise):
        said = sentence(exercise)
        return [
            _case(class_name, facet.name, facet.points, facet.worth, (facet.reason, said)) for facet in exercise.facets
        ]
    if state(exercise) == "waits":
        case = _case(class_name, exercise.name, 0.0, 0.0, ())
        ElementTree.SubElement(case, "skipped", message=_("This answer waits for a person."))
        return [case]
    return [_case(class_name, exercise.name, exercise.points, exercise.worth, (sentence(exercise),))]


def _case(class_name: str, name: str, won: float, worth: float, said: tuple[str, ...]) -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=_text(name), classname=_text(class_name), time="0")
    if won < worth - 1e-9:
        message = _("{points} of {worth} points").format(points=points(won), worth=points(worth))
        failure = ElementTree.SubElement(case, "failure", message=message, type="points")
        failure.text = _text("\n".join(part for part in said if part))
    return case


def _text(text: str) -> str:
    """What XML 1.0 allows."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", clean(text))
