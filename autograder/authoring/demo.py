"""A cohort of simulated students, made from the solved notebook alone, to see everything at work.

Each student is a small change to a right or a blank notebook: another way to write the answer, a misconception, a
broken file. What each one deserves is given with the change, and a test verifies it.
"""

import ast
import inspect
import json
import shutil
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring.release import solved_by_a_student
from autograder.errors import UsageError
from autograder.grading.catalogue import Misconception, Variant, whole_text
from autograder.grading.course import BUILD, Course, load_assignment, load_catalogue, load_course
from autograder.grading.gradebook import transaction
from autograder.grading.record import register
from autograder.notebooks import role
from autograder.parsing import syntax_tree
from autograder.values.submitted import Assignment

DUE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Student:
    """A simulated student.

    Attributes:
        name: The id, which says what is special.
        files: Content by file name.
        loses: Exercises that must lose points; all others keep theirs.
        faults: Kinds of fault that grading must note, no others.
        late: Whether the submission came after the deadline.
        sentences: Sentences that the feedback must say.
        empty: Whether no points at all must be won.
    """

    name: str
    files: dict[str, bytes]
    loses: Set[str] = frozenset()
    faults: Set[str] = frozenset()
    late: bool = False
    sentences: tuple[str, ...] = ()
    empty: bool = False


def cohort(course: Course, name: str) -> list[Student]:
    """The simulated students of an assignment with one notebook."""
    assignment = load_assignment(course, name)
    catalogue = load_catalogue(course, name)
    known = set(_exercises(assignment))  # a catalogue may still contain answers to one that was removed
    wrong = {one.id: one for one in catalogue.misconceptions if one.exercise in known}
    other = [one for one in catalogue.variants if one.exercise in known]
    solved = solved_by_a_student(assignment.notebooks[0])
    apart = _each_exercise_by_itself(solved, other)
    return [
        *_right(assignment, solved, other),
        *_mistaken(assignment, apart, wrong),
        *_unfinished(assignment, apart),
        *_broken(assignment, apart),
    ]


def write_demo(course: Course, name: str, into: Path) -> tuple[Course, list[Student]]:
    """Lay out a course folder with the cohort handed in, ready to be graded.

    Args:
        course: The course that the assignment is taken from.
        name: The assignment.
        into: A folder that does not exist, or that an earlier demo made.

    Raises:
        UsageError: The folder contains something else.
    """
    marker = into / ".demo"
    if into.exists() and any(into.iterdir()) and not marker.is_file():
        raise UsageError(
            f"The folder {into} is not empty, and no earlier demo made it.",
            expected="a new folder, or one that `autograder demo` wrote",
            got="other files",
            next_step="name another one with --into",
        )
    into.mkdir(parents=True, exist_ok=True)
    for path in into.iterdir():
        if path.is_dir() and path.name != BUILD:  # an earlier demo's proofs are there
            shutil.rmtree(path)
        elif not path.is_dir():
            path.unlink()
    marker.write_text("made by autograder demo, which replaces it at each run\n", encoding="utf-8")
    for part in ("nbgrader_config.py", f"source/{name}", "solutions"):
        origin, target = course.root / part, into / part
        if origin.is_dir():
            shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        elif origin.is_file():
            shutil.copy(origin, target)
    demo = load_course(into)
    students = cohort(demo, name)
    for student in students:
        folder = demo.folder("submitted", student.name, name)
        folder.mkdir(parents=True)
        for file, content in student.files.items():
            (folder / file).write_bytes(content)
        handed_in = DUE + (timedelta(hours=26, minutes=5) if student.late else -timedelta(hours=3))
        (folder / "timestamp.txt").write_text(f"{handed_in:%Y-%m-%d %H:%M:%S.%f} UTC\n", encoding="utf-8")
    register(demo, load_assignment(demo, name))
    with transaction(demo) as gradebook:
        gradebook.update_or_create_assignment(name, duedate=DUE.replace(tzinfo=None).isoformat())
    return demo, students


# ---------------------------------------------------------------- the students


def _each_exercise_by_itself(solved: str, variants: Sequence[Variant]) -> str:
    """The solved notebook, with second functions that call no other exercise's, so that a slip costs one exercise."""
    chosen = {variant.replaces: variant for variant in reversed(variants) if variant.replaces != variant.exercise}
    node = nbformat.reads(solved, as_version=4)
    _replace(node, [variant for variant in chosen.values() if inspect.signature(variant.function).parameters])
    return str(nbformat.writes(node))


def _right(assignment: Assignment, solved: str, variants: Sequence[Variant]) -> list[Student]:
    """Full marks: the solution itself, and the same answers written in other ways."""
    students = [Student("ada-right", _changed(assignment, solved, lambda node: None))]
    by_exercise: dict[str, list[Variant]] = {}
    for variant in variants:
        by_exercise.setdefault(variant.exercise, []).append(variant)
    for turn, name in enumerate(("ben-other-ways", "chloe-other-ways")):
        chosen = [known[turn % len(known)] for known in by_exercise.values()]
        students.append(Student(name, _changed(assignment, solved, partial(_replace, entries=chosen))))
    students.append(Student("dora-late", _changed(assignment, solved, lambda node: None), late=True, faults={"late"}))
    students.append(Student("emil-noisy", _changed(assignment, solved, _add_warnings)))
    return students


_HELD = {
    "convolution": {
        "finn-floor": ("conv_output_shape/counts_a_window_that_sticks_out",),
        "gina-flipped-kernel": ("conv2d/flips_the_kernel",),
        "hugo-starts-at-zero": ("max_pool2d/starts_at_zero",),
        "ines-width-first": (
            "conv_output_shape/takes_pairs_as_width_and_height",
            "conv2d/swaps_the_strides",
            "max_pool2d/swaps_pool_and_strides",
        ),
        "jan-several": (
            "same_padding/pads_half_the_kernel_on_both_sides",
            "conv2d/answers_in_float64",
            "shift_image/compares_the_vacated_border",
            "receptive_field/ignores_the_strides_of_layers",
        ),
    }
}
"""Misconceptions of students by assignment; elsewhere each student has the first ones of some exercises.

One that the course no longer has is left out, and so is a student who would have none.
"""


def _mistaken(assignment: Assignment, solved: str, wrong: dict[str, Misconception]) -> list[Student]:
    """Students with one or several misconceptions."""
    held = _HELD.get(assignment.name) or _first_of_each_exercise(assignment, wrong)
    students = []
    for name, ids in held.items():
        chosen = [wrong[id] for id in ids if id in wrong]
        if not chosen:
            continue
        students.append(
            Student(
                name,
                _changed(assignment, solved, partial(_replace, entries=chosen)),
                loses={one.exercise for one in chosen},
                sentences=tuple(one.sentence for one in chosen),
            )
        )
    return students


def _first_of_each_exercise(assignment: Assignment, wrong: dict[str, Misconception]) -> dict[str, tuple[str, ...]]:
    first: dict[str, str] = {}
    for id, one in wrong.items():
        first.setdefault(one.exercise, id)
    ids = [first[exercise] for exercise in _exercises(assignment) if exercise in first]
    names = ("finn-one-slip", "gina-another-slip", "hugo-a-third-slip")
    return {**{name: (id,) for name, id in zip(names, ids, strict=False)}, "jan-several": tuple(ids)}


def _unfinished(assignment: Assignment, solved: str) -> list[Student]:
    everything = _exercises(assignment)
    blank = assignment.notebooks[0].release.encode()
    name = f"{assignment.notebooks[0].name}.ipynb"
    half = set(everything[len(everything) // 2 :])
    return [
        Student("kim-blank", {name: blank}, frozenset(everything), empty=True),
        Student(
            "lena-half-done", _changed(assignment, solved, lambda node: _blank(node, half, assignment)), loses=half
        ),
    ]


def _broken(assignment: Assignment, solved: str) -> list[Student]:
    """Files and notebooks that stop other graders."""
    name = f"{assignment.notebooks[0].name}.ipynb"
    everything = frozenset(_exercises(assignment))
    first, last = _exercises(assignment)[0], _exercises(assignment)[-1]

    def lost(student: str, files: dict[str, bytes], fault: str) -> Student:
        return Student(student, files, everything, frozenset({fault}), empty=True)

    newer = json.dumps(json.loads(solved) | {"nbformat": 5, "nbformat_minor": 0}).encode()
    return [
        lost("mia-nothing", {}, "missing-notebook"),
        lost("nils-empty-file", {name: b""}, "empty-notebook"),
        lost("olga-broken-json", {name: solved.encode()[: len(solved) // 2]}, "broken-notebook"),
        Student("paul-renamed", {"homework (1).ipynb": solved.encode()}, frozenset(), frozenset({"renamed-notebook"})),
        Student("quinn-newer-format", {name: newer}, frozenset(), frozenset({"notebook-format"})),
        Student("rosa-deleted-cells", _changed(assignment, solved, _delete_hidden), faults={"missing-cell"}),
        Student("sam-edited-tests", _changed(assignment, solved, _edit_locked), faults={"edited-cell"}),
        Student("tina-moved-cells", _changed(assignment, solved, _move_first_solution_down), faults={"moved-cell"}),
        Student(
            "ugo-syntax-error",
            _changed(assignment, solved, lambda node: _rewrite(node, first, "def (:")),
            loses={first},
        ),
        Student(
            "vera-ends-python",
            _changed(assignment, solved, lambda node: _append(node, last, "import os\nos._exit(1)")),
            loses={last} if last == "choice" else set(),
            faults={"kernel-died"},
        ),
        Student(
            "walt-prints-10-mb",
            _changed(assignment, solved, lambda node: _append(node, first, "print('x' * 10_000_000)")),
            faults={"output-limit"},
        ),
    ]


def _changed(assignment: Assignment, solved: str, change: Callable[[NotebookNode], None]) -> dict[str, bytes]:
    """The files of a student who hands in the solved notebook with a change."""
    node = nbformat.reads(solved, as_version=4)
    change(node)
    return {f"{assignment.notebooks[0].name}.ipynb": nbformat.writes(node).encode()}


def _exercises(assignment: Assignment) -> list[str]:
    return [one.name for one in assignment.notebooks[0].exercises if one.experiment]


def _find(node: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in node.cells if role(cell).grade_id == grade_id)


def _rewrite(node: NotebookNode, grade_id: str, source: str) -> None:
    _find(node, grade_id).source = source


def _append(node: NotebookNode, grade_id: str, source: str) -> None:
    _find(node, grade_id).source += f"\n\n\n{source}\n"


def _replace(node: NotebookNode, entries: Sequence[Misconception | Variant]) -> None:
    """Write catalogued functions into the solution cells, as a student with that belief would."""
    for entry in entries:
        cell = _find(node, entry.exercise)
        if not inspect.signature(entry.function).parameters:  # a choice: the function gives the letter
            cell.source += f"\n{entry.replaces} = {entry.function()!r}\n"
            continue
        others = [
            ast.get_source_segment(cell.source, statement) or ""
            for statement in syntax_tree(cell.source).body
            if getattr(statement, "name", "") != entry.replaces
        ]
        cell.source = "\n\n\n".join([*others, _written_out(entry)])


def _written_out(entry: Misconception | Variant) -> str:
    """A catalogued function under the exercise's name, with the imports and helpers of its file that it needs."""
    text = whole_text(Path(entry.function.__code__.co_filename))
    tree = syntax_tree(text)
    known: dict[str, ast.stmt] = {}
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                known[name] = statement
    wanted, needed = [entry.function.__name__], set[str]()
    while wanted:
        name = wanted.pop()
        if name in known and name not in needed:
            needed.add(name)
            wanted += [node.id for node in ast.walk(known[name]) if isinstance(node, ast.Name)]
    function = known[entry.function.__name__]
    assert isinstance(function, ast.FunctionDef)
    function.decorator_list, function.name, function.body = [], entry.replaces, function.body[1:] or function.body
    imports = [
        statement
        for statement in tree.body
        if isinstance(statement, ast.Import)
        or (isinstance(statement, ast.ImportFrom) and not str(statement.module).startswith("autograder"))
    ]
    helpers = [known[name] for name in known if name in needed and known[name] is not function]
    return "\n\n\n".join(
        ["\n".join(dict.fromkeys(ast.unparse(statement) for statement in imports))]
        + [ast.get_source_segment(text, helper) or "" for helper in helpers]
        + [ast.unparse(function)]
    )


def _blank(node: NotebookNode, exercises: set[str], assignment: Assignment) -> None:
    blank = assignment.notebooks[0].released
    for exercise in exercises:
        _rewrite(node, exercise, _find(blank, exercise).source)


def _add_warnings(node: NotebookNode) -> None:
    """Warnings on stderr and prints cost nothing in an experiment."""
    for cell in node.cells:
        if cell.cell_type != "code" or not role(cell).solution:
            continue
        functions = [item.name for item in syntax_tree(cell.source).body if isinstance(item, ast.FunctionDef)]
        for name in functions:
            cell.source += f"""

import warnings


def {name}(*args, _quiet={name}, **kwargs):
    warnings.warn("am I sure?")
    print("called with", args)
    return _quiet(*args, **kwargs)
"""


def _delete_hidden(node: NotebookNode) -> None:
    node.cells = [cell for cell in node.cells if not role(cell).grade]


def _edit_locked(node: NotebookNode) -> None:
    for cell in node.cells:
        if role(cell).grade:
            cell.source = "24.0"


def _move_first_solution_down(node: NotebookNode) -> None:
    solution = next(cell for cell in node.cells if role(cell).solution)
    node.cells.remove(solution)
    node.cells.append(solution)
