"""A cohort's marks in the forms that other systems read, one module for each; `FORMATS` names them all."""

from collections.abc import Callable, Mapping

from autograder.reporting.exports import annotations, canvas, gradescope, junit, markdown, moodle, plain
from autograder.reporting.exports.form import Export, Gradesheet

FORMATS: Mapping[str, Callable[[Gradesheet], Export]] = {
    "canvas": canvas.export,
    "moodle": moodle.export,
    "gradescope": gradescope.export,
    "junit": junit.export,
    "csv": plain.export,
    "markdown": markdown.export,
    "annotations": annotations.export,
}
