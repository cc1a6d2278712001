"""The warm, sandboxed kernel as an installed kernelspec, for what runs notebooks and knows nothing of this package."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbgrader.preprocessors import Execute

from autograder.cli.machine import kernelspec
from autograder.kernels.run import run
from autograder.kernels.warm import close_all
from autograder.values.submitted import KernelSettings, Limits

pytestmark = pytest.mark.processes

BIN = Path(sys.executable).parent
LOOKS_AROUND = """
import json, os, socket, sys
files = sorted(name for name in os.listdir() if not name.startswith("."))
networks = [name for _number, name in socket.if_nameindex()]
print(json.dumps([os.getcwd(), "wave" in sys.modules, files, networks]))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A warm `python3` that Jupyter finds before the usual one; the folder has one file."""
    kernelspec(name="python3", prefix=tmp_path / "prefix", module=["wave"])
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "prefix" / "share" / "jupyter"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "data.txt").write_text("mine", encoding="utf-8")
    yield folder
    close_all()


def test_plain_nbclient_runs_a_notebook_in_a_room(installed: Path) -> None:
    node = _notebook()
    NotebookClient(node, resources={"metadata": {"path": str(installed)}}).execute()
    assert _seen(node) == ["/scratch", True, ["data.txt"], ["lo"]]


def test_nbgrader_s_own_step_runs_a_notebook_in_a_room(installed: Path) -> None:
    node, _resources = Execute().preprocess(_notebook(), {"metadata": {"path": str(installed)}})
    assert _seen(node) == ["/scratch", True, ["data.txt"], ["lo"]]


def test_jupyter_execute_does_too(installed: Path) -> None:
    nbformat.write(_notebook(), installed / "any.ipynb")
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", str(installed / "any.ipynb")]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"})
    assert _seen(nbformat.read(installed / "any.ipynb", as_version=4))[0] == "/scratch"


def test_nothing_of_a_kernel_is_left(installed: Path) -> None:
    node = _notebook("import ipykernel\nprint(ipykernel.get_connection_file(), end='')")
    NotebookClient(node, resources={"metadata": {"path": str(installed)}}).execute()
    sockets = Path(node.cells[0].outputs[0].text).parent
    assert sockets.name.startswith("kernel-")
    assert not sockets.exists()


def test_a_kernel_is_restarted_at_the_same_address(installed: Path) -> None:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(installed))
    before = manager.connection_file
    manager.restart_kernel(now=True)
    assert manager.is_alive() and manager.connection_file == before
    manager.shutdown_kernel(now=True)
    assert not Path(before).parent.exists()


@pytest.mark.parametrize("asked", [True, False])
def test_a_kernelspec_changes_nothing_for_our_own_runs(tmp_path: Path, installed: Path, asked: bool) -> None:
    """Else a spec without a sandbox would open the room of `autograder grade`."""
    kernelspec(name="python3", prefix=tmp_path / "prefix", module=["wave"], no_sandbox=asked)
    execution = run(_notebook(), folder=installed, limits=Limits(), settings=KernelSettings(asked))
    assert (_seen(execution.notebook)[0] == "/scratch") is asked


def _notebook(source: str = LOOKS_AROUND) -> nbformat.NotebookNode:
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cell = nbformat.v4.new_code_cell(source, id="only")
    return nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": spec})


def _seen(node: nbformat.NotebookNode) -> list[object]:
    return list(json.loads(node.cells[0].outputs[0].text))
