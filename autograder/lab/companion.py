"""The file next to a released notebook: likely causes of wrong answers, the list of exercises, and their hints.

    {"assignment": "convolution",
     "causes": {digest of an answer: [sentence, or two of them]},
     "exercises": [{"name", "points", "names": [what its cell defines], "check": digest of the check cell}],
     "hints": {exercise: [first, second, third]}}

`autograder release` writes it, and so does `nbgrader generate_assignment`. Whatever is missing or broken in it is
ignored: a notebook that was moved away from its folder still checks.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIKELY_CAUSES = "likely_causes.json"
VARIABLE = "AUTOGRADER_CAUSES"


@dataclass(frozen=True, slots=True)
class ListedExercise:
    """One exercise that has a visible check.

    Attributes:
        name: Its name, which is that of its solution cell.
        points: What it is worth; 0 if that is not known.
        names: Functions and variables that its solution cell defines.
        check: Digest of its check cell, see `cell_digest`; "" if that is not known.
    """

    name: str
    points: float = 0.0
    names: tuple[str, ...] = ()
    check: str = ""


def causes(digest: str) -> tuple[str, ...]:
    """The sentences of the misconceptions that give this very answer first; none if it is not known."""
    return _texts(_part("causes").get(digest))


def exercises() -> tuple[ListedExercise, ...]:
    """The notebook's exercises in its order; none if the file does not say."""
    listed = _read().get("exercises")
    found = [_exercise(item) for item in listed] if isinstance(listed, list) else []
    return tuple(exercise for exercise in found if exercise is not None)


def hints(exercise: str) -> tuple[str, ...]:
    """The hints of an exercise, as markdown, from the first idea to nearly the answer."""
    return _texts(_part("hints").get(exercise))


def cell_digest(source: str) -> str:
    """Recognises a cell by its text, whatever its line endings."""
    text = "\n".join(line.rstrip() for line in source.strip().splitlines())
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _exercise(item: Any) -> ListedExercise | None:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return None
    points, names, check = item.get("points"), item.get("names"), item.get("check")
    return ListedExercise(
        item["name"],
        points=float(points) if isinstance(points, (int, float)) and 0 <= points < 1e6 else 0.0,
        names=_texts(names),
        check=check if isinstance(check, str) else "",
    )


def _texts(listed: Any) -> tuple[str, ...]:
    return tuple(text for text in listed if isinstance(text, str)) if isinstance(listed, list) else ()


def _part(name: str) -> dict[str, Any]:
    part = _read().get(name)
    return part if isinstance(part, dict) else {}


def _read() -> dict[str, Any]:
    try:
        content = json.loads(Path(os.environ.get(VARIABLE, LIKELY_CAUSES)).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
