"""From an executed notebook to a judged one: each experiment's messages become a verdict and the cell's outputs."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import nbformat

from autograder.grading.diagnose import diagnose
from autograder.grading.inert import make_inert
from autograder.grading.judge import judge
from autograder.grading.observations import parse
from autograder.grading.outputs import judged_outputs
from autograder.grading.undefined import defined_below, what_ended, why_undefined
from autograder.notebooks import HIDDEN, MasterNotebook, copied, role
from autograder.reasons import Diagnosis, Reason, Why, because
from autograder.values.graded import ExerciseVerdict, FacetVerdict, JudgedNotebook
from autograder.values.observed import Expectations, Outcome, Raised
from autograder.values.submitted import Execution


def judge_notebook(master: MasterNotebook, execution: Execution, expectations: Expectations | None) -> JudgedNotebook:
    """Judge every experiment of a notebook; the outputs of ordinary cells keep their texts and pixels.

    Args:
        master: The instructor's notebook.
        execution: The student's, executed.
        expectations: What the experiments observe on the trusted side; None in a course without experiments.
    """
    node = copied(execution.notebook)
    make_inert(node, master.released)
    verdicts: list[ExerciseVerdict] = []
    worth = {cell.grade_id: cell.points for cell in master.experiments}
    for index, cell in enumerate(node.cells):
        grade_id = role(cell).grade_id
        if expectations is None or grade_id not in worth:
            continue
        messages = execution.messages.get(index, ())
        around = (node.cells[:index], node.cells[index + 1 :])
        verdict = _judge_cell(cell, around, messages, expectations, worth[grade_id])
        cell.outputs = judged_outputs(verdict, expectations.seed)
        verdicts.append(verdict)
    if expectations is not None:
        node.metadata["autograder"] = {"seed": expectations.seed}
    return JudgedNotebook(master.name, node, tuple(verdicts))


def _judge_cell(
    cell: nbformat.NotebookNode,
    around: tuple[list[nbformat.NotebookNode], list[nbformat.NotebookNode]],
    messages: tuple[str, ...],
    expectations: Expectations,
    worth: float,
) -> ExerciseVerdict:
    grade_id, (before, after) = role(cell).grade_id, around
    exercise = grade_id.removesuffix(HIDDEN)
    expected, got = expectations.experiments[grade_id], parse(messages)
    facets = judge(expected, got)
    stopped = _stopped(cell, before)
    if not stopped and any(_is_name_error(observation.outcome) for observation in got.observations):
        stopped = what_ended(exercise, before)
    diagnosis = diagnose(got, facets, expectations.trials.get(grade_id, ()), stopped=stopped)
    if _is_blank(facets) and (below := defined_below(exercise, before, after)):
        facets = tuple(replace(facet, reason=because(Why.DEFINED_BELOW_CHECK)) for facet in facets)
        diagnosis = Diagnosis(below)
    return ExerciseVerdict(
        name=exercise,
        cell=grade_id,
        points=_sum(facets, worth),
        worth=worth,
        facets=facets,
        diagnosis=diagnosis,
    )


def _is_blank(facets: Sequence[FacetVerdict]) -> bool:
    """Whether there was no function to observe: it was not started, or there was none of this name."""
    kinds = (Why.NOT_STARTED, Why.NOT_OBSERVED)
    return all(facet.reason is not None and facet.reason.kind in kinds for facet in facets)


def _sum(facets: Sequence[FacetVerdict], worth: float) -> float:
    """Points of an exercise. Where nothing is lost, those of the cell: 0.1 + 0.2 is more than 0.3 to a computer."""
    if all(facet.points == facet.worth for facet in facets):
        return worth
    return min(worth, round(math.fsum(facet.points for facet in facets), 9))


def _is_name_error(outcome: Outcome) -> bool:
    return isinstance(outcome, Raised) and outcome.name == "NameError"


def _stopped(cell: nbformat.NotebookNode, before: list[nbformat.NotebookNode]) -> Reason | None:
    """Why an experiment stopped before its end, from the error that it left; None if it left none."""
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is None:
        return None
    match str(error.ename):
        case "NameError":
            return why_undefined(_missing_name(str(error.evalue), before), before)
        case "CellTimeoutError":
            return because(Why.EXPERIMENT_TIMEOUT)
        case "KernelDied":
            return because(Why.ENDED_PYTHON)
        case _:
            return because(Why.NOT_FINISHED)


def _missing_name(said: str, before: Sequence[nbformat.NotebookNode]) -> str:
    """The name that a NameError tells, if the student has read or written it; "" if not.

    An error can be made up by a function that has read hidden tests.
    """
    name = "".join(said.split("'")[1:2])
    seen = (cell.source for cell in before if role(cell).solution or not role(cell).grade)
    return name if name.isidentifier() and any(re.search(rf"\b{name}\b", source) for source in seen) else ""
