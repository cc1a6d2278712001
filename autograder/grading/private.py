"""Finds code that uses what is private in Keras or no longer exists: it may stop working with any release."""

import ast
import functools
from collections.abc import Iterator

from autograder.parsing import syntax_tree

PRIVATE = ("keras.src", "keras.backend.function", "keras.backend.gradients")
"""`keras.src` is where the public names are defined; the two functions belong to TensorFlow 1's graphs."""
_MARKS = tuple(name.rpartition(".")[2] for name in PRIVATE)


@functools.lru_cache(maxsize=4096)  # most cells are the same in every submission
def leans_on_private_keras(source: str) -> bool:
    """Whether a cell's code imports or names one of `PRIVATE`, under any alias. Code with an error has none."""
    if "keras" not in source or not any(mark in source for mark in _MARKS):
        return False
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    imported = dict(_imports(tree))
    named = (_dotted(node, imported) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return any(_is_private(name) for name in (*imported.values(), *named))


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each name that an import binds, and the full name behind it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname is None:  # `import keras.src.ops` binds `keras`
                    yield alias.name, alias.name
                else:
                    yield alias.asname, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr, imported: dict[str, str]) -> str:
    """`K.function` as `keras.backend.function`, if `K` was imported like that; "" for anything but a chain of names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([imported.get(node.id, node.id), *reversed(parts)])


def _is_private(name: str) -> bool:
    name = name.removeprefix("tensorflow.").removeprefix("tf.").removeprefix("compat.v1.")
    return any(name == private or name.startswith(private + ".") for private in PRIVATE)
