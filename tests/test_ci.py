"""Continuous integration: the very steps of the workflow files, run as GitHub runs them, in a clean folder."""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nbgrader.api import Gradebook
from test_check_command import STUB, cell, command, tiny, write
from test_reporting import HOSTILE
from tiny_course import ASSIGNMENT, HIDDEN_TEXTS, SQUARES, SQUARES_SENTENCE, answer, make_tiny_course, solve, submit

from autograder.checking import ci_outputs
from autograder.checking.check import Checked
from autograder.checking.table import Line, Note, Report
from autograder.errors import UsageError
from autograder.kernels.sandbox import why_not
from autograder.plain_text import one_line
from autograder.reasons import Failure, Why, because
from autograder.reporting import ci_annotations, markdown_text
from autograder.reporting.ci_annotations import Annotation, cell_lines

ROOT = Path(__file__).parents[1]
CI = ROOT / "docs" / "ci"
ZEROS = "0" * 40
ONE, OTHER = "과제 1/첫 번째.ipynb", "again.ipynb"


# ---------------------------------------------------------------- a runner


@dataclass(frozen=True)
class Ran:
    """What a job left behind; `commands` are the lines that GitHub takes as workflow commands."""

    code: int
    workspace: Path
    output: str
    commands: tuple[str, ...]
    summary: str
    installed: str

    @property
    def results(self) -> Path:
        return self.workspace / "ci-results"


def run_job(workflow: Path, into: Path, *, repositories: Mapping[str, Path], expressions: Mapping[str, str]) -> Ran:
    """Run the one job of a workflow file: its `run` steps as they stand, checkouts as clones.

    pip and sudo are replaced by recorders. `expressions` has the value of each `${{ }}`; an unknown one is an error.
    """
    (job,) = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()

    def known(text: object) -> str:
        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: expressions[found[1]], str(text))

    workspace, outside = into / "workspace", into / "outside"
    workspace.mkdir(parents=True)
    recorded, path = recorders(outside)
    environment = {
        "PATH": path,
        "HOME": str(outside),
        "LANG": "C.UTF-8",
        "GITHUB_ACTIONS": "true",
        "GITHUB_SHA": expressions["github.sha"],
        "GITHUB_STEP_SUMMARY": str(outside / "summary.md"),
    }
    code, output = 0, ""
    for step in job["steps"]:
        options = {name: known(value) for name, value in step.get("with", {}).items()}
        if code and step.get("if") != "always()":
            continue
        if step.get("uses", "").startswith("actions/checkout@"):
            source = repositories[options.get("repository", "")]
            clone(source, workspace / options.get("path", ""), whole=options.get("fetch-depth") == "0")
        elif step.get("uses", "").startswith("actions/upload-artifact@"):
            assert any((workspace / options["path"]).iterdir())
        elif step.get("uses", "").startswith("actions/setup-python@"):
            assert (workspace / options["cache-dependency-path"]).is_file()
        elif step.get("uses", "").startswith("actions/cache@"):
            assert options["key"].startswith(options["restore-keys"])  # the first run finds nothing there
        else:
            script = outside / "step.sh"
            script.write_text(known(step["run"]), encoding="utf-8")
            given_here = {name: known(value) for name, value in step.get("env", {}).items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
                cwd=workspace,
                env=environment | given_here,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                check=False,
            )
            code, output = done.returncode, output + done.stdout
    summary = outside / "summary.md"
    return Ran(
        code,
        workspace,
        output,
        tuple(obeyed(output)),
        summary.read_text(encoding="utf-8") if summary.is_file() else "",
        recorded.read_text(encoding="utf-8") if recorded.is_file() else "",
    )


def recorders(outside: Path) -> tuple[Path, str]:
    """A PATH on which this Python's programs are, but pip and sudo only write down what they were asked."""
    tools, record = outside / "tools", outside / "recorded"
    tools.mkdir(parents=True)
    scripts = {
        "sudo": f'echo "sudo $*" >> "{record}"',
        "python": f'if [ "$1 $2" = "-m pip" ]; then echo "$*" >> "{record}"; else exec "{sys.executable}" "$@"; fi',
        "autograder": f'exec "{sys.executable}" -m autograder "$@"',
        "nbgrader": f'exec "{sys.executable}" -m nbgrader "$@"',
    }
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    return record, f"{tools}:{os.environ['PATH']}"


def obeyed(output: str) -> list[str]:
    """The workflow commands in a log: all but those between stop-commands and its token."""
    found: list[str] = []
    token = ""
    for line in map(str.strip, output.splitlines()):
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif re.match(r"::\w|.*##\[", line):
            found.append(line)
    assert not token
    return found


def clone(repository: Path, into: Path, *, whole: bool) -> None:
    depth = () if whole else ("--depth", "1")
    git(into.parent, "clone", "--quiet", *depth, f"file://{repository}", str(into))


def git(folder: Path, *args: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *args], cwd=folder, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "more")
    return git(folder, "rev-parse", "HEAD")


def place(line: str) -> tuple[str, str, int, str, str]:
    """Level, file, line, title and message of an annotation, as GitHub reads it."""
    ((level, properties, message),) = re.findall(r"\A::(\w+) ([^:]*)::(.*)\Z", line)

    def plain(text: str) -> str:
        for code, sign in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
            text = text.replace(code, sign)
        return text

    values = {name: plain(value) for name, _sign, value in (part.partition("=") for part in properties.split(","))}
    return level, values.get("file", ""), int(values.get("line", 0)), values["title"], plain(message)


# ---------------------------------------------------------------- the student's side


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A repository as the archive for students makes one, with two solved notebooks."""
    folder = tmp_path / "student"
    write(folder / ONE, tiny())
    write(folder / OTHER, tiny())
    write(folder / ".ipynb_checkpoints" / "old.ipynb", tiny(double="return 1"))
    (folder / "requirements.txt").write_text("", encoding="utf-8")
    (folder / "convnet_course-0.1.0-py3-none-any.whl").write_bytes(b"")
    (folder / ".github" / "workflows").mkdir(parents=True)
    shutil.copy(CI / "student.yml", folder / ".github" / "workflows" / "check.yml")
    shutil.copy(CI / "check-changed.sh", folder / ".github" / "check-changed.sh")
    return folder


def check_job(student: Path, into: Path, before: str) -> Ran:
    after = git(student, "rev-parse", "HEAD")
    return run_job(
        student / ".github" / "workflows" / "check.yml",
        into,
        repositories={"": student},
        expressions={"github.event.before": before, "github.sha": after},
    )


@pytest.mark.processes
def test_a_push_has_the_notebooks_checked_that_it_changed(student: Path, tmp_path: Path) -> None:
    first = commit(student)
    wrong = tiny(double="return 1  # ::error::no|`t` <b>@ada", largest=STUB.replace("double", "largest"))
    wrong[1]["metadata"]["nbgrader"]["points"] = 3
    (student / ONE).write_text(
        json.dumps({"cells": wrong, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1), encoding="utf-8"
    )
    commit(student)
    ran = check_job(student, tmp_path / "job", first)
    assert ran.code == 1
    assert ran.installed == "-m pip install -r requirements.txt convnet_course-0.1.0-py3-none-any.whl\n"
    assert f"### {ONE}" in ran.summary and OTHER not in ran.summary
    assert "| double | 3 | ✘ not yet |" in ran.summary and "| largest |  | ○ not started |" in ran.summary
    assert "- **double**: double(2): got: 1, expected: 4" in ran.summary
    assert "0 of 2 exercises pass" in ran.summary
    error, notice = map(place, ran.commands)
    assert error[0] == "error" and error[1] == ONE and error[3:] == ("double", "double(2): got: 1, expected: 4")
    assert notice[0] == "notice" and notice[3:] == ("largest", "not started yet")
    lines = (ran.workspace / error[1]).read_text(encoding="utf-8").splitlines()
    assert "def double(x):" in lines[error[2] - 1] and "def largest(values):" in lines[notice[2] - 1]
    (suite,) = ElementTree.parse(ran.results / "junit.xml").iter("testsuite")
    assert suite.get("name") == ONE and suite.get("failures") == "2"
    assert [failure.get("message") for failure in suite.iterfind("testcase/failure")] == [error[4], "not started yet"]
    assert not json.loads((ran.results / "check.json").read_text(encoding="utf-8"))["passed"]


@pytest.mark.processes
@pytest.mark.parametrize("before", [ZEROS, "1" * 40], ids=["first push", "lost commit"])
def test_where_no_commit_came_before_all_notebooks_are_checked(student: Path, tmp_path: Path, before: str) -> None:
    commit(student)
    ran = check_job(student, tmp_path / "job", before)
    assert ran.code == 0 and ran.commands == ()
    assert ran.summary.count("###") == 2 and f"### {ONE}" in ran.summary and f"### {OTHER}" in ran.summary
    assert "old" not in ran.summary


@pytest.mark.processes
def test_a_push_that_only_removes_notebooks_has_nothing_to_check(student: Path, tmp_path: Path) -> None:
    first = commit(student)
    (student / ONE).unlink()
    commit(student)
    ran = check_job(student, tmp_path / "job", first)
    assert ran.code == 0 and ran.summary == "No notebook was changed, so there is nothing to check.\n"


@pytest.mark.processes
def test_what_is_no_notebook_is_told_and_the_others_are_checked(student: Path, tmp_path: Path) -> None:
    first = commit(student)
    (student / ONE).write_text("<<<<<<< HEAD", encoding="utf-8")
    write(student / OTHER, tiny(double="return 1"))
    commit(student)
    ran = check_job(student, tmp_path / "job", first)
    assert ran.code == 2
    assert f"{ONE} is not a notebook." in ran.summary and "1 of 2 exercises pass" in ran.summary
    assert sorted(place(line)[1:3] for line in ran.commands) == [(OTHER, 1), (ONE, 1)]
    counts = ElementTree.parse(ran.results / "junit.xml").getroot().attrib
    assert (counts["errors"], counts["failures"]) == ("1", "1")


@pytest.mark.processes
def test_a_notebook_gives_github_no_command_but_those_of_the_checks(student: Path, tmp_path: Path) -> None:
    commit(student)
    cells = tiny(double="return 1")
    cells[2]["id"] = "::add-mask::a_check"
    (student / OTHER).unlink()
    write(student / "::error::title ##[error].ipynb", cells)
    (student / ONE).unlink()
    commit(student)
    ran = check_job(student, tmp_path / "job", "")
    assert "##[error].ipynb" in ran.output and "::add-mask::" in ran.output
    assert {place(line)[0] for line in ran.commands} == {"error"}
    assert all("##[" not in line.split("title=")[1] for line in ran.commands)


@pytest.mark.processes
def test_on_a_laptop_the_script_writes_files_and_no_command(student: Path, tmp_path: Path) -> None:
    commit(student)
    write(student / OTHER, tiny(double="return 1"))
    _record, path = recorders(tmp_path / "outside")
    script = student / ".github" / "check-changed.sh"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        ["bash", str(script)],
        cwd=student / "과제 1",
        env=environment | {"PATH": path, "CI_RESULTS": str(tmp_path / "results")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1 and "expected: 4" in done.stdout and "::" not in done.stdout
    assert {one.name for one in (tmp_path / "results").iterdir()} >= {"summary.md", "junit.xml", "check.json"}


@pytest.mark.processes
def test_a_result_without_a_place_is_refused_before_anything_runs(tmp_path: Path) -> None:
    notebook = write(tmp_path / "a.ipynb", tiny())
    for options in (("--junit", tmp_path / "none" / "a.xml"), ("--json", "-", "--summary", "-")):
        done = command("check", notebook, *options)
        assert done.returncode == 2 and "next:" in done.stderr and not (tmp_path / "ran.txt").exists()


# ---------------------------------------------------------------- the instructor's side


@pytest.mark.processes
@pytest.mark.skipif(bool(why_not()), reason="needs a sandbox")
def test_a_push_of_submissions_is_graded_with_hidden_tests_that_nobody_reads(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path / "course")
    (course.root / "docs").mkdir()
    shutil.copytree(CI, course.root / "docs" / "ci")
    (course.root / "requirements.lock").write_text("", encoding="utf-8")
    (course.root / "due-dates.txt").write_text(f"other 1999-01-01\n{ASSIGNMENT} 2026-03-02 12:00 UTC\n")
    commit(course.root)
    name = "bob <b>|@x"
    for student, edits in (("ada", (solve,)), (name, (solve, answer("double", SQUARES)))):
        submit(course, student, *edits)
    submit(course, "dee", text="no notebook")
    handed_in = tmp_path / "handed in"
    shutil.move(course.root / "submitted", handed_in / "submitted")
    (handed_in / "submitted" / "ada" / "other").mkdir()
    (handed_in / "submitted" / "ada" / "other" / "x.ipynb").write_text("{}", encoding="utf-8")
    after = commit(handed_in)
    workflow = CI / "instructor.yml"
    expressions = {
        "github.event.before": ZEROS,
        "github.sha": after,
        "inputs.assignments": "",
        "vars.COURSE_REPOSITORY": "course",
        "secrets.COURSE_DEPLOY_KEY": "the key",
    }
    repositories = {"": handed_in, "course": course.root}
    ran = run_job(workflow, tmp_path / "job", repositories=repositories, expressions=expressions)
    assert ran.code == 0, ran.output
    assert "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in ran.installed
    assert "| ada | 8 / 11 | ✓ | ✓ | ✓ | ✓ | ? |" in ran.summary
    assert f"double: 0 of 3 points. {SQUARES_SENTENCE}" in ran.summary
    assert "<b>" not in ran.summary and "@x" not in ran.summary

    found = list(map(place, ran.commands))
    assert found[0][0] == "warning" and found[0][3] == "dee" and "not a readable notebook" in found[0][4]
    (bob,) = (one for one in found if one[3] == f"{name}: double")
    lines = (ran.workspace / "submissions" / bob[1]).read_text(encoding="utf-8").splitlines()
    assert lines[bob[2] - 1].strip(' ",\\n') == SQUARES.split("\n")[0]
    results = ran.results / ASSIGNMENT
    suites = ElementTree.parse(results / "junit.xml").getroot()
    assert {suite.get("name") for suite in suites} == {"ada", name, "dee"}
    marks = json.loads((results / "marks.json").read_text(encoding="utf-8"))
    assert {one["student"]: one["score"] for one in marks["submissions"]} == {"ada": 8, name: 4, "dee": 0}
    with Gradebook(f"sqlite:///{ran.results / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment(ASSIGNMENT).duedate == datetime.datetime(2026, 3, 2, 12, 0)
    assert (ran.results / "gradebook.db").is_file() and (ran.results / "feedback" / "ada").is_dir()
    printed = re.findall(r"^(?:feedback|report): +(\S.*)$", ran.output, re.MULTILINE)
    assert printed and all((ran.workspace / file).exists() for file in printed)
    assert not (ran.workspace / "course" / "submitted").exists()  # both checkouts stay as they were
    told = [ran.output, ran.summary, *(path.read_text(encoding="utf-8") for path in results.glob("*.*"))]
    assert not [text for text in HIDDEN_TEXTS for said in told if text in said]
    assert "the key" not in ran.output


@pytest.mark.processes
def test_the_grading_script_alone_tells_what_it_did_not_grade_and_ends_as_the_grader_does(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path / "course")
    submit(course, "ada", solve)
    handed_in = tmp_path / "handed in"
    shutil.move(course.root / "submitted", handed_in / "submitted")
    after = commit(handed_in)
    (course.root / "solutions" / ASSIGNMENT / "double.py").write_text("no Python (", encoding="utf-8")
    commit(course.root)
    _record, path = recorders(tmp_path / "outside")

    def grade(*commits: str) -> tuple[int, str]:
        results = tmp_path / "-".join(["results", *commits])
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        done = subprocess.run(
            ["bash", str(CI / "grade.sh"), str(course.root), str(handed_in), *commits],
            env=environment | {"PATH": path, "CI_RESULTS": str(results)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "::" not in done.stdout
        (summary,) = results.rglob("summary.md")
        return done.returncode, summary.read_text(encoding="utf-8")

    assert grade(after) == (0, "No submission was changed, so there is nothing to grade.\n")
    assert grade() == (3, f"{ASSIGNMENT} could not be graded (exit code 3); the log tells why.\n")


@pytest.mark.processes
def test_a_later_run_takes_the_proof_of_an_earlier_one(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path / "course")
    submit(course, "ada", solve)
    handed_in = tmp_path / "handed in"
    shutil.move(course.root / "submitted", handed_in / "submitted")
    commit(handed_in)
    commit(course.root)
    proofs = tmp_path / "proofs"
    _record, path = recorders(tmp_path / "outside")

    def seed_of_a_run(name: str) -> int:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        settings = {"PATH": path, "CI_RESULTS": str(tmp_path / name), "CI_PROOFS": str(proofs)}
        command = ["bash", str(CI / "grade.sh"), str(course.root), str(handed_in)]
        subprocess.run(command, env=environment | settings, capture_output=True, check=True)
        return int(json.loads((tmp_path / name / ASSIGNMENT / "marks.json").read_text(encoding="utf-8"))["seed"])

    first = seed_of_a_run("first")
    (kept,) = (proofs / ASSIGNMENT).iterdir()
    written = kept.stat().st_mtime_ns
    assert seed_of_a_run("second") == first
    assert [(path, path.stat().st_mtime_ns) for path in (proofs / ASSIGNMENT).iterdir()] == [(kept, written)]


# ---------------------------------------------------------------- the workflow files


@pytest.mark.parametrize("name", ["student.yml", "instructor.yml"])
def test_a_workflow_may_only_read_and_ends_and_holds_secrets_where_no_submission_runs(name: str) -> None:
    text = (CI / name).read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert workflow["permissions"] == {"contents": "read"} and "pull_request_target" not in triggers
    (job,) = workflow["jobs"].values()
    assert job["timeout-minutes"] <= 180
    for step in job["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
        else:
            assert "${{" not in step["run"]  # an expression in a script could become a command of it
            assert "secrets." not in json.dumps(step)
        if "checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("script", sorted(CI.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_can_be_run_and_stops_at_errors(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")


# ---------------------------------------------------------------- texts from anybody


class Seen(HTMLParser):
    """The texts of table cells in a page, and the names of its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data


def rendered(page: str) -> Seen:
    return Seen(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(page))


@given(st.text(st.sampled_from("ab1.)(|`*_~#@:/<>&[]!$\\-+= \n"), max_size=20) | st.sampled_from(HOSTILE))
def test_a_text_in_a_table_shows_as_it_is_and_is_no_markup(text: str) -> None:
    page = "\n".join(markdown_text.table(["name", "n:"], [[markdown_text.text(text), "7"]]))
    seen = rendered(page)
    assert seen.tags == {"table", "thead", "tbody", "tr", "th", "td"}
    first, second = seen.cells
    assert (
        first.replace("\N{WORD JOINER}", "").strip() == one_line(text, markdown_text.LENGTH) and second.strip() == "7"
    )


@given(st.text(st.sampled_from("ab1.)(|`*_~#@:/<>&[]!$\\-+= \n"), max_size=20) | st.sampled_from(HOSTILE))
def test_a_sentence_in_a_list_is_text_and_code_only(text: str) -> None:
    assert rendered(f"- {markdown_text.prose(text)}").tags <= {"ul", "li", "code"}


@pytest.mark.parametrize("text", ["@ada", "me@example.org", "https://example.org", "www.example.org", "#1", "`@ada`"])
def test_a_text_mentions_nobody_and_links_nowhere(text: str) -> None:
    said = markdown_text.text(text)
    assert not re.search(r"@\w|://|www\.\w|(?<!\\)#", said)


def test_a_page_that_is_too_long_for_a_summary_ends_with_a_sentence() -> None:
    page = markdown_text.within((f"{number} " + "한" * 1000 for number in range(1000)), "The rest.")
    assert len(page.encode()) <= markdown_text.SIZE and page.endswith("\n\nThe rest.\n") and "\n\n290 " in page


def test_an_annotation_is_one_line_whatever_is_in_it() -> None:
    hostile = Annotation("error", "a,b:c%20/한 글.ipynb", 7, "x::y,z\n", "100 %\n::error::no\r\nend")
    line = ci_annotations.command(hostile)
    assert line == ("::error file=a%2Cb%3Ac%2520/한 글.ipynb,line=7,title=x%3A%3Ay%2Cz::100 %25%0A::error::no%0Aend")
    assert place(line) == ("error", hostile.file, 7, "x::y,z", "100 %\n::error::no\nend")


@pytest.mark.parametrize("indent", [None, 1, "\t"])
@pytest.mark.parametrize("as_lines", [True, False])
def test_a_cell_begins_on_the_line_of_its_source(indent: int | str | None, as_lines: bool) -> None:
    sources = ['x = "]{"\n\\', "", "한 = 1\ny = 2\n", "}"]
    cells = [cell(f"c{number}", text.splitlines(True) if as_lines else text) for number, text in enumerate(sources)]
    cells[1]["outputs"] = [{"source": "no"}]
    text = json.dumps({"metadata": {"cells": [{"source": 1}]}, "cells": cells, "nbformat": 4}, indent=indent)
    lines = text.split("\n")
    numbers = cell_lines(text)
    assert len(numbers) == 4 and (indent is not None or numbers == [1, 1, 1, 1])
    for source, number in zip(sources, numbers, strict=True):
        first = (source.splitlines(True)[:1] or [""])[0] if as_lines else source
        assert (json.dumps(first) if source else "[]" if as_lines else '""') in lines[number - 1]


@example("][]")
@given(st.text(st.sampled_from('{}[]",:cels 1\n'), max_size=30))
def test_what_is_no_notebook_has_no_lines(text: str) -> None:
    assert cell_lines(text) == [] and cell_lines('{"cells": [' + text) == []


def test_what_a_check_found_is_the_same_in_all_forms() -> None:
    failure = Failure("b(1)", because(Why.DIFFERENT, got="2", expected="1"), cause="You `add`.")
    lines = (Line("a", "ok", points=2), Line("b", "not yet", failure, 1, "cell_b", 3))
    broken = because(Why.IN_CELL, name="plot", what=because(Why.ENDED_WITH, error="NameError: x"))
    report = Report(lines, (Note("plot", 1, broken),))
    trouble = UsageError("x.ipynb is not a notebook.", expected="a notebook", got="a folder", next_step="look")
    found = [Checked(Path("a.ipynb"), report, None, (2, 4, 6, 8)), Checked(Path("x.ipynb"), None, trouble)]
    page = ci_outputs.as_markdown(found)
    assert "- **b, cell cell\\_b**: b(1): got: 2, expected: 1; likely cause: You `add`." in page
    assert "cell plot: NameError: x" in page
    assert [place(line) for line in ci_outputs.as_annotations(found).splitlines()] == [
        ("error", "a.ipynb", 8, "b, cell cell_b", "b(1): got: 2, expected: 1\nlikely cause: You `add`."),
        ("error", "x.ipynb", 1, "x.ipynb", "x.ipynb is not a notebook. Expected: a notebook; got: a folder."),
        ("warning", "a.ipynb", 4, "plot", "cell plot: NameError: x"),
    ]
    data = ci_outputs.as_json(found)
    assert data["schema"] == 3 and [one["passed"] for one in data["notebooks"]] == [False, False]
    (_right, wrong), (note,) = data["notebooks"][0]["exercises"], data["notebooks"][0]["notes"]
    assert wrong["reason"] == {"kind": "different", "words": "b(1): got: 2, expected: 1"}
    assert note == {"cell": "plot", "kind": "in-cell", "words": "cell plot: NameError: x"}
    assert data["notebooks"][1]["error"].startswith("x.ipynb is not a notebook.")
    root = ElementTree.fromstring(ci_outputs.as_junit(found))
    assert [root.get(count) for count in ("tests", "failures", "errors")] == ["3", "1", "1"]
