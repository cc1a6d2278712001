"""Proofs that are kept, so that a run with an unchanged source starts at once.

A proof is what the experiments published with one seed: those of the solved notebooks, and those of each misconception.
It is stored in build/proofs/ in the course's folder, which no student sees, and its file is named after all that it
depends on. A proof that was made from something else, or whose file is damaged, is not used: it is made again.
"""

import gzip
import hashlib
import json
import platform
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

from pydantic import TypeAdapter

from autograder.files import replace_file
from autograder.grading.course import Course
from autograder.grading.journal import version_of
from autograder.values.submitted import Assignment

MOST = 8
"""Proofs kept of one assignment."""

Messages = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What one seed's experiments published, as it came.

    Attributes:
        seed: The seed.
        solved: The solved notebooks' messages, by the grade id of the hidden cell.
        wrong: The misconceptions' messages, by id.
    """

    seed: int
    solved: Mapping[str, Messages] = field(repr=False)
    wrong: Mapping[str, Messages] = field(repr=False)


_FORM = TypeAdapter(Published)


@dataclass(frozen=True, slots=True)
class Pool:
    """Where the proofs of an assignment are.

    Attributes:
        folder: Their folder.
        made_from: Digest of all that a proof depends on except its seed.
    """

    folder: Path
    made_from: str


def pool_of(course: Course, assignment: Assignment) -> Pool:
    """The pool of an assignment as it is now, with the installed packages."""
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    facts = (version_of(assignment), platform.python_version(), platform.machine(), *packages)
    made_from = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:20]
    return Pool(course.build / "proofs" / assignment.name, made_from)


def keep_proof(pool: Pool, published: Published) -> None:
    """Store a proof; those that no longer fit, and the oldest ones beyond MOST, are removed."""
    pool.folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(_FORM.dump_python(published, mode="json")).encode()
    replace_file(_path(pool, published.seed), gzip.compress(content, compresslevel=1, mtime=0))
    newest_first = sorted(pool.folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    fitting = [path for path in newest_first if path.name.endswith(f"-{pool.made_from}.json.gz")]
    for path in {*newest_first} - {*fitting[:MOST]}:
        path.unlink(missing_ok=True)


def kept_proof(pool: Pool, seed: int) -> Published | None:
    """The proof for a seed; None if there is none that fits."""
    try:
        found = _FORM.validate_python(json.loads(gzip.decompress(_path(pool, seed).read_bytes())))
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    return found if found.seed == seed else None


def proven_seeds(pool: Pool) -> list[int]:
    """The seeds with a proof that fits, in ascending order."""
    names = (path.name.partition("-") for path in pool.folder.glob("*.json.gz"))
    return sorted(int(seed) for seed, _dash, rest in names if seed.isdecimal() and rest == f"{pool.made_from}.json.gz")


def _path(pool: Pool, seed: int) -> Path:
    return pool.folder / f"{seed}-{pool.made_from}.json.gz"
