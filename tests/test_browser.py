"""JupyterLab and formgrader on this course, in a real browser, by the buttons that people press.

Pictures of what was seen are kept in `build/screenshots`.
"""

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import TOKEN, jupyter_lab, keep, launched
from playwright.sync_api import Locator, Page, expect

from autograder.authoring.release import solved_by_a_student
from autograder.grading.course import Course, load_assignment, load_course

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).parents[1]
PATIENCE, LONG = 600_000, 900_000  # milliseconds
WRONG = """def conv2d(x, kernel, bias=0.0, stride=1, padding="valid"):
    height, width = (x.shape[axis] - kernel.shape[axis] + 1 for axis in (0, 1))
    return np.zeros((height, width, kernel.shape[3]))"""


ANSWER = "I open block 5, with its 7,079,424 parameters, once the head is trained."
COMMENT = "The number is there. What do the lower layers know?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course's folder with one submission, in a path with a space and Korean letters."""
    root = tmp_path_factory.mktemp("course") / "우리 course"
    for name in ("source", "release", "solutions"):
        (root / name).mkdir(parents=True)
        for assignment in ("convolution", "fine_tuning"):
            shutil.copytree(ROOT / name / assignment, root / name / assignment)
    for path in (ROOT / "solutions").glob("*.py"):
        shutil.copy(path, root / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copy(ROOT / "requirements.lock", root)
    course = load_course(root)
    hand_in(root, "convolution", _solved(course, "convolution"))
    text = json.loads(_solved(course, "fine_tuning"))
    for cell in text["cells"]:
        if cell["id"] == "text":
            cell["source"] = ANSWER
    hand_in(root, "fine_tuning", json.dumps(text))
    return root


def hand_in(root: Path, assignment: str, notebook: str) -> None:
    handed_in = root / "submitted" / "ada" / assignment
    handed_in.mkdir(parents=True)
    (handed_in / f"{assignment}.ipynb").write_text(notebook, encoding="utf-8")


def _solved(course: Course, assignment: str = "convolution") -> str:
    (notebook,) = load_assignment(course, assignment).notebooks
    return solved_by_a_student(notebook)


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `make lab` starts, in that folder."""
    with jupyter_lab(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture
def page(server: str) -> Iterator[Page]:
    """An empty page of a browser that is allowed in."""
    with launched() as browser:
        page = browser.new_page(viewport={"width": 1250, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server}/api?token={TOKEN}")  # leaves the cookie
        yield page


def write_notebook(folder: Path, name: str, *, conv2d: str | None = None) -> Path:
    """The student's notebook in the folder `release`, where its checks find their file."""
    notebook = json.loads(_solved(load_course(folder)))
    for cell in notebook["cells"]:
        if cell["id"] == "conv2d" and conv2d is not None:
            cell["source"] = conv2d
    file = folder / "release" / "convolution" / name
    file.write_text(json.dumps(notebook), encoding="utf-8")
    return file


def run_all(page: Page, server: str, file: Path) -> None:
    """Open a notebook, run all its cells by the menu, and save it, until the last cell has run."""
    page.goto(f"{server}/doc/tree/release/convolution/{file.name}?reset")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached", timeout=LONG)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=LONG)
    code: list[dict[str, Any]] = []
    for _attempt in range(30):  # a click while the kernel still connects is lost
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        for _second in range(30):
            page.wait_for_timeout(1000)
            page.keyboard.press("Control+s")
            with contextlib.suppress(json.JSONDecodeError):  # it may be in the middle of being saved
                code = [cell for cell in json.loads(file.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
            if code and code[-1]["execution_count"]:
                return
    raise AssertionError(f"{sum(bool(cell['execution_count']) for cell in code)} of {len(code)} cells have run")


def cell_with_output(page: Page, folder: Path, cell_id: str, text: str) -> Locator:
    """A cell whose output holds a text, in view. We scroll as a reader does: JupyterLab draws cells as they come."""
    ids = [cell["id"] for cell in json.loads(_solved(load_course(folder)))["cells"]]
    for index in range(ids.index(cell_id) + 1):
        cell = page.locator(f".jp-Cell[data-windowed-list-index='{index}']")
        cell.scroll_into_view_if_needed()
        page.wait_for_timeout(80)
    expect(cell.locator(".jp-OutputArea")).to_contain_text(text, timeout=PATIENCE)
    return cell


def test_a_solved_notebook_shows_its_passed_checks_in_jupyterlab(folder, server, page):
    run_all(page, server, write_notebook(folder, "solved.ipynb"))
    cell = cell_with_output(page, folder, "conv2d_check", "✔ conv2d(")
    assert "✘" not in cell.inner_text()
    keep(page, "lab-solved")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_wrong_answer_shows_a_sentence_and_a_picture_in_jupyterlab(folder, server, page, theme):
    file = write_notebook(folder, f"wrong-{theme}.ipynb", conv2d=WRONG)
    if theme == "dark":
        page.goto(f"{server}/lab")
        page.wait_for_selector("#jp-top-panel")
        page.get_by_role("menuitem", name="Settings").click()
        page.get_by_text("Theme", exact=True).first.hover()
        page.get_by_text("JupyterLab Dark", exact=True).click()
        page.wait_for_selector("body[data-jp-theme-name='JupyterLab Dark']", state="attached")
    run_all(page, server, file)
    cell = cell_with_output(page, folder, "conv2d_check", "✘ conv2d(")
    text = cell.locator(".jp-OutputArea").inner_text()
    assert "expected" in text
    assert "Traceback" not in text
    picture = cell.locator("img").first
    assert picture.evaluate("image => image.naturalWidth") > 300
    picture.scroll_into_view_if_needed()
    keep(page, f"lab-wrong-{theme}")


def press(page: Page, button: Locator) -> None:
    """Press a button of formgrader, and wait until it says how it went."""
    button.click()
    said = page.get_by_text(re.compile("^(Successfully|There was an error)")).first
    said.wait_for(timeout=LONG)
    assert said.inner_text().startswith("Successfully"), page.locator("body").inner_text()


def test_formgrader_releases_grades_and_gives_feedback_by_its_buttons(folder, server, page):
    page.goto(f"{server}/formgrader/manage_assignments")
    row = page.locator("tr", has_text="convolution").first
    released = folder / "release" / "convolution" / "convolution.ipynb"
    before = released.read_bytes()
    press(page, row.locator("td.assign a"))
    keep(page, "formgrader-generated")
    assert b"BEGIN SOLUTION" not in released.read_bytes()
    assert [cell["source"] for cell in json.loads(released.read_text())["cells"]] == [
        cell["source"] for cell in json.loads(before)["cells"]
    ]

    page.goto(f"{server}/formgrader/manage_submissions/convolution")
    press(page, page.locator("td.autograde a").first)
    keep(page, "formgrader-autograded")
    page.goto(f"{server}/formgrader/manage_submissions/convolution")
    assert page.locator("td.status").first.inner_text() == "graded"
    assert re.findall(r"[\d.]+", page.locator("td.score").first.inner_text()) == ["24", "24"]

    press(page, page.locator("td.generate-feedback a").first)
    feedback = folder / "feedback" / "ada" / "convolution" / "convolution.html"
    assert feedback.is_file()
    assert "BEGIN HIDDEN" not in feedback.read_text(encoding="utf-8")


def test_a_person_grades_a_written_answer_in_formgrader_and_the_student_reads_it(folder, server, page):
    page.goto(f"{server}/formgrader/manage_assignments")
    press(page, page.locator("tr", has_text="fine_tuning").first.locator("td.assign a"))
    page.goto(f"{server}/formgrader/manage_submissions/fine_tuning")
    press(page, page.locator("td.autograde a").first)
    page.goto(f"{server}/formgrader/manage_submissions/fine_tuning")
    assert page.locator("td.status").first.inner_text() == "needs manual grading"

    page.goto(f"{server}/formgrader/gradebook/fine_tuning/fine_tuning")
    page.locator("td.name a, td a").first.click()
    page.get_by_text(ANSWER).wait_for()
    page.get_by_text("what upper and lower layers know (0.5)", exact=False).wait_for()  # the rubric, above the answer
    points = page.locator("#text")
    expect(points).to_have_value("")
    points.fill("0.5")
    points.press("Enter")
    comment = page.locator("#text-comment")
    comment.fill(COMMENT)
    comment.press("Tab")
    page.wait_for_timeout(1500)
    page.wait_for_load_state("networkidle")
    points.scroll_into_view_if_needed()
    keep(page, "formgrader-graded-by-hand")

    page.goto(f"{server}/formgrader/manage_submissions/fine_tuning")
    assert re.findall(r"[\d.]+", page.locator("td.score").first.inner_text()) == ["13.5", "14"]
    press(page, page.locator("td.generate-feedback a").first)
    assert COMMENT in (folder / "feedback" / "ada" / "fine_tuning" / "fine_tuning.html").read_text(encoding="utf-8")
