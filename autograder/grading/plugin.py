"""The same judging inside nbgrader: `nbgrader autograde`, formgrader's button, `nbgrader generate_feedback`.

A course's nbgrader_config.py calls `configure(c)`. From then on nbgrader's own commands put a notebook's cells in
order, run it, judge its experiments and record the marks with the functions that `autograder grade` uses.
"""

import ast
import os
import re
import tempfile
from collections.abc import Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader import preprocessors as nbgrader_steps
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool, Enum
from traitlets.config import Config

from autograder.errors import CourseError, UsageError
from autograder.files import replace_file
from autograder.grading import proving
from autograder.grading.beside import GLOSSARY, beside
from autograder.grading.course import (
    Course,
    beside_the_notebook,
    catalogue_files,
    cell_limit_s,
    load_assignment,
    load_catalogue,
)
from autograder.grading.journal import keep_seed, kept_seed
from autograder.grading.lock import alone
from autograder.grading.nbgrader_internals import take_part_in_commands
from autograder.grading.proofs import pool_of
from autograder.grading.record import refuse_impossible_points, register, seed_of_all
from autograder.grading.sanitize import leave_out_no_check, restore, tidy
from autograder.grading.times import read_time
from autograder.grading.unneeded import leave_out_unneeded
from autograder.grading.verdicts import judge_notebook
from autograder.kernels.run import run
from autograder.kernels.sandbox import demand_sandbox
from autograder.language import _
from autograder.notebooks import EXPERIMENT, MasterNotebook, role
from autograder.parsing import syntax_tree
from autograder.values.observed import Expectations
from autograder.values.submitted import Assignment, Execution, KernelKind, KernelSettings, Limits
from autograder.words import in_words

SEED_VARIABLE = "AUTOGRADER_SEED"
SETTINGS = frozenset({"enabled", "error_on_timeout", "every_cell", "kernel", "kernel_name", "sandboxed", "timeout"})
"""nbgrader's settings of `Execute` that these kernels respect, and ours."""


def configure(config: Config) -> None:
    """Make nbgrader release, run, judge and report this course's notebooks with experiments."""
    steps = nbgrader_steps
    config.GenerateAssignment.preprocessors = [
        steps.IncludeHeaderFooter,
        steps.InstantiateTests,
        steps.LockCells,
        ClearSolutions,
        steps.ClearOutput,
        steps.CheckCellMetadata,
        steps.ComputeChecksums,
        steps.SaveCells,
        steps.ClearHiddenTests,
        steps.ClearMarkScheme,
        steps.ComputeChecksums,
        steps.CheckCellMetadata,
    ]
    config.Autograde.sanitize_preprocessors = [
        Restore,
        steps.ClearOutput,
        steps.DeduplicateIds,
        steps.OverwriteKernelspec,
        steps.OverwriteCells,
        steps.CheckCellMetadata,
    ]
    config.Autograde.autograde_preprocessors = [
        RunAndJudge,
        steps.IgnorePattern,
        ClearMetadataPreprocessor,
        steps.LimitOutput,
        steps.SaveAutoGrades,
        steps.AssignLatePenalties,
        steps.CheckCellMetadata,
    ]
    config.GenerateFeedback.preprocessors = [steps.GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
    take_part_in_commands(
        handed_in=_handed_in, before_grading=_make_known_to_the_gradebook, on_release=_write_what_lies_beside
    )


def _write_what_lies_beside(converter: GenerateAssignment, assignment: str) -> None:
    """Write what `autograder release` writes next to the notebooks: without it there are no hints and no likely causes.

    An ordinary assignment is not examined further.
    """
    course = Course(Path(converter.coursedir.root), converter)
    texts = [path.read_text(encoding="utf-8") for path in course.folder("source", ".", assignment).glob("*.ipynb")]
    if not any(word in text for text in texts for word in (EXPERIMENT, GLOSSARY)):
        return
    loaded = load_assignment(course, assignment, demand_fresh=False)
    answers = None
    if loaded.has_experiments:
        converter.log.info("Running the visible checks on the known mistakes")
        answers = proving.answers_to_checks(loaded, load_catalogue(course, assignment), pool=pool_of(course, loaded))
    folder = course.folder("release", ".", assignment)
    for name, content in beside(course, loaded, answers).items():
        if loaded.files.get(name) != content:  # nbgrader has copied the others
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(folder / name, content)


def _make_known_to_the_gradebook(converter: Autograde, assignment: str) -> None:
    """Register an assignment made by `autograder release`, which uses no gradebook, before nbgrader looks for it."""
    course = Course(Path(converter.coursedir.root), converter)
    with Gradebook(course.db_url, course.paths.course_id) as gradebook:
        known = any(one.name == assignment for one in gradebook.assignments)
    if not known and course.folder("source", ".", assignment).is_dir():
        register(course, load_assignment(course, assignment))


def _handed_in(directory: CourseDirectory, folder: str) -> datetime | None:
    """When the submission in a folder came, as `autograder grade` reads it; None if that is unknown."""
    path = Path(folder, "timestamp.txt")
    text = path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""
    time = read_time(text)
    if text and time is None:
        directory.log.warning("%s cannot be read: %s; no points are taken off for lateness", path, text[:100])
    return time


class ClearSolutions(nbgrader_steps.ClearSolutions):  # type: ignore[misc]
    """nbgrader's step with kinder stubs.

    An answer to a choice question, `answer = "b"`, becomes `answer = None`. In a notebook that imports `lab`, a
    function's stub raises `lab.NotStarted`, which is shown as one line instead of a traceback.
    """

    code_stub: dict[str, str]  # nbgrader's, for each language

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        self._has_lab = any(re.search(r"^(from \S+ )?import lab$", cell.source, re.MULTILINE) for cell in nb.cells)
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        has_region = self.begin_solution_delimeter in cell.source
        names = _chosen_names(cell.source) if resources["language"] == "python" and cell.cell_type == "code" else []
        stubs = self.code_stub
        if names:
            self.code_stub = stubs | {"python": "\n".join(f"{name} = None" for name in names)}
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        self.code_stub = stubs
        if has_region and self._has_lab and not names:
            stub = f'raise lab.NotStarted("{role(cell).grade_id}")'
            cell.source = cell.source.replace("raise NotImplementedError()", stub)
        return cell, resources


class Restore(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts a submitted notebook's cells in order, before nbgrader looks at them."""

    restores_cells = True

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        if _has_experiments(self, resources):
            tidy(nb)
            for fault in restore(nb, _master_of(_assignment_of(self, resources), resources)):
                self.log.warning("%s: %s", fault.cell, in_words(fault.reason))
        return nb, resources


class RunAndJudge(Execute):  # type: ignore[misc]
    """Replaces nbgrader's `Execute`, with the kernels, the sandbox and the limits of `autograder grade`.

    An assignment without experiments runs in them too; nothing in it is judged, and nbgrader reads its marks.
    """

    sandboxed = Bool(True, help="Whether submissions run in a sandbox, or under your account.").tag(config=True)

    every_cell = Bool(False, help="Whether examples and pictures run too, though no mark depends on them.").tag(
        config=True
    )

    kernel = Enum(
        get_args(KernelKind),
        "lean",
        help="Which kernels run notebooks: lean ones that are forked ready-made, where that is possible, or Jupyter's.",
    ).tag(config=True)

    def __call__(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        if not self.enabled and _experiments_in(nb):
            raise UsageError(
                "Experiments cannot be judged if the notebook is not run.",
                expected="`nbgrader autograde` without --no-execute",
                got="c.Execute.enabled = False",
                next_step="run it without --no-execute; no grade was changed",
            )
        with alone(_course_of(self), resources["nbgrader"]["assignment"], "nbgrader autograde", shared=True):
            nb, resources = super().__call__(nb, resources)
        return nb, resources

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        if self.sandboxed:
            otherwise = "c.RunAndJudge.sandboxed = False in nbgrader_config.py"
            demand_sandbox(otherwise, hidden=_course_of(self).private)
        self._name_unused_settings()
        for fault in leave_out_no_check(nb):
            self.log.warning("%s: %s", fault.cell, in_words(fault.reason))
        if _has_experiments(self, resources):
            nb = self._run_and_judge(nb, resources)
        else:
            _demand_no_experiment(nb, resources["nbgrader"]["assignment"])
            nb = self._run(nb, resources, {}).notebook
        for fault in refuse_impossible_points(nb):
            self.log.warning("%s: %s", fault.cell, in_words(fault.reason))
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                if output.output_type == "error" and output.ename == "CellTimeoutError":
                    output.update(self.error_on_timeout)
        return nb, resources

    def _run_and_judge(self, nb: NotebookNode, resources: ResourcesDict) -> NotebookNode:
        assignment = _assignment_of(self, resources)
        expectations = _expectations_of(self, assignment)
        master = _master_of(assignment, resources)
        if master.experiments and not self.every_cell:
            leave_out_unneeded(nb, master)
        execution = self._run(nb, resources, {SEED_VARIABLE: str(expectations.seed)})
        judged = judge_notebook(master, execution, expectations)
        self.log.info("Judged with seed %s", expectations.seed)
        return judged.notebook

    def _run(self, nb: NotebookNode, resources: ResourcesDict, environment: Mapping[str, str]) -> Execution:
        kernelspec = nb.metadata.get("kernelspec", {})
        if self.kernel_name:
            nb.metadata["kernelspec"] = NotebookNode(kernelspec | {"name": self.kernel_name})
        with tempfile.TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True) as scratch:
            self._fill(Path(scratch), resources)
            execution = run(
                nb,
                folder=Path(scratch),
                limits=Limits(cell_s=cell_limit_s(self.timeout)),
                settings=KernelSettings(
                    self.sandboxed,
                    modules=_course_of(self).warm_modules(resources["nbgrader"]["assignment"]),
                    hidden=_course_of(self).private,
                    environment={"NBGRADER_EXECUTION": "autograde", **environment},
                    kind=self.kernel,
                ),
            )
        for fault in execution.faults:
            self.log.warning("%s: %s", fault.cell, in_words(fault.reason))
        return execution

    def _fill(self, scratch: Path, resources: ResourcesDict) -> None:
        """The files next to the notebook: those of the submission's that `autograder grade` takes, and the course's.

        Notebooks are left out, because by now they contain the hidden tests, and so is what a link in the submission
        leads to: nbgrader has followed it with the instructor's rights. What is left out for its size or number is
        named.
        """
        facts = resources["nbgrader"]
        course = _course_of(self)
        handed_in, files = beside_the_notebook(course, facts["assignment"], facts["student"], room=self.sandboxed)
        for fault in handed_in.left_out:
            self.log.warning("%s", in_words(fault.reason))
        for name, content in {**handed_in.files, **files}.items():
            if not name.endswith(".ipynb"):
                (scratch / name).parent.mkdir(parents=True, exist_ok=True)
                (scratch / name).write_bytes(content)

    def _name_unused_settings(self) -> None:
        """Report nbgrader's settings that these kernels do not respect, instead of silently ignoring them."""
        for section in ("NotebookClient", "ExecutePreprocessor", "Execute", type(self).__name__):
            for name in sorted(set(self.config[section]) - SETTINGS if section in self.config else ()):
                self.log.warning("c.%s.%s is not used: submissions run as `autograder grade` runs them", section, name)


class HideTests(nbgrader_steps.ClearHiddenTests):  # type: ignore[misc]
    """Removes hidden tests, and outputs that quote them, from nbgrader's own feedback page.

    A later cell can print what the kernel ran before it. What it encodes first is not recognised.
    """

    enforce_metadata = False

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        hidden = {line for cell in nb.cells if cell.cell_type == "code" for line in self._hidden_lines(cell)}
        for cell in nb.cells:
            for output in cell.get("outputs", ()):
                _leave_out_lines(output, hidden)
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def _hidden_lines(self, cell: NotebookNode) -> list[str]:
        """The lines between the marks of hidden tests that are long enough to be nothing else."""
        lines, inside = [], False
        for line in cell.source.split("\n"):
            if self.begin_test_delimeter in line or self.end_test_delimeter in line:
                inside = self.begin_test_delimeter in line
            elif inside and len(line.strip()) >= 12:
                lines.append(line.strip())
        return lines

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        has_region = self.begin_test_delimeter in cell.source
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if has_region and cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback, output.evalue = [output.ename], ""
        return cell, resources


def _leave_out_lines(output: NotebookNode, hidden: Set[str]) -> None:
    """Replace each line of an output that quotes one of the hidden lines."""

    def clean(text: Any) -> Any:
        if isinstance(text, list):
            return [clean(part) for part in text]
        if not isinstance(text, str):
            return text
        lines = text.split("\n")
        return "\n".join(_("[left out]") if any(secret in line for secret in hidden) else line for line in lines)

    for key in ("text", "evalue", "traceback"):
        if key in output:
            output[key] = clean(output[key])
    for kind, text in output.get("data", {}).items():
        output.data[kind] = clean(text)


def _chosen_names(source: str) -> list[str]:
    """Names in a solution region that contains only `name = constant` lines; [] for any other region."""
    parts = source.split("### BEGIN SOLUTION\n")
    if len(parts) != 2 or "### END SOLUTION" not in parts[1]:
        return []
    try:
        body = syntax_tree(parts[1].partition("### END SOLUTION")[0]).body
    except SyntaxError:
        return []
    names = []
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
                names.append(name)
            case _:
                return []
    return names


_assignments: dict[tuple[Any, ...], Assignment] = {}
_proven: dict[tuple[str, str], Expectations] = {}


def _course_of(step: Any) -> Course:
    """The course of the converter that a preprocessor belongs to."""
    while getattr(step, "coursedir", None) is None:
        step = step.parent
    return Course(Path(step.coursedir.root), step)


def _has_experiments(step: Any, resources: ResourcesDict) -> bool:
    """Whether an assignment has experiments. An ordinary one is not examined further, so it may lack a source."""
    source = _course_of(step).folder("source", ".", resources["nbgrader"]["assignment"])
    speaks_of_them = any(EXPERIMENT in path.read_text(encoding="utf-8") for path in source.glob("*.ipynb"))
    return speaks_of_them and _assignment_of(step, resources).has_experiments


def _experiments_in(nb: NotebookNode) -> list[str]:
    """Grade ids of a sanitized notebook's experiments; nbgrader has put back what is locked."""
    known = ((role(cell), cell.source) for cell in nb.cells)
    return [one.grade_id for one, source in known if one.grade and one.locked and EXPERIMENT in source]


def _demand_no_experiment(nb: NotebookNode, assignment: str) -> None:
    """Refuse an experiment whose source is gone: what it should observe is unknown, and a student may set a seed.

    Raises:
        CourseError: The notebook has one.
    """
    if experiments := _experiments_in(nb):
        raise CourseError(
            f"The source of {assignment} does not have the experiment {experiments[0]}.",
            expected=f"source/{assignment}/, with the notebook that was released",
            got="an experiment that only nbgrader's gradebook has",
            next_step="put the source back, or release the assignment again; no grade was changed",
        )


def _assignment_of(step: Any, resources: ResourcesDict) -> Assignment:
    """The current assignment, read again when one of its files has changed."""
    course, name = _course_of(step), resources["nbgrader"]["assignment"]
    folders = (course.folder("source", ".", name), course.solutions(name))
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    files.update(catalogue_files(course, name))
    key = (course.root, name, *((path, path.stat().st_mtime_ns) for path in sorted(files)))
    if key not in _assignments:
        _assignments[key] = load_assignment(course, name)
    return _assignments[key]


def _expectations_of(step: Any, assignment: Assignment) -> Expectations:
    """The proven expectations of this process: one seed for one version of an assignment.

    The environment variable AUTOGRADER_SEED gives the seed; without it, it is that of the assignment's earlier runs.
    """
    given = os.environ.get(SEED_VARIABLE, "")
    key = (assignment.digest, given)
    if key not in _proven:
        folder = _course_of(step).report(assignment.name)
        kept = kept_seed(folder)
        known = seed_of_all(_course_of(step), assignment.name)
        pool = pool_of(_course_of(step), assignment)
        seed = int(given) if given.isdecimal() else proving.fresh_seed(pool) if known is None else known
        catalogue = load_catalogue(_course_of(step), assignment.name)
        _proven[key] = proving.prove(assignment, catalogue, seed, pool=pool, on_progress=step.log.info)
        if kept is None:
            keep_seed(folder, _proven[key].seed)
    return _proven[key]


def _master_of(assignment: Assignment, resources: ResourcesDict) -> MasterNotebook:
    name = resources["nbgrader"]["notebook"]
    return next(notebook for notebook in assignment.notebooks if notebook.name == name)
