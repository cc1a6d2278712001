"""Mutation tests of the hidden tests: each right answer with one small change, in the real experiments.

If a mutant that is a different function keeps points, so does a student with the same slip.
"""

import ast
import random
import threading
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.authoring import operators
from autograder.authoring.effort import ALL_OF_IT, Effort
from autograder.errors import CourseError, UsageError, did_you_mean
from autograder.grading import proving
from autograder.grading.catalogue import Catalogue, Variant, whole_text
from autograder.grading.course import Course, load_assignment, load_catalogue
from autograder.notebooks import MasterNotebook, role
from autograder.parsing import syntax_tree
from autograder.values.audited import Fate, Mutant, Mutation, MutationScore

_WORTH_A_KERNEL = 100
"""Mutants per kernel; each kernel runs the solved notebook first."""
LISTED = "equivalent_mutants.toml"
"""Next to the exercises' files: mutants that are right as well, each with the reason."""

Key = tuple[str, str, str, str]
"""What identifies a mutant: see `Mutant.key`."""


def mutation_test(
    course: Course,
    name: str,
    *,
    seed: int | None = None,
    sample: int | None = None,
    effort: Effort = ALL_OF_IT,
) -> Mutation:
    """Try the mutants of an assignment's solution and of its right variants.

    Args:
        course: The course.
        name: The assignment.
        seed: Of the experiments, and of the sample; drawn if not given.
        sample: How many of the mutants are tried; all if not given.
        effort: Which exercise, how many kernels, and who hears of it.

    Raises:
        UsageError: There is no such assignment or exercise.
        CourseError: The course cannot be run, or its list of equivalent mutants cannot be read.
    """
    exercise, jobs, on_progress = effort.exercise, effort.jobs, effort.on_progress
    assignment, catalogue = load_assignment(course, name), load_catalogue(course, name)
    listed = _listed(course.root / "solutions" / name / LISTED)
    seed = proving.draw_seed() if seed is None else seed
    on_progress("making mutants")
    by_notebook = {
        notebook.name: (notebook, [one for one in _mutants(notebook, catalogue) if exercise in (None, one.exercise)])
        for notebook in assignment.notebooks
        if notebook.experiments
    }
    made = [mutant for _notebook, mutants in by_notebook.values() for mutant in mutants]
    if exercise is not None and not made:
        exercises = sorted({one.exercise for notebook in assignment.notebooks for one in _mutants(notebook, catalogue)})
        raise UsageError(
            f"{name} has no exercise {exercise!r} with a function.{did_you_mean(exercise, exercises)}",
            expected=", ".join(exercises) or "an exercise with a function",
            got=exercise,
            next_step="name one of these with --exercise; nothing was run",
        )
    chosen = set(made if sample is None else random.Random(seed).sample(made, min(sample, len(made))))
    parts = [
        (notebook, part)
        for notebook, mutants in by_notebook.values()
        for part in _shared_out([mutant for mutant in mutants if mutant in chosen], jobs)
    ]
    done = _Progress(sum(len(part) for _notebook, part in parts), on_progress)
    stop = threading.Event()
    fates: dict[Mutant, Fate] = {}
    with ThreadPoolExecutor(jobs) as pool:
        running = [
            (part, pool.submit(proving.try_mutants, notebook, catalogue, part, seed, on_mutant=done.one, stop=stop))
            for notebook, part in parts
        ]
        try:
            for part, future in running:
                fates |= dict(zip(part, future.result(), strict=True))
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    whole = sample is None and exercise is None
    order = list(dict.fromkeys(mutant.exercise for mutant in made))
    return Mutation(name, seed, len(made), _scores(fates, listed, order), tuple(_stale(fates, listed)) if whole else ())


class _Progress:
    """Reports from time to time how many mutants were tried; several threads do the work."""

    def __init__(self, count: int, tell: Callable[[str], None]) -> None:
        self._count, self._tell, self._done, self._lock = count, tell, 0, threading.Lock()

    def one(self) -> None:
        """One more is being tried."""
        with self._lock:
            self._done += 1
            if self._done == 1 or self._done == self._count or self._done % 100 == 0:
                self._tell(f"mutant {self._done} of {self._count}")


# ---------------------------------------------------------------- which mutants there are


def _mutants(notebook: MasterNotebook, catalogue: Catalogue) -> Iterator[Mutant]:
    tested = {one.name for one in notebook.exercises if one.experiment}
    tried: set[tuple[str, str]] = set()
    for cell in notebook.solution.cells:
        exercise = role(cell).grade_id
        if exercise not in tested:
            continue
        functions = operators.functions(cell.source)
        for function, source in functions.items():
            yield from _changed(exercise, "", function, source)
        for variant in catalogue.variants:
            if variant.exercise == exercise and variant.replaces in functions:
                yield from _of_variant(variant, catalogue.variants, tried)


def _of_variant(variant: Variant, variants: Sequence[Variant], tried: set[tuple[str, str]]) -> Iterator[Mutant]:
    """The mutants of a variant and of what it calls in its file and neighbouring ones.

    What several variants of an exercise call is changed in the first of them; what is itself a variant of another
    exercise is changed there.
    """
    elsewhere = {other.name for other in variants if other.exercise != variant.exercise}
    functions = operators.functions(whole_text(Path(variant.function.__code__.co_filename)))
    for name in _reached(variant.name, functions):
        if name not in elsewhere and (variant.exercise, name) not in tried:
            tried.add((variant.exercise, name))
            yield from _changed(variant.exercise, variant.id, name, functions[name])


def _reached(name: str, functions: Mapping[str, str]) -> list[str]:
    """A function and those of its file that it calls, in the order of the file."""
    wanted, reached = [name], set[str]()
    while wanted:
        one = wanted.pop()
        if one in functions and one not in reached:
            reached.add(one)
            wanted += [node.id for node in ast.walk(syntax_tree(functions[one])) if isinstance(node, ast.Name)]
    return [one for one in functions if one in reached]


def _changed(exercise: str, variant: str, function: str, source: str) -> Iterator[Mutant]:
    for change in operators.rewrites(source):
        yield Mutant(
            exercise,
            variant,
            function,
            change.line,
            change.was,
            change.now,
            change.operator,
            change.source,
        )


def _shared_out(mutants: Sequence[Mutant], most: int) -> list[list[Mutant]]:
    """The mutants in parts of about the same size, each exercise's together, each part worth a kernel."""
    parts = min(most, -(-len(mutants) // _WORTH_A_KERNEL))
    groups: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        groups[mutant.exercise].append(mutant)
    shares: list[list[Mutant]] = [[] for _part in range(parts)]
    for group in sorted(groups.values(), key=len, reverse=True):
        min(shares, key=len).extend(group)
    return [share for share in shares if share]


# ---------------------------------------------------------------- what became of them


def _scores(fates: Mapping[Mutant, Fate], listed: Mapping[Key, str], order: Sequence[str]) -> tuple[MutationScore, ...]:
    by_exercise: dict[str, dict[Mutant, Fate]] = defaultdict(dict)
    for mutant, fate in fates.items():
        by_exercise[mutant.exercise][mutant] = fate
    scores = []
    for exercise, group in sorted(by_exercise.items(), key=lambda item: order.index(item[0])):
        alive = {mutant: fate for mutant, fate in group.items() if fate.lost is None}
        same = [mutant for mutant, fate in alive.items() if fate.is_same or mutant.key in listed]
        survived = [(mutant, fate) for mutant, fate in alive.items() if mutant not in set(same)]
        scores.append(MutationScore(exercise, len(group) - len(alive), tuple(same), tuple(survived)))
    return tuple(scores)


def _listed(path: Path) -> dict[Key, str]:
    """The reasons by the mutants' keys; empty if there is no list."""
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
        listed = {
            (str(entry["exercise"]), str(entry["function"]), str(entry["was"]), str(entry["now"])): entry
            for entry in entries
        }
        unreasoned = [key for key, entry in listed.items() if not str(entry.get("reason", "")).strip()]
        if unreasoned:
            raise ValueError(f"no reason for {unreasoned[0]}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            f"The list of equivalent mutants {path} cannot be read.",
            expected="TOML with tables [[mutant]] of exercise, function, was, now and reason",
            got=f"{type(error).__name__}: {error}",
            next_step="fix the file; the report names mutants in the same words",
        ) from error
    return {key: str(entry["reason"]) for key, entry in listed.items()}


def _stale(fates: Mapping[Mutant, Fate], listed: Mapping[Key, str]) -> Iterator[str]:
    counts = Counter(mutant.key for mutant, fate in fates.items() if fate.lost is None)
    for key in listed:
        if not counts[key]:
            yield " | ".join(key)
