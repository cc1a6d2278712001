"""The notebooks with the versions that Google Colab has: an old IPython, an older Keras, an older matplotlib."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from test_assignments import NAMES

from autograder.authoring.bundle import pack
from autograder.authoring.release import solved_by_a_student
from autograder.grading.course import Course, load_assignment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.xdist_group("colab"),  # its environment is made once
    pytest.mark.skipif(not shutil.which("unzip"), reason="the line for Colab needs the program unzip"),
]
UNREACHABLE = ("Could not find a version", "No matching distribution", "Max retries exceeded", "Network is unreachable")
SPOILT = """

_right = conv2d


def conv2d(x, kernel, *arguments, **options):
    return _right(x, kernel[::-1, ::-1], *arguments, **options)
"""


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Jupyter's with one kernel, `colab`, in an environment that has what Colab has."""
    folder = tmp_path_factory.mktemp("colab")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    install: list[str | Path] = [python, "-m", "pip", "install", "-q", "-r", Path(__file__).with_name("colab.txt")]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if any(words in done.stderr for words in UNREACHABLE):
        pytest.skip(f"pip cannot get what Colab has: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    spec = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Colab",
        "language": "python",
        "env": {"PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin"},
    }
    (folder / "kernels" / "colab").mkdir(parents=True)
    (folder / "kernels" / "colab" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


@pytest.fixture
def in_colab(kernels: Path, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a notebook's first cell's line for Colab and then the notebook, next to the archive that students get."""

    def run(name: str, notebook: NotebookNode) -> NotebookNode:
        pack(course, name, tmp_path)
        text = notebook.cells[0].source
        lines = re.findall(r"`([!%][^`]+)`", text[text.index("In Colab") :])
        assert [line.split()[0] for line in lines] == ["!unzip", "%cd", "%pip"]
        notebook.cells[1:1] = [nbformat.v4.new_code_cell(line) for line in lines]
        monkeypatch.setenv("JUPYTER_PATH", str(kernels))
        resources = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=3000, allow_errors=True, kernel_name="colab", resources=resources).execute()
        return notebook

    return run


def solved(course: Course, name: str) -> NotebookNode:
    return nbformat.reads(solved_by_a_student(load_assignment(course, name).notebooks[0]), as_version=4)


def outputs(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ()) if output.output_type == kind]


@pytest.mark.parametrize("name", NAMES)
def test_a_solved_notebook_runs_in_colab_from_top_to_bottom(name: str, course: Course, in_colab) -> None:
    notebook = in_colab(name, solved(course, name))
    assert [error.evalue for error in outputs(notebook, "error")] == []
    assert [stream.text for stream in outputs(notebook, "stream") if stream.name == "stderr"] == []
    assert len([output for output in outputs(notebook, "display_data") if "image/png" in output.data]) >= 4
    assert "✔" in "".join(stream.text for stream in outputs(notebook, "stream"))


def test_a_wrong_answer_is_shown_in_colab_as_elsewhere(course: Course, in_colab) -> None:
    notebook = solved(course, "convolution")
    places = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    places["conv2d"].source += SPOILT
    notebook = in_colab("convolution", notebook)
    picture, error = places["conv2d_check"].outputs
    assert "image/png" in picture.data
    assert error.ename == "CheckFailed"
    assert "first difference at [0, 0, 0]: got 16, expected 34" in error.traceback[0]
    assert "Your kernel is read back to front" in error.traceback[0]
    assert not re.search("Traceback|ipython-input", "".join(error.traceback))
