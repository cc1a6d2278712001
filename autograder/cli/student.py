"""What students type."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import completion
from autograder.cli.ending import interruptible
from autograder.cli.options import JsonOption, TimeoutOption
from autograder.cli.output import console, demand_places, for_people, say, write, write_json
from autograder.errors import UsageError


def check(
    notebook: Annotated[
        list[Path], typer.Argument(help="Your notebook, or several.", autocompletion=completion.notebooks)
    ],
    json_file: JsonOption = None,
    summary: Annotated[
        str | None, typer.Option("--summary", metavar="FILE", help="Also write a page of Markdown.")
    ] = None,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Also write JUnit XML.")] = None,
    annotations: Annotated[
        str | None,
        typer.Option("--annotations", metavar="FILE", help="Also write annotations as GitHub's workflow commands."),
    ] = None,
    timeout: TimeoutOption = 60.0,
) -> None:
    """Run the visible checks of a notebook, in a fresh Python; exit 1 if one of them does not pass.

    Your notebook runs on this machine, with all your permissions, and is not changed. Pictures are not drawn. Each FILE
    can be - for standard output.

    Example: autograder check convolution/convolution.ipynb
    """
    from autograder.checking import ci_outputs
    from autograder.checking.check import checked
    from autograder.checking.table import table
    from autograder.language import _

    files = (json_file, summary, junit, annotations)
    demand_places(*files)
    found = []
    with interruptible(_("your notebook was not changed")):
        for path in notebook:
            one = checked(path, limit_s=timeout)
            found.append(one)
            if one.report is not None:
                console(for_people(*files)).print(table(one.report, title=str(path)))
            else:
                say(str(one.trouble))
    write_json(json_file, "check", ci_outputs.as_json(found))
    write(summary, ci_outputs.as_markdown(found))
    write(junit, ci_outputs.as_junit(found))
    write(annotations, ci_outputs.as_annotations(found))
    readable = all(one.trouble is None for one in found)
    raise typer.Exit(0 if all(one.passed for one in found) else 1 if readable else UsageError.exit_code)


def watch(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.", autocompletion=completion.notebooks)],
    timeout: TimeoutOption = 60.0,
    json_file: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Also append a line of JSON at each save; - for standard output."),
    ] = None,
) -> None:
    """Run the visible checks again each time the notebook is saved, in a Python that stays warm. Ctrl-C ends it.

    Only what a change affects is run again. What a save has changed comes first; the whole table follows if the
    terminal has room for it, or when you press Enter. `autograder check`, in a fresh Python, has the last word.

    Example: autograder watch convolution/convolution.ipynb
    """
    from autograder.checking import ci_outputs
    from autograder.checking.check import Checked
    from autograder.checking.plan import read
    from autograder.checking.watch import Save, keep_watching
    from autograder.cli.watching import Watching
    from autograder.language import _

    demand_places(json_file)
    if not notebook.is_file():
        read(notebook)  # a wrong path is said at once
    told = Watching(notebook.name, for_people(json_file))

    def show(save: Save) -> None:
        told.show(save)
        one = Checked(notebook, save.report, seconds=save.seconds)
        write_json(json_file, "watch", ci_outputs.as_json([one]), one_line=True)

    def complain(error: UsageError) -> None:
        told.complain(_("{file} cannot be read now: {got}. Save it again.").format(file=notebook, got=error.got))
        write_json(json_file, "watch", ci_outputs.as_json([Checked(notebook, None, error)]), one_line=True)

    with interruptible(_("your notebook was not changed")):
        say(_("starting Python; the first run takes a few seconds"))
        keep_watching(
            notebook,
            limit_s=timeout,
            on_report=show,
            on_trouble=complain,
            on_start=told.start,
            goes_on=told.goes_on,
        )


COMMANDS = (check, watch)
