"""For whoever looks after a machine that grades."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.options import JsonOption
from autograder.cli.output import demand_places, for_people, write_json
from autograder.errors import MachineError, UsageError


def doctor(json_file: JsonOption = None) -> None:
    """Check whether this machine can grade (sandbox, warm kernels), and say how to get what is missing.

    Example: autograder doctor
    """
    from autograder.kernels.doctor import examinations

    demand_places(json_file)
    out, seen = for_people(json_file), []
    for found in examinations():
        seen.append(found)
        print(f"{'yes' if found.fit else 'NO '} {found.what}: {found.detail}", file=out, flush=True)
        if not found.fit:
            print(f"      next: {found.next_step}", file=out, flush=True)
    fit = all(one.fit for one in seen)
    plain = [
        {"what": one.what, "fit": one.fit, "got": one.detail, "next": "" if one.fit else one.next_step} for one in seen
    ]
    write_json(json_file, "doctor", {"fit": fit, "examinations": plain})
    raise typer.Exit(0 if fit else MachineError.exit_code)


def kernelspec(
    name: Annotated[
        str, typer.Option("--name", help="The kernel's name; python3 replaces the usual kernel.")
    ] = "autograder-warm",
    prefix: Annotated[
        Path | None,
        typer.Option("--prefix", metavar="DIR", help="Install below DIR; in this Python's environment if not given."),
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="Install for this user.")] = False,
    module: Annotated[
        list[str] | None,
        typer.Option("--module", metavar="M", help="Module to keep imported besides the usual ones; can be repeated."),
    ] = None,
    no_sandbox: Annotated[bool, typer.Option("--no-sandbox", help="Run kernels without a sandbox.")] = False,
    json_file: JsonOption = None,
) -> None:
    """Install a Jupyter kernel whose processes are forked from a warm one and run in a sandbox.

    Whatever runs notebooks can use it: nbclient, `jupyter execute`, nbgrader without our configuration. In the sandbox
    a notebook works on a copy of its folder, so the files that it writes are gone afterwards.

    Example: autograder kernelspec --name python3
    """
    import tempfile

    from jupyter_client.kernelspec import KernelSpecManager

    from autograder.kernels.warm import PROVISIONER

    demand_places(json_file)
    if user and prefix:
        raise UsageError(
            "A kernel is installed in one place.",
            expected="--user or --prefix",
            got="both",
            next_step="leave one of them out; nothing was installed",
        )
    settings = {"modules": module or [], "sandbox": not no_sandbox}
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": f"Python 3 (warm, {'in the open' if no_sandbox else 'sandboxed'})",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": settings}},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n", encoding="utf-8")
        place = {"user": True} if user else {"prefix": str(prefix or sys.prefix)}
        try:
            installed = KernelSpecManager().install_kernel_spec(folder, name, **place)
        except ValueError as error:
            raise UsageError(
                f"A kernel cannot be called {name!r}.",
                expected="letters from a to z, digits, and - . _ between them",
                got=name,
                next_step="give such a name with --name; nothing was installed",
            ) from error
    print(installed, file=for_people(json_file))
    write_json(json_file, "kernelspec", {"name": name, "folder": str(installed), **settings})


COMMANDS = (doctor, kernelspec)
