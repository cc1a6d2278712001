"""nbgrader's own tests of `nbgrader autograde`, from its wheel, in a setup that configures our steps for every course.

Whatever passes with plain nbgrader passes with our steps, but for the tests in `DELIBERATE`.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

BIN = Path(sys.executable).parent
MODULE = "nbgrader.tests.apps.test_nbgrader_autograde"
SKIPPED = {"test_many_students", "test_infinite_loop_with_output"}
"""nbgrader skips these itself: they need PostgreSQL, and too much memory."""
DELIBERATE = {
    "test_side_effects": "What a submission writes vanishes with its room; plain nbgrader keeps it in autograded/.",
    "test_grade_empty_timestamp": "A time that cannot be read is named and takes nothing for lateness; plain nbgrader "
    "does not grade that submission.",
}
"""nbgrader's tests that assert what we forbid, and why we do."""
CONFIG = """\
from autograder.grading.plugin import configure

configure(get_config())
"""


@pytest.mark.slow
@pytest.mark.timeout(7200)  # two and a half minutes on two idle cores
def test_nbgrader_s_own_tests_pass_with_our_steps_but_for_what_is_forbidden(tmp_path: Path) -> None:
    """Plain nbgrader is asked only about those that fail: had it failed too, the failure would not be ours."""
    ours = _run_nbgrader_s_tests(tmp_path / "ours", CONFIG, [MODULE])
    failed = {test for test, outcome in ours.items() if outcome == "failed"}
    plain = _run_nbgrader_s_tests(
        tmp_path / "plain", "", [f"{MODULE}::TestNbGraderAutograde::{test}" for test in sorted(failed)]
    )
    assert {test for test in failed if plain[test] == "passed"} == set(DELIBERATE)
    assert {test for test, outcome in ours.items() if outcome == "skipped"} == SKIPPED
    assert len(ours) > 40


def _run_nbgrader_s_tests(folder: Path, config: str, tests: Sequence[str]) -> dict[str, str]:
    """Run tests of the wheel with a user's nbgrader_config.py; "passed", "failed" or "skipped" by name."""
    if not tests:
        return {}
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "JUPYTER_CONFIG_DIR": str(folder)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--junitxml", "results.xml"]
    done = subprocess.run([*command, "--pyargs", *tests], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout[-3000:] + done.stderr[-3000:]
    outcomes = {}
    for case in ElementTree.parse(folder / "results.xml").iter("testcase"):
        found = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcomes[case.attrib["name"]] = "passed" if not found else "skipped" if found == {"skipped"} else "failed"
    return outcomes
