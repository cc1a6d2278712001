"""Small changes to a function, each of the kind that slips into people's code: its mutants.

The general operators are those of mutmut, used as a library: a type of syntax node, and a function from such a node to
changed ones. Those specific to this field have the same form: height for width, "same" for "valid", a cast left out.
"""

import ast
import itertools
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst
import libcst.matchers as m
from mutmut.mutation.mutators import mutation_operators

from autograder.parsing import syntax_tree

Operator = tuple[type[Any], Callable[[Any], Iterable[cst.CSTNode]]]

_TWINS = (
    *(("height", "width"), ("rows", "columns"), ("row", "column"), ("top", "left"), ("bottom", "right")),
    *(("down", "right"), ("kh", "kw"), ("sh", "sw"), ("ph", "pw"), ("dy", "dx"), ("i", "j"), ("u", "v"), ("h", "w")),
    *(("min", "max"), ("minimum", "maximum"), ("floor", "ceil"), ("mean", "sum"), ("zeros", "ones"), ("any", "all")),
    *(("argmin", "argmax"), ("float32", "float64"), ("uint8", "int64"), ("before", "after"), ("std", "var")),
    *(("train", "test"), ("ValueError", "RuntimeError"), ("reduce_mean", "reduce_sum")),
)
"""Names that are confused with each other."""
_OTHER_NAMES = {one: other for pair in _TWINS for one, other in (pair, pair[::-1])}
_OTHER_WORDS = {
    **{one: other for pair in (("valid", "same"), ("float32", "float64")) for one, other in (pair, pair[::-1])},
    **{"uint8": "int64", "constant": "edge", "nearest": "constant", "bilinear": "nearest", "relu": "linear"},
    **{"sigmoid": "linear", "softmax": "linear", "channels_last": "channels_first"},
}
_TRANSPARENT = {
    *("abs", "clip", "round", "rint", "int", "float", "bool", "tuple", "list", "sorted", "min", "max", "minimum"),
    *("maximum", "sqrt", "array", "asarray", "copy", "deepcopy"),
}
"""Functions whose first argument often looks as good as the result."""
_OPAQUE = {"astype", "copy", "clip", "round", "reshape", "squeeze", "ravel", "transpose", "numpy"}
"""Methods without which an object often looks just as good."""


_COMMENT = re.compile(r"(^|\s{2,})#.*")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A function with one small change.

    Attributes:
        source: The whole function.
        line: The number of the first changed line in it, from 1.
        was: The lines that it replaces, stripped and without comments, with " / " between them.
        now: The lines that stand there now.
        operator: Name of the kind of change.
    """

    source: str
    line: int
    was: str
    now: str
    operator: str


def rewrites(source: str) -> list[Rewrite]:
    """Every mutant of a function that is a different program, in the order of its lines.

    The docstring, annotations, decorators and what an exception says are not changed: no exercise promises them.

    Args:
        source: A function definition, not indented.
    """
    module = cst.parse_module(source)
    wrapped = cst.MetadataWrapper(module, unsafe_skip_copy=True)
    parents = wrapped.resolve(cst.metadata.ParentNodeProvider)
    seen = {_meaning(source)}
    found = []
    for node in _changeable(module):
        for kind, operator in OPERATORS:
            if not isinstance(node, kind) or not _fits(node, operator, parents):
                continue
            for changed in operator(node):
                text = _replaced(module, node, changed)
                meaning = _meaning(text)
                if text and meaning is not None and meaning not in seen:
                    seen.add(meaning)
                    found.append(_described(source, text, operator.__name__.removeprefix("operator_").strip("_")))
    return sorted(found, key=lambda change: change.line)


def _replaced(module: cst.Module, node: cst.CSTNode, changed: cst.CSTNode) -> str:
    """The text with a node replaced; empty if Python's grammar does not allow the other one there."""
    try:
        return str(module.deep_replace(node, changed).code)
    except cst.CSTValidationError:
        return ""


def _meaning(text: str) -> str | None:
    """What distinguishes two programs, whatever their layout; None for what is not a program."""
    try:
        return ast.dump(syntax_tree(text))
    except (SyntaxError, ValueError):
        return None


def _described(source: str, text: str, operator: str) -> Rewrite:
    old, new = source.splitlines(), text.splitlines()
    before = _alike(old, new)
    behind = _alike(old[before:][::-1], new[before:][::-1])
    was, now = (lines[before : len(lines) - behind] for lines in (old, new))
    return Rewrite(text, before + 1, _in_one_line(was), _in_one_line(now), operator)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same before the first that is not."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))


def _in_one_line(lines: Iterable[str]) -> str:
    return " / ".join(filter(None, (_COMMENT.sub("", line).strip() for line in lines)))


def _changeable(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes below one that may be changed, outermost first."""
    for child in node.children:
        if isinstance(child, (cst.Annotation, cst.Decorator)) or _is_docstring(child):
            continue
        yield child
        if isinstance(child, cst.Raise):
            # The class of the exception is a promise, its text is not.
            if isinstance(child.exc, cst.Call):
                yield child.exc.func
        else:
            yield from _changeable(child)


def _is_docstring(node: cst.CSTNode) -> bool:
    text = m.Expr(value=m.SimpleString() | m.ConcatenatedString())
    return bool(m.matches(node, m.SimpleStatementLine(body=[text])))


def _fits(node: cst.CSTNode, operator: Callable[[Any], Any], parents: Any) -> bool:
    """Whether an operator may be used at this place."""
    parent = parents.get(node)
    if isinstance(node, cst.Name) and isinstance(parent, (cst.Arg, cst.Param, cst.FunctionDef)):
        # A keyword, a parameter or the function's own name: a call by that name would end, and nothing else.
        return not (parent.keyword is node if isinstance(parent, cst.Arg) else parent.name is node)
    return True


# ---------------------------------------------------------------- operators besides mutmut's


def _one_less(node: cst.Integer) -> Iterator[cst.CSTNode]:
    value = node.evaluated_value - 1
    yield node.with_changes(value=str(value)) if value >= 0 else cst.parse_expression("(-1)")


def _ten_times(node: cst.Float) -> Iterator[cst.CSTNode]:
    yield node.with_changes(value=repr(node.evaluated_value * 10))


_NEGATED: dict[type[Any], type[Any]] = {
    cst.LessThan: cst.GreaterThanEqual,
    cst.LessThanEqual: cst.GreaterThan,
    cst.GreaterThan: cst.LessThanEqual,
    cst.GreaterThanEqual: cst.LessThan,
}
_ONE_SIDED: dict[type[Any], type[Any]] = {cst.Equal: cst.LessThanEqual, cst.NotEqual: cst.LessThan}


def _other_comparison(node: cst.ComparisonTarget) -> Iterator[cst.CSTNode]:
    for kinds in (_NEGATED, _ONE_SIDED):
        if other := kinds.get(type(node.operator)):
            yield node.with_changes(operator=other())


def _swapped_arguments(node: cst.Call) -> Iterator[cst.CSTNode]:
    places = [place for place, arg in enumerate(node.args) if arg.keyword is None and not arg.star]
    for one, other in itertools.pairwise(places):
        args = list(node.args)
        args[one] = args[one].with_changes(value=node.args[other].value)
        args[other] = args[other].with_changes(value=node.args[one].value)
        yield node.with_changes(args=args)


def _swapped_elements(node: cst.Tuple | cst.List) -> Iterator[cst.CSTNode]:
    for place in range(len(node.elements) - 1):
        elements = list(node.elements)
        one, other = elements[place : place + 2]
        elements[place], elements[place + 1] = one.with_changes(value=other.value), other.with_changes(value=one.value)
        yield node.with_changes(elements=elements)


def _swapped_indices(node: cst.Subscript) -> Iterator[cst.CSTNode]:
    for place in range(len(node.slice) - 1):
        parts = list(node.slice)
        one, other = parts[place : place + 2]
        parts[place], parts[place + 1] = one.with_changes(slice=other.slice), other.with_changes(slice=one.slice)
        yield node.with_changes(slice=parts)


def _open_slice(node: cst.Slice) -> Iterator[cst.CSTNode]:
    for bound in ("lower", "upper", "step"):
        if getattr(node, bound) is not None:
            yield node.with_changes(**{bound: None})


def _removed_statement(node: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    for place, statement in enumerate(node.body):
        simple = isinstance(statement, cst.SimpleStatementLine)
        if isinstance(statement, cst.FunctionDef) or (simple and _is_no_step(statement)):
            continue
        rest = [*node.body[:place], *node.body[place + 1 :]]
        yield node.with_changes(body=rest or [cst.parse_statement("pass\n")])


def _is_no_step(statement: Any) -> bool:
    unremovable = (cst.Import, cst.ImportFrom, cst.Pass, cst.Return)
    return _is_docstring(statement) or any(isinstance(part, unremovable) for part in statement.body)


def _swapped_statements(node: cst.IndentedBlock) -> Iterator[cst.CSTNode]:
    """Two steps in reverse order, such as freezing and compiling."""
    for place in range(len(node.body) - 1):
        if all(_acts(statement) for statement in node.body[place : place + 2]):
            body = list(node.body)
            body[place : place + 2] = body[place + 1], body[place]
            yield node.with_changes(body=body)


def _acts(statement: cst.CSTNode) -> bool:
    """Whether it is done for what it does to an object."""
    attribute = m.Assign(targets=[m.AssignTarget(target=m.Attribute() | m.Subscript())])
    step = m.SimpleStatementLine(body=[m.Expr(value=m.Call()) | m.AugAssign() | attribute])
    return bool(m.matches(statement, step | m.For()))


def _other_name(node: cst.Name) -> Iterator[cst.CSTNode]:
    if other := _OTHER_NAMES.get(node.value):
        yield node.with_changes(value=other)


def _other_word(node: cst.SimpleString) -> Iterator[cst.CSTNode]:
    if other := _OTHER_WORDS.get(str(node.evaluated_value)):
        yield node.with_changes(value=repr(other))


def _without_call(node: cst.Call) -> Iterator[cst.CSTNode]:
    """What a cast, a copy or a limit was applied to, instead of the result."""
    match node:
        case cst.Call(func=cst.Attribute(value=origin, attr=cst.Name(value=name))) if name in _OPAQUE:
            if not m.matches(origin, m.Name("np") | m.Name("tf") | m.Name("math")):
                yield origin
    called = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    if isinstance(called, cst.Name) and called.value in _TRANSPARENT:
        yield from (arg.value for arg in node.args if arg.keyword is None and not arg.star)


def _one_operand(node: cst.BooleanOperation | cst.BinaryOperation) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.BooleanOperation):
        yield from (node.left, node.right)
    elif isinstance(node.operator, (cst.Add, cst.Subtract)):
        yield node.left


def _rounded_the_other_way(node: cst.BinaryOperation) -> Iterator[cst.CSTNode]:
    if isinstance(node.operator, cst.FloorDivide):
        left, right = (cst.Module([]).code_for_node(side) for side in (node.left, node.right))
        yield cst.parse_expression(f"(-(-({left}) // ({right})))")


def _without_default(node: cst.Parameters) -> Iterator[cst.CSTNode]:
    """Without the default of a parameter, and those of the ones before it, which Python then does not allow."""
    for place, last in enumerate(node.params):
        if last.default is not None:
            bare = [param.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT) for param in node.params]
            yield node.with_changes(params=[*bare[: place + 1], *node.params[place + 1 :]])


def _negated(node: cst.If | cst.While | cst.IfExp) -> Iterator[cst.CSTNode]:
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test), **_space_before(node))


def _space_before(node: cst.CSTNode) -> dict[str, Any]:
    name = "whitespace_before_test" if isinstance(node, cst.If) else "whitespace_after_while"
    return {} if isinstance(node, cst.IfExp) else {name: cst.SimpleWhitespace(" ")}


OPERATORS: Sequence[Operator] = (
    *mutation_operators,
    (cst.Integer, _one_less),
    (cst.Float, _ten_times),
    (cst.ComparisonTarget, _other_comparison),
    (cst.Call, _swapped_arguments),
    (cst.Call, _without_call),
    (cst.Tuple, _swapped_elements),
    (cst.List, _swapped_elements),
    (cst.Subscript, _swapped_indices),
    (cst.Slice, _open_slice),
    (cst.IndentedBlock, _removed_statement),
    (cst.IndentedBlock, _swapped_statements),
    (cst.Name, _other_name),
    (cst.SimpleString, _other_word),
    (cst.BooleanOperation, _one_operand),
    (cst.BinaryOperation, _one_operand),
    (cst.BinaryOperation, _rounded_the_other_way),
    (cst.Parameters, _without_default),
    (cst.If, _negated),
    (cst.While, _negated),
    (cst.IfExp, _negated),
)
"""For each kind of node, its changes; mutmut's and this field's."""


def functions(source: str) -> dict[str, str]:
    """The text of each function that a file defines at top level, by name, without decorators."""
    lines = source.splitlines(keepends=True)
    return {
        node.name: textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno])).rstrip("\n") + "\n"
        for node in syntax_tree(source).body
        if isinstance(node, ast.FunctionDef)
    }
