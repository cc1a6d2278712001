"""What the code of a cell reads, defines and changes, found by reading it, not by running it."""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.notebooks import CHECK, EXPERIMENT
from autograder.parsing import symbol_table, syntax_tree

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
        return self.sets_up or any(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in self.tree.body)

    @cached_property
    def sets_up(self) -> bool:
        """Whether it calls something for its effect on a library, such as `lab.start_keras(seed=7)`."""
        return self.tree is not None and any(map(_sets_up, self.tree.body))

    @cached_property
    def uses_in_calls(self) -> frozenset[str]:
        """Names whose objects it hands to a call, or calls a method of: any of them may be changed there."""
        found: set[str] = set()
        for node in ast.walk(self.tree) if self.tree is not None else ():
            if isinstance(node, ast.Call) and next(_root(node.func), "") not in _SHOWN_ONLY:
                parts = (node.func, *node.args, *(keyword.value for keyword in node.keywords))
                found.update(name for part in parts for name in _root(part))
        return frozenset(found)

    @cached_property
    def functions(self) -> frozenset[str]:
        """Names of the functions, classes and modules that it defines or imports."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return self.imports | {node.name for node in (self.tree.body if self.tree else ()) if isinstance(node, kinds)}

    @cached_property
    def looked_up(self) -> frozenset[str]:
        """Names that it gives as text together with `globals()`."""
        found: set[str] = set()
        for node in ast.walk(self.tree) if self.tree is not None else ():
            parts = node.args if isinstance(node, ast.Call) else []
            parts = [node.value, node.slice] if isinstance(node, ast.Subscript) else parts
            if any(isinstance(part, ast.Call) and ast.unparse(part.func) == "globals" for part in parts):
                found.update(
                    part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
        return frozenset(found)

    @cached_property
    def stores(self) -> frozenset[str]:
        """Names that it defines, and those of whose objects it sets a part."""
        nodes = list(ast.walk(self.tree)) if self.tree is not None else []
        parts = (node for node in nodes if isinstance(node, (ast.Attribute, ast.Subscript)))
        roots = (root for node in parts if not isinstance(node.ctx, ast.Load) for root in _root(node))
        declared = (name for node in nodes if isinstance(node, ast.Global) for name in node.names)
        return frozenset((*_bound(self.tree), *roots, *declared))


def _without_magics(source: str) -> str:
    """The Python of a cell whose time is taken, or whose output is kept."""
    return _LINE_MAGIC.sub(r"\1", _CELL_MAGIC.sub("", source))


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
    yield from _read_before(tree.body, set())


def _read_before(statements: Sequence[ast.stmt], defined: set[str]) -> Iterator[str]:
    """Names that statements read and that are not `defined` by then; what the statements define is added to these."""
    for statement in statements:
        match statement:
            case ast.For(target, iterated, body, orelse) | ast.AsyncFor(target, iterated, body, orelse):
                yield from _loaded(iterated) - defined
                yield from _loaded(target) - defined
                defined |= set(_stored(target))
                yield from _read_before([*body, *orelse], defined)
            case ast.With(items, body) | ast.AsyncWith(items, body):
                for item in items:
                    yield from _loaded(item) - defined
                    defined |= set(_stored(item))
                yield from _read_before(body, defined)
            case ast.If(test, body, orelse) | ast.While(test, body, orelse):
                yield from _loaded(test) - defined
                defined |= set(_stored(test))
                yield from _read_before([*body, *orelse], defined)
            case _:
                yield from (_loaded(statement) | set(_added_to(statement))) - defined
                defined |= set(_bound(ast.Module([statement], [])))


def _loaded(node: ast.AST) -> set[str]:
    """Names that a simple statement, a definition or an expression reads, without variables of its own."""
    local = set(_local_names(node)) if isinstance(node, ast.stmt) else set()
    loads = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    return loads - local - {name for inner in ast.walk(node) for name in _targets_of_loops_inside(inner)}


def _stored(node: ast.AST) -> Iterator[str]:
    return (one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


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
            table = symbol_table(ast.unparse(statement)).get_children()[0]
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
