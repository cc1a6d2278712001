"""What we lean on in nbclient, jupyter_client and nbgrader is as it was, and only the two modules for it lean on it."""

import ast
import asyncio
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
import zmq
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbgrader import api
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, text

import autograder
import convnets
from autograder.grading.nbgrader_internals import newest_form, on_one_connection, take_part_in_commands
from autograder.grading.plugin import ClearSolutions, HideTests
from autograder.kernels.messages import MAX_MESSAGE_BYTES, MAX_WAITING, Client
from autograder.kernels.nbclient_internals import CellClient

ROOT = Path(__file__).parent.parent
OURS = ("autograder", "convnets")
OF_PYTHON = {"os._exit", "sys._getframe", "spec._initializing"}
"""Python's own names with an underscore; the last is how a module that is still being imported is known."""

# ---------------------------------------------------------------- where it stands


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(path for package in OURS for path in (ROOT / package).rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def is_private(name: str) -> bool:
    """Whether nothing is promised of a name; `_repr_html_` and the like are agreed on."""
    return name.startswith("_") and not name.endswith("_")


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a module defines: its functions, classes and variables, and what objects set on themselves."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(name, ast.Store()) | ast.Attribute(ast.Name("self"), name, ast.Store()):
                yield name


def touched(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The owners and names of all that a module asks objects and other packages for."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(owner, name):
                yield ast.unparse(owner), name
            case ast.Call(
                ast.Name("getattr" | "setattr" | "hasattr" | "delattr"), [owner, ast.Constant(str(name)), *_]
            ):
                yield ast.unparse(owner), name
            case ast.ImportFrom(module=str() as owner, names=names) if not owner.startswith(OURS):
                yield from ((owner, one.name) for one in names)


def test_no_module_touches_a_private_name_that_it_does_not_define() -> None:
    found = []
    for path, tree in trees():
        own = {*defined(tree)}
        private = {f"{owner}.{name}" for owner, name in touched(tree) if is_private(name) and name not in own}
        found += [f"{path}: {name}" for name in sorted(private - OF_PYTHON)]
    assert found == []


def test_one_private_method_of_another_package_is_overridden() -> None:
    """A method of ours that only happens to have the name of one there would be one more."""
    found = []
    infos = [info for one in (autograder, convnets) for info in pkgutil.walk_packages(one.__path__, f"{one.__name__}.")]
    for module in (importlib.import_module(info.name) for info in infos if not info.name.endswith("__main__")):
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__:
                theirs = {name for base in kind.__mro__ if not base.__module__.startswith(OURS) for name in vars(base)}
                own = [name for name, value in vars(kind).items() if is_private(name) and inspect.isfunction(value)]
                found += [f"{module.__name__}: {kind.__name__}.{name}" for name in own if name in theirs]
    assert found == ["autograder.kernels.nbclient_internals: CellClient._async_poll_for_reply"]


def test_one_module_puts_functions_in_the_place_of_another_packages() -> None:
    found = set()
    for path, tree in trees():
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        theirs = {
            (one.asname or one.name).split(".")[0]
            for node in imports
            for one in node.names
            if (getattr(node, "module", None) or one.name).split(".")[0] not in {*OURS, *sys.stdlib_module_names}
        }
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(owner, ctx=ast.Store()) | ast.Call(ast.Name("vars" | "setattr"), [owner, *_]):
                    if ast.unparse(owner).split(".")[0] in theirs:
                        found.add(path)
    assert found == {"autograder/grading/nbgrader_internals.py"}


# ---------------------------------------------------------------- nbclient and jupyter_client


class Asked(CellClient):
    """Waits for each cell's outputs, and makes up the reply; or waits for ever."""

    for_ever = False

    async def reply_to(
        self, request: str, cell: NotebookNode, *, outputs: asyncio.Future[Any], watch: asyncio.Future[Any]
    ) -> dict[str, Any]:
        if self.for_ever:
            await asyncio.Future()
        await outputs
        watch.cancel()
        return {"parent_header": {"msg_id": request}, "content": {"status": "ok", "made up for": cell.source}}


def one_cell(source: str) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])


@pytest.mark.processes
def test_nbclient_asks_us_for_the_reply_to_a_cell() -> None:
    replies = []
    asked = Asked(one_cell("print(6 * 7)"), on_cell_executed=lambda execute_reply, **_: replies.append(execute_reply))
    (cell,) = asked.execute().cells
    assert [reply["content"]["made up for"] for reply in replies] == ["print(6 * 7)"]
    assert cell.outputs[0].text == "42\n"


@pytest.mark.processes
def test_nbclient_s_watch_ends_our_waiting_when_the_kernel_ends() -> None:
    asked = Asked(one_cell("import os\nos._exit(1)"))
    asked.for_ever = True
    with pytest.raises(DeadKernelError):
        asked.execute()


def test_each_socket_of_a_kernel_s_client_has_the_limits(tmp_path: Path) -> None:
    """No kernel is needed: a socket is connected before anybody listens."""
    ports = {
        f"{name}_port": number for number, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), start=1)
    }

    async def limits() -> set[tuple[int, int]]:
        client = Client(transport="ipc", ip=str(tmp_path / "s"), **ports)
        try:
            channels = (client.shell_channel, client.iopub_channel, client.stdin_channel, client.control_channel)
            return {(one.socket.get(zmq.MAXMSGSIZE), one.socket.get(zmq.RCVHWM)) for one in channels}
        finally:
            client.context.destroy(linger=0)

    assert asyncio.run(limits()) == {(MAX_MESSAGE_BYTES, MAX_WAITING)}


# ---------------------------------------------------------------- nbgrader


def test_nbgrader_s_step_makes_the_stubs_that_we_ask_it_for() -> None:
    facts = {
        "grade": False,
        "grade_id": "double",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    region = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    sources = ("from convnets import lab", region.format('answer = "b"'), region.format("x = y"), "kept by no region")
    cells = [nbformat.v4.new_code_cell(source, metadata={"nbgrader": facts}) for source in sources]
    cells[0].metadata = NotebookNode()
    node, _resources = ClearSolutions().preprocess(nbformat.v4.new_notebook(cells=cells), {})
    assert [cell.source for cell in node.cells] == [
        "from convnets import lab",
        "answer = None",
        '# YOUR CODE HERE\nraise lab.NotStarted("double")',
        "# YOUR CODE HERE\nraise NotImplementedError()",
    ]


def test_nbgrader_s_step_takes_hidden_tests_off_the_page_and_we_what_their_errors_say() -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "a secret", "traceback": ["a secret"]}
    sources = ("shown()\n### BEGIN HIDDEN TESTS\nhidden()\n### END HIDDEN TESTS", "shown()")
    cells = [nbformat.v4.new_code_cell(source, outputs=[NotebookNode(error)]) for source in sources]
    node, _resources = HideTests().preprocess(nbformat.v4.new_notebook(cells=cells), {})
    assert [cell.source for cell in node.cells] == ["shown()", "shown()"]
    assert [cell.outputs[0].evalue for cell in node.cells] == ["", "a secret"]


def test_gradebooks_share_a_connection_that_none_of_them_closes() -> None:
    """For the form of a new one nbgrader would start a program, which fails this test."""
    before = api.create_engine, api.get_alembic_version
    with create_engine("sqlite://").begin() as connection:
        with on_one_connection(connection):
            for _again in range(2):
                with Gradebook("sqlite:////no/such/folder/gradebook.db") as gradebook:
                    gradebook.update_or_create_student("ada")
                    (form,) = gradebook.db.execute(text("select version_num from alembic_version")).one()
        assert form == newest_form()
        assert connection.execute(text("select id from student")).all() == [("ada",)]
    assert (api.create_engine, api.get_alembic_version) == before


@pytest.mark.processes
def test_the_newest_form_is_what_nbgrader_itself_finds() -> None:
    asks = "from nbgrader.api import get_alembic_version; print(get_alembic_version())"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", asks], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == newest_form()


@pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")
def test_nbgrader_s_commands_call_what_takes_part_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader knows the assignment from `before_grading` alone, so it is called in time."""
    for owner, name in (
        (api, "get_alembic_version"),
        (CourseDirectory, "get_existing_timestamp"),
        (Autograde, "init_assignment"),
        (GenerateAssignment, "init_assignment"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # to be put back
    for folder in ("source/any", "submitted/ada/any"):
        (tmp_path / folder).mkdir(parents=True)
        nbformat.write(one_cell("1"), tmp_path / folder / "any.ipynb")
    (tmp_path / "source/any/data.csv").write_text("1,2\n", encoding="utf-8")
    directory = CourseDirectory(root=str(tmp_path), assignment_id="any")
    time, called = datetime(2026, 5, 9, 11, 30), list[object]()

    def register(_converter: Autograde, assignment: str) -> None:
        with Gradebook(directory.db_url) as gradebook:
            gradebook.update_or_create_assignment(assignment)
            gradebook.add_notebook("any", assignment)

    def handed_in(_directory: CourseDirectory, folder: str) -> datetime:
        called.append(Path(folder).relative_to(tmp_path).as_posix())
        return time

    def on_release(_converter: GenerateAssignment, assignment: str) -> None:
        called.append(sorted(path.name for path in (tmp_path / "release" / assignment).iterdir()))

    take_part_in_commands(handed_in=handed_in, before_grading=register, on_release=on_release)
    GenerateAssignment(coursedir=directory, no_database=True, preprocessors=[]).start()
    Autograde(coursedir=directory, sanitize_preprocessors=[], autograde_preprocessors=[]).start()
    assert called == [["data.csv"], "submitted/ada/any"]
    with Gradebook(directory.db_url) as gradebook:
        assert gradebook.find_submission("any", "ada").timestamp == time
        (form,) = gradebook.db.execute(text("select version_num from alembic_version")).one()
    assert form == newest_form()
