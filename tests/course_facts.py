"""Points of the course, read from its sources: who changes an exercise there has nothing to change in the tests."""

import nbformat

from autograder.course.requirements import Rubric, rubrics
from tests.conftest import ROOT

_NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "source").glob("*/*.ipynb"))}
RUBRICS: dict[str, list[Rubric]] = {name: rubrics(path) for name, path in _NOTEBOOKS.items()}
FACETS: dict[str, dict[str, list[float]]] = {
    name: {rubric.exercise: [points for _facet, points in rubric.facets] for rubric in found}
    for name, found in RUBRICS.items()
}
"""The points of each experiment's facets, by assignment and exercise."""
_GRADED = {
    name: [
        cell.metadata.nbgrader
        for cell in nbformat.read(path, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    for name, path in _NOTEBOOKS.items()
}
TEXTS = {
    name: sum(cell.points for cell in graded if cell.solution)
    for name, graded in _GRADED.items()
    if any(cell.solution for cell in graded)
}
"""The points of the texts that a person reads, by assignment."""
TOTALS = {name: sum(cell.points for cell in graded) for name, graded in _GRADED.items()}
EXERCISES = {name: len(graded) for name, graded in _GRADED.items()}
