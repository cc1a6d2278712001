"""The first minutes: a newcomer's errors get an answer that cures, and results other programs can read."""

import errno
import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from importlib import metadata
from pathlib import Path

import pytest
from test_cli import autograder
from tiny_course import ASSIGNMENT, SQUARES, answer, make_tiny_course, solve, submit

from autograder.cli import completion
from autograder.errors import MachineError, of_the_system
from autograder.files import nearest, replace_file
from autograder.grading.course import Course
from autograder.kernels import packages
from autograder.kernels.sandbox import find_bubblewrap
from autograder.reporting.exports import FORMATS
from autograder.version import version

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parent.parent
PROGRAM = (sys.executable, "-m", "autograder")
FORM = r".+\n  expected: .+\n  got:      .+\n  next:     .+\n"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pseudo-terminals and bubblewrap are Linux's")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded course in a folder with spaces and Korean letters, as are its students' names."""
    course = make_tiny_course(tmp_path_factory.mktemp("한국어 과정 x"))
    submit(course, "ada", solve)
    submit(course, "김 철수", solve, answer("double", SQUARES))
    done = autograder("grade", ASSIGNMENT, "--course", str(course.root), "--seed", "3")
    assert done.returncode == 0, done.stderr
    return course


def explained(stderr: str) -> bool:
    """Whether the last message has the four lines, and no traceback is there."""
    return "Traceback" not in stderr and re.search(FORM + r"\Z", stderr) is not None


@pytest.fixture
def here(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(tiny.root)
    return tiny


# ---------------------------------------------------------------- misspelt


@pytest.mark.parametrize(
    "typed",
    [
        ("release", "tinny"),
        ("release", "tinny", "--check"),
        ("grade", "tinny"),
        ("audit", "TINY"),
        ("bundle", "tiny", "tinny"),
        ("demo", "tinny"),
        ("report", "tinny"),
        ("export", "tinny", "--format", "csv"),
    ],
)
def test_every_command_knows_which_assignment_was_meant(here: Course, typed: tuple[str, ...]) -> None:
    done = autograder(*typed)
    assert done.returncode == 2 and explained(done.stderr)
    assert "Did you mean 'tiny'?" in done.stderr


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("grad", "tiny"), "grade"),
        (("grade", "tiny", "--sed", "3"), "--seed"),
        (("grade", "tiny", "--student", "adda"), "'ada'"),
        (("export", "tiny", "--format", "cvs"), "'csv'"),
        (("grade", "tiny", "--course", "../sourse"), "--course"),
        (("check", "relaese/tiny/tiny.ipynb"), "'release/tiny/tiny.ipynb'"),
        (("watch", "release/tiny/tinny.ipynb"), "'release/tiny/tiny.ipynb'"),
        (("export", "tiny", "--format", "csv", "--roster", "nbgrader_confg.py"), "'nbgrader_config.py'"),
        (("grade", "tiny", "--jobs", "two"), "--jobs"),
        (("grade",), "Missing argument"),
    ],
)
def test_what_is_mistyped_is_wrong_usage_and_what_was_meant_is_named(
    here: Course, typed: tuple[str, ...], meant: str
) -> None:
    done = autograder(*typed)
    assert done.returncode == 2 and explained(done.stderr), done.stderr
    assert meant in done.stderr


def test_a_misspelt_path_is_found_wherever_it_is_misspelt(tmp_path: Path) -> None:
    (tmp_path / "a folder" / "deep").mkdir(parents=True)
    assert nearest(tmp_path / "a foldr" / "deep") == tmp_path / "a folder" / "deep"
    assert nearest(tmp_path / "something" / "else") is None


# ---------------------------------------------------------------- no course


def test_a_folder_that_is_no_course_names_the_course_above_it(here: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.root / "submitted")
    done = autograder("grade", ASSIGNMENT)
    assert done.returncode == 2 and explained(done.stderr)
    assert "is not a course folder" in done.stderr
    assert f"--course '{here.root}'" in done.stderr


def test_a_folder_that_is_no_course_asks_for_one(tmp_path: Path) -> None:
    done = autograder("release", ASSIGNMENT, "--course", str(tmp_path))
    assert done.returncode == 2 and explained(done.stderr)
    assert "nbgrader_config.py and source/" in done.stderr


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("c = get_config(", "SyntaxError"),
        ("import nothing_of_the_kind", "nothing_of_the_kind"),
        ("c = get_config()\nc.CourseDirectory.root = 5", "expected a unicode string, not the int 5"),
    ],
)
def test_a_broken_configuration_says_what_is_broken(tmp_path: Path, config: str, says: str) -> None:
    (tmp_path / "nbgrader_config.py").write_text(config, encoding="utf-8")
    done = autograder("grade", ASSIGNMENT, "--course", str(tmp_path))
    assert done.returncode == 3 and explained(done.stderr)
    assert says in done.stderr
    assert "CRITICAL" not in done.stderr


def test_a_source_that_is_no_text_is_a_broken_course(tmp_path: Path) -> None:
    make_tiny_course(tmp_path)
    (tmp_path / "source/tiny/tiny.ipynb").write_bytes(b"\xff\xfe\x00")
    done = autograder("release", ASSIGNMENT, "--course", str(tmp_path))
    assert done.returncode == 3 and explained(done.stderr)


def test_a_course_without_the_package_says_what_to_hand_out(here: Course) -> None:
    done = autograder("bundle", ASSIGNMENT)
    assert done.returncode == 3 and explained(done.stderr)
    assert "hand out the folder" in done.stderr and not (here.root / "dist").exists()


# ---------------------------------------------------------------- the machine


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EIO])
def test_whatever_the_system_refuses_ends_with_4_and_a_cure(
    here: Course, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number), "some/file")

    monkeypatch.setattr("autograder.authoring.cohort_report.replace_file", refuse)
    done = autograder("report", ASSIGNMENT, "--json", "-")
    assert done.returncode == 4 and explained(done.stderr)
    assert os.strerror(number) in done.stderr
    assert json.loads(done.stdout)["error"]["exit_code"] == 4


def test_a_full_disk_leaves_the_old_file_and_no_half_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file(tmp_path / "marks.json", "old")

    def is_full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", is_full)
    with pytest.raises(OSError, match="marks.json"):
        replace_file(tmp_path / "marks.json", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("marks.json", "old")]
    assert "free some space" in of_the_system(OSError(errno.ENOSPC, "full")).next_step


@linux
@pytest.mark.parametrize(
    "typed",
    [
        ("release", "tiny"),
        ("grade", "tiny"),
        ("report", "tiny"),
        ("export", "tiny", "--format", "csv"),
        ("demo", "tiny"),
    ],
    ids=" ".join,
)
def test_a_read_only_course_is_told_before_anything_runs(here: Course, typed: tuple[str, ...]) -> None:
    bubblewrap = find_bubblewrap()
    assert bubblewrap is not None
    root = str(here.root)
    room = [bubblewrap, "--dev-bind", "/", "/", "--ro-bind", root, root, "--chdir", root]
    done = subprocess.run([*room, *PROGRAM, *typed], capture_output=True, text=True)
    assert done.returncode == 4 and explained(done.stderr), done.stderr
    assert "cannot be written" in done.stderr and "copy of the course" in done.stderr
    assert "proving" not in done.stderr


@pytest.mark.parametrize("command", ["grade", "release", "report"])
def test_an_old_nbgrader_is_refused_with_the_version_to_install(
    here: Course, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(packages, "version", lambda name: "0.8.5" if name == "nbgrader" else metadata.version(name))
    done = autograder(command, ASSIGNMENT)
    assert done.returncode == MachineError.exit_code and explained(done.stderr)
    assert "0.8.5" in done.stderr and "pip install 'nbgrader" in done.stderr


def test_without_bubblewrap_grading_is_refused_and_says_how_to_get_it(
    here: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.kernels.sandbox.find_bubblewrap", lambda: None)
    done = autograder("grade", ASSIGNMENT, "--force")
    assert done.returncode == 4 and explained(done.stderr)
    assert "Debian package: bubblewrap" in done.stderr and "--no-sandbox" in done.stderr


def test_a_package_that_a_student_does_not_have_is_named_with_its_cure(tiny: Course) -> None:
    code = f"import sys; sys.modules['nbgrader'] = None; sys.argv[1:] = ['grade', '{ASSIGNMENT}']"
    command = [sys.executable, "-c", f"{code}; from autograder.cli import main; sys.exit(main())"]
    done = subprocess.run(command, cwd=tiny.root, capture_output=True, text=True)
    assert done.returncode == 4 and explained(done.stderr)
    assert "The Python package nbgrader" in done.stderr and "convnet-course[instructor]" in done.stderr


# ---------------------------------------------------------------- make setup


def setup(folder: Path, *, version: str = "", has_venv: bool = True) -> subprocess.CompletedProcess[str]:
    """`make setup` with a Python on PATH that says of itself what a test wants; it gets no further than that."""
    for name in ("Makefile", "setup.sh", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    programs = folder / "bin"
    programs.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        old = (
            f'case "$1 $2" in *version_info*11*) exit 1;; -V*) echo Python {version}; exit 0;; esac' if version else ""
        )
        bare = "" if has_venv else 'case "$2" in *ensurepip*) exit 1;; esac'
        body = "exit 1" if version and name != "python3" else f'{old}\n{bare}\nexec {sys.executable} "$@"'
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return subprocess.run(
        ["make", "setup"], cwd=folder, capture_output=True, text=True, env={**os.environ, "PATH": path}
    )


@linux
def test_an_old_python_is_told_which_one_to_get(tmp_path: Path) -> None:
    done = setup(tmp_path, version="3.9.2")
    assert done.returncode != 0 and re.match(FORM, done.stderr), done.stderr
    assert "got:      Python 3.9.2" in done.stderr and "make PYTHON=python3.11 setup" in done.stderr
    assert not (tmp_path / ".venv").exists()


@linux
def test_a_python_without_venv_is_told_the_package_that_has_it(tmp_path: Path) -> None:
    done = setup(tmp_path, has_venv=False)
    assert done.returncode != 0 and re.match(FORM, done.stderr), done.stderr
    assert f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in done.stderr


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (("release", "tiny"), {"assignment", "files", "stale", "written"}),
        (("grade", "tiny"), {"assignment", "seed", "submissions"}),
        (("report", "tiny"), {"assignment", "submissions", "exercises"}),
        (("export", "tiny", "--format", "junit"), {"assignment", "format", "place", "unknown", "missing", "notices"}),
        (("check", "release/tiny/tiny.ipynb"), {"passed", "notebooks"}),
        (("kernelspec", "--prefix", "a prefix"), {"name", "folder", "modules", "sandbox"}),
        (("doctor",), {"fit", "examinations"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_the_json_of_a_command_is_all_that_standard_output_holds(
    here: Course, typed: tuple[str, ...], keys: set[str]
) -> None:
    data = json.loads(autograder(*typed, "--json", "-").stdout)
    assert {"schema", "command", *keys} <= set(data)
    assert data["command"] == typed[0]


@pytest.mark.parametrize(
    "typed", [("grade", "tinny", "--json", "-"), ("grade", "--json=-"), ("check", "no", "--json", "-")]
)
def test_an_error_is_json_too_where_json_is_read(here: Course, typed: tuple[str, ...]) -> None:
    done = autograder(*typed)
    assert done.returncode == 2
    if typed[0] == "grade":
        error = json.loads(done.stdout)["error"]
        assert set(error) == {"what", "expected", "got", "next", "exit_code"}
        assert error["what"] in done.stderr
    else:  # one notebook among several that cannot be read is part of the result
        assert "no such file" in json.loads(done.stdout)["notebooks"][0]["error"]


def test_the_version_is_printed() -> None:
    assert autograder("--version").stdout.strip() == version()


# ---------------------------------------------------------------- Tab


def tab(folder: Path, *words: str) -> list[str]:
    """What bash is offered for the last word; whatever happens, nothing is said about it."""
    environment = {
        "_AUTOGRADER_COMPLETE": "complete_bash",
        "COMP_WORDS": shlex.join(("autograder", *words[:-1])) + "\n" + words[-1],
    }
    environment["COMP_CWORD"] = str(len(words))
    done = subprocess.run(PROGRAM, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def test_tab_completes_names_and_paths(tiny: Course, tmp_path: Path) -> None:
    assert tab(tiny.root, "grade", "t") == ["tiny"]
    assert tab(tiny.root, "grade", "tiny", "--student", "") == ["ada", "김\\ 철수"]
    assert tab(tiny.root, "export", "tiny", "--format", "c") == ["canvas", "csv"]
    assert tab(tiny.root, "check", "rel") == ["release/tiny/tiny.ipynb"]
    assert tab(tmp_path, "grade", "--course", str(tiny.root), "") == ["tiny"]
    assert tab(tmp_path, "grade", "--course", "/no/such/folder", "") == [""]


def test_tab_offers_every_format() -> None:
    assert set(completion.FORMATS) == set(FORMATS)


def test_tab_imports_nothing_heavy() -> None:
    heavy = ("tensorflow", "nbgrader", "numpy", "rich")
    code = f"import sys, autograder.cli.app; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- terminals


def on_a_terminal(folder: Path, *words: str, after_s: float | None = None, **environment: str) -> tuple[int, str]:
    """Run a command on a terminal of 80 columns; press Ctrl-C after some seconds."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe(PROGRAM[0], [*PROGRAM, *words], {**os.environ, **environment})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    if after_s is not None:
        time.sleep(after_s)
        os.write(terminal, b"\x03")
    said = b""
    try:
        while chunk := os.read(terminal, 65536):
            said += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode(errors="replace")


@linux
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forkpty in a process with threads, from Python 3.12 on
def test_a_terminal_of_80_columns_shows_the_whole_table(tiny: Course) -> None:
    code, said = on_a_terminal(tiny.root, "grade", ASSIGNMENT, NO_COLOR="1")
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", said), "NO_COLOR forbids colours"
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said).replace("\r", "")
    lines = plain[plain.rindex(" student ") :].partition("exercises:")[0].split("\n")
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith(" ada ")] and [line for line in lines if "김 철수" in line]


@linux
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("typed", "after_s"),
    [
        (("grade", "tiny", "--force"), 0.6),
        (("release", "tiny"), 1.5),
        (("audit", "tiny"), 4.0),
        (("check", "release/tiny/tiny.ipynb"), 2.0),
        (("watch", "release/tiny/tiny.ipynb"), 2.5),
        (("report", "tiny"), 0.5),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_ctrl_c_ends_with_130_and_one_line(tiny: Course, typed: tuple[str, ...], after_s: float) -> None:
    code, said = on_a_terminal(tiny.root, *typed, after_s=after_s)
    if code in (0, 1, -signal.SIGINT):  # the last one: Python itself was ending
        pytest.skip("this machine was faster")
    assert code == 130, said
    assert "Traceback" not in said
    assert said.rstrip().splitlines()[-1].split("\x1b[2K")[-1].removeprefix("^C").startswith("stopped")
    assert not list(tiny.root.rglob("*.new"))


def test_a_log_has_no_escapes_and_an_ascii_one_no_crash(tiny: Course) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for words in (("grade", ASSIGNMENT), ("--help",), ("check", "release/tiny/tiny.ipynb")):
        done = subprocess.run([*PROGRAM, *words], cwd=tiny.root, capture_output=True, env=environment)
        assert done.returncode in (0, 1), done.stderr
        said = done.stdout + done.stderr
        assert said.isascii() and b"Traceback" not in said
        assert b"\x1b" not in said and b"\r" not in said


def test_json_in_ascii_says_the_same(tiny: Course) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*PROGRAM, "report", ASSIGNMENT, "--json", "-"]
    done = subprocess.run(command, cwd=tiny.root, capture_output=True, env=environment, check=True)
    assert [one["student"] for one in json.loads(done.stdout)["submissions"]] == ["ada", "김 철수"]


def test_an_interrupt_while_python_still_loads_has_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.cli.ending.run", interrupted)
    done = autograder("doctor")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped\n")
