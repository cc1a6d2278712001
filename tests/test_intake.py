"""The notebook is found by what is in it, whatever it is called and wherever it lies; what is there instead is named.

Nothing runs here: what `prepare` makes ready is what a kernel would get.
"""

import contextlib
import copy
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum
from packing import gzipped_tar, zipped
from tiny_course import ASSIGNMENT, RIGHT, answer, cell, make_tiny_course, solve

from autograder.grading import intake, sanitize
from autograder.grading.archives import can_be_written
from autograder.grading.course import Course, load_assignment, students, unused
from autograder.grading.grade import Prepared, Ran, judge_all, prepare, take_in
from autograder.grading.record import record, register
from autograder.reasons import Why
from autograder.values.submitted import Assignment, Execution, Submission
from autograder.words import in_words

NAME = f"{ASSIGNMENT}.ipynb"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course with a second assignment, which shares a few ids and a text with the first."""
    made = make_tiny_course(tmp_path_factory.mktemp("intake"))
    other = nbformat.read(made.folder("source", ".", ASSIGNMENT) / NAME, as_version=4)
    for one in other.cells:
        if one.id not in ("title", "setup"):
            one.id = f"{one.id}-other"
            one.source = f"# of the other assignment\n{one.source}"
            if "nbgrader" in one.metadata:
                one.metadata.nbgrader.grade_id = one.id
    folder = made.root / "source" / "other"
    folder.mkdir()
    nbformat.write(other, folder / "other.ipynb")
    register(made, load_assignment(made, ASSIGNMENT))
    return made


@pytest.fixture(scope="module")
def assignment(course: Course) -> Assignment:
    return load_assignment(course, ASSIGNMENT)


@pytest.fixture(scope="module")
def released(course: Course) -> bytes:
    return (course.folder("release", ".", ASSIGNMENT) / NAME).read_bytes()


@pytest.fixture(scope="module")
def solved(released: bytes) -> bytes:
    return edited(released, solve)


def edited(notebook: bytes, *edits: Callable[[NotebookNode], None]) -> bytes:
    node = nbformat.reads(notebook.decode(), as_version=4)
    for edit in edits:
        edit(node)
    return json.dumps(node).encode()


def lose_metadata(node: NotebookNode) -> None:
    """As marimo, jupytext and several hosted notebooks write it."""
    for one in node.cells:
        one.metadata = NotebookNode()


def ready(course: Course, assignment: Assignment, files: dict[str, bytes]) -> Prepared:
    return prepare(course, assignment, Submission("ada", files))


def answered(prepared: Prepared) -> str | None:
    """The text of the first answer that would run; None where there is no notebook."""
    (one,) = prepared.notebooks
    return None if one is None else str(cell(one.notebook, "double").source)


def kinds(prepared: Prepared) -> list[str]:
    return [fault.kind for fault in prepared.faults]


# ---------------------------------------------------------------- where it lies


PLACES = {
    "under another name": "homework final.ipynb",
    "in a folder": f"my work/{NAME}",
    "with another suffix": f"{NAME}.txt",
    "as JSON": f"{ASSIGNMENT}.json",
    "in capitals": NAME.upper(),
    "without a suffix": ASSIGNMENT,
    "half downloaded by name": f"{NAME}.download",
    "as Colab's Korean copy": "Untitled0.ipynb의 사본",
}


@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("metadata", [True, False], ids=["whole", "without metadata"])
def test_a_notebook_is_found_by_its_content(
    course: Course, assignment: Assignment, solved: bytes, path: str, metadata: bool
) -> None:
    prepared = ready(course, assignment, {path: solved if metadata else edited(solved, lose_metadata)})
    assert answered(prepared) == RIGHT["double"]
    assert "renamed-notebook" in kinds(prepared)


@pytest.mark.parametrize("broken", [b"", b"<!DOCTYPE html><html>", b'{"cells": '])
def test_a_broken_notebook_gives_way_to_the_whole_one_in_an_archive(
    course: Course, assignment: Assignment, solved: bytes, broken: bytes
) -> None:
    files = {NAME: broken, "tiny.zip": zipped({NAME: solved, "helper.py": b"new"}), "helper.py": b"mine"}
    prepared = ready(course, assignment, files)
    assert answered(prepared) == RIGHT["double"] and prepared.submission.files["helper.py"] == b"mine"
    assert f"{NAME} was left out: it is not a readable notebook" in in_words(prepared.faults[1].reason)


@pytest.mark.parametrize("pack", [zipped, gzipped_tar])
def test_an_archive_is_opened_where_no_notebook_lies_beside_it(
    course: Course, assignment: Assignment, solved: bytes, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    files = {f"{ASSIGNMENT}/{NAME}": solved, f"{ASSIGNMENT}/helper.py": b"x = 1", "README.md": b"hello"}
    prepared = ready(course, assignment, {f"{ASSIGNMENT}.zip": pack(files)})
    assert answered(prepared) == RIGHT["double"]
    assert kinds(prepared)[0] == "archive" and prepared.submission.files["helper.py"] == b"x = 1"


def test_an_archive_that_is_called_a_notebook_is_opened_too(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    assert answered(ready(course, assignment, {NAME: zipped({"x.ipynb": solved})})) == RIGHT["double"]


def test_no_file_of_an_archive_gets_out_of_the_submission(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    odd = {"../outside.py": b"1", "/absolute.py": b"2", "C:\\drive.py": b"3", ".hidden": b"4", "a/../../b.py": b"5"}
    prepared = ready(course, assignment, {"work.zip": zipped({NAME: solved, **odd, "fine.py": b"6"})})
    assert set(prepared.submission.files) == {NAME, "fine.py"}


def test_an_archive_that_grows_too_large_is_read_in_part(
    course: Course, assignment: Assignment, solved: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_UNPACKED_BYTES", len(solved) + 1000)
    prepared = ready(course, assignment, {"work.zip": zipped({NAME: solved, "zeros.bin": bytes(50_000)})})
    assert answered(prepared) == RIGHT["double"] and "zeros.bin" not in prepared.submission.files


def test_what_lies_beside_the_notebook_moves_with_it(course: Course, assignment: Assignment, solved: bytes) -> None:
    files = {f"tiny work/{NAME}": solved, "tiny work/data/x.txt": b"1", "tiny work/helper.py": b"2", "top.txt": b"3"}
    prepared = ready(course, assignment, files)
    assert answered(prepared) == RIGHT["double"]
    assert {*prepared.submission.files} == {NAME, "data/x.txt", "helper.py", "top.txt"}


def test_of_a_whole_repository_the_assignments_own_notebook_is_taken(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    other = (course.root / "source" / "other" / "other.ipynb").read_bytes()
    prepared = ready(course, assignment, {f"{ASSIGNMENT}/{NAME}": solved, "other/other.ipynb": other})
    assert answered(prepared) == RIGHT["double"]
    beside = ready(course, assignment, {"hong_tiny.ipynb": solved, "other.ipynb": other})
    assert answered(beside) == RIGHT["double"] and "other-notebook" not in kinds(beside)


def with_broken_entry(content: bytes, name: str) -> bytes:
    """A zip archive, with an entry whose compressed bytes are none."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.getinfo(name).header_offset + 30 + len(name)
    return content[:start] + b"\xff" * 8 + content[start + 8 :]


def test_a_damaged_file_in_an_archive_costs_that_file_alone(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    packed = zipped({"data.csv": b"1,2,3\n" * 99, NAME: solved, "helper.py": b"x = 1"})
    prepared = ready(course, assignment, {"work.zip": with_broken_entry(packed, "data.csv")})
    assert answered(prepared) == RIGHT["double"] and set(prepared.submission.files) == {NAME, "helper.py"}
    assert "data.csv was left out: it cannot be read in the archive." in [
        in_words(one.reason) for one in prepared.faults
    ]


def test_an_archive_with_a_damaged_notebook_is_called_what_it_is(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    prepared = ready(course, assignment, {"work.zip": with_broken_entry(zipped({NAME: solved}), NAME)})
    assert answered(prepared) is None
    assert "perhaps it is damaged, or protected by a password" in in_words(prepared.faults[-1].reason)


def test_of_several_archives_each_is_opened_that_has_what_is_missing(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    (master,) = assignment.notebooks
    pair = replace(assignment, notebooks=(master, replace(master, name="second")))
    files = {"a.zip": zipped({NAME: solved}), "b.zip": zipped({"second.ipynb": solved}), "c.zip": zipped({"x": b"1"})}
    found = intake.arrange(Submission("ada", files), pair, {})
    assert set(found.files) == {NAME, "second.ipynb", "c.zip"}


def test_files_and_folders_of_one_name_are_parted(course: Course, assignment: Assignment, solved: bytes) -> None:
    files = {NAME: solved, "data": b"", "data/x": b"1", "data/x/y": b"2", f"{NAME}/z": b"3"}
    prepared = ready(course, assignment, {"work.zip": zipped(files)})
    assert answered(prepared) == RIGHT["double"] and set(prepared.submission.files) == {NAME, "data/x/y"}
    moved = ready(course, assignment, {f"a/{NAME}": solved, "a/data": b"1", "data/x": b"2"})
    assert set(moved.submission.files) == {NAME, "data/x"}
    assert "data was left out: a folder has the same name." in [in_words(fault.reason) for fault in moved.faults]


def test_what_was_done_is_told_however_many_files_are_left_out(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    odd = {name: b"1" for number in range(30) for name in (f"f{number}", f"f{number}/x")}
    prepared = ready(course, assignment, {"work.zip": zipped({"homework.ipynb": solved, **odd})})
    assert kinds(prepared)[:3] == ["archive", "renamed-notebook", "left-out-file"]


# ---------------------------------------------------------------- which of several


def test_moving_a_notebook_overwrites_no_other_notebook_of_the_assignment(
    assignment: Assignment, released: bytes, solved: bytes
) -> None:
    (master,) = assignment.notebooks
    pair = replace(assignment, notebooks=(master, replace(master, name="worked")))
    files = {"worked.ipynb": solved, f"old/{NAME}": released, "old/worked.ipynb": released, "old/helper.py": b"1"}
    found = intake.arrange(Submission("ada", {**files, "helper.py": b"2"}), pair, {})
    assert found.files["worked.ipynb"] == solved and found.files[NAME] == released
    said = [in_words(fault.reason) for fault in found.left_out]
    assert "old/worked.ipynb was handed in as well; worked.ipynb is what was graded." in said
    assert "helper.py was left out: old/helper.py is next to the notebook." in said


def test_numbers_in_names_are_compared_as_numbers_however_long() -> None:
    names = [f"a ({'9' * 5000})", "a (11)", "a (010)", "a (2)", "a (1)", "a"]
    assert sorted(names, key=intake._natural, reverse=True) == names


def test_the_notebook_in_which_somebody_worked_is_taken_before_the_untouched_one(
    course: Course, assignment: Assignment, released: bytes, solved: bytes
) -> None:
    prepared = ready(course, assignment, {NAME: released, "tiny (1).ipynb": solved})
    assert answered(prepared) == RIGHT["double"]
    assert kinds(prepared) == ["other-notebook", "renamed-notebook"]
    assert "tiny.ipynb was handed in as well; tiny (1).ipynb is what was graded" in in_words(prepared.faults[0].reason)


def write(node: NotebookNode) -> None:
    """An edit: nothing but the written answer."""
    cell(node, "why").source = RIGHT["why"]


def test_written_answers_are_work_too(course: Course, assignment: Assignment, released: bytes) -> None:
    prepared = ready(course, assignment, {NAME: released, "tiny (1).ipynb": edited(released, write)})
    (one,) = prepared.notebooks
    assert one is not None and cell(one.notebook, "why").source == RIGHT["why"]


def earlier(node: NotebookNode) -> None:
    """An edit: as an earlier release had it, with other texts, which nbgrader has made its checksums of."""
    for one in node.cells:
        one.source = f"{one.source} # at first"
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader.checksum = compute_checksum(one)


def test_an_untouched_notebook_of_an_earlier_release_gives_way_to_a_worked_one(
    course: Course, assignment: Assignment, released: bytes, solved: bytes
) -> None:
    old = edited(released, earlier)
    for edit in (solve, write):
        worked = edited(released, edit)
        prepared = ready(course, assignment, {NAME: old, "tiny (1).ipynb": worked})
        (one,) = prepared.notebooks
        assert one is not None and cell(one.notebook, "why").source == RIGHT["why"]
    worked = edited(released, earlier, answer("double", RIGHT["double"]))
    assert answered(ready(course, assignment, {NAME: released, "tiny (1).ipynb": worked})) == RIGHT["double"]


def test_a_locked_cell_that_was_edited_is_no_work(
    course: Course, assignment: Assignment, released: bytes, solved: bytes
) -> None:
    changed = edited(released, lambda node: cell(node, "double_check").update(source="1"))
    assert answered(ready(course, assignment, {NAME: changed, "tiny (1).ipynb": solved})) == RIGHT["double"]


@pytest.mark.parametrize("ids", [True, False])
def test_work_without_metadata_is_work(
    course: Course, assignment: Assignment, released: bytes, solved: bytes, ids: bool
) -> None:
    def lose_ids(node: NotebookNode) -> None:
        lose_metadata(node)
        for number, one in enumerate(node.cells):
            one.id = one.id if ids else f"c{number}"

    lost = edited(solved, lose_ids)
    prepared = ready(course, assignment, {NAME: released, "tiny (1).ipynb": lost})
    (one,) = prepared.notebooks
    assert one is not None and any(RIGHT["double"] in each.source for each in one.notebook.cells)


def test_of_two_equal_copies_one_is_taken(course: Course, assignment: Assignment, solved: bytes) -> None:
    prepared = ready(course, assignment, {"tiny (1).ipynb": solved, "tiny (2).ipynb": solved})
    assert answered(prepared) == RIGHT["double"]


def test_of_two_worked_notebooks_the_one_of_the_right_name_is_taken_and_the_other_named(
    course: Course, assignment: Assignment, released: bytes, solved: bytes
) -> None:
    other = edited(released, answer("double", "def double(x):\n    return x"))
    prepared = ready(course, assignment, {NAME: solved, "tiny (1).ipynb": other})
    assert answered(prepared) == RIGHT["double"] and kinds(prepared) == ["other-notebook"]


def test_a_whole_copy_is_taken_where_the_named_file_is_broken(
    course: Course, assignment: Assignment, solved: bytes
) -> None:
    prepared = ready(course, assignment, {NAME: solved[:300], "tiny-1.ipynb": solved})
    assert answered(prepared) == RIGHT["double"]
    assert f"{NAME} was left out: it is not a readable notebook of this assignment." in [
        in_words(fault.reason) for fault in prepared.faults
    ]


def test_arranging_twice_changes_nothing_more(course: Course, assignment: Assignment, solved: bytes) -> None:
    once = take_in(course, assignment, Submission("ada", {"a.zip": zipped({f"x/{NAME}.txt": solved, "x/h.py": b"1"})}))
    assert take_in(course, assignment, once) == once


# ---------------------------------------------------------------- what is there instead


@pytest.mark.parametrize("name", [NAME, "other.ipynb", "homework.ipynb"])
def test_another_assignments_notebook_is_called_what_it_is(course: Course, assignment: Assignment, name: str) -> None:
    other = (course.root / "source" / "other" / "other.ipynb").read_bytes()
    prepared = ready(course, assignment, {name: other})
    assert answered(prepared) is None
    (fault,) = prepared.faults
    assert in_words(fault.reason) == f"{name} is the notebook of other; the one for {ASSIGNMENT} was not handed in."


def test_a_notebook_from_before_a_correction_is_not_its_copys_for_a_resit(
    assignment: Assignment, released: bytes, solved: bytes
) -> None:
    def corrected(node: NotebookNode) -> None:
        for one in node.cells:
            one.source = f"{one.source}\n# corrected since"

    (master,) = assignment.notebooks
    now = replace(master, release=edited(released, corrected).decode())
    resit = {"tiny-resit": intake.marks(json.loads(released))}
    old = json.loads(solved)
    assert intake.belongs_to(NAME, old, now, resit) == ""
    assert intake.belongs_to("tiny-resit.ipynb", old, now, resit) == "tiny-resit"
    fewer = replace(now, release=edited(now.release.encode(), lambda node: node.cells.pop()).decode())
    assert intake.belongs_to(NAME, old, fewer, resit) == "", "an exercise was taken out since"
    without = json.loads(edited(solved, lose_metadata))
    for number, one in enumerate(without["cells"]):
        one["id"] = f"c{number}"
    assert intake.belongs_to(NAME, without, now, resit) == "tiny-resit", "by its texts, where it has no ids"


def test_ids_count_before_texts(assignment: Assignment, released: bytes) -> None:
    texts = [f"a text of another assignment, number {number}" for number in range(40)]

    def take_over(node: NotebookNode) -> None:
        node.cells += [nbformat.v4.new_markdown_cell(text, id=f"c{number}") for number, text in enumerate(texts)]

    (master,) = assignment.notebooks
    other = {"other": frozenset({"id setup", *(f"text {text}" for text in texts)})}
    assert intake.belongs_to("homework.ipynb", json.loads(edited(released, take_over)), master, other) == ""


def test_the_other_assignments_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, released: bytes) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.ipynb").write_bytes(released)
    first = intake.marks_of_others(tmp_path, "one")
    assert set(first) == {"two", "three"}
    with monkeypatch.context() as patched:
        patched.delattr(Path, "read_text")
        assert intake.marks_of_others(tmp_path, "one") == first
    (tmp_path / "two" / "x.ipynb").write_text('{"cells": [{"id": "fresh"}]}', encoding="utf-8")
    assert intake.marks_of_others(tmp_path, "one")["two"] == {"id fresh"}


INSTEAD = {
    "a saved web page": (b"<!DOCTYPE html>\n<html><body>", "it is a saved web page"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "it is a Git LFS pointer"),
    "a merge": (b'{"cells": [\n<<<<<<< HEAD\n=======\n>>>>>>> x\n]}', "it contains the conflict markers"),
    "a PDF": (b"%PDF-1.7", "it is a PDF file"),
    "an archive": (zipped({"photo.txt": b"x"}), "it is an archive that does not contain the notebook"),
    "Korean text": ('{"cells": ["가나다"]}'.encode("cp949"), "its text is not in UTF-8 (Korean in CP949?)"),
}


@pytest.mark.parametrize("name", [NAME, "homework.ipynb"])
@pytest.mark.parametrize(("content", "said"), INSTEAD.values(), ids=INSTEAD)
def test_a_file_that_is_no_notebook_is_called_what_it_is(
    course: Course, assignment: Assignment, name: str, content: bytes, said: str
) -> None:
    prepared = ready(course, assignment, {name: content})
    assert answered(prepared) is None
    assert said in in_words(prepared.faults[-1].reason) and name in in_words(prepared.faults[-1].reason)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n "cells": [\n  {"source": "def f', "it stops in the middle, on line 3"),
        ('{\n "cells": [],\n', "it stops in the middle, on line 2"),
        ('{\n "cells": [\n {"source": x}\n ]\n}', "it is not valid JSON from line 3 on"),
        ("def f(x):\n    return x\n", "it is not valid JSON from line 1 on"),
    ],
)
def test_a_broken_notebook_says_where_it_breaks(course: Course, assignment: Assignment, text: str, said: str) -> None:
    (fault,) = ready(course, assignment, {NAME: text.encode()}).faults
    assert in_words(fault.reason).startswith(f"{NAME} is not a readable notebook: {said}")


# ---------------------------------------------------------------- what a file may hold


def of_notebook(**entries: Any) -> Callable[[NotebookNode], None]:
    return lambda node: node.metadata.update(entries)


def of_cell(**entries: Any) -> Callable[[NotebookNode], None]:
    return lambda node: cell(node, "double").metadata.update(entries)


def with_id(name: str) -> Callable[[NotebookNode], None]:
    return lambda node: cell(node, "double").update(id=name)


FLAWS = {
    "no display name": of_notebook(kernelspec={"name": "python3"}),
    "a language without a name": of_notebook(language_info={"version": "3.11"}),
    "authors as text": of_notebook(authors="me"),
    "a number as title": of_notebook(title=3),
    "a tag twice": of_cell(tags=["a", "a"]),
    "a tag with a comma": of_cell(tags=["a,b", "c"]),
    "tags as text": of_cell(tags="a"),
    "collapsed as text": of_cell(collapsed="true"),
    "scrolled as text": of_cell(scrolled="yes"),
    "an empty name": of_cell(name=""),
    "times as numbers": of_cell(execution={"iopub.status.busy": 3}),
    "a long id": with_id("a" * 70),
    "an empty id": with_id(""),
    "an id with a blank": with_id("my cell"),
    "an id with a slash": with_id("a/b"),
    "an id with an umlaut": with_id("größe"),
    "a cell without metadata": lambda node: cell(node, "double_check").pop("metadata"),
    "a cell with null metadata": lambda node: cell(node, "double_check").update(metadata=None),
}


@pytest.mark.parametrize("flaw", FLAWS.values(), ids=FLAWS)
def test_a_flaw_in_the_metadata_costs_nothing(
    course: Course, assignment: Assignment, released: bytes, flaw: Callable[[NotebookNode], None]
) -> None:
    node = nbformat.reads(released.decode(), as_version=4)
    solve(node)
    flaw(node)
    prepared = ready(course, assignment, {NAME: json.dumps(node).encode()})
    assert answered(prepared) == RIGHT["double"]
    assert kinds(prepared).count("notebook-metadata") <= 1


def test_many_flaws_in_the_metadata_take_a_few_looks(
    course: Course, assignment: Assignment, released: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = nbformat.reads(released.decode(), as_version=4)
    solve(node)
    wrong = {"execution": {f"iopub.{number}": number for number in range(10)}, "tags": [{}, {}, "a", "a,b"], "name": ""}
    for number in range(40):
        code, text = nbformat.v4.new_code_cell("1"), nbformat.v4.new_markdown_cell("x")
        node.cells += [
            {**code, "metadata": wrong},
            {**text, "metadata": wrong, "attachments": {"a": {"image/png": number}}},
        ]
    looks = 0
    look = nbformat.validator.iter_validate

    def counted(part: NotebookNode, **options: Any) -> Any:
        nonlocal looks
        looks += len(part.get("cells", [part]))
        return look(part, **options)

    monkeypatch.setattr(nbformat.validator, "iter_validate", counted)
    prepared = ready(course, assignment, {NAME: json.dumps(node).encode()})
    assert answered(prepared) == RIGHT["double"]
    assert kinds(prepared).count("notebook-metadata") == 1
    assert looks <= 10 * len(node.cells)


@pytest.mark.parametrize(
    "flaw",
    [
        {"metadata": 3},
        {"attachments": {"a": 3}},
        {"attachments": "a"},
        {"outputs": 3},
        {"outputs": ["text"]},
        {"outputs": [{"output_type": "display_data", "data": 3, "metadata": {}}]},
    ],
    ids=str,
)
def test_what_the_reader_fails_on_costs_no_answer(
    course: Course, assignment: Assignment, released: bytes, flaw: Mapping[str, Any]
) -> None:
    node = nbformat.reads(released.decode(), as_version=4)
    solve(node)
    data = json.loads(nbformat.writes(node))
    text, code = nbformat.v4.new_markdown_cell("x"), nbformat.v4.new_code_cell("1")
    data["cells"] += [{**(code if "outputs" in flaw else text), **flaw}]
    prepared = ready(course, assignment, {NAME: json.dumps(data).encode()})
    assert answered(prepared) == RIGHT["double"]


def test_what_is_valid_in_the_metadata_stays() -> None:
    wrong = NotebookNode(tags=["b", {}, "a", "b", "a,b", "c"], name="", collapsed="no", mine={"x": [1]})
    cells = [nbformat.v4.new_raw_cell("1"), nbformat.v4.new_code_cell("2", metadata={"name": "right"})]
    node = nbformat.v4.new_notebook(cells=cells)
    node.metadata = NotebookNode({"kernelspec": {"name": "python3"}, "authors": "me"})
    node.cells[0].metadata = wrong
    assert sanitize._drop_what_is_invalid(node) == 6
    assert node.cells[0].metadata == {"tags": ["b", "a", "c"], "collapsed": "no", "mine": {"x": [1]}}
    assert node.cells[1].metadata == {"name": "right"}
    assert node.metadata == {"kernelspec": {"display_name": "python3", "name": "python3"}}
    assert sanitize._drop_what_is_invalid(node) == 0


def test_large_outputs_count_nothing(course: Course, assignment: Assignment, solved: bytes, tmp_path: Path) -> None:
    def swell(node: NotebookNode) -> None:
        large = nbformat.v4.new_output("stream", text="x" * intake.MAX_FILE_BYTES)
        cell(node, "double_check").outputs = [large]

    large = edited(solved, swell)
    assert len(large) > intake.MAX_FILE_BYTES
    assert answered(ready(course, assignment, {NAME: large})) == RIGHT["double"]
    assert len(intake.without_outputs(large)) < 100_000


def test_half_a_surrogate_pair_in_a_large_notebook_costs_nothing(
    course: Course, assignment: Assignment, solved: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_FILE_BYTES", len(solved))
    odd = edited(solved, lambda node: node.cells.append(nbformat.v4.new_markdown_cell("\ud800 가", id="odd")))
    assert answered(ready(course, assignment, {NAME: odd})) == RIGHT["double"]


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_no_file_makes_looking_at_it_fail(content: bytes) -> None:
    assert intake.parsed(content) is None or isinstance(intake.parsed(content), dict)
    what = intake.what_it_is(content)
    assert what is None or in_words(what)


@given(st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_to_an_archive_makes_taking_it_in_fail(
    course: Course, assignment: Assignment, solved: bytes, data: st.DataObject
) -> None:
    pack = data.draw(st.sampled_from([zipped, gzipped_tar]))
    content = bytearray(pack({"data/x.csv": b"1,2,3\n" * 99, NAME: solved, "helper.py": b"x = 1\n"}))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    damaged = bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    found = take_in(course, assignment, Submission("ada", {"work.zip": damaged}))
    what = intake.what_it_is(damaged)
    assert found.files and (what is None or in_words(what))


PARTS = st.sampled_from(["data", "x", "old", NAME, "other.ipynb", "가" * 90, "..", ".git", "1" * 250])


@given(
    st.dictionaries(st.lists(PARTS, min_size=1, max_size=3).map("/".join), st.sampled_from([b"", b"1"]), max_size=8),
    st.sampled_from([NAME, f"old/{NAME}", "data/x/homework.ipynb"]),
    st.sampled_from([zipped, gzipped_tar]),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_names_in_an_archive_the_files_can_lie_in_one_folder(
    course: Course,
    assignment: Assignment,
    solved: bytes,
    files: dict[str, bytes],
    place: str,
    pack: Callable[[dict[str, bytes]], bytes],
) -> None:
    found = take_in(course, assignment, Submission("ada", {"work.zip": pack({**files, place: solved})}))
    paths = {PurePosixPath(name) for name in found.files}
    assert found.files[NAME] == solved and all(map(can_be_written, found.files))
    assert all(paths.isdisjoint(path.parents) for path in paths)


# ---------------------------------------------------------------- cells


def test_what_happened_to_many_cells_is_said_once(course: Course, assignment: Assignment, solved: bytes) -> None:
    (one,) = ready(course, assignment, {NAME: edited(solved, lose_metadata)}).notebooks
    assert one is not None
    (fault,) = [fault for fault in one.faults if fault.kind == "cell-id"]
    assert in_words(fault.reason) == "10 cells: The cell had lost its id; it was recognised and restored."


def test_a_cell_of_an_earlier_release_was_not_edited(course: Course, assignment: Assignment, solved: bytes) -> None:
    def older(node: NotebookNode) -> None:
        check = cell(node, "double_check")
        check.source = "lab.check(double, 2, expected=4)"
        check.metadata.nbgrader.checksum = compute_checksum(check)

    def edit(node: NotebookNode) -> None:
        cell(node, "largest_check").source = "lab.check(largest, [1], expected=1)"

    (one,) = ready(course, assignment, {NAME: edited(solved, older, edit)}).notebooks
    assert one is not None
    assert {fault.cell: fault.kind for fault in one.faults} == {
        "double_check": "earlier-release",
        "largest_check": "edited-cell",
    }
    assert "expected=6" in cell(one.notebook, "double_check").source


def damage(node: NotebookNode, how: str, one: int, other: int) -> None:
    """What can happen to a cell; `one` and `other` count cells around."""
    cells = node.cells
    here, there = one % len(cells), other % len(cells)
    match how:
        case "delete":
            del cells[here : len(cells) if len(cells) == 1 else here + 1]
            cells.extend([] if cells else [nbformat.v4.new_markdown_cell("empty")])
        case "move":
            cells.insert(there, cells.pop(here))
        case "copy":
            cells.insert(there, copy.deepcopy(cells[here]))
        case "insert":
            cells.insert(there, nbformat.v4.new_markdown_cell(f"note {one}"))
        case "write":
            cells[here].source = cells[there].source if one % 2 else f"x = {other}"
        case "rename":
            cells[here].metadata = copy.deepcopy(cells[there].metadata)
        case "lose":
            cells[here].metadata.pop("nbgrader", None)
            cells[here].id = f"lost-{one}-{other}"
        case "turn":
            cells[here].cell_type = "markdown" if cells[here].cell_type == "code" else "code"


DAMAGES = st.sampled_from(["delete", "move", "copy", "insert", "write", "rename", "lose", "turn"])


@given(st.lists(st.tuples(DAMAGES, st.integers(0, 30), st.integers(0, 30)), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_restoring_twice_changes_nothing(
    assignment: Assignment, solved: bytes, damages: list[tuple[str, int, int]]
) -> None:
    node, (master,) = nbformat.reads(solved.decode(), as_version=4), assignment.notebooks
    for how, one, other in damages:
        damage(node, how, one, other)
    sanitize.tidy(node)
    sanitize.restore(node, master)
    once = copy.deepcopy(node)
    again = sanitize.restore(node, master)
    assert node == once
    assert {fault.reason.kind for fault in again} <= {Why.SOLUTION_MISSING}  # which nobody can put back


def test_an_answer_in_a_new_cell_below_is_read_by_a_person(
    course: Course, assignment: Assignment, released: bytes
) -> None:
    def below(node: NotebookNode) -> None:
        solve(node)
        stub = nbformat.reads(released.decode(), as_version=4)
        why = cell(node, "why")
        why.source = cell(stub, "why").source
        node.cells.insert(node.cells.index(why) + 1, nbformat.v4.new_markdown_cell(RIGHT["why"], id="mine"))

    (one,) = ready(course, assignment, {NAME: edited(released, below)}).notebooks
    assert one is not None
    assert cell(one.notebook, "why").source == RIGHT["why"]
    assert [fault.kind for fault in one.faults] == ["moved-answer"]


# ---------------------------------------------------------------- what lies in submitted/


def test_what_belongs_to_no_submission_is_named(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    top = course.root / "submitted"
    for path in (f"ada/{ASSIGNMENT}/{NAME}", f"flat/{NAME}", "cased/Tiny/x.ipynb", f"muelleranna_51001_{NAME}"):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text("{}", encoding="utf-8")
    assert unused(course, ASSIGNMENT) == [
        "cased/Tiny: there is no assignment of this name. Did you mean 'tiny'?",
        f"flat/{NAME}: a file in no assignment's folder",
        f"muelleranna_51001_{NAME}: a file in no student's folder",
    ]


@pytest.mark.parametrize("name", ["week 1 (a)", "week [1]", "a+b", "{x}", "50% * 2?"])
def test_an_assignment_may_have_signs_in_its_name(tmp_path: Path, name: str) -> None:
    course = make_tiny_course(tmp_path)
    for student in ("ada", "bob (2)"):
        (course.root / "submitted" / student / name).mkdir(parents=True)
    (course.root / "submitted" / "cem" / "week 1").mkdir(parents=True)
    with contextlib.suppress(KeyError):  # nbgrader's own format strings know no braces
        assert students(course, name) == ["ada", "bob (2)"]


def test_on_its_way_through_the_grader_a_notebook_is_parsed_once_and_written_once(
    course: Course, assignment: Assignment, solved: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(course, assignment)
    judge_all(ready(course, assignment, {NAME: solved}), assignment, Ran((None,), 0.0), None)  # the release is known
    parsed, written = list[str](), list[object]()
    loads, dumps = json.loads, json.dumps
    mine = edited(solved, lambda node: node.cells.append(nbformat.v4.new_markdown_cell("mine", id="mine")))

    def note_parsed(text: str, **how: Any) -> object:
        parsed.extend([text] if "nbformat" in text else [])
        return loads(text, **how)

    def note_written(content: object, **how: Any) -> str:
        written.extend([content] if isinstance(content, dict) and "nbformat" in content else [])
        return dumps(content, **how)

    monkeypatch.setattr(json, "loads", note_parsed)
    monkeypatch.setattr(json, "dumps", note_written)
    prepared = ready(course, assignment, {NAME: mine})
    (one,) = prepared.notebooks
    assert one is not None
    ran = Ran((Execution(one.notebook, {}, (), 1.0, 1.0),), 1.0)
    record(course, assignment, judge_all(prepared, assignment, ran, None), None)
    assert (len(parsed), len(written)) == (1, 1)
    assert "mine" in (course.folder("autograded", "ada", ASSIGNMENT) / NAME).read_text(encoding="utf-8")
