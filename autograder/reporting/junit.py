"""JUnit XML: suites of cases, as whatever shows the results of tests reads them.

Source: https://github.com/testmoapp/junitxml and the schema of Jenkins's xUnit plugin, junit-10.xsd.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from autograder.reporting.text import clean

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        group: What it belongs to.
        name: Its name.
        result: "passed", "failure", "error" (it could not be run) or "skipped".
        message: Why it did not pass, in a few words.
        kind: What kind of failure or error it is.
        text: All there is to say.
    """

    group: str
    name: str
    result: str = "passed"
    message: str = ""
    kind: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases with a name, properties and the seconds that they took."""

    name: str
    cases: Sequence[Case]
    seconds: float = 0.0
    properties: Sequence[tuple[str, str]] = ()


def document(name: str, suites: Sequence[Suite]) -> str:
    """The XML file."""
    root = ElementTree.Element("testsuites", _attributes(name, [case for suite in suites for case in suite.cases]))
    root.set("time", f"{sum(suite.seconds for suite in suites):.3f}")
    root.extend(_suite(suite) for suite in suites)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(suite: Suite) -> ElementTree.Element:
    made = ElementTree.Element("testsuite", _attributes(suite.name, suite.cases))
    made.set("time", f"{suite.seconds:.3f}")
    if suite.properties:
        properties = ElementTree.SubElement(made, "properties")
        for name, value in suite.properties:
            ElementTree.SubElement(properties, "property", name=_text(name), value=_text(value))
    made.extend(_case(case) for case in suite.cases)
    return made


def _case(case: Case) -> ElementTree.Element:
    made = ElementTree.Element("testcase", name=_text(case.name), classname=_text(case.group), time="0")
    if case.result != "passed":
        result = ElementTree.SubElement(made, case.result, message=_text(case.message))
        if case.kind:
            result.set("type", _text(case.kind))
        if case.text:
            result.text = _text(case.text)
    return made


def _attributes(name: str, cases: Sequence[Case]) -> dict[str, str]:
    results = [case.result for case in cases]
    return {
        "name": _text(name),
        "tests": str(len(results)),
        "failures": str(results.count("failure")),
        "errors": str(results.count("error")),
        "skipped": str(results.count("skipped")),
    }


def _text(text: str) -> str:
    """What XML 1.0 allows."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", clean(text))
