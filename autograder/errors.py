"""Failures of a course or a machine: they stop the run, and no grade is written for them.

A student's mistake is never one of these; it is a value (`autograder.values.Fault`) and ends as a mark with a reason.
"""


class AutograderError(Exception):
    """Something that the person who runs the grader must mend.

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


class UsageError(AutograderError):
    """The command was asked for something that does not exist."""

    exit_code = 2


class CourseError(AutograderError):
    """The course contradicts itself: a source, a solution, a misconception, a generated file."""

    exit_code = 3


class MachineError(AutograderError):
    """The machine cannot do the work: no kernel, no disk, a locked database."""

    exit_code = 4
