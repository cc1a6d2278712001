"""What the experiments observe on the trusted side, and the proof that a seed's experiments tell right from wrong.

The solved notebook runs once with the seed, in one kernel, and after it every misconception's experiment in the same
kernel. A seed is used only if each misconception loses every facet that it should; otherwise the next one is tried.
"""

import ast
import itertools
import json
import secrets
import tempfile
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat

from autograder.errors import CourseError, did_you_mean
from autograder.grading.catalogue import Catalogue, placed
from autograder.grading.judge import judge
from autograder.grading.observations import parse
from autograder.grading.proofs import (
    Messages,
    Pool,
    Published,
    keep_answers,
    keep_proof,
    kept_answers,
    kept_proof,
    proven_seeds,
)
from autograder.grading.soundness import PROMISED, problem
from autograder.grading.unneeded import leave_out_unneeded
from autograder.kernels.run import SEED_VARIABLE, run
from autograder.notebooks import CHECK, EXPERIMENT, HIDDEN, MasterCell, MasterNotebook, copied, role
from autograder.parsing import syntax_tree
from autograder.values.audited import Fate, Mutant, SeedTrial
from autograder.values.observed import Expectations, Experiment, Trial
from autograder.values.submitted import Assignment, Execution, KernelSettings, Limits

Trials = Mapping[str, Sequence[Trial]]
"""Trials by the grade id of the hidden cell."""
Answers = Mapping[str, Mapping[str, "Answered"]]
"""The answers to the visible checks: {check cell: {id: answers}}."""
_TRUSTED = Limits(cell_s=120, notebook_s=1200, restarts=0)
_MUTANTS = Limits(cell_s=600, notebook_s=24 * 3600, restarts=50)
_ENDED = ("KernelDied", "CellTimeoutError", "KeyboardInterrupt", "MemoryError")
"""What a cell with a mutant may end with."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One wrong (or other right) version of an exercise, before it was tried."""

    id: str
    exercise: str
    sentence: str
    replaced: tuple[str, ...]
    facets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of one version of an exercise to its visible check.

    Attributes:
        answers: Digest of each, and whether it is right.
        wrong: The first wrong one as `autograder.lab.checks` records it; None if all are right.
    """

    answers: Sequence[tuple[str, bool]] = ()
    wrong: Mapping[str, Any] | None = None


def draw_seed() -> int:
    """A seed for a grading run, from the system's randomness."""
    return secrets.randbelow(2**31)


def fresh_seed(pool: Pool) -> int:
    """A seed for an assignment's first run: one that was drawn and proven before, or else a new one."""
    proven = proven_seeds(pool)
    return proven[0] if proven else draw_seed()


def prove(
    assignment: Assignment,
    catalogue: Catalogue,
    seed: int,
    *,
    pool: Pool | None = None,
    jobs: int = 1,
    on_progress: Callable[[str], None] = lambda _text: None,
) -> Expectations:
    """The expectations of the first seed from `seed` on whose experiments catch every misconception.

    Args:
        assignment: An assignment with experiments.
        catalogue: Its misconceptions.
        seed: The first seed that is tried, followed by the next numbers.
        pool: Proofs that were made before; a new one is added.
        jobs: How many kernels make a proof.
        on_progress: Called with what is being done, in words.

    Raises:
        CourseError: The solved notebook fails, or no seed of several in a row catches every misconception.
    """
    missed: list[Uncaught] = []
    for candidate in range(seed, seed + _TRIES):
        if pool is not None and (published := kept_proof(pool, candidate)) is not None:
            return expectations_of(assignment, catalogue, published)
        on_progress(f"proving seed {candidate}")
        published = publish(assignment, catalogue, candidate, jobs=jobs)
        expectations = expectations_of(assignment, catalogue, published)
        before, missed = missed, uncaught(expectations)
        if not missed:
            if pool is not None:
                keep_proof(pool, published)
            return expectations
        if set(before) & set(missed):
            break  # twice in a row is not bad luck
    raise CourseError(
        f"The experiments of {assignment.name} let misconceptions through.",
        expected="each misconception loses every facet that it names, for each seed",
        got=f"with seeds from {seed} on: " + "; ".join(map(str, missed[:5])),
        next_step=f"autograder audit {assignment.name}",
    )


@dataclass(frozen=True, slots=True)
class Uncaught:
    """A facet that a misconception should lose but does not."""

    misconception: str
    facet: str

    def __str__(self) -> str:
        return f"{self.misconception} keeps the facet “{self.facet}”"


def uncaught(expectations: Expectations) -> list[Uncaught]:
    """The facets that misconceptions should lose but do not."""
    kept = []
    for cell, trials in expectations.trials.items():
        for trial in trials:
            verdicts = judge(expectations.experiments[cell], trial.experiment)
            lost = {verdict.name for verdict in verdicts if verdict.points < verdict.worth}
            kept += [Uncaught(trial.id, facet) for facet in trial.facets if facet not in lost]
    return kept


def belonging_nowhere(assignment: Assignment, catalogue: Catalogue) -> list[str]:
    """A line for each file with answers to an exercise that the assignment does not have: nothing tries them."""
    exercises = {
        cell.grade_id.removesuffix(HIDDEN) for notebook in assignment.notebooks for cell in notebook.experiments
    }
    answered = dict.fromkeys(entry.exercise for entry in catalogue.answers)
    return [
        f"{name}.py has answers, and {assignment.name} has no exercise {name}.{did_you_mean(name, exercises)}"
        for name in answered
        if name not in exercises
    ]


def publish(
    assignment: Assignment, catalogue: Catalogue, seed: int, *, jobs: int = 1, stop: threading.Event | None = None
) -> Published:
    """Run the solved notebooks and every misconception with one seed; `stop` ends it, with `Stopped`.

    With several jobs, each runs the solved notebook and the misconceptions of some exercises.

    Raises:
        CourseError: The solved notebook does not run as it should.
    """
    solved: dict[str, Messages] = {}
    wrong: dict[str, Messages] = {}
    for notebook in _with_experiments(assignment):
        execution, tried = _try_in_parallel(notebook, catalogue, seed, jobs=jobs, stop=stop)
        positions = {name: index for index, cell in enumerate(notebook.solution.cells) if (name := role(cell).grade_id)}
        _demand_recognised(assignment.name, notebook, positions, execution)
        found = {cell.grade_id: execution.messages.get(positions[cell.grade_id], ()) for cell in notebook.experiments}
        _demand_other_names(assignment.name, notebook.name, solved.keys() & found.keys())
        solved |= found
        wrong |= tried
    return Published(seed, solved, wrong)


def expectations_of(assignment: Assignment, catalogue: Catalogue, published: Published) -> Expectations:
    """What was published, as the judge compares it.

    Raises:
        CourseError: The solved notebook does not do what it should.
    """
    experiments: dict[str, Experiment] = {}
    trials: dict[str, tuple[Trial, ...]] = {}
    for notebook in _with_experiments(assignment):
        for cell in notebook.experiments:
            experiments[cell.grade_id] = parse(published.solved[cell.grade_id])
            _demand_sound(assignment.name, cell, experiments[cell.grade_id])
        candidates = _misconceptions(notebook, catalogue)
        trials |= {
            cell: tuple(_resolve(trial, experiments[cell]) for trial in tried)
            for cell, tried in _trials(notebook, candidates, published.wrong).items()
        }
    return Expectations(published.seed, experiments, trials)


def observe(
    assignment: Assignment, catalogue: Catalogue, seed: int, *, stop: threading.Event | None = None
) -> Expectations:
    """What one seed's experiments observe, proven or not: see `publish` and `expectations_of`."""
    return expectations_of(assignment, catalogue, publish(assignment, catalogue, seed, stop=stop))


def _demand_other_names(assignment: str, notebook: str, twice: Collection[str]) -> None:
    """To nbgrader, a grade id is a name within its notebook; experiments are found by it within the assignment."""
    if twice:
        raise CourseError(
            f"Two notebooks of {assignment} have an experiment of the same name.",
            expected="a different grade_id for each experiment of an assignment",
            got=f"{', '.join(sorted(twice))} in {notebook}, and in a notebook before it",
            next_step=f"give other grade_ids in source/{assignment}, then `autograder release {assignment}`",
        )


def _with_experiments(assignment: Assignment) -> list[MasterNotebook]:
    """The notebooks that have a solved version; others have only ordinary checks."""
    return [notebook for notebook in assignment.notebooks if notebook.experiments]


def try_variants(
    assignment: Assignment, catalogue: Catalogue, seed: int, *, stop: threading.Event | None = None
) -> Trials:
    """What the experiments observe of the right variants, by the grade id of the hidden cell."""
    trials: dict[str, tuple[Trial, ...]] = {}
    for notebook in _with_experiments(assignment):
        candidates = _variants(catalogue)
        job = _BenchJob(notebook, catalogue, seed, every_cell=False)  # as submissions run; the solution ran as a whole
        published = _try(job, candidates, stop)[1]
        trials |= _trials(notebook, candidates, published)
    return trials


def answers_to_checks(
    assignment: Assignment, catalogue: Catalogue, *, pool: Pool | None = None, stop: threading.Event | None = None
) -> Answers:
    """What the visible checks say about each misconception's answers; the id "" is the solved notebook itself.

    With a pool, checks that have not changed since are not run again.
    """
    published = None if pool is None else kept_answers(pool)
    if published is None:
        published = {
            place: messages
            for notebook in _with_experiments(assignment)
            for place, messages in _answer_checks(notebook, catalogue, stop).items()
        }
        if pool is not None:
            keep_answers(pool, published)
    answers: dict[str, dict[str, Answered]] = {}
    for place, messages in published.items():
        check, _space, id = place.partition(" ")
        found = json.loads(next(iter(messages), '{"answers": [], "wrong": []}'))
        answers.setdefault(check, {})[id] = Answered(
            answers=[(str(digest), bool(right)) for digest, right in found["answers"]],
            wrong=next(iter(found["wrong"]), None),
        )
    return answers


def _answer_checks(notebook: MasterNotebook, catalogue: Catalogue, stop: threading.Event | None) -> dict[str, Messages]:
    """What the visible checks publish of each candidate, by the check's grade id and the candidate's own."""
    checks = {cell.grade_id for cell in notebook.cells if cell.grade_id.endswith(CHECK)}
    candidates = [
        candidate
        for candidate in (*_right(notebook), *_misconceptions(notebook, catalogue))
        if candidate.exercise + CHECK in checks
    ]
    sources = [f"_bench.answer{_arguments(candidate, CHECK)}" for candidate in candidates]
    execution, first = _run_bench(_BenchJob(notebook, catalogue), sources, stop=stop)
    return {
        f"{candidate.exercise}{CHECK} {candidate.id}": execution.messages.get(place, ())
        for place, candidate in enumerate(candidates, start=first)
    }


def try_mutants(
    notebook: MasterNotebook,
    catalogue: Catalogue,
    mutants: Sequence[Mutant],
    seed: int,
    *,
    on_mutant: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
) -> list[Fate]:
    """What happened to each mutant in the experiment with a seed, all in one kernel after the solved notebook.

    After those of an exercise the solution is tried again: what a mutant leaves behind must not affect others.

    Raises:
        CourseError: The solved notebook does not do what it should, before the mutants or after them.
    """
    sources: list[str] = []
    controls: dict[int, str] = {}
    for one, behind in itertools.zip_longest(mutants, mutants[1:]):
        sources.append(f"_bench.mutant{(one.exercise, one.variant, one.function, one.source, seed)!r}")
        if behind is None or behind.exercise != one.exercise:
            controls[len(sources)] = one.exercise
            sources.append(f"_bench.control{(one.exercise, seed)!r}")
    execution, first = _run_bench(
        _BenchJob(notebook, catalogue, seed, _MUTANTS),
        sources,
        stop=stop,
        on_source=lambda index: None if index in controls else on_mutant(),
    )
    fates = []
    for place in range(len(sources)):
        # A mutant that ends its process, or that only the cell's limit ends, publishes nothing.
        found = json.loads(execution.messages.get(first + place, ('{"lost": ""}',))[0])
        if place not in controls:
            fates.append(Fate(found["lost"], found.get("seed"), found.get("call", ""), found.get("draws")))
        elif found["lost"] is not None:
            raise CourseError(
                f"The experiment {controls[place]}{HIDDEN} of {notebook.name} differs after its mutants have run.",
                expected="the solution gets full marks again, in the process in which the mutants ran",
                got=f"it loses “{found['lost']}”",
                next_step="find the mutant that leaves something behind, with --exercise and --sample",
            )
    return fates


def try_seeds(
    notebook: MasterNotebook,
    catalogue: Catalogue,
    todo: Sequence[tuple[str, int, bool, bool]],
    *,
    into: Mapping[str, Path],
    on_trial: Callable[[], None] = lambda: None,
    stop: threading.Event | None = None,
) -> None:
    """Try misconceptions and right variants with many seeds, in one kernel after the solved notebook.

    Args:
        notebook: One with experiments.
        catalogue: Misconceptions and variants.
        todo: Exercises with a seed each, whether experiments continue when a misconception has lost what it has to,
            and whether right variants are tried too.
        into: By exercise a file to which each seed adds a line as soon as it is done: see `read_seed`.
        on_trial: Called before each.
        stop: Ends it, with `Stopped`.

    Raises:
        CourseError: The solved notebook does not do what it should.
    """
    hidden = {cell.grade_id: cell.points for cell in notebook.experiments}
    candidates = [*_misconceptions(notebook, catalogue), *_variants(catalogue)]
    tried = [(one.id, one.exercise, one.replaced, one.facets) for one in candidates if one.exercise + HIDDEN in hidden]
    files = {exercise: str(path.resolve()) for exercise, path in into.items()}
    _run_bench(
        _BenchJob(notebook, catalogue, limits=replace(_TRUSTED, cell_s=1200, notebook_s=24 * 3600)),
        [f"_bench.plan({hidden!r}, {tried!r}, {files!r})", *(f"{_FORGET}_bench.seed{trial!r}" for trial in todo)],
        stop=stop,
        on_source=lambda index: on_trial() if index else None,
    )


_FORGET = """import sys
if "keras" in sys.modules: sys.modules["keras"].backend.clear_session()
"""
"""TensorFlow keeps a kernel for each variable that was ever made: megabytes for each run of an experiment that builds
models."""


def read_seed(line: str) -> SeedTrial:
    """What a line of `try_seeds` says.

    Raises:
        ValueError: It is not such a line, or only the beginning of one.
    """
    data = json.loads(line)
    return SeedTrial(
        seed=int(data["seed"]),
        unsound=tuple(data["unsound"]),
        kept={id: frozenset(kept) for id, _lost, kept in data["misconceptions"]},
        lost={id: frozenset(lost) for id, lost, _kept in data["misconceptions"]},
        variants={id: frozenset(lost) for id, lost in data["variants"]},
        whole=bool(data["whole"]),
        with_variants=bool(data["with_variants"]),
        cpu_s=float(data["cpu_s"]),
    )


def _try(
    job: "_BenchJob", candidates: Sequence[_Candidate], stop: threading.Event | None
) -> tuple[Execution, dict[str, Messages]]:
    """Run the solved notebook and each candidate's experiment after it, in one kernel; what these published, by id."""
    hidden = {cell.grade_id for cell in job.notebook.experiments}
    candidates = [candidate for candidate in candidates if candidate.exercise + HIDDEN in hidden]
    sources = [f"_bench.observe{_arguments(candidate, HIDDEN)}" for candidate in candidates]
    execution, first = _run_bench(job, sources, stop=stop)
    places = enumerate(candidates, start=first)
    return execution, {candidate.id: execution.messages.get(place, ()) for place, candidate in places}


def _try_in_parallel(
    notebook: MasterNotebook, catalogue: Catalogue, seed: int, *, jobs: int, stop: threading.Event | None
) -> tuple[Execution, dict[str, Messages]]:
    """What `_try` finds of the misconceptions, with those of an exercise in one kernel, the largest exercises first."""
    exercises: dict[str, list[_Candidate]] = {}
    for candidate in _misconceptions(notebook, catalogue):
        exercises.setdefault(candidate.exercise, []).append(candidate)
    parts: list[list[_Candidate]] = [[] for _job in range(min(jobs, len(exercises)) or 1)]
    for candidates in sorted(exercises.values(), key=len, reverse=True):
        min(parts, key=len).extend(candidates)
    ended = threading.Event() if stop is None else stop
    with ThreadPoolExecutor(len(parts), thread_name_prefix="proof") as pool:
        running = [pool.submit(_try, _BenchJob(notebook, catalogue, seed), part, ended) for part in parts]
        try:
            found = [future.result() for future in running]
        except BaseException:
            ended.set()
            raise
    return found[0][0], {id: messages for _execution, tried in found for id, messages in tried.items()}


def _trials(
    notebook: MasterNotebook, candidates: Sequence[_Candidate], published: Mapping[str, Messages]
) -> dict[str, tuple[Trial, ...]]:
    """What was observed of candidates, by the grade id of the hidden cell."""
    return {
        cell: tuple(
            Trial(one.id, one.sentence, one.facets, parse(published[one.id]))
            for one in candidates
            if one.exercise + HIDDEN == cell
        )
        for cell in sorted(cell.grade_id for cell in notebook.experiments)
    }


@dataclass(frozen=True, slots=True)
class _BenchJob:
    """A solved notebook with its catalogue, the seed of its own experiments, what it may use, and what of it runs."""

    notebook: MasterNotebook
    catalogue: Catalogue
    seed: int = 0
    limits: Limits = _TRUSTED
    every_cell: bool = True


def _run_bench(
    job: _BenchJob,
    sources: Sequence[str],
    *,
    stop: threading.Event | None,
    on_source: Callable[[int], None] = lambda _index: None,
) -> tuple[Execution, int]:
    """Run the solved notebook followed by the bench and further cells; also the first further cell's position.

    If the limits allow that a kernel ends, a further cell may end it.
    """
    node = copied(job.notebook.solution)
    if not job.every_cell:
        leave_out_unneeded(node, job.notebook)
    cells = {role(cell).grade_id: cell.source for cell in node.cells}
    tried = {name: source for name, source in cells.items() if name.endswith((HIDDEN, CHECK))}
    files = [str(path.resolve()) for path in job.catalogue.files]
    bench = f"from autograder.grading.trial import Bench\n_bench = Bench(globals(), {tried!r}, {files!r})"
    node.cells += [nbformat.v4.new_code_cell(source) for source in (bench, *sources)]
    first = len(node.cells) - len(sources)
    with tempfile.TemporaryDirectory() as folder:
        settings = KernelSettings(modules=job.notebook.modules, environment={SEED_VARIABLE: str(job.seed)})
        execution = run(
            node,
            folder=Path(folder),
            limits=job.limits,
            settings=settings,
            on_cell=lambda index: on_source(index - first) if index >= first else None,
            stop=stop,
        )
    _demand_no_error(job.notebook, execution, first, may_end=job.limits.restarts > 0)
    return execution, first


def _demand_no_error(notebook: MasterNotebook, execution: Execution, first: int, *, may_end: bool = False) -> None:
    for index, cell in enumerate(execution.notebook.cells):
        error = next((out for out in cell.get("outputs", ()) if out.output_type == "error"), None)
        if error is not None and not (may_end and index >= first and error.ename in _ENDED):
            what = f"Cell {index + 1} of the solved notebook" if index < first else f"`{cell.source.splitlines()[-1]}`"
            raise CourseError(
                f"{what} of {notebook.name} failed.",
                expected="a solved notebook and misconceptions that run without an error",
                got=f"{error.ename}: {error.evalue}",
                next_step="fix the source notebook or the misconception, then `autograder release` and `audit`",
            )


def _demand_recognised(
    assignment: str, notebook: MasterNotebook, positions: Mapping[str, int], execution: Execution
) -> None:
    """Check that no other graded cell records anything: it is not judged, and gets full marks in nbgrader."""
    experiments = {cell.grade_id for cell in notebook.experiments}
    for name, position in positions.items():
        if name not in experiments and execution.messages.get(position):
            raise CourseError(
                f"The cell {name} of {assignment} records observations but does not open its recorder itself.",
                expected=f"the line `from {EXPERIMENT} import begin` in each cell with an experiment",
                got=f"no {EXPERIMENT} in its text",
                next_step=f"fix the cell {name} in source/{assignment}, then `autograder release {assignment}`",
            )


def _demand_sound(assignment: str, cell: MasterCell, experiment: Experiment) -> None:
    """Check that the solved notebook's own observations can be used."""
    if found := problem(experiment, cell.points):
        raise CourseError(
            f"The experiment {cell.grade_id} of {assignment} is not sound on the solved notebook.",
            expected="each facet observed, finite values or one of the exceptions that an experiment distinguishes "
            f"({', '.join(PROMISED)}), facets worth the cell's points, a guard that takes at least a quarter of them",
            got=found,
            next_step=f"fix the cell {cell.grade_id} in source/{assignment}, then `autograder release {assignment}`",
        )


def _right(notebook: MasterNotebook) -> list[_Candidate]:
    """The solved exercises themselves, as candidates that replace nothing."""
    return [
        _Candidate("", cell.grade_id.removesuffix(CHECK), "", (), ())
        for cell in notebook.cells
        if cell.grade_id.endswith(CHECK)
    ]


def _variants(catalogue: Catalogue) -> list[_Candidate]:
    return [
        _Candidate(variant.id, variant.exercise, variant.sentence, (variant.replaces,), ())
        for variant in catalogue.variants
    ]


def _misconceptions(notebook: MasterNotebook, catalogue: Catalogue) -> list[_Candidate]:
    """The catalogued misconceptions of this notebook's exercises, in its order, and the common ones for each."""
    functions = _functions(notebook)
    candidates = [
        _Candidate(wrong.id, wrong.exercise, wrong.sentence, (wrong.replaces,), wrong.facets)
        for exercise in functions
        for wrong in catalogue.misconceptions
        if wrong.exercise == exercise
    ]
    for exercise, names in functions.items():
        candidates += [
            _Candidate(f"{exercise}/{entry.name}", exercise, entry.sentence, names, (entry.facet,))
            for entry in catalogue.commons
            if names
        ]
    return candidates


def _functions(notebook: MasterNotebook) -> dict[str, tuple[str, ...]]:
    """The functions that each solution cell defines for others to call, by the cell's grade id."""
    found = {}
    for cell in notebook.solution.cells:
        if role(cell).solution and cell.cell_type == "code":
            body = syntax_tree(cell.source).body
            names = (node.name for node in body if isinstance(node, ast.FunctionDef))
            found[role(cell).grade_id] = tuple(name for name in names if not name.startswith("_"))
    return found


def _resolve(trial: Trial, experiment: Experiment) -> Trial:
    names = tuple(name for name, _points in experiment.facets)
    return replace(trial, facets=placed(trial.facets, names))


def _arguments(candidate: _Candidate, suffix: str) -> str:
    return repr((candidate.id, candidate.replaced, candidate.exercise + suffix))
