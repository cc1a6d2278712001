"""The only way to Python's syntax trees.

Some versions of CPython count the depth of a tree in a place that all threads share: if two of them parse at the same
time, either may end with "SystemError: AST constructor recursion depth mismatch". So everything here parses through
this module, one thread at a time. Code that is only compiled makes no tree, and does not need it.
"""

import ast
import symtable
import threading

_one_at_a_time = threading.Lock()


def syntax_tree(source: str) -> ast.Module:
    """What `ast.parse` gives, with its exceptions."""
    with _one_at_a_time:
        return ast.parse(source)


def symbol_table(source: str) -> symtable.SymbolTable:
    """What `symtable.symtable` gives, which parses too, with its exceptions."""
    with _one_at_a_time:
        return symtable.symtable(source, "<cell>", "exec")
