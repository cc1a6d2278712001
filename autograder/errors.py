"""Failures of a course or a machine: they stop the run, and no grade is written for them.

A student's mistake is never one of these; it is a value (`autograder.values.Fault`) and ends as a mark with a reason.
"""

import difflib
import errno
import os
from collections.abc import Iterable

from autograder.language import _


class AutograderError(Exception):
    """Something that the person who runs the grader has to fix.

    Args:
        what: What happened, one sentence.
        expected: What should have been there.
        got: What was there instead.
        next_step: What to do now: a command, a file, a page.
    """

    exit_code = 1

    def __init__(self, what: str, *, expected: str, got: str, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.got = got
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}\n  expected: {self.expected}\n  got:      {self.got}\n  next:     {self.next_step}"

    def as_json(self) -> dict[str, object]:
        """The same for another program."""
        return {
            "what": self.what,
            "expected": self.expected,
            "got": self.got,
            "next": self.next_step,
            "exit_code": self.exit_code,
        }


class UsageError(AutograderError):
    """The command was asked for something that does not exist."""

    exit_code = 2


class CourseError(AutograderError):
    """The course contradicts itself: a source, a solution, a misconception, a generated file."""

    exit_code = 3


class MachineError(AutograderError):
    """The machine cannot do the work: no kernel, no disk, a locked database."""

    exit_code = 4


def near(name: str, known: Iterable[str]) -> list[str]:
    """Known names with a similar spelling, the nearest first."""
    by_case = {one.casefold(): one for one in known}
    return [by_case[one] for one in difflib.get_close_matches(name.casefold(), by_case)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence, with a space before it, that names the nearest known name; "" if nothing is near."""
    meant = near(name, known)
    return " " + _("Did you mean {name}?").format(name=repr(meant[0])) if meant else ""


def of_the_system(error: OSError) -> MachineError:
    """What the operating system refused, in words that say what to do about it."""
    file = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes, os.PathLike)) else ""
    what, expected, next_step = _CURES.get(error.errno or 0, _ANY_CURE)
    return MachineError(
        what.format(file=file or "a file"),
        expected=expected,
        got=f"{error.strerror or error}{f': {file}' if file else ''}",
        next_step=next_step,
    )


_AGAIN = "run the same command again; what is done is not lost"
_DISK_FULL = (
    "The disk is full.",
    "room for a course's pages, and for scratch folders in $TMPDIR",
    f"free some space (`df -h . /tmp` shows where), or set TMPDIR to a folder on another disk, then {_AGAIN}",
)
_TOO_MANY_FILES = (
    "Too many files are open.",
    "a limit that allows more",
    f"`ulimit -n 4096`, or fewer --jobs; {_AGAIN}",
)
_FORBIDDEN = (
    "You may not read or write {file}.",
    "a file that belongs to you, in a folder that you may write to",
    "see `ls -ld` and `id`; fix the permissions, or work on your own copy of the course",
)
_CURES = {
    errno.ENOSPC: _DISK_FULL,
    errno.EDQUOT: _DISK_FULL,
    errno.EROFS: (
        "{file} cannot be written.",
        "a folder that can be written to",
        "work on a copy of the course in your own folder, such as `cp -r COURSE ~/course`",
    ),
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EMFILE: _TOO_MANY_FILES,
    errno.ENFILE: _TOO_MANY_FILES,
    errno.ENOMEM: (
        "The memory is used up.",
        "a few GB of free memory",
        f"close other programs, or use fewer --jobs; {_AGAIN}",
    ),
    errno.ENAMETOOLONG: ("A name is too long.", "names of at most 255 bytes", "give the file or folder a shorter name"),
}
_ANY_CURE = (
    "The machine could not do this.",
    "to read and write the files of the course",
    "check that the file exists and is yours, then run the same command again; `autograder doctor` checks more",
)
