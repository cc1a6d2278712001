"""`autograder check` and `autograder watch`: the visible checks of a notebook on a student's own machine."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from course_facts import FACETS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.checking import ci_outputs
from autograder.checking.check import Checked, check, checked
from autograder.checking.plan import plan, read
from autograder.checking.table import Line, Report, changes, plain, report
from autograder.checking.watch import keep_watching
from autograder.checking.workbench import Workbench
from autograder.errors import UsageError
from autograder.reasons import Failure, Why, because

ROOT = Path(__file__).parents[1]
SETUP = "from time import sleep as rest\nfrom autograder.lab import NotStarted, check\nlog = open('ran.txt', 'a')"
STUB = "raise NotStarted('double')"
CHECK = "check(double, 2, expected=4)\ncheck(double, 3, expected=6)"


def cell(name, source, **marks):
    metadata = {"nbgrader": {"grade_id": name, **marks}} if marks else {}
    return {"cell_type": "code", "id": name, "metadata": metadata, "source": source, "outputs": []}


def tiny(double="return x + x", largest="return max(values)"):
    return [
        cell("setup", SETUP),
        cell("double", f"def double(x):\n    {double}", solution=True),
        cell("double_check", CHECK),
        cell("picture", "log.write('drawn'); log.flush()\nimage = 3", locked=True),
        cell("double_hidden", "# Hidden.", grade=True, points=3),
        cell("largest", f"def largest(values):\n    {largest}", solution=True),
        cell("largest_check", "check(largest, [1, 2], expected=2)"),
    ]


def write(path: Path, cells) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), encoding="utf-8")
    return path


@pytest.fixture
def notebook(tmp_path):
    return tmp_path / "내 과제 1" / "first try.ipynb"


def states(report):
    return {line.exercise: line.state for line in report.lines}


@pytest.mark.processes
def test_a_solved_notebook_passes_and_its_file_and_pictures_are_left_alone(notebook):
    write(notebook, tiny())
    before = notebook.read_bytes()
    report = check(notebook, limit_s=20)
    assert report.passed and states(report) == {"double": "ok", "largest": "ok"}
    assert report.lines[0].points == 3
    assert notebook.read_bytes() == before
    assert (notebook.parent / "ran.txt").read_text() == ""  # it ran in the notebook's folder, and drew nothing


@pytest.mark.processes
def test_wrong_blank_and_broken_cells_are_told_apart_and_the_rest_goes_on(notebook):
    write(notebook, tiny(double=STUB, largest="return min(values)"))
    report = check(notebook, limit_s=20)
    assert states(report) == {"double": "not started", "largest": "not yet"}
    assert report.lines[1].reason == "largest([1, 2]): got: 1, expected: 2"
    write(notebook, tiny(double="return x +"))
    report = check(notebook, limit_s=20)
    assert states(report) == {"double": "not yet", "largest": "ok"}
    assert report.lines[0].reason == "cell double: SyntaxError: invalid syntax"
    assert report.lines[0].place == "line 2: return x +"


@pytest.mark.processes
def test_the_likely_cause_is_named(notebook):
    from autograder.lab import check as checker

    def double(x):
        return x * x

    with checker.recorded() as record:
        checker(double, 3, expected=6)
    write(notebook, tiny(double="return x * x"))
    causes = {"causes": {record[0][0]: ["You square.", "You multiply by itself."]}}
    (notebook.parent / "likely_causes.json").write_text(json.dumps(causes), encoding="utf-8")
    assert check(notebook, limit_s=20).lines[0].cause == "You square. Or: You multiply by itself."


@pytest.mark.processes
@pytest.mark.parametrize(
    "ending", ["while True: pass", "while True:\n        try: 1\n        except BaseException: pass"]
)
def test_an_endless_loop_ends_and_is_said(notebook, ending):
    write(notebook, tiny(double=ending))
    report = check(notebook, limit_s=1)
    assert states(report) == {"double": "not yet", "largest": "ok"}
    assert "stopped after 1 s" in report.lines[0].reason


@pytest.mark.processes
@pytest.mark.parametrize(
    ("double", "reason", "place"),
    [
        ("y = [x]\n    return y[2]", "double(2): it raised IndexError: list", "in double, line 3: return y[2]"),
        ("while True: x = 1", "double(2): stopped after 1 s of computing", "in double, line 2: while True: x = 1"),
        (
            "import time; time.sleep(99)",
            "double(2): stopped after 1 s of wait",
            "in double, line 2: import time; time.sleep(99)",
        ),
        ("return input(x)", "double(2): it calls input(), which cannot", "in double, line 2: return input(x)"),
        ("return half(x)", "double(2): it raised NameError: name 'half'", "in double, line 2: return half(x)"),
        ("exit()", "double(2): it ends Python (exit(), quit()", "in double, line 2: exit()"),
        ("raise SystemExit", "double(2): it ends Python (exit(), quit()", "in double, line 2: raise SystemExit"),
        ("return x\nexit()", "cell double: it ends Python (exit(), quit() or sys.exit()); remove that", ""),
        ("return x\nraise SystemExit", "cell double: it ends Python (exit(), quit() or sys.exit()); remove", ""),
        ("return x\nnumber = [][1]", "cell double: IndexError: list", "line 3: number = [][1]"),
        ("return x\nwhile True: 5", "cell double: stopped after 1 s", "line 3: while True: 5"),
        ("return x\nlen(input('x? '))", "cell double: it calls input(), which cannot", "line 3: len(input('x? '))"),
    ],
)
def test_what_stopped_an_answer_is_told_with_its_line(notebook, double, reason, place):
    line = check(write(notebook, tiny(double=double)), limit_s=1).lines[0]
    assert line.state == "not yet" and line.reason.startswith(reason) and line.place == place


@pytest.mark.processes
def test_of_a_loop_that_no_interrupt_ends_the_function_is_named(notebook):
    write(notebook, tiny(double="import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass"))
    assert check(notebook, limit_s=1).lines[0].reason.startswith("double: stopped after 1 s")


@pytest.mark.processes
def test_a_cell_that_calls_the_answer_itself_names_its_line(notebook):
    cells = tiny(double="return x + x if x < 4 else [][2]")
    cells[2]["source"] += "\nprint(double(5))"
    line = check(write(notebook, cells), limit_s=10).lines[0]
    assert line.reason == "cell double_check: IndexError: list index out of range"
    assert line.place == "in double, line 2: return x + x if x < 4 else [][2]"


@pytest.mark.processes
@pytest.mark.parametrize(
    ("ending", "said"),
    [("import os; os._exit(3)", "it ended Python itself; is"), ("get_ipython().ask_exit()", "it ends Python (exit()")],
)
def test_a_cell_that_ends_python_costs_its_own_exercise_only(notebook, ending, said):
    write(notebook, tiny(double=ending))
    report = check(notebook, limit_s=10)
    assert states(report) == {"double": "not yet", "largest": "ok"}
    assert said in report.lines[0].reason


@pytest.mark.parametrize(
    ("content", "got"),
    [(None, "no such file"), (b"", "empty"), (b"x", "not JSON"), (b"[]", "not a note"), (b"\xff\xfe\x00", "not text")],
)
def test_what_is_no_notebook_is_refused(tmp_path, content, got):
    path = tmp_path / "a.ipynb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=got) as raised:
        read(path)
    assert ("earlier copy" in str(raised.value)) == (content is not None), "a path is asked for where there is no file"


@pytest.mark.processes
def test_a_hidden_test_is_not_run_and_an_assert_that_all_may_see_is(notebook):
    hidden = (
        "### BEGIN HIDDEN TESTS\nfrom autograder.lab.experiment import begin\nbegin('double', {})\n### END HIDDEN TESTS"
    )
    cells = [*tiny()[:3], cell("double_hidden", hidden, grade=True), cell("seen", "assert double(1) == 3", grade=True)]
    assert states(check(write(notebook, cells), limit_s=10)) == {"double": "ok", "seen": "not yet"}
    planned = plan(read(notebook))
    assert "double_hidden" not in {each.name for each in planned.cells}
    assert "seen" in {each.name for each in planned.cells}


def names_planned(path):
    return [each.name for each in plan(read(path)).cells]


def test_a_cell_is_run_when_a_check_needs_it_also_through_a_function(notebook):
    cells = tiny(double="return x * factor")
    cells.insert(1, cell("factor", "factor = 2"))
    cells.insert(2, cell("unused", "never = 2"))
    assert {"factor"} <= set(names_planned(write(notebook, cells)))
    assert not {"unused", "picture", "double_hidden"} & set(names_planned(notebook))


@pytest.mark.parametrize(
    ("factor", "double"),
    [
        ("factor = 1", "factor += 1\n\ndef double(x):\n    return x * factor"),
        ("factor = 1", "def double(x):\n    global factor\n    factor += 1\n    return x * 2"),
        ("%%time\nfactor = 2", "def double(x):\n    return x * factor"),
        ("%%capture out\nfactor = 2", "def double(x):\n    return x * factor"),
        ("%time factor = 2", "def double(x):\n    return x * factor"),
        ("factor = 2", "%%time\ndef double(x):\n    return x * factor"),
        ("if True:\n    %time factor = 2", "def double(x):\n    return x * factor"),
    ],
)
def test_a_name_is_found_in_an_assignment_that_adds_and_behind_a_magic_command(notebook, factor, double):
    cells = tiny()
    cells[1]["source"] = double
    cells.insert(1, cell("factor", factor))
    assert "factor" in names_planned(write(notebook, cells))
    assert plan(read(notebook)).exercises[0].solution == 2


@pytest.mark.parametrize("broken", ["def {name}(x)\n    return 1", "def another_name(x):\n    return 1", "# nothing"])
@pytest.mark.parametrize("assignment", sorted(path.name for path in (ROOT / "release").iterdir() if path.is_dir()))
def test_whatever_a_student_writes_the_exercises_are_the_assignments_each_once(assignment, broken):
    """Not one more for a check inside another exercise, whose function the cell no longer defines."""
    cells = read(ROOT / "release" / assignment / f"{assignment}.ipynb")
    listed = [exercise.name for exercise in plan(cells).exercises]
    told = json.loads((ROOT / "release" / assignment / "likely_causes.json").read_text(encoding="utf-8"))
    assert listed == [exercise["name"] for exercise in told["exercises"]]
    for spoiled in (each for each in cells if each.is_solution):
        source = broken.format(name=spoiled.name)
        given = [replace(each, source=source) if each is spoiled else each for each in cells]
        assert [exercise.name for exercise in plan(given).exercises] == listed


@pytest.mark.processes
@pytest.mark.parametrize(
    "double", ["def double(x, x):\n    return x", "def double(x):\n    y = x\n    global y\n    return y"]
)
def test_what_has_a_tree_and_is_no_python_is_told_as_a_syntax_error(notebook, double):
    cells = tiny()
    cells[1]["source"] = double
    report = check(write(notebook, cells), limit_s=10)
    assert states(report) == {"double": "not yet", "largest": "ok"}
    assert report.lines[0].reason.startswith("cell double: SyntaxError: ")


@pytest.mark.processes
def test_an_exercise_whose_check_was_deleted_is_told_and_does_not_pass(notebook):
    cells = [each for each in tiny() if each["id"] != "double_check"]
    report = check(write(notebook, cells), limit_s=10)
    assert states(report) == {"double": "not yet", "largest": "ok"} and not report.passed
    assert "take the cell double_check" in report.lines[0].reason


@pytest.mark.processes
def test_a_check_of_ones_own_is_no_exercise_and_without_exercises_each_check_is_told(notebook):
    own = cell("mine", "def half(x):\n    return x / 2\ncheck(half, 4, expected=3)")
    assert states(check(write(notebook, [*tiny(), own]), limit_s=10)) == {"double": "ok", "largest": "ok"}
    assert states(check(write(notebook, [cell("setup", SETUP), own]), limit_s=10)) == {"mine": "not yet"}


# ---------------------------------------------------------------- what is run again


def bench_run(bench, path):
    return bench.run(plan(read(path)).cells), bench.ran


@pytest.mark.processes
def test_after_a_change_only_what_it_reaches_is_run_again(notebook):
    write(notebook, tiny())
    with Workbench(notebook.parent, limit_s=10) as bench:
        _outcomes, ran = bench_run(bench, notebook)
        assert ran == 5
        assert bench_run(bench, notebook)[1] == 0
        write(notebook, tiny(double="return 2 * x"))
        outcomes, ran = bench_run(bench, notebook)
        assert ran == 2 and {outcome.kind for outcome in outcomes.values()} == {"ok"}


@pytest.mark.processes
@pytest.mark.parametrize("name", ["_twice", "__twice", "_i_twice"])
def test_what_was_removed_is_gone_though_its_name_begins_with_an_underscore(notebook, name):
    notebook.parent.mkdir(parents=True)
    with Workbench(notebook.parent, limit_s=10) as bench:
        cells = tiny(double=f"return {name}(x)")
        cells[1]["source"] += f"\ndef {name}(x):\n    return 2 * x"
        bench_run(bench, write(notebook, cells))
        outcomes, _ran = bench_run(bench, write(notebook, tiny(double=f"return {name}(x)")))
        assert [outcome.kind for outcome in outcomes.values()].count("error") == 1


@pytest.mark.processes
def test_what_ran_before_python_ended_is_run_again_for_a_later_change(notebook):
    notebook.parent.mkdir(parents=True)
    with Workbench(notebook.parent, limit_s=10) as bench:
        for double, largest in [
            ("return x + x", "return max(values)"),
            ("import os; os._exit(1)", "return max(values)"),
            ("return 2 * x", "return max(values)"),
            ("return 2 * x", "return sorted(values)[-1]"),
        ]:
            cells = tiny(double, largest)
            cells.insert(5, cell("values", "values = [1, 2]"))
            cells[-1]["source"] = "check(largest, values, expected=2)"
            outcomes, _ran = bench_run(bench, write(notebook, cells))
        assert {outcome.kind for outcome in outcomes.values()} == {"ok"}


WAYS = {
    "setup": [SETUP, f"{SETUP}\nitems = [5]"],
    "helper": [
        "",
        "factor = 2",
        "factor = 3",
        "items = [1]",
        "items = [1, 1]",
        "def twice(x):\n    return x * len(items)",
    ],
    "more": ["", "items = [1, 1]", "factor = factor + 1"],
    "double": [
        f"def double(x):\n    {body}"
        for body in (
            "return x + x",
            "return x * factor",
            "return factor * x",
            "return twice(x)",
            "return x * len(items)",
            STUB,
            "retrun x",
        )
    ],
    "own": [
        "",
        "factor = 2",
        "items.append(1)",
        "items += [1]",
        "double = lambda x: 2 * x",
        "del factor",
        "factor += 1",
    ],
    "double_check": [CHECK],
    "last": ["", "factor = 5", "items.clear()", "def twice(x):\n    return 2 * x", "max = min"],
    "largest": [f"def largest(values):\n    {body}" for body in ("return max(values)", "return values[0]", "1 / 0")],
    "largest_check": ["check(largest, [1, 2], expected=2)", "check(largest, items + [3], expected=3)"],
}
"""What may stand in each cell of a notebook; none where there is nothing."""


TIMES, FIRST = WAYS["double"][1], WAYS["largest"][1]


def version(**texts):
    return tuple({**{name: ways[0] for name, ways in WAYS.items()}, **texts}.values())


@pytest.mark.processes
@example([version(helper="factor = 2", double=TIMES), version(double=TIMES)])
@example([version(helper="factor = 2", double=way, last="factor = 5") for way in WAYS["double"][1:3]])
@example(
    [
        version(more="items = [1, 1]", last="items.clear()", largest=FIRST),
        version(more="items = [1, 1]", largest=FIRST, largest_check=WAYS["largest_check"][1]),
    ]
)
@given(st.lists(st.tuples(*map(st.sampled_from, WAYS.values())), min_size=2, max_size=4))
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
def test_after_any_edits_watch_says_what_a_fresh_check_does(tmp_path, versions):
    path = tmp_path / "edited.ipynb"
    with Workbench(tmp_path, limit_s=10) as bench:
        for version in versions:
            named = zip(WAYS, version, strict=True)
            cells = [cell(name, text, solution=name in ("double", "largest")) for name, text in named if text]
            planned = plan(read(write(path, cells)))
            outcomes = bench.run(planned.cells)
    assert outcomes is not None and report(planned, outcomes, limit_s=10) == check(path, limit_s=10)


@pytest.mark.processes
def test_watch_tells_again_after_a_save_and_mends_itself_after_a_broken_one(notebook):
    write(notebook, tiny(double="return x * x"))
    reports, troubles, over = [], [], threading.Event()

    def on_report(save):
        reports.append(states(save.report))
        if len(reports) == 1:
            notebook.write_text("{", encoding="utf-8")
        elif len(reports) == 2:
            over.set()

    def on_trouble(error):
        troubles.append(error)
        write(notebook, tiny())

    keep_watching(notebook, limit_s=10, on_report=on_report, on_trouble=on_trouble, goes_on=lambda: not over.is_set())
    assert [report["double"] for report in reports] == ["not yet", "ok"] and len(troubles) == 1


@pytest.mark.processes
def test_a_half_written_save_is_read_again_and_one_that_stays_is_said_once(notebook, monkeypatch):
    write(notebook, tiny())
    whole = notebook.read_bytes()
    monkeypatch.setattr("autograder.checking.watch.HALF_WRITTEN_S", 600)
    saves, troubles, over = [], list[object](), threading.Event()

    def half_then_whole():
        notebook.write_bytes(whole[:99])
        time.sleep(0.6)
        write(notebook, tiny(double="return 2 * x"))

    def on_report(save):
        saves.append(save)
        if len(saves) == 1:
            threading.Thread(target=half_then_whole).start()
        elif len(saves) == 2:
            assert not troubles
            monkeypatch.setattr("autograder.checking.watch.HALF_WRITTEN_S", 0.1)
            notebook.write_bytes(whole[:99])
        else:
            over.set()

    def on_trouble(error):
        troubles.append(error)
        notebook.write_bytes(whole[:90])
        threading.Timer(2, lambda: notebook.write_bytes(whole)).start()

    keep_watching(notebook, limit_s=10, on_report=on_report, on_trouble=on_trouble, goes_on=lambda: not over.is_set())
    assert [save.touched for save in saves] == [set(), {"double"}, {"double"}] and len(troubles) == 1


def line(exercise, state, got=0):
    failure = Failure("a(1)", because(Why.DIFFERENT, got=str(got), expected="1"))
    return Line(exercise, state, failure if state == "not yet" else None)


@pytest.mark.parametrize(
    ("before", "now", "touched", "said"),
    [
        ("not yet", "ok", {"a"}, ["✔ a: now right"]),
        ("not started", "ok", {"a"}, ["✔ a: now right"]),
        ("ok", "ok", {"a"}, ["✔ a: still right"]),
        ("ok", "ok", set(), []),
        ("ok", "not yet", {"a"}, ["✘ a: no longer right", "a(1): got: 0, expected: 1"]),
        ("ok", "not yet", set(), ["✘ a: no longer right", "a(1): got: 0, expected: 1"]),
        ("not yet", "not yet", {"a"}, ["✘ a: still not right", "a(1): got: 0, expected: 1"]),
        ("not yet", "not yet", set(), []),
        ("not started", "not yet", {"a"}, ["✘ a: not right yet", "a(1): got: 0, expected: 1"]),
        ("not yet", "not started", {"a"}, ["○ a: not started"]),
    ],
)
def test_a_save_tells_what_it_has_changed(before, now, touched, said):
    earlier, later = (Report((line("b", "ok"), line("a", state))) for state in (before, now))
    found = changes(earlier, later, touched)
    assert [text for change in found for text in (change.headline, *change.details)] == said


def test_another_reason_is_a_change_although_the_cell_is_as_before():
    earlier, later = (Report((line("a", "not yet", got),)) for got in (2, 3))
    assert [change.details for change in changes(earlier, later, ())] == [["a(1): got: 3, expected: 1"]]


@pytest.mark.processes
def test_a_save_stops_a_loop_that_does_not_end(notebook):
    write(notebook, tiny(double="while True: pass"))
    reports = []
    threading.Timer(4, lambda: write(notebook, tiny())).start()
    keep_watching(
        notebook,
        limit_s=100_000,  # nothing but the save ends the loop
        on_report=lambda save: reports.append(states(save.report)),
        on_trouble=lambda error: None,
        goes_on=lambda: not reports,
    )
    assert reports == [{"double": "ok", "largest": "ok"}]


# ---------------------------------------------------------------- the commands


def command(*args, **options):
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        **options,
    )


@pytest.mark.processes
def test_the_command_prints_a_table_and_exits_by_the_checks(notebook):
    done = command("check", write(notebook, tiny()), "--json", "-")
    assert done.returncode == 0 and json.loads(done.stdout)["passed"] and "✔ ok" in done.stderr
    done = command("check", write(notebook, tiny(double="return 1")))
    assert done.returncode == 1 and "not yet" in done.stdout and "expected: 4" in done.stdout
    done = command("check", notebook.parent / "none.ipynb")
    assert done.returncode == 2 and "expected:" in done.stderr and "next:" in done.stderr


@pytest.mark.processes
def test_a_result_on_standard_output_is_utf_8_whatever_the_terminal_is(notebook):
    cells = [
        cell("größe", "def größe(x):\n    return x", solution=True),
        cell("größe_check", "check(größe, 2, expected=2)"),
    ]
    write(notebook, [tiny()[0], *cells])
    arguments = [sys.executable, "-m", "autograder", "check", str(notebook), "--junit", "-"]
    done = subprocess.run(arguments, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert [case.get("name") for case in ElementTree.fromstring(done.stdout).iter("testcase")] == ["größe"]


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a file's name is UTF-8 or UTF-16")
def test_a_name_that_is_no_utf_8_and_half_a_character_are_written_with_a_sign_in_their_place(notebook):
    cells = tiny(double="return x + x  # \ud83d", largest="return min(values)")
    path = write(notebook.with_name(os.fsdecode(b"\x9abung.ipynb")), cells)
    found = checked(path, limit_s=10)
    assert found.report is not None and states(found.report) == {"double": "ok", "largest": "not yet"}
    missing = Checked(path, None, UsageError(f"{path} is not there.", expected="a", got="b", next_step="c"))
    for text in (
        json.dumps(ci_outputs.as_json([found, missing]), ensure_ascii=False),
        ci_outputs.as_annotations([found]),
    ):
        assert "\N{REPLACEMENT CHARACTER}bung.ipynb" in text
        text.encode()


@pytest.mark.processes
def test_a_notebook_without_checks_is_told_in_a_sentence_and_no_empty_table(notebook):
    done = command("check", write(notebook, [cell("mine", "x = 1")]))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [str(notebook), "This notebook has no visible checks."]


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal")
def test_ctrl_c_ends_watch_with_a_sentence(notebook):
    write(notebook, tiny())
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "watch", str(notebook)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "Waiting" not in (process.stdout.readline() or "Waiting"):
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130 and "your notebook was not changed" in err and "Traceback" not in out + err


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal")
def test_watch_tells_all_at_first_then_changes_and_one_object_for_each_save(notebook):
    write(notebook, tiny(double="return 7"))
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "watch", str(notebook), "--json", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    objects = [json.loads(process.stdout.readline())]
    write(notebook, tiny())
    objects.append(json.loads(process.stdout.readline()))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert out == "" and [each["passed"] for each in objects] == [False, True]
    first, later = err.split("Ctrl-C ends this.\n")[:2]
    assert "double   ✘ not yet  double(2): got: 7, expected: 4\nlargest  ✔ ok\n" in first
    assert later.startswith("✔ double: now right\n2 of 2 exercises pass their checks. ")


@contextlib.contextmanager
def watched_on_a_terminal(notebook, rows=40):
    """The terminal's end, and what reads from it until certain words come."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    command = [sys.executable, "-m", "autograder", "watch", str(notebook)]
    environment = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm"}
    )

    def until(words):
        text = ""
        while words not in text:
            assert select.select([ours], [], [], 60)[0], f"nothing more came after {text!r}"
            text += os.read(ours, 9999).decode(errors="replace")
        return text

    try:
        yield ours, until
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        os.close(ours)
        os.close(theirs)


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="a terminal of another kind")
@pytest.mark.parametrize(("rows", "fits"), [(40, True), (9, False)])
def test_on_a_terminal_the_table_follows_where_it_fits_or_on_enter(notebook, rows, fits):
    write(notebook, tiny(double="return 7"))
    with watched_on_a_terminal(notebook, rows) as (terminal, until):
        assert "double" in until("next save; Ctrl-C ends this.")
        write(notebook, tiny(double="return 8"))
        said = until("next save; Ctrl-C ends this.")
        assert "✘ double: still not right" in said
        assert ("✔ ok" in said) == fits and ("Enter shows all" in said) != fits
        os.write(terminal, b"\n")
        assert fits or "✔ ok" in until("pass their checks.")


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="a terminal of another kind")
def test_on_a_terminal_a_save_is_said_while_its_checks_run_in_place_of_the_line_that_waits(notebook):
    """The first save has an endless loop, the second one is not a notebook."""
    write(notebook, tiny())
    with watched_on_a_terminal(notebook) as (_terminal, until):
        assert "are running" not in until("next save; Ctrl-C ends this.")
        write(notebook, tiny(double="while True: pass"))
        assert f"{LINE_ABOVE_IS_ERASED}Saved; the checks are running." in until("are running. Ctrl-C ends this.")
        notebook.write_text("{", encoding="utf-8")
        said = until("Save it again.")
        assert LINE_ABOVE_IS_ERASED in said and "are running" not in said
        write(notebook, tiny(double="return 8"))
        said = until("next save; Ctrl-C ends this.")
        assert "Saved; the checks are running." in said and "double: no longer right" in said


LINE_ABOVE_IS_ERASED = "\x1b[1A\x1b[2K"


@pytest.mark.processes
def test_a_students_installation_is_enough():
    code = (
        "import pkgutil, sys; from autograder import checking, cli\n"
        "for module in pkgutil.iter_modules(checking.__path__, 'autograder.checking.'): __import__(module.name)\n"
        "print([name for name in ('nbgrader', 'sqlalchemy', 'jinja2', 'tensorflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.processes
def test_the_released_notebook_of_convolution(tmp_path):
    """Blank, but for a right function, wrong ones, one that does not end and one that is no Python."""
    folder = tmp_path / "합성곱 과제"
    shutil.copytree(ROOT / "release" / "convolution", folder)
    path = folder / "convolution.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    solved = json.loads((ROOT / "solutions/convolution/convolution.ipynb").read_text(encoding="utf-8"))
    right = {each["id"]: "".join(each["source"]) for each in solved["cells"]}
    answers = {
        "conv_output_shape": right.get("conv_output_shape", ""),
        "same_padding": "def same_padding(size, kernel, stride):\n    return 0, 0",
        "count_conv2d_params": (
            "def count_conv2d_params(in_channels, filters, kernel_size, use_bias=True):\n"
            "    return in_channels * filters * kernel_size**2"
        ),
        "max_pool2d": "def max_pool2d(x, pool_size=2, strides=None, padding='valid'):\n    while True: pass",
        "receptive_field": "def receptive_field(layers)\n    return 1",
    }
    for each in content["cells"]:
        each["source"] = answers.get(each["id"], each["source"])
    path.write_text(json.dumps(content), encoding="utf-8")
    report = check(path, limit_s=5)
    found = states(report)
    assert set(found) == set(FACETS["convolution"])
    kinds = {**dict.fromkeys(answers, "not yet"), "conv_output_shape": "ok"}
    assert found == {exercise: kinds.get(exercise, "not started") for exercise in found}
    said = "\n".join(plain(report))
    for exercise, sentence in {
        "max_pool2d": "stopped after 5 s",
        "receptive_field": "SyntaxError",
        "count_conv2d_params": "likely cause: Your count has no bias",
    }.items():
        assert sentence in said or exercise not in found  # an instructor may have taken it out


@pytest.mark.parametrize("given", ["convolutoin.ipynb", "."])
def test_a_wrong_path_is_answered_with_the_notebook_that_was_meant(tmp_path, given):
    (tmp_path / "another.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "convolution.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read(tmp_path / given)
    meant = "another.ipynb" if given == "." else "convolution.ipynb"
    assert str(tmp_path / meant) in str(error.value)
    assert ("There is no file" in str(error.value)) == (given != ".")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("convolution", "release/convolution/convolution.ipynb"),
        ("convolution.ipynb", "release/convolution/convolution.ipynb"),
        ("convolutoin", "release/convolution/convolution.ipynb"),
        ("release/convolution", "release/convolution/convolution.ipynb"),
        ("relaese/convolution", "release/convolution/convolution.ipynb"),
        ("release/convolutoin/convolution.ipynb", "release/convolution/convolution.ipynb"),
        ("pooling", "pooling/pooling.ipynb"),  # the student's own, though it is released, too
        ("mine", "mine/first try.ipynb"),
        ("empty", None),
        ("solution/convolution", None),
    ],
)
def test_the_name_of_an_assignment_or_a_folder_is_answered_with_its_notebook(tmp_path, monkeypatch, given, meant):
    monkeypatch.chdir(tmp_path)
    for each in ("release/convolution/convolution", "release/pooling/pooling", "pooling/pooling", "mine/first try"):
        write(Path(f"{each}.ipynb"), tiny())
    write(Path("solutions/convolution/convolution.ipynb"), tiny())
    Path("empty").mkdir()
    with pytest.raises(UsageError) as error:
        read(Path(given))
    assert ("Did you mean" in error.value.what) == (meant is not None) and "solutions" not in str(error.value)
    assert repr(meant) in error.value.what or meant is None
    assert error.value.next_step.endswith(f"such as {meant or 'pooling/pooling.ipynb'}")


# ---------------------------------------------------------------- what surrounds an exercise


SURROUNDINGS = {
    "a builtin in a loop": "max = 0\nfor value in [1, 5]:\n    if value > max: max = value",
    "a builtin as a loop's variable": "for max in range(3):\n    pass",
    "all names of numpy": "from numpy import *",
    "pylab": "%pylab inline",
    "a patched builtin": "builtins.max = min",
    "a patched library": "np.sum = None",
    "a setting in a call": "keras.mixed_precision.set_global_policy('mixed_float16')",
    "a setting whose old value is kept": "old = np.seterr(all='raise')",
    "a setting that is printed": "print(np.seterr(all='raise'))",
    "the working directory": "os.chdir('/')",
    "the environment": "os.environ['KERAS_BACKEND'] = 'jax'",
    "names by globals()": "globals()['max'] = min",
    "names by exec": "exec('max = min')",
    "a function that sets something": "prepare()",
    "a setting in a block": "if True:\n    os.chdir('/')",
    "a magic command": "%run other.py",
}


@pytest.mark.parametrize("place", [1, 5, 6])
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_a_cell_of_ones_own_is_run_where_it_can_reach_a_function_that_never_speaks_of_it(notebook, name, place):
    cells = tiny()
    cells.insert(place, cell("scratch", SURROUNDINGS[name]))
    assert "scratch" in names_planned(write(notebook, cells))


@pytest.mark.parametrize(
    "own", ["x = 3", "def mine(x):\n    return max(x)", "print(len([1]))", "lab.pictures.a()", "'a'"]
)
def test_a_cell_of_ones_own_that_only_binds_names_or_shows_something_is_left_out(notebook, own):
    assert "scratch" not in names_planned(write(notebook, [*tiny(), cell("scratch", own)]))


@pytest.mark.processes
def test_a_check_that_passes_is_asked_again_where_its_hidden_test_stands(notebook):
    """A second definition below the check is what is graded."""
    cells = tiny()
    hidden = next(place for place, each in enumerate(cells) if each["id"] == "double_hidden")
    cells.insert(hidden, cell("old_copy", "def double(x):\n    return x * x"))
    report = check(write(notebook, cells), limit_s=20)
    assert states(report) == {"double": "not yet", "largest": "ok"} and not report.passed
    assert report.lines[0].reason.startswith("right at first, but no longer after the cells that follow")
    assert "double(3): got: 9, expected: 6" in report.lines[0].reason


@pytest.mark.processes
def test_an_empty_written_answer_and_an_edited_locked_cell_are_named(notebook):
    nbformat, checksum = pytest.importorskip("nbformat"), pytest.importorskip("nbgrader.utils").compute_checksum
    marks: dict[str, tuple[str, str, dict[str, object]]] = {
        "why": ("markdown", "YOUR ANSWER HERE", {"grade": True, "solution": True, "locked": False, "points": 2}),
        "because": ("markdown", "YOUR ANSWER HERE", {"grade": True, "solution": True, "locked": False, "points": 1}),
        "given": ("code", "factor = 2", {"grade": False, "solution": False, "locked": True}),
        "edited": ("code", "half = 2", {"grade": False, "solution": False, "locked": True}),
    }
    cells = tiny()
    for name, (kind, source, mark) in marks.items():
        made = cell(name, source, **mark) | {"cell_type": kind}
        made["metadata"]["nbgrader"]["checksum"] = checksum(nbformat.from_dict(made))
        cells.append(made)
    cells[-3]["source"] = "Because it is so."
    cells[-2]["source"] = "factor = 2\n"  # saved by another program
    cells[-1]["source"] = "half = 3"
    planned = plan(read(write(notebook, cells)))
    assert [each.name for each in planned.unwritten] == ["why"]
    assert [each.name for each in planned.edited] == ["edited"]
    notes = {note.cell: note.text for note in check(notebook, limit_s=20).notes}
    assert "your written answer is still empty" in notes["why"] and "it was edited" in notes["edited"]
