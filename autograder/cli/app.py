"""All commands in one app."""

from typing import Annotated

import typer

from autograder.cli import instructor, machine, student
from autograder.version import version

app = typer.Typer(
    help="Releases, audits and grades the assignments of a course; hidden tests are judged as experiments.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(version())
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Releases, audits and grades the assignments of a course; hidden tests are judged as experiments."""


gradebook = typer.Typer(help="Looks after the gradebook.", no_args_is_help=True)
for command in (*instructor.COMMANDS, *student.COMMANDS, *machine.COMMANDS):
    app.command()(command)
gradebook.command()(instructor.copy)
app.add_typer(gradebook, name="gradebook")
