"""Tampering with the process, the messages or the pages gains nothing, and costs nobody else anything.

One cohort has every attack of `attackers.py` and some honest students; it is graded once, and each test looks at one
submission. Students can publish any observation from their own process; to publish a right one, they have to know the
answer. The ordinary cells of nbgrader are not part of this: an assert trusts the process that it runs in.
"""

import contextlib
import html.parser
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from attackers import HOSTILE_NAME, HOSTILE_STUDENT, MARKDOWN, ON_THE_LINE, PAGES, SCRIPT, TAGS, TROUBLE, attacks
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_up import hearing
from nbconvert.filters import markdown2html_mistune
from tiny_course import ASSIGNMENT, POINTS, SQUARES, WORTH, answer, append, make_tiny_course, solve, submit

from autograder.authoring.pages import write_pages
from autograder.grading.course import Course, load_assignment
from autograder.grading.grade import Cohort, Options, grade
from autograder.grading.inert import inert_markdown
from autograder.kernels.sandbox import why_not
from autograder.reporting.terminal import plain_line, table
from autograder.values.graded import Grade
from autograder.values.submitted import Limits
from autograder.words import in_words, sentence

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("tampering")]  # its cohort is graded once

ATTACKS = attacks()
HONEST = ("a-honest", "page-honest", "z-honest")
"""They come first, in the middle and last: a cohort is graded in the order of the names."""
MISTAKEN = "mistaken"
CHROMIUM = shutil.which("chromium")


@dataclass(frozen=True)
class Run:
    """The graded cohort, its pages, and what was said on the way."""

    course: Course
    cohort: Cohort
    said: str
    feedback: Mapping[str, str]
    report: str
    nbgrader: Mapping[str, str]

    def of(self, student: str) -> Grade:
        return next(one for one in self.cohort.grades if one.student == student)

    def points(self, student: str, exercise: str) -> float:
        return next(one.points for one in self.of(student).exercises if one.name == exercise)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    course = make_tiny_course(tmp_path_factory.mktemp("tampering"))
    for student in HONEST:
        submit(course, student, solve)
    submit(course, MISTAKEN, solve, answer("double", SQUARES))
    for student, attack in ATTACKS.items():
        submit(course, student, *attack.edits)
    for student, edits in PAGES.items():
        submit(course, student, *edits)
    submit(course, "page-file-name", text="no notebook", name=f"{HOSTILE_NAME}.ipynb")
    files = submit(course, HOSTILE_STUDENT, solve).parent
    (files / HOSTILE_NAME).write_text("named to do harm", encoding="utf-8")
    (files / f"{HOSTILE_NAME}.txt").symlink_to("/etc/passwd")
    lines, log = [], io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        cohort = grade(
            course,
            ASSIGNMENT,
            Options(jobs=2, seed=11, limits=Limits(cell_s=2.0, experiment_s=2.0, restarts=2), sandboxed=not why_not()),
            listener=hearing(grade=lambda one: lines.append(plain_line(one))),
        )
        written = write_pages(course, load_assignment(course, ASSIGNMENT), cohort)
    logging.getLogger().removeHandler(handler)
    assert cohort.failed == {}
    feedback = {one.student: _page(course, one.student) for one in cohort.grades}
    report = written.report.read_text(encoding="utf-8")
    _nbgrader_feedback(course)
    theirs = {student: _page(course, student) for student in (*PAGES, "page-honest", "page-file-name", HOSTILE_STUDENT)}
    return Run(course, cohort, "\n".join([*lines, log.getvalue()]), feedback, report, theirs)


def _page(course: Course, student: str) -> str:
    return (course.folder("feedback", student, ASSIGNMENT) / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")


def _nbgrader_feedback(course: Course) -> None:
    """nbgrader's own pages, in the place of ours, of the students whose texts attack pages and of an honest one."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", ASSIGNMENT, "--force", "--student", "page-*"]
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


# ---------------------------------------------------------------- points


@pytest.mark.parametrize("student", ATTACKS)
def test_an_attack_wins_no_point_of_the_experiment(run: Run, student: str) -> None:
    attack = ATTACKS[student]
    assert run.points(student, "double") <= attack.double
    if attack.largest is not None:
        assert run.points(student, "largest") == attack.largest
    assert run.of(student).max_score == POINTS


@pytest.fixture(scope="module")
def with_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """A cohort in Jupyter's own kernels, with the attacks on their sockets."""
    course = make_tiny_course(tmp_path_factory.mktemp("tampering-with-jupyter"))
    for student in HONEST:
        submit(course, student, solve)
    for student in TROUBLE.keys() - ON_THE_LINE.keys():
        submit(course, student, *ATTACKS[student].edits)
    limits = Limits(cell_s=2.0, experiment_s=2.0, restarts=2)
    options = Options(jobs=2, seed=11, limits=limits, sandboxed=not why_not(), kernel="jupyter")
    return grade(course, ASSIGNMENT, options)


def test_an_attack_on_jupyters_sockets_wins_no_point_and_costs_nobody_else_one(with_jupyter: Cohort) -> None:
    assert with_jupyter.failed == {}
    doubles = {
        one.student: next(exercise.points for exercise in one.exercises if exercise.name == "double")
        for one in with_jupyter.grades
    }
    won = {student for student in doubles.keys() - {*HONEST} if doubles[student] > ATTACKS[student].double}
    assert won == set()
    honest = [one for one in with_jupyter.grades if one.student in HONEST]
    assert [(one.score, one.faults) for one in honest] == [(POINTS - WORTH["why"], ())] * len(HONEST)


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_beside_attackers_keep_full_marks(run: Run, student: str) -> None:
    assert run.of(student).score == POINTS - WORTH["why"]
    assert run.of(student).faults == ()


def test_every_attacker_has_a_grade(run: Run) -> None:
    assert run.cohort.failed == {}
    assert len(run.cohort.grades) == len(ATTACKS) + len(PAGES) + len(HONEST) + 3


@pytest.mark.skipif(why_not() is not None, reason="no sandbox on this machine")
def test_a_course_inside_pythons_own_folder_shows_a_submission_nothing_of_it() -> None:
    """A room shows the folders of Python and of the system; in a container a course may lie in one of them."""
    if not os.access(sys.prefix, os.W_OK):
        pytest.skip("this user cannot write into Python's environment")
    with tempfile.TemporaryDirectory(prefix="test-", dir=os.path.realpath(sys.prefix)) as place:
        course, exchange = make_tiny_course(Path(place) / "course"), Path(place) / "exchange"
        with open(course.root / "nbgrader_config.py", "a", encoding="utf-8") as config:
            config.write(f"c.Exchange.root = {str(exchange)!r}\n")
        exchange.mkdir()
        (exchange / "bob+tiny").write_text("what bob handed in")
        submit(course, "ada", solve, append(f"import os\n[names for *_place, names in os.walk({place!r}) if names]"))
        submit(course, "bob", solve)
        for module, *command in (("autograder", "grade"), ("nbgrader", "autograde", "--force")):
            words = [sys.executable, "-m", module, *command, ASSIGNMENT, "--student=ada"]
            done = subprocess.run(words, cwd=course.root, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            node = nbformat.read(course.folder("autograded", "ada", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb", as_version=4)
            assert node.cells[-1].outputs[0].data["text/plain"] == "[]", module


def test_who_is_only_mistaken_is_told_the_same_beside_attackers(run: Run) -> None:
    assert "squares" in next(sentence(one.diagnosis) for one in run.of(MISTAKEN).exercises if one.name == "double")


# ---------------------------------------------------------------- pages


class Page(html.parser.HTMLParser):
    """The elements of a page that do or load something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.active: list[str] = []
        self.policies: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(values["content"])
        elif tag == "input" and values.get("type") == "checkbox" and "disabled" in values:
            return  # "[x]" in a list: a box that is shown and cannot be ticked
        elif tag in ACTIVE or (tag == "meta" and "http-equiv" in values) or values.get("id") == "pwned":
            self.active.append(self.get_starttag_text() or tag)
        for name, value in values.items():
            address = re.sub(r"[\x00-\x20]", "", unquote(value)).lower()
            if name.startswith("on") or (name == "style" and "url" in address):
                self.active.append(f"{name}={value}")
            if name == "href" and re.match(r"[a-z.+-]*:", address) and not address.startswith(("http:", "https:")):
                self.active.append(f"{name}={value}")
            loads = name in ("src", "srcset", "data", "poster") and tag != "script"
            if loads and not re.fullmatch(r"data:image/(png|jpeg);base64,[a-z0-9+/=]*", address):
                self.active.append(f"{name}={value}")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def handle_data(self, data: str) -> None:
        if self.lasttag in ("script", "style") and data.strip():
            self.active.append(data)


ACTIVE = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "svg",
    "math",
    "base",
    "link",
    "applet",
}


@pytest.mark.parametrize("student", [*PAGES, "page-file-name", HOSTILE_STUDENT])
def test_our_feedback_page_has_a_policy_and_nothing_active(run: Run, student: str) -> None:
    page = Page(run.feedback[student])
    assert page.policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    assert page.active == Page(run.feedback["page-honest"]).active
    assert not _steering(run.feedback[student])


def test_the_cohort_report_has_a_policy_and_nothing_active(run: Run) -> None:
    page = Page(run.report)
    (policy,) = page.policies
    assert re.fullmatch(
        r"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-\S{44}'", policy
    )
    assert [one for one in page.active if one.startswith("<")] == ["<style>", "<script>"]
    assert len(page.active) == 4, "and their two texts"
    assert not _steering(run.report)


@pytest.mark.parametrize("student", [*PAGES, "page-file-name", HOSTILE_STUDENT])
def test_nbgrader_s_feedback_page_has_nothing_active_but_its_own(run: Run, student: str) -> None:
    """It loads MathJax, in its safe mode; otherwise it shows what students wrote, and does none of it."""
    own = Page(run.nbgrader["page-honest"]).active
    assert any("config=TeX-AMS_CHTML-full,Safe" in one for one in own)
    assert [one for one in Page(run.nbgrader[student]).active if one not in own] == []


PIECES = (
    *"<>[]():!\\`$&#|-*\"'\n \t\x01\u200ba",
    *("](", "]:", "][", "<script>", "</", "<!--", "<?", "javascript:", "java&#115;cript&colon;", "//example.org"),
    *("<img src=x onerror=1>", "&lt;", "&#60;", "attachment:", "attachment:a.png)", "```html\n", "```mermaid\n"),
    *("\\begin{a}", "\\end{a}", "\\href{javascript:1}{x}", "https://example.org", "1. ", "> ", "~~", "[x]", "[x]: "),
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example(MARKDOWN)
@settings(max_examples=150)
def test_no_markdown_becomes_active_on_a_page(text: str) -> None:
    page = Page(markdown2html_mistune(inert_markdown(text)))
    assert page.active == []


def test_what_a_student_wrote_is_still_readable_on_nbgrader_s_page(run: Run) -> None:
    texts = {student: _text(page) for student, page in run.nbgrader.items()}
    for student in ("page-output", "page-error"):
        assert "<script>document.title" in texts[student]
    assert "title='pwned'" in texts["page-markdown"]
    assert "data:image/png;base64,iVBOR" in run.nbgrader["page-markdown"], "a picture in an answer stays"


def _text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", page))


@pytest.mark.parametrize("student", [*PAGES, *TROUBLE])
def test_the_autograded_notebook_is_valid(run: Run, student: str) -> None:
    nbformat.validate(nbformat.read(run.course.folder("autograded", student, ASSIGNMENT) / "tiny.ipynb", as_version=4))


def test_nothing_steers_the_terminal(run: Run) -> None:
    console = io.StringIO()
    from rich.console import Console

    Console(file=console, width=100, color_system=None).print(table(run.cohort.grades, assignment=ASSIGNMENT))
    for text in (run.said, console.getvalue()):
        assert not _steering(text)


def test_no_name_or_message_of_a_fault_steers_the_log_of_nbgrader(run: Run) -> None:
    """Inside nbgrader they are logged as they are."""
    texts = [text for one in run.cohort.grades for fault in one.faults for text in (fault.cell, in_words(fault.reason))]
    assert [text for text in texts if _steering(text)] == []


def _steering(text: str) -> list[str]:
    """Control characters, and those that turn the direction of writing."""
    return [sign for sign in text if sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cf", "Cs")]


# ---------------------------------------------------------------- a real browser


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
@pytest.mark.parametrize("student", ["page-output", "page-error", "page-markdown", "page-metadata", "page-file-name"])
def test_a_browser_runs_nothing_of_a_student_on_any_page(run: Run, student: str, tmp_path: Path) -> None:
    for text in (run.feedback[student], run.nbgrader[student], run.report):
        assert not _is_pwned(text, tmp_path)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
@pytest.mark.parametrize("tag", ["<script>{}</script>", '<img src=x onerror="{}">', '<svg onload="{}"></svg>'])
def test_a_browser_would_have_run_it_without_care(tag: str, tmp_path: Path) -> None:
    assert _is_pwned(f"<!DOCTYPE html><body>{tag.format(SCRIPT)}</body>", tmp_path)
    assert TAGS.startswith("<script>")


def _is_pwned(page: str, folder: Path) -> bool:
    """Whether a browser that opened the page has run the script: it makes an element of its own."""
    assert CHROMIUM is not None
    (folder / "page.html").write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    options += [
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--virtual-time-budget=2000",
    ]
    command = [CHROMIUM, *options, f"--user-data-dir={folder / 'profile'}", "--dump-dom", f"file://{folder}/page.html"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "<html" in done.stdout, done.stderr[-2000:]
    return "pwned" in [dict(one).get("id") for one in _elements(done.stdout)] or "<title>pwned" in done.stdout


def _elements(page: str) -> list[list[tuple[str, str | None]]]:
    found: list[list[tuple[str, str | None]]] = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append(attrs)  # type: ignore[method-assign]
    parser.feed(page)
    return found
