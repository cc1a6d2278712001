"""A version's number stands in three files, and one command writes all of them."""

import datetime
import importlib.util
import shutil
from pathlib import Path

import pytest
import yaml

from autograder.version import RELEASE

ROOT = Path(__file__).parents[1]
DAY = datetime.date(2027, 2, 3)
FILES = ("autograder/version.py", "CHANGELOG.md", "CITATION.cff")


def raise_version(number: str, root: Path) -> None:
    spec = importlib.util.spec_from_file_location("raise_version", ROOT / ".ci" / "raise_version.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.raise_version(number, DAY, root)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The three files, with something that is unreleased."""
    (tmp_path / "autograder").mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(
        changelog.read_text(encoding="utf-8").replace("## [Unreleased]\n", "## [Unreleased]\n\n- course: new.\n", 1),
        encoding="utf-8",
    )
    return tmp_path


def test_the_citation_names_the_package_s_release():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == RELEASE


def test_a_raised_version_stands_in_all_three_files(copy):
    raise_version("9.1.0", copy)

    assert 'RELEASE = "9.1.0"' in (copy / "autograder/version.py").read_text(encoding="utf-8")
    cited = yaml.safe_load((copy / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["date-released"]) == ("9.1.0", DAY)
    changes = (copy / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]\n\n## [9.1.0] - 2027-02-03\n\n- course: new.\n" in changes


@pytest.mark.parametrize("number", ["", "9.1", "v9.1.0", "0.0.1", "9.1.0-rc1"])
def test_what_is_no_later_version_changes_no_file(copy, number):
    before = [(copy / name).read_bytes() for name in FILES]
    with pytest.raises(SystemExit, match="is not a version number after"):
        raise_version(number, copy)
    assert [(copy / name).read_bytes() for name in FILES] == before


def test_a_version_without_changes_is_not_made(copy):
    raise_version("9.1.0", copy)
    with pytest.raises(SystemExit, match="nothing that is unreleased"):
        raise_version("9.2.0", copy)
