"""Proofs that are kept, so that a run with an unchanged source starts at once.

A proof is what the experiments published with one seed: those of the solved notebooks, and those of each misconception.
What the visible checks published of them, which a release needs, is kept likewise. The files are in build/proofs/ in
the course's folder, which no student sees, and are named after all that they depend on. What was made from something
else, and a damaged file, is not used: it is made again.
"""

import gzip
import hashlib
import json
import os
import platform
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from autograder.files import replace_file
from autograder.grading.course import Course, imported_files
from autograder.language import VARIABLE
from autograder.values.submitted import Assignment
from autograder.version import version

MOST = 8
"""Files kept of one assignment."""

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


@dataclass(frozen=True, slots=True)
class Pool:
    """Where what an assignment's experiments and checks published is kept.

    Attributes:
        folder: The folder.
        made_from: Digest of all that it depends on, except the seed of a proof.
    """

    folder: Path
    made_from: str


def pool_of(course: Course, assignment: Assignment) -> Pool:
    """The pool of an assignment as it is now, with the installed packages, in this language."""
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    language = (os.environ.get(name, "") for name in (VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    facts = (version(), assignment.digest, platform.python_version(), platform.machine(), *language, *packages)
    made_from = hashlib.sha256("\n".join(facts).encode())
    solved = [one.solution for one in assignment.notebooks if one.experiments]
    codes = (cell.source for one in solved for cell in one.cells if cell.cell_type == "code")
    for path in imported_files(codes, course.root):
        made_from.update(path.read_bytes())
    return Pool(course.build / "proofs" / assignment.name, made_from.hexdigest()[:20])


def keep_proof(pool: Pool, published: Published) -> None:
    """Store a proof; those that no longer fit, and the oldest ones beyond MOST, are removed."""
    _keep(pool, str(published.seed), _PROOF.dump_python(published, mode="json"))


def kept_proof(pool: Pool, seed: int) -> Published | None:
    """The proof for a seed; None if there is none that fits."""
    found = _kept(_PROOF, pool, str(seed))
    return found if found is not None and found.seed == seed else None


def proven_seeds(pool: Pool) -> list[int]:
    """The seeds with a proof that fits, in ascending order."""
    names = (path.name.partition("-")[0] for path in pool.folder.glob(f"*-{pool.made_from}.json.gz"))
    return sorted(int(name) for name in names if name.isdecimal())


def keep_answers(pool: Pool, answers: Mapping[str, Messages]) -> None:
    """Store what the visible checks published, likewise."""
    _keep(pool, _ANSWERS_NAME, _ANSWERS.dump_python(dict(answers), mode="json"))


def kept_answers(pool: Pool) -> Mapping[str, Messages] | None:
    """What the visible checks published; None if it was not kept, or does not fit."""
    return _kept(_ANSWERS, pool, _ANSWERS_NAME)


_Value = TypeVar("_Value")
_PROOF, _ANSWERS = TypeAdapter(Published), TypeAdapter(dict[str, Messages])
_ANSWERS_NAME = "answers"


def _keep(pool: Pool, name: str, data: Any) -> None:
    pool.folder.mkdir(parents=True, exist_ok=True)
    replace_file(_path(pool, name), gzip.compress(json.dumps(data).encode(), compresslevel=1, mtime=0))
    newest_first = sorted(pool.folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    fitting = [path for path in newest_first if path.name.endswith(f"-{pool.made_from}.json.gz")]
    for path in {*newest_first} - {*fitting[:MOST]}:
        path.unlink(missing_ok=True)


def _kept(form: TypeAdapter[_Value], pool: Pool, name: str) -> _Value | None:
    try:
        return form.validate_python(json.loads(gzip.decompress(_path(pool, name).read_bytes())))
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _path(pool: Pool, name: str) -> Path:
    return pool.folder / f"{name}-{pool.made_from}.json.gz"
