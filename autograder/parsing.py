"""The one door to Python's syntax trees.

Some versions of CPython count how deep a tree is in a place that all threads share: where two of them parse at
the same time, either may end with "SystemError: AST constructor recursion depth mismatch". So everything here parses
through this door, one thread after the other. Code that is only compiled makes no tree, and needs no door.
"""

import ast
import threading

_one_at_a_time = threading.Lock()


def syntax_tree(source: str) -> ast.Module:
    """What `ast.parse` gives, with its exceptions."""
    with _one_at_a_time:
        return ast.parse(source)
