"""What `autograder check` found, for other programs: JSON, a page of Markdown, JUnit XML and GitHub's annotations."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import junitparser

from autograder.checking.check import Checked
from autograder.checking.table import NOT_STARTED, NOT_YET, OK, Line, Note, sign, summary, why
from autograder.errors import UsageError
from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting import markdown_text
from autograder.reporting.ci_annotations import Annotation, command
from autograder.reporting.junit_xml import case, document, suite
from autograder.reporting.text import number

SCHEMA = 3
LEVELS = ("error", "warning", "notice")
"""GitHub shows ten annotations of each level, the first ones."""


def as_json(notebooks: Sequence[Checked]) -> dict[str, Any]:
    """Plain data; the states are not translated."""
    return {
        "schema": SCHEMA,
        "passed": all(one.passed for one in notebooks),
        "notebooks": [
            {
                "notebook": _place(one.notebook),
                "passed": one.passed,
                "error": clean(str(one.trouble)) if one.trouble is not None else None,
                "exercises": [_plain(line) for line in one.report.lines] if one.report is not None else [],
                "notes": [_note(note) for note in one.report.notes] if one.report is not None else [],
            }
            for one in notebooks
        ],
    }


def as_markdown(notebooks: Sequence[Checked]) -> str:
    """A page: for each notebook a table of its exercises, and a sentence about each that does not pass."""
    blocks = [f"## {_('Visible checks')}"]
    for one in notebooks:
        blocks.append(f"### {markdown_text.text(_place(one.notebook))}")
        if one.report is None:
            assert one.trouble is not None
            blocks.append(markdown_text.text(_trouble(one.trouble)))
            continue
        header = (_("exercise"), _("points") + ":", _("check"))
        rows = [(markdown_text.text(line.exercise), _points(line), sign(line.state)) for line in one.report.lines]
        if rows:
            blocks.append("\n".join(markdown_text.table(header, rows)))
        sentences = [
            f"- **{markdown_text.text(title)}**: {markdown_text.prose('; '.join(_sentences(line)))}"
            for line in one.report.lines
            if line.state == NOT_YET
            for title in [_title(line.exercise, line.cell)]
        ]
        sentences += [f"- {markdown_text.text(note.text)}" for note in one.report.notes]
        if sentences:
            blocks.append("\n".join(sentences))
        blocks.append(summary(one.report))
    blocks.append(_("A check that passes is necessary, not sufficient: grading tries other inputs."))
    return markdown_text.within(blocks, _("The rest is left out."))


def as_junit(notebooks: Sequence[Checked]) -> str:
    """A suite for each notebook, a case for each exercise."""
    return document("autograder check", [_suite(one) for one in notebooks])


def as_annotations(notebooks: Sequence[Checked]) -> str:
    """Workflow commands, one per line, errors first."""
    found = [annotation for one in notebooks for annotation in _annotations(one)]
    found.sort(key=lambda annotation: LEVELS.index(annotation.level))
    return "".join(f"{command(annotation)}\n" for annotation in found)


def _annotations(one: Checked) -> Iterator[Annotation]:
    file = _place(one.notebook)
    if one.report is None:
        assert one.trouble is not None
        yield Annotation("error", file, 1, one.notebook.name, _trouble(one.trouble))
        return
    for line in one.report.lines:
        if line.state != OK:
            level = "error" if line.state == NOT_YET else "notice"
            title = _title(line.exercise, line.cell)
            yield Annotation(level, file, _line(one, line.index), title, "\n".join(_sentences(line)))
    for note in one.report.notes:
        yield Annotation("warning", file, _line(one, note.index), note.cell, note.text)


def _suite(one: Checked) -> junitparser.TestSuite:
    place = _place(one.notebook)
    if one.report is None:
        assert one.trouble is not None
        trouble = one.trouble
        cases = [
            case(place, one.notebook.name, junitparser.Error, message=trouble.what, kind="usage", text=str(trouble))
        ]
    else:
        cases = [_case(place, line) for line in one.report.lines]
    return suite(place, cases, one.seconds)


def _case(group: str, line: Line) -> junitparser.TestCase:
    if line.state == OK:
        return case(group, line.exercise)
    said = _sentences(line)
    return case(group, line.exercise, junitparser.Failure, message=said[0], kind=line.state, text="\n".join(said))


def _plain(line: Line) -> dict[str, Any]:
    return {
        "name": line.exercise,
        "cell": line.cell,
        "state": line.state,
        "reason": {"kind": str(line.failure.reason.kind), "words": line.reason} if line.failure is not None else None,
        "place": line.place,
        "cause": line.cause,
        "points": line.points,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"cell": note.cell, "kind": str(note.reason.kind), "words": note.text}


def _sentences(line: Line) -> Sequence[str]:
    """What there is to say about an exercise that does not pass."""
    return [_("not started yet")] if line.state == NOT_STARTED else why(line) or [_("the check does not pass")]


def _trouble(trouble: UsageError) -> str:
    said = _("{what} Expected: {expected}; got: {got}.")
    return said.format(what=trouble.what, expected=trouble.expected, got=trouble.got)


def _title(exercise: str, cell: str) -> str:
    return exercise if exercise == cell else _("{exercise}, cell {cell}").format(exercise=exercise, cell=cell)


def _points(line: Line) -> str:
    return number(line.points) if line.points else ""


def _line(one: Checked, index: int) -> int:
    return one.lines[index] if index < len(one.lines) else 1


def _place(notebook: Path) -> str:
    """The notebook's path as GitHub knows it: from the folder of the repository, where the command was run.

    A file's name need not be UTF-8, and these texts are.
    """
    here = Path.cwd()
    inside = notebook.is_absolute() and notebook.is_relative_to(here)
    return clean((notebook.relative_to(here) if inside else notebook).as_posix())
