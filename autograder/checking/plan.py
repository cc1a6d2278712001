"""Which cells of a notebook its visible checks need, found by reading the code, not by running it.

A check needs the cells that define the names it uses, these need others, and so on. Pictures, tables and training that
came with the notebook and that no check needs are left out. The student's own cells are run, unless they cannot affect
others: one line such as `max = 0` or `np.sum = total` affects a function that never mentions it, when it is graded and
so when it is checked.
"""

import ast
import json
import re
import symtable
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.errors import UsageError, did_you_mean, near
from autograder.files import nearest
from autograder.language import _
from autograder.notebooks import CHECK, EXPERIMENT, HIDDEN, cell_name, is_as_released, role, source_of
from autograder.parsing import syntax_tree

_SHOWN_ONLY = ("lab", "plt", "print", "display")
"""Calls of these, as statements, change nothing that a check could see."""
_CELL_MAGIC = re.compile(r"\A\s*%%(?:time|capture)\b.*\n?")
_LINE_MAGIC = re.compile(r"^([ \t]*)%time[ \t]+", re.MULTILINE)
"""What can precede Python that is run in the notebook as if it were alone."""
_DEFINITION = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *(?::[^=\n]*)?=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A code cell, or a text that a student writes.

    Attributes:
        index: Its position in the notebook.
        name: Its nbgrader grade_id, its id, or its number.
        source: Its text.
        is_solution: Whether a student fills it in.
        is_graded: Whether nbgrader marks it: a hidden test, or an assert that all may see.
        points: What it is worth, if it is graded.
        is_text: Whether it is a written answer, which is not run.
        is_given: Whether the notebook came with it, and it is not to be edited.
        is_as_released: Whether its text is the one that was handed out; None if that cannot be told.
    """

    index: int
    name: str
    source: str
    is_solution: bool = False
    is_graded: bool = False
    points: float = 0.0
    is_text: bool = False
    is_given: bool = False
    is_as_released: bool | None = None

    @cached_property
    def tree(self) -> ast.Module | None:
        """The parsed text; None if it is not Python."""
        from IPython.core.inputtransformer2 import TransformerManager

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape sequence: the reader sees it when the cell runs
            try:
                code: str = TransformerManager().transform_cell(_without_magics(self.source))
                return syntax_tree(code)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names that it uses and does not define first, including inside functions."""
        return frozenset(_needed(self.tree)) if self.tree is not None else frozenset()

    @cached_property
    def writes(self) -> frozenset[str]:
        """Names that it defines, and those whose objects it may change."""
        return frozenset(_written(self.tree)) if self.tree is not None else frozenset()

    @cached_property
    def alters(self) -> frozenset[str]:
        """Names of other cells whose objects it may change in place."""
        found: set[str] = set()
        for statement in self.tree.body if self.tree is not None else ():
            changed = set(_written(ast.Module([statement], []))) - set(self.defines)
            found |= (changed | set(_added_to(statement))) - set(_local_names(statement))
        return frozenset(found)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Names that it imports."""
        nodes = ast.walk(self.tree) if self.tree is not None else ()
        imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        return frozenset((alias.asname or alias.name).split(".")[0] for each in imports for alias in each.names)

    @cached_property
    def defines(self) -> tuple[str, ...]:
        """Names that it defines at top level, or would define if it were Python: a typo does not change that."""
        if self.tree is not None:
            return tuple(_bound(self.tree))
        return tuple(name or variable for name, variable in _DEFINITION.findall(self.source))

    @cached_property
    def checked(self) -> tuple[str, ...]:
        """Names of the functions that it passes to `check`."""
        nodes = ast.walk(self.tree) if self.tree is not None else ()
        calls = [n for n in nodes if isinstance(n, ast.Call) and _is_check(n.func)]
        return tuple(dict.fromkeys(c.args[0].id for c in calls if c.args and isinstance(c.args[0], ast.Name)))

    @cached_property
    def is_check(self) -> bool:
        """Whether it calls `check`, or is an assert that counts."""
        if self.is_solution:
            return False
        calls = any(isinstance(n, ast.Call) and _is_check(n.func) for n in ast.walk(self.tree)) if self.tree else False
        return calls or (self.is_graded and not self.is_stub) or self.name.endswith(CHECK)

    @cached_property
    def is_stub(self) -> bool:
        """Whether it represents a hidden test, or is one, which runs where it is graded."""
        is_hidden = EXPERIMENT in self.source or "BEGIN HIDDEN TESTS" in self.source
        return self.is_graded and (is_hidden or not _code(self.source))

    @cached_property
    def is_own(self) -> bool:
        """Whether a student added it, as far as can be told."""
        return not (self.is_given or self.is_solution or self.is_graded or self.is_check)

    @cached_property
    def prepares(self) -> bool:
        """Whether it imports something or sets something up, so that it is run whatever the checks use."""
        if self.tree is None:
            return not self.is_graded
        if self.is_own and not all(map(_is_harmless, self.tree.body)):
            return True
        return any(
            isinstance(statement, (ast.Import, ast.ImportFrom)) or _sets_up(statement) for statement in self.tree.body
        )


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


def _without_magics(source: str) -> str:
    """The Python of a cell whose time is taken, or whose output is kept."""
    return _LINE_MAGIC.sub(r"\1", _CELL_MAGIC.sub("", source))


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


def _bound(tree: ast.Module | None) -> Iterator[str]:
    """Names that a cell defines at top level."""
    for statement in tree.body if tree is not None else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        else:
            for node in _outside_functions(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
                    yield node.id
                elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    yield node.name
                elif isinstance(node, (ast.Import, ast.ImportFrom)):
                    yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                    yield node.name


def _needed(tree: ast.Module) -> Iterator[str]:
    """Names that a cell takes from other cells."""
    defined: set[str] = set()
    for statement in tree.body:
        local = set(_local_names(statement))
        loads = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        inner = {name for node in ast.walk(statement) for name in _targets_of_loops_inside(node)}
        yield from ((loads - local - inner) | set(_added_to(statement))) - defined
        defined |= set(_bound(ast.Module([statement], [])))


def _added_to(statement: ast.stmt) -> Iterator[str]:
    """Names of the notebook that an assignment such as `scale += 1` also reads."""
    declared = {name for node in ast.walk(statement) if isinstance(node, ast.Global) for name in node.names}
    is_function = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    at_the_top = set() if is_function else set(_outside_functions(statement))
    for node in ast.walk(statement):
        target = node.target if isinstance(node, ast.AugAssign) else None
        if isinstance(target, ast.Name) and (node in at_the_top or target.id in declared):
            yield target.id


def _targets_of_loops_inside(node: ast.AST) -> Iterator[str]:
    """Variables of comprehensions and parameters of lambdas."""
    if isinstance(node, ast.comprehension):
        yield from (name.id for name in ast.walk(node.target) if isinstance(name, ast.Name))
    elif isinstance(node, ast.Lambda):
        yield from (argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg))


def _local_names(statement: ast.stmt) -> Iterator[str]:
    """Parameters and variables of the functions in a statement that are not global anywhere in it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        try:
            table = symtable.symtable(ast.unparse(statement), "<cell>", "exec").get_children()[0]
        except (SyntaxError, ValueError, RecursionError):
            return  # such as two parameters with one name: it has a tree, but running it reports an error
        inner, tables = [table], [table]
        while tables:
            children = tables.pop().get_children()
            inner += children
            tables += children
        names = {symbol.get_name() for each in inner for symbol in each.get_symbols()}
        outer = {s.get_name() for each in inner for s in each.get_symbols() if s.is_global() and s.is_referenced()}
        default = {n.id for n in ast.walk(statement.args) if isinstance(n, ast.Name)}
        yield from names - outer - default


def _written(tree: ast.Module) -> Iterator[str]:
    """Names that a cell defines, and those whose objects it changes: by assigning to a part or by a call."""
    yield from _bound(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from _root(node)
        elif isinstance(node, ast.Global):
            yield from node.names
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not _is_check(node.value.func):
            root = next(_root(node.value.func), "")
            if root in _SHOWN_ONLY:
                continue
            if isinstance(node.value.func, ast.Attribute):
                yield root
            for argument in node.value.args:
                yield from _root(argument)


_PLAIN_CALLS = ("abs", "all", "any", "bool", "dict", "enumerate", "float", "int", "len", "list", "max", "min", "range",
                "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip")  # fmt: skip


def _is_harmless(statement: ast.stmt) -> bool:
    """Whether a statement only binds names and shows things: cells that read the names will need it."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return not statement.decorator_list
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Pass)):
        return False
    for node in ast.walk(statement):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            return False
        if isinstance(node, ast.Call):
            root = next(_root(node.func), "")
            if not (root in _SHOWN_ONLY or (isinstance(node.func, ast.Name) and root in _PLAIN_CALLS)):
                return False
    return True


def _sets_up(statement: ast.stmt) -> bool:
    """Whether it is a call for its effect on a library, such as `lab.start_keras(seed=7)` or `np.random.seed(1)`."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    called = ast.unparse(statement.value.func)
    return called == "lab.start_keras" or bool(re.search(r"seed|set_", called))


def _root(node: ast.AST) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _outside_functions(statement: ast.AST) -> Iterator[ast.AST]:
    """The statement and its parts, without the bodies of the functions in it."""
    yield statement
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield child
        elif not isinstance(child, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            yield from _outside_functions(child)


def _is_check(function: ast.AST) -> bool:
    return ast.unparse(function) in ("check", "lab.check", "check.choice", "lab.check.choice")


def _code(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#"))
