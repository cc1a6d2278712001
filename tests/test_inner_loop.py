"""`make test` is quick because no test in it starts a process without saying so."""

import subprocess
import sys

import pytest
from course_facts import ROOT


def test_a_test_that_starts_a_process_without_the_mark_fails_even_if_its_code_catches_that(
    request: pytest.FixtureRequest,
) -> None:
    watching = request.config.pluginmanager.get_plugin(str(ROOT / "tests" / "conftest.py"))
    assert watching is not None
    with pytest.raises(pytest.fail.Exception, match="mark the test @pytest.mark.processes"):
        subprocess.run([sys.executable, "--version"], check=True)
    with pytest.raises(pytest.fail.Exception, match=r"it asked for processes \(subprocess.Popen\)"):
        list(caught(watching.pytest_runtest_call(request.node)))
    watching._started.clear()


def caught(hook):
    """A hook around a test that has ended well."""
    yield next(hook)
    try:
        hook.send(None)
    except StopIteration:
        return


@pytest.mark.processes
def test_a_test_with_the_mark_may_start_processes() -> None:
    assert subprocess.run([sys.executable, "-c", "print(1)"], check=True, capture_output=True).stdout == b"1\n"
