"""Which cells of a notebook its visible checks need, found by reading the code, not by running it.

A check needs the cells that define the names it uses, these need others, and so on. Pictures, tables and training that
came with the notebook and that no check needs are left out. The student's own cells are run, unless they cannot affect
others: one line such as `max = 0` or `np.sum = total` affects a function that never mentions it, when it is graded and
so when it is checked.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.code_cells import Cell
from autograder.errors import UsageError, did_you_mean, near
from autograder.files import nearest
from autograder.language import _
from autograder.notebooks import CHECK, HIDDEN, cell_name, is_as_released, role, source_of


@dataclass(frozen=True)
class Plan:
    """What to run, in order, and for which exercise.

    Attributes:
        cells: The code cells that are run.
        exercises: Name of each exercise with its check cells and its solution cell, if there is one.
        unwritten: Written answers that are still empty.
        edited: Cells that are not to be edited and were: the text that was handed out is graded.
    """

    cells: tuple[Cell, ...]
    exercises: tuple["CheckedExercise", ...] = field(default=())
    unwritten: tuple[Cell, ...] = field(default=())
    edited: tuple[Cell, ...] = field(default=())


@dataclass(frozen=True)
class CheckedExercise:
    """A line of the table.

    Attributes:
        name: The name of its solution cell, or of its check.
        checks: Positions of its check cells; none if they are missing from the notebook.
        solution: Position of its solution cell, if it is known.
        points: What it is worth; 0 if that is not known.
        again: Position of its hidden test, if cells between the check and it can change what the check has seen:
            there the check is run once more.
    """

    name: str
    checks: tuple[int, ...]
    solution: int | None
    points: float = 0.0
    again: int | None = None


def read(path: Path) -> tuple[Cell, ...]:
    """The code cells of a notebook.

    Raises:
        UsageError: The file is missing or is not a notebook.
    """
    title = _("{file} is not a notebook.").format(file=path)
    meant, damaged = None, True
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = json.loads(text)
        if not isinstance(content, dict) or "nbformat" not in content:
            raise ValueError(_("JSON, but not a notebook"))
        if content["nbformat"] != 4:
            import nbformat

            content = nbformat.reads(text, as_version=4)
        return tuple(_cells(content["cells"]))
    except FileNotFoundError:
        title, meant, damaged = _("There is no file {file}.").format(file=path), _meant(path), False
        got = _("there is no such file")
    except IsADirectoryError:
        got, meant, damaged = _("a folder"), _meant(path), False
    except OSError as error:
        got, damaged = error.strerror or str(error), False
    except UnicodeDecodeError:
        got = _("a file that is not text")
    except json.JSONDecodeError as error:
        broken = _("text that is not JSON, from line {line} on").format(line=error.lineno)
        got = broken if text.strip() else _("an empty file")
    except Exception as error:  # whatever a broken notebook makes nbformat say
        got = str(error).split("\n")[0][:200] or type(error).__name__
    folders = (path if path.is_dir() else path.parent, Path())
    example = meant or next((found for each in folders if (found := _notebook_in(each, but=path))), _EXAMPLE)
    raise UsageError(
        title + (did_you_mean(str(meant), [str(meant)]) if meant is not None else ""),
        expected=_("a Jupyter notebook: a file whose name ends with .ipynb"),
        got=got,
        next_step=_("take an earlier copy: JupyterLab keeps one in the folder .ipynb_checkpoints next to your notebook")
        if damaged and path.suffix == ".ipynb"
        else _("give the path of your notebook, such as {file}").format(file=example),
    )


_EXAMPLE = Path("convolution/convolution.ipynb")


def _meant(path: Path) -> Path | None:
    """The notebook that was probably meant by the name of a folder or an assignment, or by a misspelt path."""
    assignments = {found.stem: found for found in reversed(_assignments(path.parent))}
    name = path.stem if path.suffix == ".ipynb" else path.name
    if path.is_dir():
        inside = sorted(path.glob("*.ipynb"))
        named = [found for found in inside if found.stem == path.resolve().name]
        return (named or inside)[0] if named or len(inside) == 1 else assignments.get(name)
    if name in assignments:
        return assignments[name]
    if (spelt := nearest(path)) is not None and ("solutions" in path.parts or "solutions" not in spelt.parts):
        return _meant(spelt) if spelt.is_dir() else spelt if spelt.suffix == ".ipynb" else None
    return next((assignments[one] for one in near(name, assignments)), None)


def _assignments(folder: Path) -> list[Path]:
    """Notebooks in folders of their names, as a student has them and as a course releases them."""
    return [
        found
        for pattern in ("*/*.ipynb", "release/*/*.ipynb")
        for found in sorted(folder.glob(pattern))
        if found.stem == found.parent.name
    ]


def _notebook_in(folder: Path, *, but: Path) -> Path | None:
    """A notebook in or below a folder, for an example."""
    there = [*sorted(folder.glob("*.ipynb")), *_assignments(folder)]
    return next((found for found in there if found != but), None)


def plan(cells: Sequence[Cell]) -> Plan:
    """The cells that the checks need, and the exercises.

    Args:
        cells: The notebook's code cells and written answers, in order.
    """
    texts, cells = [cell for cell in cells if cell.is_text], [cell for cell in cells if not cell.is_text]
    wanted = {cell.index for cell in cells if (cell.is_check or cell.is_solution or cell.prepares) and not cell.is_stub}
    open_cells = [cell for cell in cells if cell.index in wanted]
    while open_cells:
        reader = open_cells.pop()
        for name in reader.reads:
            writers = [cell for cell in cells if name in cell.writes and not cell.is_stub]
            # A function is called after its cell: what it uses may be defined later, if it was not before. And a cell
            # of the student's own may define it again, between the check and the hidden test.
            found = [cell for cell in writers if cell.index < reader.index or cell.is_own]
            for cell in found or writers:
                if cell.index not in wanted:
                    wanted.add(cell.index)
                    open_cells.append(cell)
    run = [cell for cell in cells if cell.index in wanted]
    exercises, repeated = [], []
    for exercise in sorted(_exercises(cells), key=lambda one: one.checks[0] if one.checks else one.solution or 0):
        again = _again(exercise, cells, run)
        exercises.append(exercise if again is None else replace(exercise, again=again.index))
        repeated += [again] if again is not None else []
    return Plan(
        tuple(sorted([*run, *repeated], key=lambda cell: cell.index)),
        tuple(exercises),
        tuple(cell for cell in texts if cell.is_as_released or not cell.source.strip()),
        tuple(cell for cell in cells if cell.is_given and cell.is_as_released is False and not cell.is_stub),
    )


def _again(exercise: CheckedExercise, cells: Sequence[Cell], run: Sequence[Cell]) -> Cell | None:
    """The check once more, at the place of the hidden test: a cell between them may have changed what it saw."""
    hidden = next((cell for cell in cells if cell.is_stub and cell.name == exercise.name + HIDDEN), None)
    last = next((cell for cell in cells if exercise.checks and cell.index == exercise.checks[-1]), None)
    if hidden is None or last is None or not any(last.index < cell.index < hidden.index for cell in run):
        return None
    return replace(last, index=hidden.index)


def _cells(cells: Sequence[Mapping[str, Any]]) -> Iterator[Cell]:
    for index, cell in enumerate(cells):
        source, known = _sayable(source_of(cell)), role(cell)
        is_text = cell["cell_type"] == "markdown" and known.solution
        if not is_text and (cell["cell_type"] != "code" or not source.strip()):
            continue
        fixed = known.marked_locked or cell.get("metadata", {}).get("editable") is False
        yield Cell(
            index,
            _sayable(cell_name(cell)) or _("cell {number}").format(number=index + 1),
            source,
            is_solution=known.solution,
            is_graded=known.grade and not known.solution,
            points=known.points,
            is_text=is_text,
            is_given=fixed and not known.solution,
            is_as_released=is_as_released(cell),
        )


def _sayable(text: str) -> str:
    """Text that can be sent and written: JSON can contain half a character, UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _exercises(cells: Sequence[Cell]) -> Iterator[CheckedExercise]:
    solutions = {cell.name: cell for cell in cells if cell.is_solution}
    definers = {name: cell.name for cell in solutions.values() for name in cell.defines}
    points = {cell.name.removesuffix(HIDDEN): cell.points for cell in cells if cell.is_graded}
    found = [cell for cell in cells if cell.is_check and not cell.is_stub]
    # Another function may be where the exercise's was: its check still says whose it is.
    by_check = {name: _checked_exercise(cell) for cell in found if cell.name.endswith(CHECK) for name in cell.checked}
    checks: dict[str, list[Cell]] = {}
    for cell in found:
        of_function = next((owner[n] for owner in (definers, by_check) for n in cell.checked if n in owner), None)
        if cell.name.endswith(CHECK):
            checks.setdefault(_checked_exercise(cell), []).append(cell)
        elif of_function is not None:
            checks.setdefault(of_function, []).append(cell)
        elif cell.is_graded or not solutions:
            checks.setdefault(cell.name, []).append(cell)
    if any(cell.name.endswith(CHECK) for cell in found):
        hidden = {cell.name for cell in cells if cell.is_graded}
        missing = [name for name in solutions if name + HIDDEN in hidden and name not in checks]
        yield from (CheckedExercise(name, (), solutions[name].index, points.get(name, 0.0)) for name in missing)
    for name, own in checks.items():
        solution = solutions.get(name) or next(
            (solutions[definers[n]] for c in own for n in sorted(c.reads) if n in definers), None
        )
        yield CheckedExercise(
            name,
            tuple(cell.index for cell in own),
            solution.index if solution is not None else None,
            points.get(name, 0.0),
        )


def _checked_exercise(cell: Cell) -> str:
    return cell.name.removesuffix(CHECK)
