"""Where a function is missing because its cell failed, the sentence names the failure, and quotes nothing of it."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.grading.undefined import why_undefined as why
from autograder.words import in_words

RIGHT = "def pool(x):\n    return x"


def why_undefined(name, cells):
    return in_words(why(name, cells))


def cell(source, error="", words="", grade_id=""):
    outputs = [new_output("error", ename=error, evalue=words, traceback=[words])] if error else []
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return new_code_cell(source, outputs=outputs, metadata=metadata)


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("def pool(x)\n    return x", "SyntaxError", "line 1: expected ':'."),
        ("y = 1\ndef pool(x):\nreturn x", "IndentationError", "line 3: expected an indented block"),
        ("def pool(x):\n\tif x:\n        return x", "TabError", "line 3: inconsistent use of tabs"),
        ("%matplotlib inline\n!ls\ndef pool(x):\n    return {x", "SyntaxError", "line 4: '{' was never closed."),
        ("def pool(x):\n    return x", "SyntaxError", "it has a syntax error."),
        ("import scipi.ndimage\n" + RIGHT, "ModuleNotFoundError", "imports `scipi`, which is not installed"),
        ("from numpy import maxpool\n" + RIGHT, "ImportError", "stopped with ImportError before it finished"),
        ("1 / 0\n" + RIGHT, "ZeroDivisionError", "stopped with ZeroDivisionError"),
        ("pool = make()", "NameError", "stopped with NameError"),
        ("class pool:\n    x = y", "NameError", "stopped with NameError"),
        ("exit()\n" + RIGHT, "SystemExit", "stops at an exit()"),
        ("x = input()\n" + RIGHT, "StdinNotImplementedError", "calls input(), and nobody is there"),
        ("os._exit(1)\n" + RIGHT, "KernelDied", "ended the Python process"),
        ("while True: pass\n" + RIGHT, "CellTimeoutError", "took too long"),
    ],
)
def test_the_failure_of_the_cell_that_defines_it_is_named(source, error, says):
    said = why_undefined("pool", [cell("import numpy"), cell(source, error), cell("pool(3)", "NameError")])
    assert says in said and "`pool`" in said and "does not define" not in said


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [cell("def pool2(x):\n    return x", "SyntaxError")],
        [cell("print(pool == 3)", "NameError")],
        [cell("# pool = 3", "NameError")],
        [cell(RIGHT)],
        [cell("# your turn\nraise NotImplementedError", "NotImplementedError", grade_id="pool")],
        [cell("1 / 0", "ZeroDivisionError", grade_id="pool"), cell(RIGHT)],
    ],
)
def test_where_no_cell_failed_that_defines_it_there_is_simply_none(cells):
    assert why_undefined("pool", cells) == "The notebook does not define `pool`."


def test_a_cell_without_its_definition_is_found_by_its_name():
    assert "stopped with ZeroDivisionError" in why_undefined("pool", [cell("1 / 0", "ZeroDivisionError", "", "pool")])


def test_nothing_that_the_process_wrote_is_quoted():
    words = "observe('2x2 default', pool)"
    for error in ("SyntaxError", "ModuleNotFoundError", "ZeroDivisionError", words):
        assert "2x2" not in why_undefined("pool", [cell(RIGHT, error, words)])


def test_hostile_text_does_no_harm():
    for source in ("def pool(x):\n" + "(" * 5_000, "def pool(x): '\x00'", "def pool(" + "a" * 10_000 + " b): pass"):
        assert len(why_undefined("pool", [cell(source, "SyntaxError")])) < 300
    assert len(why_undefined("p" * 10_000, [])) < 200
    assert why_undefined("", [cell(RIGHT)]) == "The notebook does not define this name."
