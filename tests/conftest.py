"""What several test files share: the repository's course, opened with its own gradebook."""

import re
import signal
import sys
from collections.abc import Generator

import course_facts
import pytest
from course_facts import ROOT
from hypothesis import HealthCheck, settings

from autograder.grading import proving
from autograder.grading.course import Course, load_assignment, load_catalogue, load_course
from autograder.values.observed import Expectations
from autograder.values.submitted import Assignment

SEED = 20260301

# A busy machine makes no claim false. The same examples in every run; `make random` draws others, and more of them.
settings.register_profile("course", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", settings.get_profile("course"), derandomize=False, database=None, print_blob=True)
settings.load_profile("course")  # pytest's option --hypothesis-profile comes later, and wins


def pytest_configure() -> None:
    """A shell that starts the suite in the background lets it ignore Ctrl-C, and so all that the tests start."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.addaudithook(_watch)


_STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn")
_started: list[str] = []
_may_start = True


def _watch(event: str, _arguments: tuple[object, ...]) -> None:
    if not _may_start and event in _STARTS:
        _started.append(event)
        pytest.fail(f"{event}: mark the test @pytest.mark.processes, or give it a value in place of a kernel")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Only a test that says so starts kernels, commands or other processes: the others stay quick."""
    global _may_start
    _may_start = any(item.get_closest_marker(name) for name in ("processes", "slow", "browser"))
    _started.clear()
    try:
        return (yield)
    finally:
        _may_start = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A process that was asked for is told, too, where the code under test has caught the exception."""
    found = yield
    if _started:
        pytest.fail(f"it asked for processes ({', '.join(_started)}) and is not marked @pytest.mark.processes")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A case about an exercise that an instructor has taken out of the course is skipped, and says so."""
    for item in items:
        cases = getattr(item, "callspec", None)
        for value in cases.params.values() if course_facts.GONE and cases else ():
            about = str(getattr(value, "exercise", value)).partition("/")[0]  # of a law, or a misconception's id
            if about in course_facts.GONE:
                item.add_marker(pytest.mark.skip(f"the course has no exercise `{about}` any more: this case can go"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure stands where its file speaks of exercises that an instructor has taken out of the course."""
    report = yield
    if report.failed and course_facts.GONE:
        lines = [
            f"{item.path.name}:{number} speaks of `{exercise}`, which the course has no more: take that out, too"
            for number, line in enumerate(item.path.read_text(encoding="utf-8").splitlines(), start=1)
            for exercise in sorted(course_facts.GONE)
            if re.search(rf"\b{exercise}\b", line)
        ]
        if lines:
            report.sections.append(("the course was changed", "\n".join(lines)))
    return report


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
    return proving.prove(convolution, load_catalogue(course, "convolution"), SEED)
