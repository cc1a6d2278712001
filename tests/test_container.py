"""The container's recipe agrees with what it is made from. Nothing is built here."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

import pytest

from autograder.kernels import doctor
from autograder.version import DISTRIBUTED

ROOT = Path(__file__).parent.parent
RECIPE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STEPS = [tuple(line.split(maxsplit=1)) for line in RECIPE.splitlines() if line and not line.startswith("#")]
GUIDE = (ROOT / "docs/container.md").read_text(encoding="utf-8")


def steps(word: str) -> list[str]:
    return [rest for first, rest in STEPS if first == word]


def copied() -> list[str]:
    return [name for step in steps("COPY") for name in shlex.split(step)[:-1]]


def test_every_file_that_is_copied_is_there_and_not_ignored() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"
    shown = {rule[1:] for rule in rules if rule[0] == "!"}
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert set(copied()) == shown


def test_every_package_of_the_wheel_is_copied() -> None:
    assert {*DISTRIBUTED} <= {*copied()}


@pytest.mark.parametrize("secret", ["source", "solutions", "submitted", "gradebook.db", "feedback", ".git", "release"])
def test_nothing_of_the_course_becomes_part_of_the_image(secret: str) -> None:
    assert [name for name in copied() if fnmatch(secret, name)] == []


def test_the_versions_are_those_of_the_lock_file_with_checked_hashes() -> None:
    installs = [part.strip() for step in steps("RUN") for part in step.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert "--require-hashes -r /opt/package/requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]


def test_the_package_that_doctor_names_is_installed() -> None:
    (named,) = re.findall(r"^apt-get install (.+)$", doctor._cure("bubblewrap (bwrap) is not installed"), re.M)
    (installed,) = (part for step in steps("RUN") for part in step.split("&&") if "apt-get install" in part)
    assert named in shlex.split(installed)


def test_an_ordinary_user_runs_the_autograder() -> None:
    assert steps("USER") == ["grader"] and steps("ENTRYPOINT") == ['["autograder"]']


def test_no_registry_is_named() -> None:
    assert steps("FROM") == ["debian:bookworm-slim"]
    assert re.findall(r"https?://|--index-url|--mirror", RECIPE + GUIDE) == []


@pytest.mark.parametrize("reason", ["Creating new namespace failed: Operation not permitted", "Can't mount proc"])
def test_doctor_names_the_page_where_a_container_forbids_rooms(reason: str) -> None:
    assert "docs/container.md" in doctor._cure(f"bwrap: {reason} on /newroot/proc: Operation not permitted")
