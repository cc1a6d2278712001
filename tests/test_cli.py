"""The command line: exit codes, JSON, messages that cure."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, POINTS, SQUARES, answer, append, make_tiny_course, remembered, solve, submit

from autograder.cli import main
from autograder.grading import journal
from autograder.grading.course import Course, load_assignment, load_course


def autograder(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process, which has imported what it needs; the demo's tests run it as a program."""
    out, log, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(log), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["autograder", *arguments])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), log.getvalue())


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_tiny_course(tmp_path_factory.mktemp("tiny course 수업"))
    submit(course, "ada", solve)
    submit(course, "김철수", solve, answer("double", SQUARES))
    return course


@pytest.fixture(scope="module")
def graded(tiny: Course) -> subprocess.CompletedProcess[str]:
    return autograder("grade", ASSIGNMENT, "--course", str(tiny.root), "--seed", "3", "--json", "-")


@pytest.mark.processes
def test_grading_ends_with_0_whatever_the_marks(graded: subprocess.CompletedProcess[str]) -> None:
    assert graded.returncode == 0, graded.stderr


@pytest.mark.processes
def test_a_misspelt_exercise_in_a_catalogue_is_named_by_whoever_uses_it(tmp_path: Path) -> None:
    """The answer is tried nowhere, so that its mistake has no sentence and is proven by nothing."""
    course = make_tiny_course(tmp_path)
    (course.solutions(ASSIGNMENT) / "largest.py").rename(course.solutions(ASSIGNMENT) / "largesst.py")
    submit(course, "ada", solve)
    said = "largesst.py has answers, and tiny has no exercise largesst. Did you mean 'largest'?"
    for command in ("release", "grade"):
        done = autograder(command, ASSIGNMENT, "--course", str(tmp_path))
        assert done.returncode == 0 and said in done.stderr.splitlines()


@pytest.mark.processes
def test_what_belongs_to_no_submission_is_named_and_counts_with_strict(
    graded: subprocess.CompletedProcess[str], tiny: Course
) -> None:
    loose = tiny.root / "submitted" / "lost.ipynb"
    loose.write_text("{}", encoding="utf-8")
    try:
        command = ("grade", ASSIGNMENT, "--course", str(tiny.root), "--json", "-")
        lenient, strict = autograder(*command), autograder(*command, "--strict")
    finally:
        loose.unlink()
    assert (lenient.returncode, strict.returncode) == (0, 1)
    assert "not used: submitted/lost.ipynb: a file in no student's folder" in strict.stderr
    assert json.loads(strict.stdout)["unused"] == ["lost.ipynb: a file in no student's folder"]


@pytest.mark.processes
def test_the_json_has_the_form_that_other_tools_rely_on(graded: subprocess.CompletedProcess[str]) -> None:
    """Standard output holds the JSON and nothing else."""
    data = json.loads(graded.stdout)
    assert set(data) == {"schema", "command", "assignment", "seed", "submissions", "failed", "retried", "unused"}
    assert data["failed"] == data["retried"] == []
    assert (data["schema"], data["assignment"], data["seed"]) == (3, ASSIGNMENT, 3)
    assert [one["student"] for one in data["submissions"]] == ["ada", "김철수"]
    for submission in data["submissions"]:
        assert set(submission) == {"student", "score", "max_score", "seconds", "status", "faults", "exercises"}
        assert submission["max_score"] == POINTS
        for exercise in submission["exercises"]:
            points = {"name", "notebook", "cell", "state", "score", "max_score", "facets"}
            assert set(exercise) == points | {"diagnosis", "misconceptions"}
            for facet in exercise["facets"]:
                assert set(facet) == {"name", "score", "max_score", "reason"}
                assert (facet["reason"] is None) == (facet["score"] == facet["max_score"])
                assert facet["reason"] is None or set(facet["reason"]) == {"kind", "words"}


@pytest.mark.processes
def test_a_log_gets_a_plain_line_for_each_submission(graded: subprocess.CompletedProcess[str]) -> None:
    assert "\x1b" not in graded.stderr
    assert [line for line in graded.stderr.splitlines() if line.startswith("ada")]
    assert "seed 3" in graded.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["grade", "tinny"], 2, "Did you mean 'tiny'"),
        (["grade", ASSIGNMENT, "--student", "nobody"], 2, "nobody"),
        (
            ["grade", ASSIGNMENT, "--jobs", "0"],
            2,
            "--jobs does not take this value.\n  expected: a whole number, at least 1",
        ),
        (["grade", ASSIGNMENT, "--jobs", "two"], 2, "expected: a whole number, at least 1\n"),
        (["grade", ASSIGNMENT, "--seed", "abc"], 2, "expected: a whole number from 0 to 2147483647\n"),
        (["grade", ASSIGNMENT, "--seed", "-1"], 2, "--seed does not take this value."),
        (["grade", ASSIGNMENT, "--timeout", "nan"], 2, "expected: a number, at least 0.1\n"),
        (["grade"], 2, "Missing argument"),
        (["grade", ASSIGNMENT, "--json", "nowhere/at/all.json"], 2, "nothing was run"),
        (["audit", "nothing"], 2, "no assignment"),
        (["audit", ASSIGNMENT, "--mutants", "--seeds", "3"], 2, "separate audits"),
        (["audit", ASSIGNMENT, "--sample", "3"], 2, "--sample without it"),
        (["audit", "--mutants", "--exercise", "double"], 2, "the assignment's name"),
        (["audit", ASSIGNMENT, "--mutants", "--exercise", "doubel"], 2, "double, largest"),
        (["bundle", "nothing"], 2, "no assignment"),
        (["demo", "tinny"], 2, "Did you mean 'tiny'"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(
    tiny: Course, arguments: Sequence[str], code: int, says: str
) -> None:
    done = autograder(*arguments, "--course", str(tiny.root))
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr and "Input should" not in done.stderr


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = autograder("grade", ASSIGNMENT, "--course", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_an_assignment_that_nobody_handed_in_says_where_submissions_lie(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    done = autograder("grade", ASSIGNMENT, "--course", str(course.root))
    assert done.returncode == 2
    assert "submitted" in done.stderr
    assert "proving" not in done.stderr


def test_a_gradebook_that_cannot_be_opened_ends_with_4(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "ada", solve)
    (tmp_path / "gradebook.db").write_text("this is no database, and longer than a header of sixteen bytes")
    done = autograder("grade", ASSIGNMENT, "--course", str(tmp_path))
    assert done.returncode == 4, done.stderr
    assert "gradebook" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.processes
def test_grading_one_student_again_keeps_the_others_in_the_report(
    tiny: Course, graded: subprocess.CompletedProcess[str]
) -> None:
    done = autograder("grade", ASSIGNMENT, "--course", str(tiny.root), "--student", "ada")
    assert done.returncode == 0, done.stderr
    assert "1 of them unchanged" in done.stdout
    assert "seed:      3" in done.stdout
    report = json.loads((tiny.root / "report/tiny/results.json").read_text(encoding="utf-8"))
    assert [one["student"] for one in report["submissions"]] == ["ada", "김철수"]


def test_a_broken_configuration_ends_with_3(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    (course.root / "nbgrader_config.py").write_text("c = get_config(\n", encoding="utf-8")
    done = autograder("grade", ASSIGNMENT, "--course", str(course.root))
    assert done.returncode == 3, done.stderr
    assert "nbgrader_config.py" in done.stderr
    assert "expected:" in done.stderr


def test_a_solution_that_is_not_made_from_its_source_ends_with_3(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    source = tmp_path / "source/tiny/tiny.ipynb"
    source.write_text(source.read_text(encoding="utf-8").replace("return 2 * x", "return x * 2"), encoding="utf-8")
    submit(course, "ada", solve)
    done = autograder("grade", ASSIGNMENT, "--course", str(tmp_path))
    assert done.returncode == 3
    assert "autograder release tiny" in done.stderr
    assert not (tmp_path / "autograded").exists()


@pytest.mark.processes
def test_a_course_whose_tests_let_a_misconception_through_is_not_graded(tmp_path: Path) -> None:
    """The run begins with the proof, and ends there when it fails."""
    course = make_tiny_course(tmp_path)
    wrong = tmp_path / "solutions/tiny/double.py"
    text = wrong.read_text(encoding="utf-8").replace("return x * x", "return x + x")
    wrong.write_text(text, encoding="utf-8")
    submit(course, "ada", solve)
    done = autograder("grade", ASSIGNMENT, "--course", str(tmp_path))
    assert done.returncode == 3
    assert "double/squares keeps the facet" in done.stderr
    assert not (tmp_path / "autograded").exists()


@pytest.mark.processes
def test_an_audit_that_finds_something_ends_with_1_and_lists_it(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    wrong = tmp_path / "solutions/tiny/double.py"
    text = wrong.read_text(encoding="utf-8").replace("return abs(x) * 2", "return x * 2")
    wrong.write_text(text, encoding="utf-8")
    done = autograder("audit", ASSIGNMENT, "--course", str(course.root), "--json", "-")
    assert done.returncode == 1, done.stderr
    data = json.loads(done.stdout)
    assert data["passed"] is False
    failed = {one["claim"]: one["against"] for one in data["assignments"][0]["findings"] if not one["holds"]}
    assert any("double/drops_the_sign" in line for lines in failed.values() for line in lines)
    assert "NO " in done.stderr


@pytest.mark.processes
def test_an_audit_of_a_sound_assignment_ends_with_0(tiny: Course) -> None:
    done = autograder("audit", ASSIGNMENT, "--course", str(tiny.root), "--seed", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 misconceptions caught" in done.stdout


@pytest.mark.processes
def test_mutants_and_seeds_end_with_what_they_found_as_text_and_as_json(tiny: Course) -> None:
    course = ("--course", str(tiny.root), "--seed", "5", "--json", "-")
    mutants = autograder("audit", ASSIGNMENT, "--mutants", "--sample", "5", *course)
    seeds = autograder("audit", ASSIGNMENT, "--seeds", "2", *course)
    assert (mutants.returncode, seeds.returncode) == (0, 0), mutants.stderr + seeds.stderr
    (tried,) = json.loads(mutants.stdout)["assignments"]
    assert sum(one["killed"] + len(one["equivalent"]) for one in tried["exercises"]) == 5
    assert "5 of " in mutants.stderr and " killed, 0 survived" in mutants.stderr
    assert json.loads(seeds.stdout)["assignments"][0]["seeds"] == [5, 6]
    assert "2 proven at the first try" in seeds.stderr


@pytest.mark.processes
def test_a_release_that_is_fresh_passes_the_check_and_a_changed_one_does_not(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    assert autograder("release", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    assert autograder("release", ASSIGNMENT, "--course", str(course.root), "--check").returncode == 0
    notebook = tmp_path / "release/tiny/tiny.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("tiny assignment", "hacked"), encoding="utf-8")
    done = autograder("release", ASSIGNMENT, "--course", str(course.root), "--check")
    assert (done.returncode, done.stdout.strip()) == (1, "release/tiny/tiny.ipynb")


@pytest.mark.processes
def test_what_was_taken_out_of_the_source_is_told_by_the_check_and_removed_by_the_release(tmp_path: Path) -> None:
    """Else students would still get it. What is not made from the source, and no student gets, stays."""
    course = make_tiny_course(tmp_path)
    source, release, solutions = (tmp_path / folder / "tiny" for folder in ("source", "release", "solutions"))
    shutil.copy(source / "tiny.ipynb", source / "second.ipynb")
    (source / "data").mkdir()
    (source / "data/answers.csv").write_text("secret")
    assert autograder("release", ASSIGNMENT, "--course", str(course.root)).returncode == 0
    assert (release / "data/answers.csv").is_file() and (solutions / "second.ipynb").is_file()
    (source / "second.ipynb").unlink()
    shutil.rmtree(source / "data")
    own = [
        solutions / "remarks.ipynb",
        release / ".ipynb_checkpoints/tiny-checkpoint.ipynb",
        tmp_path / "release/news.md",
    ]
    for path in own:
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    gone = ["release/tiny/data/answers.csv", "release/tiny/second.ipynb", "solutions/tiny/second.ipynb"]
    told = autograder("release", ASSIGNMENT, "--course", str(course.root), "--check")
    assert (told.returncode, [line for line in told.stdout.split() if line in gone]) == (1, gone)
    done = autograder("release", ASSIGNMENT, "--course", str(course.root))
    assert [line for line in done.stdout.splitlines() if "removed" in line] == [f"{path} (removed)" for path in gone]
    assert not any((tmp_path / path).exists() for path in (*gone, "release/tiny/data"))
    assert all(path.is_file() for path in own)
    assert autograder("release", ASSIGNMENT, "--course", str(course.root), "--check").stdout == ""


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_an_interrupt_ends_with_130_and_keeps_what_was_graded(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "a-quick", solve)
    submit(course, "b-slow", solve, append("import time\ntime.sleep(900)"))
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--course", str(tmp_path), "--jobs", "1"]
    command += ["--timeout", "9000", "--json", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None and running.stdout is not None
        for line in running.stderr:
            if line.startswith("a-quick"):
                break
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        rest, told = running.stderr.read(), running.stdout.read()
        assert running.wait() == 130
    assert "Traceback" not in rest
    assert json.loads(told)["error"]["what"].startswith("stopped; what was graded so far")
    assert "stopped; what was graded so far is in the gradebook" in rest
    assert [student for student, _told in remembered(load_course(tmp_path))] == ["a-quick"]


@pytest.mark.processes
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_run_that_is_killed_goes_on_with_its_seed_and_grades_nothing_twice(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path)
    submit(course, "a-quick", solve)
    submit(course, "b-slow", solve, append("import time\ntime.sleep(6)"))
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--course", str(tmp_path), "--jobs", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("a-quick"):
                break
        running.kill()
    first = dict(remembered(course))["a-quick"]
    done = autograder("grade", ASSIGNMENT, "--course", str(tmp_path), "--json", "-")
    assert done.returncode == 0, done.stderr
    assert dict(remembered(course))["a-quick"] == first
    data = json.loads(done.stdout)
    assert data["seed"] == json.loads(first)["seed"]
    assert [one["student"] for one in data["submissions"]] == ["a-quick", "b-slow"]
    assert journal.cut_off_run(course.report(ASSIGNMENT), load_assignment(course, ASSIGNMENT)) is None


def test_a_kernelspec_names_the_provisioner_and_what_it_needs(tmp_path: Path) -> None:
    done = autograder("kernelspec", "--prefix", str(tmp_path), "--name", "python3", "--module", "json")
    assert done.returncode == 0, done.stderr
    spec = json.loads((Path(done.stdout.strip()) / "kernel.json").read_text(encoding="utf-8"))
    assert Path(done.stdout.strip()) == tmp_path / "share" / "jupyter" / "kernels" / "python3"
    assert spec["metadata"]["kernel_provisioner"] == {
        "provisioner_name": "autograder-warm",
        "config": {"modules": ["json"], "sandbox": True},
    }


def test_a_kernelspec_in_two_places_is_refused(tmp_path: Path) -> None:
    done = autograder("kernelspec", "--user", "--prefix", str(tmp_path))
    assert done.returncode == 2
    assert "nothing was installed" in done.stderr


@pytest.mark.processes
def test_no_command_waits_for_grammars_that_it_does_not_need() -> None:
    code = (
        "import contextlib, sys; from autograder.cli import main; sys.argv = ['autograder', 'release', '--help']\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "import nbformat; nbformat.validate(nbformat.v4.new_notebook()); print('lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
