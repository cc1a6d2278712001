"""Many seeds at once: is each one proven at the first try, and does each say the same of every catalogued answer?"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from autograder.grading import expectations as trusted
from autograder.grading import judge, observations, soundness, trial
from autograder.grading.catalogue import Catalogue
from autograder.grading.course import Course, load_assignment, load_catalogues
from autograder.lab import experiment, probes, spies, surroundings
from autograder.values import Assignment, Attempt, Seeds, SeedTrial

WHOLE = 50
"""Of so many seeds all facets of all misconceptions are looked at; then only whether each loses what it has to."""
WITH_VARIANTS = 100
"""With so many seeds the right variants are tried."""
_IN_ONE_KERNEL = 25
"""Seeds: after so many a new kernel goes on, since the models of experiments stay in a process's memory."""

_DECIDE = (experiment, judge, observations, probes, soundness, spies, surroundings, trial)
"""The modules that say what a trial finds."""


def try_seeds(
    course: Course,
    name: str,
    *,
    count: int,
    first: int | None = None,
    jobs: int = 1,
    into: Path | None = None,
    on_progress: Callable[[str], None] = lambda _text: None,
) -> Seeds:
    """Try an assignment's misconceptions and right variants with so many seeds.

    What is done is kept in a folder, and the same call goes on behind it, as long as the assignment is the same.

    Args:
        course: The course.
        name: The assignment.
        count: How many seeds.
        first: The first of them, the others being the numbers after it; drawn if not given.
        jobs: How many kernels work at it at the same time.
        into: The folder; build/seeds in the course's if not given.
        on_progress: Told what is being done, in words.

    Raises:
        UsageError: There is no such assignment.
        CourseError: The course cannot be run.
    """
    assignment, catalogues = load_assignment(course, name), load_catalogues(course, name)
    first = trusted.draw_seed() if first is None else first
    seeds = range(first, first + count)
    into = into or course.root / "build" / "seeds"
    into.mkdir(parents=True, exist_ok=True)
    kept = (into / f"{name}-{_digest(assignment, catalogues)}.jsonl").resolve()
    before = _read(kept)
    if kept.is_file() and not kept.read_bytes().endswith(b"\n"):
        kept.write_bytes(kept.read_bytes() + b"\n")  # what the next seed says begins on a line of its own
    notebooks = [notebook for notebook in assignment.notebooks if notebook.experiments]
    todo = {
        notebook.name: [
            (seed, whole, variants)
            for place, seed in enumerate(seeds)
            for whole, variants in [(place < WHOLE, place < WITH_VARIANTS)]
            if not _says_enough(before.get((seed, notebook.name)), whole=whole, variants=variants)
        ]
        for notebook in notebooks
    }
    left = len({seed for trials in todo.values() for seed, _whole, _variants in trials})
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
            pool.submit(trusted.try_seeds, notebook, catalogues, part, into=kept, on_seed=tell, stop=stop)
            for notebook in notebooks
            for part in _parts(todo[notebook.name], jobs)
        ]
        try:
            for future in running:
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    found = _read(kept)
    return Seeds(name, tuple(_together([found[seed, notebook.name] for notebook in notebooks]) for seed in seeds))


_Todo = tuple[int, bool, bool]
"""A seed, whether experiments go on to their end, and whether right variants are tried."""


def _says_enough(trial: SeedTrial | None, *, whole: bool, variants: bool) -> bool:
    return trial is not None and trial.whole >= whole and trial.with_variants >= variants


def _parts(todo: Sequence[_Todo], jobs: int) -> list[Sequence[_Todo]]:
    """What each kernel tries of a notebook."""
    parts = [todo[start : start + _IN_ONE_KERNEL] for start in range(0, len(todo), _IN_ONE_KERNEL)]
    return parts if len(parts) >= jobs else [part for turn in range(jobs) if (part := todo[turn::jobs])]


def _together(trials: Sequence[SeedTrial]) -> SeedTrial:
    """What a seed made of all notebooks of an assignment."""
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


def _united(facets: Iterable[Mapping[Attempt, frozenset[str]]]) -> dict[Attempt, frozenset[str]]:
    united: dict[Attempt, frozenset[str]] = {}
    for one in facets:
        for attempt, names in one.items():
            united[attempt] = united.get(attempt, frozenset()) | names
    return united


def _digest(assignment: Assignment, catalogues: Mapping[Path, Catalogue]) -> str:
    """What the trials depend on: other notebooks, catalogues, recorders or judges begin anew."""
    texts = [notebook.solved for notebook in assignment.notebooks]
    parts = [Path(str(module.__file__)) for module in _DECIDE]
    texts += [path.read_text(encoding="utf-8") for path in (*catalogues, *parts)]
    return sha256("\0".join(texts).encode()).hexdigest()[:12]


def _read(path: Path) -> dict[tuple[int, str], SeedTrial]:
    """The last trial of each seed and notebook."""
    return {(trial.seed, notebook): trial for notebook, trial in _trials(path)}


def _trials(path: Path) -> Iterator[tuple[str, SeedTrial]]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield trusted.read_seed(line)
        except (ValueError, KeyError, TypeError):
            continue  # a process was ended while it wrote this line; that seed is tried again
