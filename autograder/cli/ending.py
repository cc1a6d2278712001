"""How a command ends: with which exit code, and what it says when it could not do its work."""

import itertools
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from autograder.cli.output import print_anywhere, say, write_json
from autograder.errors import AutograderError, MachineError, UsageError, of_the_system

INTERRUPTED = 130
_Mistyped: Any = typer.BadParameter.__base__
"""The base class of everything that typer finds wrong with a command."""


class Interruption(Exception):
    """Ctrl-C was pressed; the message says what happened to the work."""


@contextmanager
def interruptible(what: str) -> Iterator[None]:
    """Ctrl-C ends with a sentence and 130."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interruption(what) from None


def run() -> int:
    """Run the command that was typed.

    Returns:
        Its exit code. Every failure except a bug in this program has been reported in words, without a traceback, and
        as JSON, if standard output is to be JSON.
    """
    print_anywhere()
    try:
        from autograder.cli.app import app

        code = app(prog_name="autograder", standalone_mode=False)
    except Interruption as stop:
        say(f"stopped; {stop}")
        if _command() != "watch":  # its objects were complete, and Ctrl-C is how it ends
            _tell_a_program({"what": f"stopped; {stop}", "exit_code": INTERRUPTED})
        return INTERRUPTED
    except _Mistyped as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            return UsageError.exit_code
        return _failed(_in_our_form(error))
    except AutograderError as error:
        return _failed(error)
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        return _failed(of_the_system(error))
    except ModuleNotFoundError as error:
        if (error.name or "autograder").startswith("autograder"):
            raise
        return _failed(_missing(error))
    if code == INTERRUPTED:  # typer's own word for Ctrl-C
        say("stopped")
    return int(code or 0)


def _failed(error: AutograderError) -> int:
    say(str(error))
    _tell_a_program(error.as_json())
    return error.exit_code


def _tell_a_program(error: Mapping[str, object]) -> None:
    """On standard output, if that is to be JSON."""
    if _json_is_read():
        write_json("-", _command(), {"error": error}, one_line=True)


def _command() -> str:
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def _json_is_read() -> bool:
    """Whether standard output is to be JSON; a command that could not even be parsed counts too."""
    words = sys.argv[1:]
    return "--json=-" in words or ("--json", "-") in itertools.pairwise(words)


def _in_our_form(error: Any) -> UsageError:
    context = error.ctx
    path = context.command_path if context is not None else "autograder"
    usage = context.get_usage().removeprefix("Usage:") if context is not None else path
    wanted = _number(getattr(error, "param", None)) if isinstance(error, typer.BadParameter) else ""
    what = f"{error.param.opts[0]} does not take this value." if wanted else error.format_message()
    return UsageError(
        what,
        expected=wanted or " ".join(usage.split()),
        got=shlex.join(["autograder", *sys.argv[1:]]),
        next_step=f"{path} --help",
    )


def _number(option: Any) -> str:
    """Which numbers an option takes; "" if it does not take one. Typer's own words for it are pydantic's."""
    least, most = getattr(option, "min", None), getattr(option, "max", None)
    if least is None:
        return ""
    kind = "a whole number" if isinstance(least, int) else "a number"
    return f"{kind}, at least {least:g}" if most is None else f"{kind} from {least} to {most}"


def _missing(error: ModuleNotFoundError) -> MachineError:
    return MachineError(
        f"The Python package {error.name} is missing.",
        expected="all packages of requirements.lock; a student's installation has only those for check and watch",
        got=str(error),
        next_step='in the course\'s repository, `make setup`; elsewhere, pip install "convnet-course[instructor]"',
    )


def _nobody_reads() -> int:
    """The reader of our output, such as `head`, has stopped reading."""
    sys.stdout = sys.stderr = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115  # what Python flushes at its end
    return 141  # as a process ended by SIGPIPE
