"""Many seeds at once: is each one proven at the first try, and does each say the same of every catalogued answer?"""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from autograder.grading import expectations as trusted
from autograder.grading import judge
from autograder.grading.catalogue import Catalogue
from autograder.grading.course import Course, load_assignment, load_catalogues
from autograder.lab import experiment, probes, spies, surroundings
from autograder.values import Assignment, Seeds, SeedTrial

WHOLE = 50
"""Of so many seeds all facets of all misconceptions are looked at; then only whether each loses what it has to."""
WITH_VARIANTS = 100
"""With so many seeds the right variants are tried."""
_IN_ONE_KERNEL = 50
"""Seeds: after so many a new kernel goes on, since the models of experiments stay in a process's memory."""


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
    todo = [
        (seed, whole, variants)
        for place, seed in enumerate(seeds)
        for whole, variants in [(place < WHOLE, place < WITH_VARIANTS)]
        if not (seed in before and before[seed].whole >= whole and before[seed].with_variants >= variants)
    ]
    on_progress(f"{name}: {len(todo)} seeds to try from {first} on, {count - len(todo)} done before")
    parts = [todo[start : start + _IN_ONE_KERNEL] for start in range(0, len(todo), _IN_ONE_KERNEL)]
    if len(parts) < jobs:
        parts = [part for turn in range(jobs) if (part := todo[turn::jobs])]
    done = 0
    lock = threading.Lock()

    def tell() -> None:
        nonlocal done
        with lock:
            done += 1
            if done % 10 == 1:
                on_progress(f"seed {done} of {len(todo)}")

    stop = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        running = [
            pool.submit(trusted.try_seeds, notebook, catalogues, part, into=kept, on_seed=tell, stop=stop)
            for part in parts
            for notebook in assignment.notebooks
            if notebook.experiments
        ]
        try:
            for future in running:
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    found = _read(kept)
    return Seeds(name, tuple(found[seed] for seed in seeds))


def _digest(assignment: Assignment, catalogues: Mapping[Path, Catalogue]) -> str:
    """What the trials depend on: other notebooks, catalogues or recorders begin anew."""
    texts = [notebook.solved for notebook in assignment.notebooks]
    parts = [Path(str(module.__file__)) for module in (experiment, judge, probes, spies, surroundings)]
    texts += [path.read_text(encoding="utf-8") for path in (*catalogues, *parts)]
    return sha256("\0".join(texts).encode()).hexdigest()[:12]


def _read(path: Path) -> dict[int, SeedTrial]:
    return {trial.seed: trial for trial in _trials(path)}


def _trials(path: Path) -> Iterator[SeedTrial]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield trusted.read_seed(line)
        except (ValueError, KeyError, TypeError):
            continue  # a process was ended while it wrote this line; that seed is tried again
