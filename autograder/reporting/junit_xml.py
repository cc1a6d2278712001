"""JUnit XML, for whatever shows test results: junitparser's elements, filled with what XML allows."""

import re
from collections.abc import Mapping, Sequence

from junitparser import Element, JUnitXml, TestCase, TestSuite

from autograder.plain_text import clean

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def case(
    group: str, name: str, result: type[Element] | None = None, *, message: str = "", kind: str = "", text: str = ""
) -> TestCase:
    """One test.

    Args:
        group: What it belongs to.
        name: Its name.
        result: `Failure`, `Error` (it could not be run) or `Skipped`; None if it passed.
        message: Why it did not pass, in a few words.
        kind: What kind of failure or error it is.
        text: Everything there is to say.
    """
    made = TestCase(_text(name), _text(group), 0)
    if result is not None:
        said = result(_text(message), _text(kind))
        said.text = _text(text)
        made.append(said)
    return made


def suite(
    name: str, cases: Sequence[TestCase], seconds: float, properties: Mapping[str, str] | None = None
) -> TestSuite:
    """Tests with a name, the seconds that they took, and properties."""
    made = TestSuite(_text(name))
    for key, value in (properties or {}).items():
        made.add_property(_text(key), _text(value))
    made.add_testcases(cases)
    made.time = round(seconds, 3)
    return made


def document(name: str, suites: Sequence[TestSuite]) -> str:
    """The XML file."""
    root = JUnitXml(_text(name))
    root.extend(suites)  # junitparser's own sum adds the seconds of cases, which are not measured
    for count in ("tests", "failures", "errors", "skipped", "time"):
        setattr(root, count, round(sum(getattr(one, count) for one in suites), 3))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root.tostring().decode()}\n'


def _text(text: str) -> str:
    """What XML 1.0 allows."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", clean(text))
