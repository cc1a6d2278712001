"""What several test files share: the repository's course, opened beside a gradebook of its own."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from autograder.grading import expectations as trusted
from autograder.grading.course import Course, load_assignment, load_catalogues, load_course
from autograder.values import Assignment, Expectations

ROOT = Path(__file__).parent.parent
SEED = 20260301

# A busy machine makes no claim false. The same examples in every run; `make random` draws others, and more of them.
settings.register_profile("course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", settings.get_profile("course"), derandomize=False, database=None, print_blob=True)
settings.load_profile("course")  # pytest's option --hypothesis-profile comes later, and wins


def pytest_configure() -> None:
    """A shell that starts the suite in the background lets it ignore Ctrl-C, and so all that the tests start."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The repository's course; what is recorded goes to a gradebook in a temporary folder."""
    opened = load_course(ROOT)
    opened.paths.db_url = f"sqlite:///{tmp_path_factory.mktemp('gradebook') / 'gradebook.db'}"
    return opened


@pytest.fixture(scope="session")
def convolution(course: Course) -> Assignment:
    return load_assignment(course, "convolution")


@pytest.fixture(scope="session")
def expectations(course: Course, convolution: Assignment) -> Expectations:
    """What the experiments of `convolution` observe with one fixed seed, proven."""
    return trusted.prove(convolution, load_catalogues(course, "convolution"), SEED)


@pytest.fixture(autouse=True)
def _no_leftovers_in_modules() -> Iterator[None]:
    """A test may import a course's files by path; the next one must not find them."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith(("misconceptions", "variants", "common_misconceptions")):
            del sys.modules[name]
