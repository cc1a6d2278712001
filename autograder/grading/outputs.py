"""What appears below a judged cell in the autograded notebook, in formgrader and on nbgrader's own feedback page.

nbgrader reads the score from the last output, an ordinary result such as `2.75`; before it is a table of facets.
Every text in it is escaped: names and reasons can contain what a student's code chose.
"""

import html
from typing import Any

import nbformat

from autograder.language import _
from autograder.values.graded import ExerciseVerdict, FacetVerdict
from autograder.words import in_words, sentence


def judged_outputs(verdict: ExerciseVerdict, seed: int) -> list[Any]:
    """The outputs that replace an experiment's own: facets and sentences, then the score."""
    said = sentence(verdict.diagnosis)
    lines = [f"{verdict.name}: {verdict.points:g} / {verdict.worth:g}"]
    lines += [f"  {facet.name}: {_score(facet)}  {in_words(facet.reason)}".rstrip() for facet in verdict.facets]
    lines += [f"  {said}"] if said else []
    lines += [f"  seed {seed}"]
    rows = "".join(
        f"<tr><td>{html.escape(facet.name)}</td><td>{_score(facet)}</td><td>{html.escape(in_words(facet.reason))}</td></tr>"
        for facet in verdict.facets
    )
    head = "".join(f"<th>{html.escape(title)}</th>" for title in (_("facet"), _("points"), _("what was seen")))
    below = f"<p><strong>{html.escape(said)}</strong></p>" if said else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{below}<p>seed {seed}</p>"
    return [
        _output("display_data", data={"text/html": table, "text/plain": "\n".join(lines)}),
        _output("execute_result", data={"text/plain": repr(float(verdict.points))}, execution_count=1),
    ]


def _output(kind: str, **fields: Any) -> Any:
    """As nbformat's `new_output`, which checks each: here the whole notebook is checked when it is written."""
    return nbformat.from_dict({"output_type": kind, "metadata": {}, **fields})


def _score(facet: FacetVerdict) -> str:
    return f"{facet.points:g}" if facet.is_guard else f"{facet.points:g} / {facet.worth:g}"
