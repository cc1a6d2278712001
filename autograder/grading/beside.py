"""What students get with an assignment's notebook: the file of likely causes, and the glossary.

`autograder release` and `nbgrader generate_assignment` write the same.
"""

import json
from collections.abc import Sequence

from autograder.grading.catalogue import Misconception
from autograder.grading.course import Course, load_catalogue
from autograder.grading.proving import Answers
from autograder.lab.companion import LIKELY_CAUSES, cell_digest
from autograder.values.submitted import Assignment

GLOSSARY = "glossary.md"
_CAUSES_AT_MOST = 2


def beside(course: Course, assignment: Assignment, answers: Answers | None) -> dict[str, bytes]:
    """What is released with an assignment's notebooks, by name.

    Args:
        course: The course.
        assignment: The assignment.
        answers: What each misconception answers to the visible checks; None for an assignment without experiments.
    """
    files = {**glossary(course, assignment), **assignment.files}
    if answers is not None:
        files[LIKELY_CAUSES] = likely_causes(course, assignment, answers).encode()
    return files


def glossary(course: Course, assignment: Assignment) -> dict[str, bytes]:
    """source/glossary.md, if a notebook links to it: nbgrader's exchange hands out an assignment's own folder only."""
    file = course.folder("source", ".", assignment.name).with_name(GLOSSARY)
    if not file.is_file() or not any(f"({GLOSSARY}" in notebook.release for notebook in assignment.notebooks):
        return {}
    return {GLOSSARY: file.read_bytes()}


def likely_causes(course: Course, assignment: Assignment, answers: Answers) -> str:
    """What a visible check may say about wrong answers, as JSON, together with the exercises and hints.

    With it the check can name a likely cause without any wrong solution, which is nearly a right one, on the student's
    machine.
    """
    exercises = [exercise for notebook in assignment.notebooks for exercise in notebook.exercises]
    content = {
        "assignment": assignment.name,
        "causes": causes_of_first_answers(answers, load_catalogue(course, assignment.name).misconceptions),
        "exercises": [
            {
                "name": one.name,
                "points": int(one.points) if one.points.is_integer() else one.points,
                "names": list(one.defines),
                "check": cell_digest(one.check),
            }
            for one in exercises
            if one.check
        ],
        "hints": {one.name: list(one.hints) for one in exercises if one.hints},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def causes_of_first_answers(answers: Answers, misconceptions: Sequence[Misconception]) -> dict[str, list[str]]:
    """The sentence, or two of them, by the digest of an answer.

    A check's cell stops at the first wrong answer, so a misconception's later ones do not count. If misconceptions
    share a digest but not the sentence, those that are not rare win. Two sentences are both given, in the catalogue's
    order; if there are more, the answer says too little, and its digest is left out.

    Args:
        answers: What each misconception answers to the visible checks.
        misconceptions: All of them.
    """
    causes: dict[str, list[str]] = {}
    frequent: dict[str, list[str]] = {}
    known = {wrong.id: wrong for wrong in misconceptions}
    for given in answers.values():
        for id, tried in given.items():
            first = next((digest for digest, right in tried.answers if not right), None)
            if first is None or id not in known:
                continue
            for kind in [causes] if known[id].rare else [causes, frequent]:
                if known[id].sentence not in kind.setdefault(first, []):
                    kind[first].append(known[id].sentence)
    likely = {digest: frequent.get(digest, said) for digest, said in sorted(causes.items())}
    return {digest: said for digest, said in likely.items() if len(said) <= _CAUSES_AT_MOST}
