"""Where a student stands in a session, and hints, one step at a time."""

import json
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.lab import checks, companion, hint, progress
from autograder.lab.checks import check
from autograder.lab.session import Session
from autograder.notebooks import exercises_of

CHECK_CELL = "check(double, 2, expected=4)\ncheck(double, 3, expected=6)"
HINTS = ["**Hint 1: the idea**\n\nAdd.", "**Hint 2: the cause**\n\nTwice.", "**Hint 3: nearly**\n\n`x + x`"]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A notebook session in a folder with the file of an assignment of two exercises."""
    monkeypatch.delenv(companion.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks.check, "session", Session())
    shell = InteractiveShell.instance()
    content = {
        "causes": {},
        "exercises": [
            {"name": "double", "points": 3, "names": ["double"], "check": companion.cell_digest(CHECK_CELL)},
            {"name": "area<b>", "points": 1, "names": ["area"], "check": ""},
        ],
        "hints": {"double": HINTS},
    }
    (tmp_path / companion.LIKELY_CAUSES).write_text(json.dumps(content), encoding="utf-8")
    run(shell, "from autograder.lab import check, hint, progress")
    yield shell
    InteractiveShell.clear_instance()


def run(shell, source):
    with capture_output():
        return shell.run_cell(source, store_history=True)


def shown(function, *args):
    with capture_output() as captured:
        function(*args)
    (output,) = captured.outputs
    return output.data


def states() -> list[str]:
    return [line.split()[0] for line in shown(progress)["text/plain"].splitlines()[:-1]]


def hints_shown(name="double") -> int:
    return sum(text in shown_hint for shown_hint in [shown(hint, name)["text/markdown"]] for text in HINTS)


def define(shell, body):
    run(shell, f"def double(x):\n    return {body}")


# ---------------------------------------------------------------- progress


def test_an_exercise_is_untried_then_wrong_then_passed(shell):
    assert states() == ["○", "○"]
    define(shell, "x * x")  # right for 2, wrong for 3
    run(shell, CHECK_CELL)
    assert states() == ["✘", "○"]
    define(shell, "x + x")
    run(shell, CHECK_CELL)
    assert states() == ["✔", "○"]


def test_a_stub_counts_as_not_tried(shell):
    run(shell, "def double(x):\n    raise NotImplementedError")
    run(shell, CHECK_CELL)
    assert states() == ["○", "○"]


@pytest.mark.parametrize("end", ["if x > 2: raise KeyboardInterrupt", "if x > 2: raise SystemExit"])
def test_a_check_that_is_cut_off_has_not_passed(shell, end):
    run(shell, f"def double(x):\n    {end}\n    return x + x")
    run(shell, CHECK_CELL)
    assert states() == ["✘", "○"]


def test_a_cell_that_fails_behind_its_checks_has_not_passed(shell):
    define(shell, "x + x")
    run(shell, "check(double, 1, expected=2)")
    assert states() == ["✔", "○"]
    source = CHECK_CELL + "\n1 / 0"
    content = json.loads(Path(companion.LIKELY_CAUSES).read_text(encoding="utf-8"))
    content["exercises"][0]["check"] = companion.cell_digest(source)
    Path(companion.LIKELY_CAUSES).write_text(json.dumps(content), encoding="utf-8")
    run(shell, source)
    assert states() == ["✘", "○"]


def test_another_cell_does_not_undo_the_check_cell(shell):
    define(shell, "x + x")
    run(shell, CHECK_CELL)
    run(shell, "check(double, 1, expected=77)")
    assert states() == ["✔", "○"]


def test_a_wrong_call_stays_wrong_although_a_later_one_of_the_cell_is_right(shell):
    define(shell, "x * x")
    run(shell, "try:\n    check(double, 3, expected=6)\nexcept AssertionError:\n    pass\ncheck(double, 2, expected=4)")
    assert states() == ["✘", "○"]


def test_the_html_has_text_for_all_and_neither_script_nor_colours_of_its_own(shell):
    page = shown(progress)["text/html"]
    assert 'role="img"' in page and 'aria-label="0 of 2 checks passed' in page and 'scope="row"' in page
    assert "area&lt;b&gt;" in page and "<b>" not in page
    assert "<script" not in page and "#" not in page and "rgb" not in page


@pytest.mark.parametrize(
    "content", [None, b"{", b"[]", b'{"exercises": 3}', b'{"exercises": [3, {"name": 4}]}', b"\xff"]
)
def test_without_the_list_what_was_checked_is_shown(shell, tmp_path, content):
    (tmp_path / companion.LIKELY_CAUSES).unlink()
    if content is not None:
        (tmp_path / companion.LIKELY_CAUSES).write_bytes(content)
    assert "No check was run" in shown(progress)["text/plain"]
    define(shell, "x * x")
    run(shell, CHECK_CELL)
    assert shown(progress)["text/plain"].startswith("✘ double")


def test_choices_of_the_right_form_are_not_called_right(shell):
    run(shell, "check.choice({'a': 'b'})")
    (line,) = [line for line in _without_file(shown).splitlines() if "choice" in line]
    assert "judged after you hand in" in line


def _without_file(show):
    Path(companion.LIKELY_CAUSES).unlink()
    return show(progress)["text/plain"]


def test_outside_a_notebook_the_plain_text_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks.check, "session", Session())
    check(len, [1], expected=1)
    capsys.readouterr()
    progress()
    assert capsys.readouterr().out.startswith("✔ len")


# ---------------------------------------------------------------- hints


def test_the_next_hint_comes_after_a_failed_check_only(shell):
    define(shell, "x * x")
    assert [hints_shown(), hints_shown(), hints_shown()] == [1, 1, 1]
    run(shell, CHECK_CELL)
    assert [hints_shown(), hints_shown()] == [2, 2]
    run(shell, CHECK_CELL)
    assert [hints_shown(), hints_shown()] == [3, 3]


def test_the_next_hint_comes_after_a_change_of_the_function(shell):
    define(shell, "x * x")
    assert hints_shown() == 1
    define(shell, "x ** 2")
    assert [hints_shown(), hints_shown()] == [2, 2]


def test_a_check_of_the_stub_is_no_attempt(shell):
    run(shell, "def double(x):\n    raise NotImplementedError")
    assert hints_shown() == 1
    run(shell, CHECK_CELL)
    assert hints_shown() == 1


def test_a_hint_is_asked_for_by_name_or_by_function_and_has_a_plain_form(shell):
    define(shell, "x * x")
    data = shown(hint, shell.user_ns["double"])
    assert data["text/markdown"].startswith("**Hint 1: the idea**") and data["text/plain"].startswith(
        "Hint 1: the idea\n"
    )


def test_an_unknown_name_is_told_which_there_are(shell):
    assert "`double`" in shown(hint, "tripel")["text/markdown"]
    assert "Did you mean 'double'? There are some for: `double`." in shown(hint, "duoble")["text/markdown"]


def test_without_a_name_it_is_told_which_there_are(shell, tmp_path):
    assert shown(hint)["text/markdown"] == (
        'Say for which exercise, such as `lab.hint("double")`. There are hints for: `double`.'
    )
    (tmp_path / companion.LIKELY_CAUSES).unlink()
    assert shown(hint)["text/plain"] == 'Say for which exercise, such as `lab.hint("conv2d")`.'


def test_without_the_file_it_says_where_the_hints_stand(shell, tmp_path):
    (tmp_path / companion.LIKELY_CAUSES).unlink()
    assert "collapsed in the cell below the check" in shown(hint, "double")["text/plain"]


# ---------------------------------------------------------------- from the notebook to the file


def notebook(*cells):
    made = [
        {"cell_type": kind, "id": name, "metadata": {"nbgrader": extra} if extra else {}, "source": source}
        for kind, name, source, extra in cells
    ]
    return made


def test_the_release_lists_exercises_with_points_names_and_their_check():
    (double,) = exercises_of(
        notebook(
            ("code", "double", "def double(x): ...\nfactor: int = 2", None),
            ("code", "double_check", CHECK_CELL, None),
            ("code", "double_hidden", "# here", {"points": 3}),
            ("code", "other", "x = 1", None),
        )
    )
    assert (double.name, double.points, double.defines) == ("double", 3, ("double", "factor"))
    assert companion.cell_digest(double.check) == companion.cell_digest(CHECK_CELL + "\n")


def test_the_release_takes_the_hints_out_of_the_folded_cells():
    source = "".join(
        f"<details>\n<summary>Hint {n}: t</summary>\n\nText `{n}`.\n\nMore.\n\n</details>\n\n" for n in (1, 2, 3)
    )
    (double,) = exercises_of(
        notebook(("code", "double_check", CHECK_CELL, None), ("markdown", "double_hints", source, None))
    )
    assert double.hints == tuple(f"**Hint {n}: t**\n\nText `{n}`.\n\nMore." for n in (1, 2, 3))


def test_an_experiment_with_a_magic_is_one_whose_facets_cannot_be_read():
    source = (
        "%matplotlib inline\nfrom autograder.lab.experiment import begin\nobserve, rng = begin('double', {'values': 3})"
    )
    (double,) = exercises_of(notebook(("code", "double_hidden", source, {"points": 3})))
    assert (double.experiment, double.points, double.facets, double.guard) == (source, 3, (), 0)
