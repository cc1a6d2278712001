"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import completion

AssignmentArgument = Annotated[
    str, typer.Argument(help="The assignment's name.", autocompletion=completion.assignments)
]
CourseOption = Annotated[
    Path, typer.Option("--course", metavar="DIR", help="The course's folder.", autocompletion=completion.folders)
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", metavar="S", min=0, max=2**31 - 1, help="Seed of the experiments; drawn if not given."),
]
AssignmentSeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="S",
        min=0,
        max=2**31 - 1,
        help="Seed of the experiments; that of the assignment's earlier runs if not given.",
    ),
]
JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Also write the result as JSON; - for standard output.")
]
JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", min=1, help="Notebooks to run at the same time; one per core if not given."),
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="CPU seconds for a cell; importing gets more.")
]
