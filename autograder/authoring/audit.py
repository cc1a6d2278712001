"""Proves that an assignment's tests tell right from wrong, before a student meets them."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from nbgrader.utils import determine_grade

from autograder.authoring.release import solved_by_a_student
from autograder.authoring.requirements import contradictions, rubrics, sums
from autograder.grading import proving
from autograder.grading.course import Course, load_assignment, load_catalogue, load_course, solve
from autograder.grading.diagnose import diagnose
from autograder.grading.grade import Prepared, default_jobs, execute, judge_all, prepare
from autograder.grading.judge import judge, same
from autograder.grading.proofs import keep_proof, pool_of
from autograder.grading.record import register
from autograder.notebooks import CHECK, MasterNotebook, role
from autograder.values.audited import Audit, Finding
from autograder.values.graded import Judged
from autograder.values.observed import Expectations
from autograder.values.submitted import Assignment, Limits, Submission
from autograder.words import in_words, sentence

LIMITS = Limits(cell_s=120)


def audit_assignment(
    course: Course, name: str, *, seed: int | None = None, on_progress: Callable[[str], None] = lambda _text: None
) -> Audit:
    """Test every claim about an assignment's checks and experiments with one seed.

    Raises:
        UsageError: There is no such assignment.
        CourseError: The course cannot be run at all: its source, its solution or a misconception is broken.
    """
    assignment = load_assignment(course, name)
    catalogue = load_catalogue(course, name)
    asked, seed = seed, proving.draw_seed() if seed is None else seed
    on_progress(f"running the solved and the blank notebook and every misconception with seed {seed}")
    stop = threading.Event()
    submissions = [submission_of(course, assignment, solved=solved) for solved in (True, False)]
    send = partial(execute, assignment=assignment, seed=seed, limits=LIMITS, stop=stop)
    with ThreadPoolExecutor(default_jobs()) as pool:
        try:
            published = pool.submit(proving.publish, assignment, catalogue, seed, stop=stop)
            tried = pool.submit(proving.try_variants, assignment, catalogue, seed, stop=stop)
            answered = pool.submit(proving.answers_to_checks, assignment, catalogue, stop=stop)
            ran = list(pool.map(send, submissions))
            expectations = proving.expectations_of(assignment, catalogue, published.result())
            solved, blank = (
                judge_all(one, assignment, executed, expectations)
                for one, executed in zip(submissions, ran, strict=True)
            )
            variants, answers = tried.result(), answered.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    trials = [trial for tried in expectations.trials.values() for trial in tried]
    missed = proving.uncaught(expectations)
    if asked is None and not missed:  # a seed that somebody gave is known to somebody
        keep_proof(pool_of(course, assignment), published.result())
    findings = (
        _finding("the solved notebook gets full marks", _points_lost(solved)),
        _finding("the solved notebook runs without an error", _errors(solved)),
        _finding("the blank notebook gets 0", _points_won(blank)),
        _finding("every misconception loses the facets that it should", list(map(str, missed))),
        _finding("every misconception gets its own sentence", _wrong_sentences(expectations)),
        _finding("misconceptions that cannot be told apart share a sentence", _contradictions(expectations)),
        _finding("every right variant gets full marks", _variants_losing(expectations, variants)),
        _finding("the visible checks accept the solution", _checks_refusing(answers)),
        _finding("the visible checks complain about the blank", _checks_silent(assignment, blank)),
        _finding("every exercise has misconceptions", _without_misconceptions(expectations)),
        _finding("every catalogued answer belongs to an exercise", proving.belonging_nowhere(assignment, catalogue)),
        _finding("each statement says what its experiment asks for", _contradicting(course, name)),
    )
    return Audit(
        assignment=name,
        seed=seed,
        misconceptions=len(trials),
        caught=len(trials) - len({one.misconception for one in missed}),
        variants=sum(map(len, variants.values())),
        points=sum(cell.points for notebook in assignment.notebooks for cell in notebook.cells if cell.graded),
        findings=findings,
    )


def _finding(claim: str, against: Sequence[str]) -> Finding:
    return Finding(claim, not against, tuple(against))


def submission_of(course: Course, assignment: Assignment, *, solved: bool) -> Prepared:
    """The solved or the blank notebook as a submission that is ready to run, with its own gradebook."""
    with TemporaryDirectory() as folder:
        beside = load_course(course.root)
        beside.paths.db_url = f"sqlite:///{Path(folder) / 'gradebook.db'}"
        register(beside, assignment)
        files = {
            f"{notebook.name}.ipynb": (_solved(course, assignment, notebook) if solved else notebook.release).encode()
            for notebook in assignment.notebooks
        }
        return prepare(beside, assignment, Submission("solved" if solved else "blank", files))


def _solved(course: Course, assignment: Assignment, notebook: MasterNotebook) -> str:
    if not notebook.experiments:  # no solution is generated
        source = course.folder("source", ".", assignment.name) / f"{notebook.name}.ipynb"
        notebook = replace(notebook, solved=solve(source.read_text(encoding="utf-8")))
    return solved_by_a_student(notebook)


def _points_lost(solved: Judged) -> list[str]:
    return [
        f"{verdict.name}, “{facet.name}”: {in_words(facet.reason)}"
        for notebook in solved.notebooks
        for verdict in notebook.verdicts
        for facet in verdict.facets
        if facet.points < facet.worth
    ] + [
        *(f"{name}: {points:g} of {worth:g} points" for name, points, worth in _ordinary(solved) if points < worth),
        *(f"{fault.cell}: {in_words(fault.reason)}" for fault in solved.faults),
    ]


def _points_won(blank: Judged) -> list[str]:
    return [
        f"{verdict.name}, “{facet.name}”: {facet.points:g} points"
        for notebook in blank.notebooks
        for verdict in notebook.verdicts
        for facet in verdict.facets
        if facet.points
    ] + [f"{name}: {points:g} points" for name, points, _worth in _ordinary(blank) if points]


def _ordinary(judged: Judged) -> Iterator[tuple[str, float, float]]:
    """The graded code cells that only nbgrader marks: name, points and worth."""
    for notebook in judged.notebooks:
        experiments = {verdict.cell for verdict in notebook.verdicts}
        for cell in notebook.notebook.cells:
            known = role(cell)
            if known.grade and not known.solution and cell.cell_type == "code" and known.grade_id not in experiments:
                points, worth = determine_grade(cell)
                yield known.grade_id, points or 0.0, worth


def _errors(judged: Judged) -> list[str]:
    return [
        f"cell {index + 1}: {output.ename}"
        for notebook in judged.notebooks
        for index, cell in enumerate(notebook.notebook.cells)
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]


def _wrong_sentences(expectations: Expectations) -> list[str]:
    """Misconceptions that are not named; one that always matches another with the same sentence is named with it."""
    lines = []
    for cell, trials in expectations.trials.items():
        for trial in trials:
            verdicts = judge(expectations.experiments[cell], trial.experiment)
            said = diagnose(trial.experiment, verdicts, trials)
            if said is None or trial.id not in said.misconceptions:
                lines.append(f"{trial.id} gets: {sentence(said) or 'nothing'}")
    return lines


def _contradictions(expectations: Expectations) -> list[str]:
    return [
        f"{one.id} and {other.id} coincide and say different things"
        for trials in expectations.trials.values()
        for one, other in itertools.combinations(trials, 2)
        if one.sentence != other.sentence and same(one.experiment, other.experiment)
    ]


def _variants_losing(expectations: Expectations, variants: proving.Trials) -> list[str]:
    return [
        f"{variant.id}, “{verdict.name}”: {in_words(verdict.reason)}"
        for cell, tried in variants.items()
        for variant in tried
        for verdict in judge(expectations.experiments[cell], variant.experiment)
        if verdict.points < verdict.worth
    ]


def _checks_refusing(answers: proving.Answers) -> list[str]:
    return [
        f"{cell}: " + ("example " + ", ".join(wrong) if wrong else "it asks nothing")
        for cell, given in answers.items()
        if (wrong := [str(n + 1) for n, (_digest, right) in enumerate(given[""].answers) if not right])
        or not given[""].answers
    ]


def _checks_silent(assignment: Assignment, blank: Judged) -> list[str]:
    checks = {
        cell.grade_id for notebook in assignment.notebooks for cell in notebook.cells if cell.grade_id.endswith(CHECK)
    }
    complaining = {
        role(cell).grade_id
        for notebook in blank.notebooks
        for cell in notebook.notebook.cells
        if any(out.output_type == "error" and out.ename == "CheckFailed" for out in cell.get("outputs", ()))
    }
    return sorted(checks - complaining)


def _contradicting(course: Course, name: str) -> list[str]:
    notebooks = sorted(course.folder("source", ".", name).glob("*.ipynb"))
    return [
        line
        for path in notebooks
        for line in (*sums(path), *(told for rubric in rubrics(path) for told in contradictions(rubric)))
    ]


def _without_misconceptions(expectations: Expectations) -> list[str]:
    return [cell for cell, trials in expectations.trials.items() if not trials]
