"""The grader without the course: an environment without TensorFlow grades nbgrader's own example course."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORMATS = ("csv", "canvas", "moodle", "gradescope", "junit", "markdown", "annotations")
pytestmark = [pytest.mark.slow, pytest.mark.processes]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a new environment with the extra `instructor` alone, in the versions of the lock file."""
    folder = tmp_path_factory.mktemp("alone")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9_.-]+==.*?)(?: \\)?$", lock, re.MULTILINE)
    (folder / "constraints.txt").write_text("\n".join(pins) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    project = f"{ROOT}[instructor]"
    pip = [f"{folder}/env/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", f"{folder}/constraints.txt", project], check=True)
    return folder / "env/bin"


@pytest.fixture(scope="module")
def course(commands: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader's example course, with an untouched and a solved submission."""
    folder = tmp_path_factory.mktemp("example") / "course101"
    subprocess.run([commands / "nbgrader", "quickstart", folder.name], cwd=folder.parent, check=True)
    assert call(commands, folder, "release", "ps1").returncode == 0
    for student, step in (("ada", "source"), ("bob", "release")):
        shutil.copytree(folder / step / "ps1", folder / "submitted" / student / "ps1")
    return folder


def call(commands: Path, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}
    command = [f"{commands}/autograder", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_environment_has_no_tensorflow(commands: Path) -> None:
    listed = subprocess.run(
        [commands / "python", "-m", "pip", "list"], capture_output=True, text=True, check=True
    ).stdout
    names = {line.split()[0].casefold() for line in listed.splitlines()}
    assert "nbgrader" in names and names.isdisjoint({"tensorflow", "keras"})


def test_it_grades_checks_reports_and_exports_an_ordinary_course(commands: Path, course: Path) -> None:
    graded = call(commands, course, "grade", "ps1", "--json", "-")
    assert graded.returncode == 0, graded.stderr
    points = {one["student"]: one["score"] for one in json.loads(graded.stdout)["submissions"]}
    assert points["ada"] > points["bob"] == 0
    assert call(commands, course, "check", "submitted/ada/ps1/problem1.ipynb").returncode == 0
    assert call(commands, course, "report", "ps1").returncode == 0
    assert {
        name: call(commands, course, "export", "ps1", "--format", name).returncode for name in FORMATS
    } == dict.fromkeys(FORMATS, 0)
