"""The handbook: it builds without network, its links lead somewhere, and what it says is so."""

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import nbgrader
import pytest
from course_facts import ROOT

from docs.pages import PAGES

DOCS = ROOT / "docs"
BIN = Path(sys.executable).parent
GUIDE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""Attributes that make a browser load something."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it, where nothing answers outside."""
    folder = tmp_path_factory.mktemp("handbook")
    shutil.copytree(DOCS, folder / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    command = [f"{BIN}/zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **nowhere}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "site"


class _Page(HTMLParser):
    """What a page loads, links to and shows."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.without_words: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "id" in found:
            self.ids.add(found["id"] or "")
        if tag in LOADS and found.get("rel") != "canonical":
            self.loads.append(found.get(LOADS[tag]) or "")
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "img" and len(found.get("alt") or "") < 10:
            self.without_words.append(found.get("src") or "")


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[Path, _Page]:
    return {path: _Page(path) for path in sorted(site.rglob("*.html"))}


# ---------------------------------------------------------------- the site


@pytest.mark.processes
def test_each_page_is_built_and_in_the_navigation(pages: Mapping[Path, _Page]) -> None:
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    written = {path.stem for path in DOCS.glob("*.md")}
    assert {path.stem for path in pages} >= written
    assert [name for name in sorted(written) if f": {name}.md" not in listed] == []


@pytest.mark.processes
def test_no_page_loads_anything_from_elsewhere(pages: Mapping[Path, _Page]) -> None:
    for path, page in pages.items():
        assert [load for load in page.loads if re.match(r"(https?:)?//", load)] == [], path.name
    for style in next(iter(pages)).parent.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", style.read_text(encoding="utf-8")), style.name


@pytest.mark.processes
def test_links_and_pictures_lead_to_something_that_is_there(pages: Mapping[Path, _Page]) -> None:
    for path, page in pages.items():
        if path.name == "404.html":  # is shown for any address, so its links begin at the top of a server
            continue
        for target in (*page.links, *page.loads):
            file, _hash, anchor = target.partition("#")
            if re.match(r"\w+:", target):
                continue
            place = (path.parent / file).resolve() if file else path
            if file.endswith("/") or file == ".":
                place = place / "index.html"
            assert place.is_file(), (path.name, target)
            if anchor and place in pages:
                assert anchor in pages[place].ids | {"__skip"}, (path.name, target)


@pytest.mark.processes
def test_every_picture_has_words_for_who_cannot_see_it(pages: Mapping[Path, _Page]) -> None:
    for path, page in pages.items():
        assert page.without_words == [], path.name


def test_every_picture_is_small_and_shown() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in (*DOCS.glob("*.md"), ROOT / "README.md"))
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size <= 150_000, picture.name
        assert f"images/{picture.name}" in texts, picture.name


@pytest.mark.parametrize("name", PAGES)
def test_what_is_made_from_the_course_and_the_commands_is_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "python docs/pages.py"


# ---------------------------------------------------------------- troubleshooting


def _messages() -> list[str]:
    """The headings of the page: messages as they are printed, with … for what differs from case to case."""
    return re.findall(r"^### (.+)$", (DOCS / "troubleshooting.md").read_text(encoding="utf-8"), flags=re.MULTILINE)


@functools.cache
def _literals() -> str:
    """Every text of the package's code and of the setup, on one line, with … for what is filled in."""
    code = [*sorted((ROOT / "autograder").rglob("*.py")), *sorted((ROOT / "convnets").rglob("*.py")), ROOT / "setup.sh"]
    texts = [path.read_text(encoding="utf-8") for path in code]
    return re.sub(r"…([ /]…)+", "…", re.sub(r"\{[^{}]*\}", "…", "\n".join(texts)))


@pytest.mark.parametrize("message", _messages())
def test_a_message_of_the_troubleshooting_page_is_in_the_code(message: str) -> None:
    known = message in _literals()  # said apart, or pytest shows the whole package
    assert known, "no such text in autograder/"


# ---------------------------------------------------------------- the tutorial


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its title and its text."""

    language: str
    title: str
    text: str


def _blocks(page: str) -> Iterator[Block]:
    text = (DOCS / page).read_text(encoding="utf-8")
    for match in re.finditer(r'^```(\w+)(?: title="([^"]*)")?\n(.*?)^```$', text, flags=re.MULTILINE | re.DOTALL):
        yield Block(match[1], match[2] or "", match[3])


def _cell(name: str, text: str, language: str) -> nbformat.NotebookNode:
    """A cell of the tutorial's notebook, with what nbgrader's side bar writes; cell ids are JupyterLab's own."""
    kinds = {"solution": name == "global_average_pool", "grade": name.endswith("_hidden")}
    facts = {"schema_version": 3, "grade_id": name, "task": False, "locked": not kinds["solution"], **kinds}
    if kinds["grade"]:
        facts["points"] = 3
    metadata: dict[str, object] = {} if name.endswith("_statement") else {"nbgrader": facts}
    if name.endswith("_check"):
        metadata["tags"] = ["raises-exception"]
    make = nbformat.v4.new_markdown_cell if language == "markdown" else nbformat.v4.new_code_cell
    return make(text.rstrip("\n"), metadata=metadata)


def _write_notebook(path: Path, cells: Mapping[str, nbformat.NotebookNode]) -> None:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells.values()), metadata={"kernelspec": kernel}), path)


def _answer(folder: Path, block: Block) -> None:
    """Hand in the release with this block as the answer."""
    ((student, exercise),) = re.findall(r"\Aanswer of (\w+) to (\w+)\Z", block.title)
    handed_in = folder / "submitted" / student / "pooling"
    shutil.copytree(folder / "release" / "pooling", handed_in)
    node = nbformat.read(handed_in / "pooling.ipynb", as_version=4)
    (cell,) = (one for one in node.cells if one.metadata.get("nbgrader", {}).get("grade_id") == exercise)
    cell.source = block.text.rstrip("\n")
    nbformat.write(node, handed_in / "pooling.ipynb")


def _shell(text: str, folder: Path) -> str:
    """A console block with what its commands print now."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    lines = []
    for command in re.findall(r"^\$ (.+)$", text, flags=re.MULTILINE):
        environment = {**os.environ, "PATH": path, "COLUMNS": "100"}
        done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        lines += [f"$ {command}", *done.stdout.rstrip("\n").split("\n")] if done.stdout else [f"$ {command}"]
    return "\n".join(lines)


def _comparable(text: str) -> list[str]:
    """Lines without times and places, which differ from run to run."""
    text = re.sub(r"\d+\.\d s\b", "# s", text)
    text = re.sub(r"sqlite:\S+gradebook\.db", "sqlite:///...gradebook.db", text)
    return [line.rstrip() for line in text.strip().split("\n")]


def _expect(block: Block, folder: Path) -> None:
    """The block's commands print what stands in it."""
    printed = _shell(block.text, folder)
    print(printed)  # pytest shows it, should the page be wrong
    assert _comparable(printed) == _comparable(block.text)


@pytest.mark.slow
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    """Every file, cell and command in its order; what the commands print is what the page shows."""
    cells: dict[str, nbformat.NotebookNode] = {}
    course = tmp_path / "my-course"
    for block in _blocks("writing-an-exercise.md"):
        if block.title.startswith("cell "):
            name = block.title.removeprefix("cell ")
            cells[name] = _cell(name, block.text, block.language)
            _write_notebook(course / "source" / "pooling" / "pooling.ipynb", cells)
        elif block.title.startswith("answer of "):
            _answer(course, block)
        elif block.title:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            _expect(block, course if course.is_dir() else tmp_path)


@pytest.mark.slow
def test_the_course_of_nbgraders_documentation_migrates_as_it_is_written(tmp_path: Path) -> None:
    """Its source has two notebooks, only one of which gets an experiment, and cells without ids."""
    course = tmp_path / "my-course"
    source = course / "source" / "ps1" / "problem1.ipynb"
    for block in _blocks("migrating.md"):
        if block.title.startswith("cell "):
            _replace_asserts(source, block)
        elif block.title.startswith("end of "):
            path = course / block.title.removeprefix("end of ")
            path.write_text(f"{path.read_text(encoding='utf-8')}\n{block.text}", encoding="utf-8")
        elif block.title:
            (course / block.title).parent.mkdir(parents=True)
            (course / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            _expect(block, course if course.is_dir() else tmp_path)
            if not (course / "submitted").exists():
                shutil.copytree(GUIDE / "submitted", course / "submitted")


def _replace_asserts(path: Path, block: Block) -> None:
    """Put a cell before the old checks of `squares`; with the experiment these go."""
    node = nbformat.read(path, as_version=4)
    old = [
        cell
        for cell in node.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") in ("correct_squares", "squares_invalid_input")
    ]
    name = block.title.removeprefix("cell ")
    new = _cell(name, block.text, block.language)
    del new["id"]  # the notebook is of an older format
    if name.endswith("_hidden"):
        new.metadata.nbgrader["points"] = 2
        node.cells = [cell for cell in node.cells if cell is not old[1]]
        node.cells[node.cells.index(old[0])] = new
    else:
        node.cells.insert(node.cells.index(old[0]), new)
    nbformat.write(node, path)
