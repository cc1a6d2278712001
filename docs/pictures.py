"""Pictures of everything that has a face, for the handbook and README.md.

    make pictures                       # all of them, again (some minutes; needs Chromium)
    python docs/pictures.py terminal    # one kind: terminal, pages, lab or formgrader

A simulated cohort is graded in build/pictures; its pages are opened in Chromium, its folder in JupyterLab with
formgrader. What a terminal shows becomes SVG, all else PNG with few colours. Nothing is loaded from the network.
"""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal

import nbformat
from nbclient import NotebookClient
from nbformat.sign import NotebookNotary
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from chromium import CHROMIUM, TOKEN, jupyter_lab  # noqa: E402 - where the browser tests find them, too

IMAGES = ROOT / "docs" / "images"
WORK = ROOT / "build" / "pictures"
DEMO = WORK / "demo"
BIN = Path(sys.executable).parent
SEED = "1132244578"
STUDENT, SCORE = "gina-flipped-kernel", "22.5"
"""Whose notebook is shown; the score finds it where formgrader shows no names."""
FIRST_EXERCISE_WRONG = "finn-floor"
"""A student whose feedback page has a likely cause near its top."""
COLUMNS = 100
MAX_BYTES = 150_000
MINUTES = 120_000  # milliseconds
DESKTOP, PHONE = (900, 1060), (390, 1100)


# ---------------------------------------------------------------- the cohort


def demo() -> tuple[str, str]:
    """Grade the simulated cohort once; what stood on the terminal during the run, and after it."""
    log, frames = WORK / "demo.txt", WORK / "demo-progress.txt"
    if not log.is_file():
        said, progress = run("demo", "--into", "build/pictures/demo", "--seed", SEED)
        log.write_text(said, encoding="utf-8")
        frames.write_text(progress, encoding="utf-8")
    return frames.read_text(encoding="utf-8"), log.read_text(encoding="utf-8")


def run(*arguments: str) -> tuple[str, str]:
    """Run `autograder` with colours; what it printed, and the last bar of progress with a time in it."""
    reader, writer = pty.openpty()
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    with (WORK / "stdout").open("w+", encoding="utf-8") as out:
        command = [str(BIN / "autograder"), *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=writer)
        os.close(writer)
        seen = b""
        while chunk := _read(reader):
            seen += chunk
        process.wait()
        out.seek(0)
        lines = re.split(r"[\r\n]+|\x1b\[2K", seen.decode("utf-8", errors="replace"))
        bars = [line for line in lines if " left" in line and "━" in line]
        return out.read(), bars[len(bars) // 2] if bars else ""


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end is closed
        return b""


# ---------------------------------------------------------------- the terminal


def terminal() -> None:
    """What the commands print, as SVG."""
    progress, said = demo()
    draw_terminal("terminal-progress", "autograder demo", progress)
    draw_terminal("terminal-demo", "autograder demo", said)
    notebook = f"build/pictures/demo/submitted/{STUDENT}/convolution/convolution.ipynb"
    shutil.copy(ROOT / "release/convolution/likely_causes.json", (ROOT / notebook).parent)
    draw_terminal("terminal-check", "autograder check convolution/convolution.ipynb", run("check", notebook)[0])
    draw_terminal("terminal-audit", "autograder audit convolution", run("audit", "convolution", "--seed", SEED)[0])
    (ROOT / notebook).parent.joinpath("likely_causes.json").unlink()
    shown = re.sub(r"/\S+/\.venv/", ".venv/", run("doctor")[0])
    draw_terminal("terminal-doctor", "autograder doctor", shown)


def draw_terminal(name: str, command: str, printed: str) -> None:
    """A command and what it printed, with the fonts of the reader's machine."""
    shown = printed.replace(f"{ROOT}/", "").replace("build/pictures/demo", "build/demo")
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text.from_ansi(shown.rstrip()), "")
    svg = console.export_svg(title=command, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;]*;", "font-family: ui-monospace, Menlo, Consolas, monospace;", svg)
    svg = re.sub(r"<!-- .*? -->\s*", "", svg)
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"{name}.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE).rstrip() + "\n", "utf-8")


# ---------------------------------------------------------------- the browser


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine. Next: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def keep(name: str, picture: bytes) -> None:
    """Store a picture with as many colours as fit into `MAX_BYTES`."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
        if (IMAGES / f"{name}.png").stat().st_size <= MAX_BYTES:
            return
    sys.exit(f"{name}.png is larger than {MAX_BYTES} bytes; take a smaller part of the page")


def pages() -> None:
    """A feedback page on a desktop and a phone, and the cohort's report."""
    demo()
    feedback = DEMO / "feedback" / FIRST_EXERCISE_WRONG / "convolution" / "convolution.html"
    report = DEMO / "report" / "convolution" / "index.html"
    shots: Sequence[tuple[str, Path, tuple[int, int], Literal["light", "dark"]]] = (
        ("feedback", feedback, DESKTOP, "light"),
        ("feedback-dark", feedback, DESKTOP, "dark"),
        ("feedback-phone", feedback, PHONE, "light"),
        ("report", report, (1000, 1300), "light"),
        ("report-dark", report, (1000, 850), "dark"),
    )
    with browser() as opened:
        for name, file, (width, height), scheme in shots:
            page = opened.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(file.as_uri())
            keep(name, page.screenshot())
            page.close()


# ---------------------------------------------------------------- JupyterLab and formgrader


def server(folder: Path) -> AbstractContextManager[str]:
    """JupyterLab on a folder."""
    home = WORK / "home"
    shutil.rmtree(home / "config", ignore_errors=True)  # a theme that was chosen before
    return jupyter_lab(folder, home)


def lab() -> None:
    """A check's figure in light and dark, a hint, and the progress, in JupyterLab."""
    demo()
    folder = WORK / "student"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "release/convolution/likely_causes.json", folder)
    write_executed(folder)
    with browser() as opened, server(folder) as address:
        for theme in ("Light", "Dark"):
            page = opened.new_page(viewport={"width": 1000, "height": 2200})
            page.goto(f"{address}/api?token={TOKEN}")  # leaves the cookie
            if theme == "Dark":
                choose_dark(page, address)
            page.goto(f"{address}/doc/tree/convolution.ipynb?reset")
            page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(
                state="attached", timeout=MINUTES
            )
            page.wait_for_timeout(4000)
            page.add_style_tag(content=".Toastify { display: none }")  # offers of news
            keep(f"lab-check-{theme.lower()}", cell(page, "check(").locator(".jp-Cell-outputWrapper").screenshot())
            if theme == "Light":
                keep("lab-hint", cell(page, "lab.hint(").screenshot())
                keep("lab-progress", cell(page, "lab.progress(").screenshot())
            page.close()


def write_executed(folder: Path) -> None:
    """The student's notebook, run; of its cells only one exercise's, a hint and the progress are kept."""
    handed_in = DEMO / "submitted" / STUDENT / "convolution" / "convolution.ipynb"
    node = nbformat.read(handed_in, as_version=4)
    more = {"hint": 'lab.hint("conv2d")', "progress": "lab.progress()"}
    node.cells += [nbformat.v4.new_code_cell(text, id=name) for name, text in more.items()]
    NotebookClient(node, timeout=300, allow_errors=True, kernel_name="python3").execute(
        cwd=str(folder), env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    )
    node.cells = [one for one in node.cells if one.id in ("conv2d_check", *more)]
    nbformat.write(node, folder / "convolution.ipynb")
    trusted = WORK / "home" / "data"
    trusted.mkdir(parents=True, exist_ok=True)
    NotebookNotary(data_dir=str(trusted)).sign(node)


def choose_dark(page: Page, address: str) -> None:
    """The dark theme, by the menu that people use."""
    page.goto(f"{address}/lab")
    page.wait_for_selector("#jp-top-panel", timeout=MINUTES)
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_text("Theme", exact=True).first.hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    page.wait_for_selector("body[data-jp-theme-name='JupyterLab Dark']", state="attached")


def cell(page: Page, text: str) -> Locator:
    """The first cell whose code holds a text."""
    found = page.locator(".jp-CodeCell", has_text=text).first
    found.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    return found


def formgrader() -> None:
    """The assignment, its submissions, and one of them, in nbgrader's formgrader."""
    demo()
    with browser() as opened, server(DEMO) as address:
        page = opened.new_page(viewport={"width": 1000, "height": 560})
        page.goto(f"{address}/api?token={TOKEN}")
        page.goto(f"{address}/formgrader/manage_submissions/convolution")
        page.locator("td.score").first.wait_for(timeout=MINUTES)
        page.wait_for_timeout(1500)
        keep("formgrader-submissions", page.screenshot())
        page.goto(f"{address}/formgrader/gradebook/convolution/convolution")
        page.locator("tbody tr", has_text=SCORE).locator("a").first.click()
        cause = page.get_by_text("Your kernel is read back to front").first
        cause.wait_for(timeout=MINUTES)
        cause.evaluate("element => element.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(1500)
        keep("formgrader-grading", page.screenshot())


KINDS: dict[str, Callable[[], None]] = {"terminal": terminal, "pages": pages, "lab": lab, "formgrader": formgrader}


def main(wanted: Sequence[str]) -> None:
    """Make the pictures of these kinds; without any, all of them, on a freshly graded cohort."""
    if not wanted:
        shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(exist_ok=True)
    for kind in wanted or KINDS:
        KINDS[kind]()
        print(kind)
    sizes = {path.name: path.stat().st_size for path in IMAGES.iterdir()}
    print(json.dumps(sizes, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
