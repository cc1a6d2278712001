"""What is handed to students, and what the repository promises about itself."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, make_tiny_course

from autograder.authoring.bundle import build_wheel, pack
from autograder.authoring.release import student_requirements
from autograder.errors import CourseError
from autograder.grading.course import Course, load_assignment, load_catalogue
from autograder.version import digest, version

ROOT = Path(__file__).parent.parent
DEVELOPERS = {"nbgrader", "pytest", "hypothesis", "ruff", "mypy", "import-linter", "build", "hatchling", "jupytext"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of tracked files")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.mark.processes
def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        tops = {name.split("/")[0] for name in file.namelist()}
        assert tops == {"autograder", "convnets", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
        assert not [name for name in file.namelist() if name.endswith(".ipynb")]


@pytest.mark.processes
def test_the_wheels_version_is_that_of_its_content(wheel: Path, tmp_path: Path) -> None:
    """pip installs a corrected wheel over an earlier one only where its version is another one."""
    assert wheel.name == f"convnet_course-{version()}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path)
    assert digest(package=tmp_path / "autograder") == digest()
    corrected = tmp_path / "autograder" / "lab" / "checks.py"
    corrected.write_text(corrected.read_text(encoding="utf-8") + "# corrected\n", encoding="utf-8")
    digest.cache_clear()
    assert digest(package=tmp_path / "autograder") != digest()
    assert digest(("grading", "lab"), package=tmp_path / "autograder") != digest(("grading", "lab"))
    assert digest(("grading",), package=tmp_path / "autograder") == digest(("grading",))


@pytest.mark.processes
def test_the_wheel_holds_no_solution_no_hidden_test_and_no_misconception(wheel: Path, course: Course) -> None:
    assignment = load_assignment(course, "convolution")
    catalogue = load_catalogue(course, "convolution")
    sentences = {wrong.sentence for wrong in catalogue.misconceptions} | {wrong.sentence for wrong in catalogue.commons}
    hidden = {
        line.strip()
        for cell in assignment.notebooks[0].experiments
        for line in cell.source.split("\n")
        if "observe(" in line and len(line) > 30
    }
    assert len(sentences) > 100
    assert len(hidden) > 50
    with zipfile.ZipFile(wheel) as file:
        for name in file.namelist():
            if name.endswith(".npz"):
                continue
            text = file.read(name).decode()
            assert [sentence for sentence in sentences if len(sentence) > 25 and sentence in text] == [], name
            assert [line for line in hidden if line in text] == [], name


@pytest.mark.processes
def test_a_bundle_has_what_a_student_needs_and_no_secret(course: Course, tmp_path: Path) -> None:
    archive = pack(course, "convolution", tmp_path)
    with zipfile.ZipFile(archive) as file:
        names = set(file.namelist())
        assert {"README.md", "requirements.txt", "convolution/convolution.ipynb", "convolution/glossary.md"} <= names
        assert [name for name in names if name.endswith(".whl")]
        assert "HIDDEN TESTS" not in file.read("convolution/convolution.ipynb").decode()


@pytest.mark.parametrize(
    ("file", "of"),
    [("tiny.ipynb", "solutions/tiny/tiny.ipynb"), ("double.py", "solutions/tiny/double.py")],
)
def test_a_solution_in_the_release_is_not_packed(tmp_path: Path, file: str, of: str) -> None:
    tiny = make_tiny_course(tmp_path)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "release/tiny" / file).write_bytes((tmp_path / of).read_bytes())
    with pytest.raises(CourseError, match=file) as refused:
        pack(tiny, ASSIGNMENT, tmp_path / "dist")
    assert refused.value.next_step == "autograder release tiny" and not (tmp_path / "dist").exists()


@pytest.mark.processes
def test_what_source_does_not_make_and_nbgrader_leaves_out_is_not_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheel: Path
) -> None:
    tiny = make_tiny_course(tmp_path)
    monkeypatch.setattr("autograder.authoring.bundle.build_wheel", lambda project, into: wheel)
    for name in ("pyproject.toml", "release/tiny/.ipynb_checkpoints/tiny.ipynb", "release/tiny/likely_causes.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with zipfile.ZipFile(pack(tiny, ASSIGNMENT, tmp_path / "dist")) as file:
        assert set(file.namelist()) == {wheel.name, "tiny/tiny.ipynb", "tiny/likely_causes.json"}


def test_a_students_installation_pulls_no_tool_of_instructors_or_developers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=\[;]", line)[0] for line in project["dependencies"]}
    assert not needed & DEVELOPERS
    assert {"instructor", "dev"} <= set(project["optional-dependencies"])


def test_students_get_the_versions_of_the_lock_file() -> None:
    lock, wanted = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "source/requirements.txt")
    )
    text = student_requirements(wanted, lock)
    assert text == (ROOT / "release/requirements.txt").read_text(encoding="utf-8")
    assert all(line in lock for line in text.splitlines()[1:])
    with pytest.raises(CourseError, match="does not pin numpy"):
        student_requirements("# what is imported\nsix\nnumpy\n", "six==1.17.0 \\\n")


def test_the_lock_file_pins_every_package_with_hashes_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9-]+==[^ ]+.*\\$", lock, flags=re.MULTILINE)
    assert len(pins) > 100
    assert len(re.findall("--hash=sha256:", lock)) > len(pins)
    assert not re.search("https?://|index" + "-url|find-links", lock)


@pytest.mark.processes
def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = "|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"])
    for path in tracked():
        if path.suffix in {".png", ".jpg", ".npz"}:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(hosts, text), path
        assert not re.search("/" + r"(root|home/[a-z]+)/", text), path


@pytest.mark.processes
def test_the_command_line_answers_without_importing_tensorflow_or_nbgrader() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from autograder.cli.app import app;"
        "result = CliRunner().invoke(app, ['--help']); assert result.exit_code == 0, result.output;"
        "print([name for name in ('tensorflow', 'nbgrader', 'matplotlib', 'jupyter_client') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_has_no_word_of_a_solution_in_its_lab(course: Course) -> None:
    """No solved function stands in what students' machines import."""
    names = {"conv_output_shape", "same_padding", "count_conv2d_params", "equivariance_error", "max_pool2d"}
    for path in (ROOT / "autograder" / "lab").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if f"def {name}(" in text], path


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Everything that our packages' code consists of, with its file."""
    for path in sorted(path for package in ("autograder", "convnets") for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), node


def test_no_two_classes_have_one_name_private_ones_neither() -> None:
    places = defaultdict(list)
    for place, node in nodes():
        if isinstance(node, ast.ClassDef):
            places[node.name].append(place)
    assert len(places) > 150
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_function_takes_more_than_six_parameters_but_a_command_whose_options_they_are() -> None:
    found = []
    for place, node in nodes():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if sum(one.arg not in ("self", "cls") for one in given) > 6:
                found.append(f"{place}: {node.name}")
    commands = [f"autograder/cli/instructor.py: {name}" for name in ("grade", "audit", "demo", "export")]
    assert found == commands
