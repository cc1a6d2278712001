"""Many seeds at once: is each one proven at the first try, and does each judge every catalogued answer the same way?"""

import ast
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from autograder.authoring.effort import ALL_OF_IT, Effort
from autograder.errors import UsageError, did_you_mean
from autograder.grading import judge, observations, proving, soundness, trial
from autograder.grading.catalogue import Catalogue, whole_text
from autograder.grading.course import COMMON, Course, imported_files, load_assignment, load_catalogue
from autograder.lab import experiment, surroundings
from autograder.notebooks import CHECK, HIDDEN, MasterNotebook, role
from autograder.parsing import syntax_tree
from autograder.values.audited import Seeds, SeedTrial

WHOLE = 50
"""For this many seeds all facets of all misconceptions are examined; then only whether each loses what it has to."""
WITH_VARIANTS = 100
"""With this many seeds the right variants are tried."""
_IN_ONE_KERNEL = 25
"""Seeds per kernel; then a new one continues, because the models of experiments stay in a process's memory."""

_DECIDE = (experiment, judge, observations, soundness, surroundings, trial)
"""The modules that say what a trial finds."""


def try_seeds(
    course: Course,
    name: str,
    *,
    count: int,
    first: int | None = None,
    into: Path | None = None,
    effort: Effort = ALL_OF_IT,
) -> Seeds:
    """Try an assignment's misconceptions and right variants with many seeds.

    What is done is kept in a folder by exercise, and the same call continues from there. An exercise starts again if
    something has changed that its trials depend on; words that only people read do not count.

    Args:
        course: The course.
        name: The assignment.
        count: How many seeds.
        first: The first of them, the others being the numbers after it; drawn if not given.
        into: The folder; build/seeds in the course's if not given.
        effort: Which exercise, how many kernels, and who hears of it.

    Raises:
        UsageError: There is no such assignment, or no such exercise.
        CourseError: The course cannot be run.
    """
    exercise, jobs, on_progress = effort.exercise, effort.jobs, effort.on_progress
    assignment, catalogue = load_assignment(course, name), load_catalogue(course, name)
    first = proving.draw_seed() if first is None else first
    seeds = range(first, first + count)
    into = into or course.build / "seeds"
    into.mkdir(parents=True, exist_ok=True)
    exercises = {
        notebook.name: [
            known.name for known in notebook.exercises if known.experiment and exercise in (None, known.name)
        ]
        for notebook in assignment.notebooks
    }
    if exercise is not None and not any(exercises.values()):
        experiments = [known.name for one in assignment.notebooks for known in one.exercises if known.experiment]
        raise UsageError(
            f"{name} has no exercise {exercise!r} with an experiment.{did_you_mean(exercise, experiments)}",
            expected=", ".join(experiments),
            got=exercise,
            next_step=f"autograder audit {name} --seeds {count} --exercise NAME",
        )
    files = {
        known: into / f"{name}-{known}-{_digest(notebook, known, catalogue, course.root)}.jsonl"
        for notebook in assignment.notebooks
        for known in exercises[notebook.name]
    }
    before = {known: _read(file) for known, file in files.items()}
    for file in files.values():
        _end_last_line(file)
    todo = {
        notebook.name: [
            (known, seed, whole, variants)
            for place, seed in enumerate(seeds)
            for whole, variants in [(place < WHOLE, place < WITH_VARIANTS)]
            for known in exercises[notebook.name]
            if not _says_enough(before[known].get(seed), whole=whole, variants=variants)
        ]
        for notebook in assignment.notebooks
    }
    left = len({seed for trials in todo.values() for _exercise, seed, _whole, _variants in trials})
    on_progress(f"{name}: {left} seeds to try from {first} on, {count - left} done before")
    total = sum(map(len, todo.values()))
    done = 0
    lock = threading.Lock()

    def tell() -> None:
        nonlocal done
        with lock:
            done += 1
            if done % 10 == 1:
                on_progress(f"trial {done} of {total}")

    stop = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        running = [
            pool.submit(proving.try_seeds, notebook, catalogue, part, into=files, on_trial=tell, stop=stop)
            for notebook in assignment.notebooks
            for part in _parts(todo[notebook.name], _IN_ONE_KERNEL * len(exercises[notebook.name]), jobs)
        ]
        try:
            for future in running:
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    found = [_read(file) for file in files.values()]
    return Seeds(name, tuple(_together([trials[seed] for trials in found]) for seed in seeds))


_Todo = tuple[str, int, bool, bool]
"""An exercise and a seed, whether experiments continue to their end, and whether right variants are tried."""


def _says_enough(trial: SeedTrial | None, *, whole: bool, variants: bool) -> bool:
    return trial is not None and trial.whole >= whole and trial.with_variants >= variants


def _parts(todo: Sequence[_Todo], most: int, jobs: int) -> list[Sequence[_Todo]]:
    """What each kernel tries of a notebook."""
    parts = [todo[start : start + most] for start in range(0, len(todo), most or 1)]
    return parts if len(parts) >= jobs else [part for turn in range(jobs) if (part := todo[turn::jobs])]


def _together(trials: Sequence[SeedTrial]) -> SeedTrial:
    """What a seed made of several exercises."""
    return SeedTrial(
        seed=trials[0].seed,
        unsound=tuple(wrong for trial in trials for wrong in trial.unsound),
        kept=_united(trial.kept for trial in trials),
        lost=_united(trial.lost for trial in trials),
        variants=_united(trial.variants for trial in trials),
        whole=all(trial.whole for trial in trials),
        with_variants=all(trial.with_variants for trial in trials),
        cpu_s=sum(trial.cpu_s for trial in trials),
    )


def _united(facets: Iterable[Mapping[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    united: dict[str, frozenset[str]] = {}
    for one in facets:
        for id, names in one.items():
            united[id] = united.get(id, frozenset()) | names
    return united


def _digest(notebook: MasterNotebook, exercise: str, catalogue: Catalogue, root: Path) -> str:
    """What an exercise's trials depend on: code in its notebook, its catalogued answers, and who records and judges."""
    codes = [
        "" if name.endswith((HIDDEN, CHECK)) and name != exercise + HIDDEN else cell.source
        for cell in notebook.solution.cells
        if cell.cell_type == "code"
        for name in [role(cell).grade_id]
    ]
    files = [Path(str(module.__file__)) for module in _DECIDE]
    files += imported_files([cell.source for cell in notebook.experiments if cell.grade_id == exercise + HIDDEN], root)
    codes += [file.read_text(encoding="utf-8") for file in files]
    codes += [whole_text(file) for file in catalogue.files if file.stem == exercise or file.name == COMMON]
    return sha256("\0".join(map(_without_words, codes)).encode()).hexdigest()[:12]


def _without_words(code: str) -> str:
    """Code without comments and docstrings. What is not Python, such as a magic, stays as it is."""
    try:
        tree = syntax_tree(code)
    except SyntaxError:
        return code
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def _end_last_line(path: Path) -> None:
    """Make sure that the next seed's result starts on a new line."""
    if path.is_file() and not path.read_bytes().endswith(b"\n"):
        path.write_bytes(path.read_bytes() + b"\n")


def _read(path: Path) -> dict[int, SeedTrial]:
    """The last trial of each seed."""
    return {trial.seed: trial for trial in _trials(path)}


def _trials(path: Path) -> Iterator[SeedTrial]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield proving.read_seed(line)
        except (ValueError, KeyError, TypeError):
            continue  # a process ended while writing this line; that seed is tried again
