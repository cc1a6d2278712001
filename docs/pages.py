"""The two pages of the handbook that are made from the course and from the command line.

    python docs/pages.py          # writes docs/syllabus.md and docs/commands.md

`tests/test_handbook.py` holds that they are fresh.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import typer

from autograder.cli.app import app
from autograder.grading.course import Course, assignments, load_course

HERE = Path(__file__).parent
MADE_BY = "Made by `python docs/pages.py`"
EXIT_CODES = """\
| exit code | meaning |
| --- | --- |
| 0 | done, whatever the marks |
| 1 | an audit or a check failed |
| 2 | wrong usage |
| 3 | the course is broken; the message says where |
| 4 | this machine cannot run the command; the message says what is missing |
| 130 | you stopped it |
"""


# ---------------------------------------------------------------- the syllabus


def syllabus(course: Course) -> str:
    """What each assignment teaches, asks, is worth and takes, from the texts of its source notebook."""
    ordered = sorted(assignments(course), key=lambda name: _texts(course, name)["title"])
    lines = [
        "# Syllabus",
        "",
        f"{MADE_BY} from the notebooks. The assignments build on each other, in this order.",
        "[What is covered where](coverage.md) shows where each bullet of the lecture notes is taught.",
    ]
    return "\n".join([*lines, *(line for name in ordered for line in _assignment(name, _texts(course, name)))]) + "\n"


def _texts(course: Course, assignment: str) -> dict[str, str]:
    """The Markdown cells of an assignment's notebooks by their ids, in order."""
    paths = sorted(course.folder("source", ".", assignment).glob("*.ipynb"))
    cells = [cell for path in paths for cell in nbformat.read(path, as_version=4).cells]
    return {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"}


def _assignment(name: str, texts: dict[str, str]) -> Iterator[str]:
    title, worth, *story = texts["title"].split("\n\n")
    yield from ("", f"## {title.removeprefix('# ')}", "", f"`{name}`, {worth.strip('*')}.")
    yield from ("", "\n\n".join(_without_links(paragraph) for paragraph in story))
    yield from ("", texts["goals"].replace("## ", "### ").replace("What you can do", "What students can do"))
    yield from ("", "### Parts", "")
    yield from (f"{part}. {heading}" for part, heading in _parts(texts))
    yield from ("", "### Exercises", "", texts["points"].replace("you write", "students write"))


def _parts(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    for text in texts.values():
        yield from re.findall(r"^## (\d+) · (.+)$", text, flags=re.MULTILINE)


def _without_links(text: str) -> str:
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)


# ---------------------------------------------------------------- the commands


def commands(application: typer.Typer) -> str:
    """Every command with its usage, arguments, options and their defaults."""
    group = typer.main.get_group(application)
    known = dict(_commands(group))
    table = [
        f"| [`{name}`](#autograder-{name.replace(' ', '-')}) | {_first_sentence(known[name].help)} |"
        for name in sorted(known)
    ]
    lines = [
        "# Commands",
        "",
        f"{MADE_BY} from the command line itself; `autograder COMMAND --help` says the same. Results go to standard",
        "output, progress and errors to standard error. Times are in seconds.",
        "",
        *("| command | what it does |", "| --- | --- |", *table),
        "",
        EXIT_CODES.rstrip(),
    ]
    return "\n".join([*lines, *(line for name in sorted(known) for line in _command(name, known[name]))]) + "\n"


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """The commands that do something, those of a group with the group's name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield before + name, command


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join([f"autograder {name}", "[OPTIONS]" if options else "", *map(_placeholder, arguments)])
    yield from ("", f"## autograder {name}", "", *_paragraphs(command.help or ""))
    yield from ("```text", "usage: " + " ".join(usage.split()), "```")
    if command.params:
        yield from ("", "| argument or option | meaning | default |", "| --- | --- | --- |")
        yield from (_row(parameter) for parameter in (*arguments, *options))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        joined = " ".join(paragraph.split())
        example = joined.removeprefix("Example: ")
        yield from (("Example:", "", f"    {example}", "") if example != joined else (joined, ""))


def _placeholder(argument: Any) -> str:
    name = f"{argument.name.upper()}{'...' if argument.nargs != 1 else ''}"
    return name if argument.required else f"[{name}]"


def _row(parameter: Any) -> str:
    """A line of the table: the names, the help's text, and what holds if nothing is given."""
    if parameter.param_type_name == "argument":
        names = f"`{_placeholder(parameter)}`"
    else:
        value = f" {parameter.metavar or parameter.name.upper()}" if not parameter.is_flag else ""
        names = ", ".join(f"`{name}{value}`" for name in parameter.opts)
    meaning, _bracket, told = (parameter.help or "").replace("|", r"\|").partition("  [default: ")
    return f"| {names} | {meaning} | {told.rstrip(']') or _default(parameter)} |"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    return "" if parameter.default in (None, False, "") else f"`{parameter.default}`"


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


# ---------------------------------------------------------------- both


PAGES: dict[str, Callable[[], str]] = {
    "syllabus.md": lambda: syllabus(load_course(HERE.parent)),
    "commands.md": lambda: commands(app),
}


def main() -> None:
    """Write both pages."""
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
