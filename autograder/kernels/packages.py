"""Checks that the packages that grading needs are installed, in versions that fit, without importing them."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from autograder.errors import MachineError

DISTRIBUTION, EXTRA = "convnet-course", "instructor"


@dataclass(frozen=True, slots=True)
class Misfit:
    """A package that is missing or has a version that this project does not support."""

    name: str
    wanted: str
    got: str

    @property
    def cure(self) -> str:
        """The command to type."""
        return f"make setup, or pip install '{self.name}{self.wanted}'"


def misfits(extra: str = EXTRA) -> Iterator[Misfit]:
    """The packages required by this package's metadata that do not fit, by default on an instructor's machine."""
    for line in requires(DISTRIBUTION) or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        try:
            got = version(wanted.name)
        except PackageNotFoundError:
            got = "not installed"
        if got == "not installed" or not wanted.specifier.contains(got, prereleases=True):
            yield Misfit(wanted.name, str(wanted.specifier), got)


def demand(name: str, *, extra: str = EXTRA) -> None:
    """Refuse to continue if a package is missing or does not fit.

    Args:
        name: The package.
        extra: Which of our extras asks for it.

    Raises:
        MachineError: It is missing or does not fit.
    """
    for one in misfits(extra):
        if one.name == name:
            raise MachineError(
                f"This version of {name} is not one that the autograder works with."
                if one.got != "not installed"
                else f"{name} is not installed.",
                expected=f"{name}{one.wanted}",
                got=one.got,
                next_step=f"{one.cure}; nothing was changed",
            )
