"""The page that an instructor reads: how a cohort did, where it got stuck, and how to reproduce it."""

import hashlib
import math
import re
import shlex
import statistics
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from markupsafe import Markup

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.changes import Changes
from autograder.reporting.items import NO_ITEM, Item, Key, items
from autograder.reporting.notices import notices
from autograder.reporting.plots import address, facility_and_discrimination
from autograder.reporting.similar import Pair
from autograder.reporting.templating import pages
from autograder.reporting.text import (
    advice,
    final_score,
    lead,
    repairs,
    share,
    share_won,
    state,
    troubles,
    unreadable,
)
from autograder.values.graded import CURRENT, ExerciseVerdict, FacetVerdict, Grade, RunFacts, Standing
from autograder.values.submitted import Fault
from autograder.words import in_words

MAX_BINS = 12
UNKNOWN_RUN = RunFacts()


@dataclass(frozen=True, slots=True)
class ReportContext:
    """What an instructor's page shows besides grades.

    Attributes:
        course: The course's folder as it is typed; "" if it is the reader's own.
        links: Relative URL of each student's feedback page, quoted as by `urllib.parse.quote`; any other is left out.
        similar: Pairs of submissions that are alike.
        changes: What changed since the previous marks; None if there were none.
        standing: Whose marks are out of date.
    """

    course: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    similar: Sequence[Pair] = ()
    changes: Changes | None = None
    standing: Standing = CURRENT


NO_CONTEXT = ReportContext()


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of the distribution: submissions with `low` points to below `high`."""

    low: float
    high: float
    count: int
    height: float


@dataclass(frozen=True, slots=True)
class _Student:
    """One row of the table of students; `exercises` has None if the submission has no such exercise."""

    grade: Grade
    link: str
    total: float
    share: float
    status: str
    exercises: Sequence[tuple[ExerciseVerdict, str, float] | None]
    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Facet:
    name: str
    worth: float
    won: int
    judged: int
    item: Item


@dataclass(frozen=True, slots=True)
class _Exercise:
    """An exercise over the cohort; `mean` is None if no submission has points for it yet."""

    name: str
    worth: float
    mean: float | None
    complete: int
    judged: int
    waiting: int
    facets: Sequence[_Facet]
    item: Item


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence, the ids of the misconceptions that it is about, and who got it in which exercises."""

    sentence: str
    label: str
    misconceptions: Sequence[str]
    exercises: Sequence[str]
    students: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of fault, how often it was found, one message as an example, and with whom."""

    kind: str
    count: int
    example: str
    students: Sequence[str]


def cohort_page(
    grades: Sequence[Grade],
    *,
    assignment: str,
    run: RunFacts = UNKNOWN_RUN,
    context: ReportContext = NO_CONTEXT,
) -> str:
    """One self-contained HTML page for the instructor. It loads nothing, and runs the one script that sorts its tables.

    Args:
        grades: One for each submission.
        assignment: The assignment's name.
        run: How the last run was made.
        context: What else it shows.
    """
    ordered = sorted(grades, key=lambda grade: grade.student)
    names = list(dict.fromkeys(verdict.name for grade in ordered for verdict in grade.exercises))
    safe = {student: link for student, link in context.links.items() if _is_relative(link)}
    totals = [final_score(grade) for grade in ordered]
    seconds = [grade.seconds for grade in ordered]
    found = items(ordered)
    plot = facility_and_discrimination(names, found)
    causes, seen = _diagnoses(ordered, names)
    script = _sorting()
    return (
        pages()
        .get_template("cohort.html.j2")
        .render(
            assignment=assignment,
            seed=run.seed,
            sandboxed=run.sandboxed,
            command=again(assignment, context.course, run),
            links=safe,
            names=names,
            students=[_student(grade, names, safe) for grade in ordered],
            mean=statistics.fmean(totals) if totals else 0.0,
            median=statistics.median(totals) if totals else 0.0,
            max_score=max((grade.max_score for grade in ordered), default=0.0),
            full=sum(grade.max_score > 0 and final_score(grade) >= grade.max_score - 1e-9 for grade in ordered),
            without=sum(unreadable(grade) for grade in ordered),
            waiting=sum(grade.status == "needs_manual_grade" for grade in ordered),
            bars=distribution(ordered),
            exercises=[_exercise(name, ordered, found) for name in names],
            plot=address(plot) if plot else "",
            causes=causes,
            seen=seen,
            faults=_faults((grade.student, fault) for grade in ordered for fault in _noted(grade)),
            repaired=_faults((grade.student, fault) for grade in ordered for fault in repairs(grade.faults)),
            similar=context.similar,
            changes=context.changes,
            notices=notices(ordered, context.standing, assignment=assignment),
            seeds=Counter(grade.seed for grade in ordered if grade.seed is not None).most_common(),
            late=[grade for grade in ordered if _is_late(grade)],
            seconds=sum(seconds),
            median_s=statistics.median(seconds) if seconds else 0.0,
            slowest_s=max(seconds, default=0.0),
            slowest=max(ordered, key=lambda grade: grade.seconds).student if ordered else "",
            start_share=share(sum(grade.start_s for grade in ordered), sum(seconds)) if sum(seconds) > 0 else 0.0,
            share=share,
            script=Markup(script),
            script_hash=Markup("sha256-") + b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


@cache
def _sorting() -> str:
    """The script that sorts tables; the page's policy names it by its digest, so that no other runs."""
    return resources.files("autograder.reporting").joinpath("templates", "sort.js").read_text(encoding="utf-8")


def again(assignment: str, course: str, run: RunFacts) -> str:
    """The command that repeats a run.

    Args:
        assignment: The assignment's name.
        course: The course's folder as it is typed; "" if it is the reader's own.
        run: How it was made.
    """
    words = ["autograder", "grade", clean(assignment)]
    if course:
        words += ["--course", clean(course)]
    if run.seed is not None:
        words += ["--seed", str(run.seed)]
    if run.limit_s is not None:
        words += ["--timeout", f"{run.limit_s:g}"]
    if not run.sandboxed:
        words.append("--no-sandbox")
    return shlex.join([*words, "--force"])


def _is_relative(link: str) -> bool:
    """Whether a link leads to a file next to the page, and nowhere else, however a browser reads it."""
    return re.fullmatch(r"(?!/)[A-Za-z0-9._~%!$&'()*+,;=@/-]+", link) is not None


def _student(grade: Grade, names: Sequence[str], links: Mapping[str, str]) -> _Student:
    found = {verdict.name: verdict for verdict in grade.exercises}
    if unreadable(grade):
        status = _("no notebook")
    elif grade.status == "needs_manual_grade":
        status = _("waits for a person")
    else:
        status = _("graded")
    cells = [found.get(name) for name in names]
    return _Student(
        grade=grade,
        link=links.get(grade.student, ""),
        total=final_score(grade),
        share=share(final_score(grade), grade.max_score),
        status=status,
        exercises=[(cell, state(cell), share_won(cell)) if cell else None for cell in cells],
        kinds=list(dict.fromkeys(fault.kind for fault in grade.faults)),
    )


def distribution(grades: Sequence[Grade]) -> Sequence[Bar]:
    """Columns whose width is 1, 2 or 5 times a power of ten points, so that their borders are round."""
    top = max((max(grade.max_score, final_score(grade)) for grade in grades), default=0.0)
    if top < 1e-6:
        return []
    power = 10.0 ** (math.floor(math.log10(top / MAX_BINS)))
    width = next(factor * power for factor in (1, 2, 5, 10, 20) if factor * power * MAX_BINS >= top * (1 - 1e-9))
    counts = [0] * math.ceil(top / width - 1e-9)
    for grade in grades:
        # Full marks belong to the last column. The small summand keeps 0.7 in the column that starts with it.
        counts[min(int(final_score(grade) / width + 1e-9), len(counts) - 1)] += 1
    most = max(1, *counts)
    return [Bar(i * width, (i + 1) * width, count, 100 * count / most) for i, count in enumerate(counts)]


def _exercise(name: str, grades: Sequence[Grade], found: Mapping[Key, Item]) -> _Exercise:
    """How an exercise went, over the submissions that could be judged: a missing notebook says nothing about it."""
    verdicts = [
        verdict for grade in grades for verdict in grade.exercises if verdict.name == name and not verdict.unread
    ]
    graded = [verdict for verdict in verdicts if not verdict.needs_person]
    worth = max(verdict.worth for grade in grades for verdict in grade.exercises if verdict.name == name)
    return _Exercise(
        name=name,
        worth=worth,
        mean=statistics.fmean(verdict.points for verdict in graded) if graded else None,
        complete=sum(state(verdict) == "complete" for verdict in graded),
        judged=len(graded),
        waiting=len(verdicts) - len(graded),
        facets=_facets(name, (one for verdict in verdicts for one in verdict.facets if not one.is_guard), found),
        item=found.get((name, ""), NO_ITEM),
    )


def _facets(exercise: str, facets: Iterable[FacetVerdict], found: Mapping[Key, Item]) -> Sequence[_Facet]:
    groups: defaultdict[str, list[FacetVerdict]] = defaultdict(list)
    for facet in facets:
        groups[facet.name].append(facet)
    return [
        _Facet(
            name,
            group[0].worth,
            sum(facet.points >= facet.worth for facet in group),
            len(group),
            found.get((exercise, name), NO_ITEM),
        )
        for name, group in groups.items()
    ]


def _diagnoses(grades: Sequence[Grade], names: Sequence[str]) -> tuple[Sequence[_Said], Sequence[_Said]]:
    """Sentences that students got: recognised causes, by exercise; and what was only seen, wherever it was."""
    told: defaultdict[tuple[bool, str, str, str], list[tuple[ExerciseVerdict, str]]] = defaultdict(list)
    for grade in grades:
        for verdict in grade.exercises:
            said = lead(verdict)
            if said is not None and verdict.facets:
                where = verdict.name if said.known else ""
                told[said.known, said.label, said.sentence, where].append((verdict, grade.student))
    groups = [
        _Said(
            sentence=sentence,
            label=label,
            misconceptions=list(
                dict.fromkeys(id for one, _student in found if one.diagnosis for id in one.diagnosis.misconceptions)
            ),
            exercises=[name for name in names if any(name == one.name for one, _student in found)],
            students=list(dict.fromkeys(student for _one, student in found)),
        )
        for (known, label, sentence, _where), found in sorted(told.items(), key=lambda item: not item[0][0])
    ]
    known = sum(key[0] for key in told)
    return _most_frequent(groups[:known], names), _most_frequent(groups[known:], names)


def _most_frequent(groups: Sequence[_Said], names: Sequence[str]) -> Sequence[_Said]:
    return sorted(groups, key=lambda said: (-len(said.students), names.index(said.exercises[0]), said.sentence))


def _noted(grade: Grade) -> tuple[Fault, ...]:
    """What is not a repair: what went wrong on the way, advice and lateness."""
    late = (fault for fault in grade.faults if fault.kind == "late")
    return (*troubles(grade.faults), *advice(grade.faults), *late)


def _faults(found: Iterable[tuple[str, Fault]]) -> Sequence[_Kind]:
    """Students' faults by kind, the most frequent first."""
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for student, fault in found:
        cell = f"{fault.cell}: " if fault.cell else ""
        groups[fault.kind].append((student, f"{cell}{in_words(fault.reason)}"))
    kinds = [
        _Kind(kind, len(told), told[0][1], list(dict.fromkeys(student for student, _message in told)))
        for kind, told in groups.items()
    ]
    return sorted(kinds, key=lambda kind: (-kind.count, kind.kind))


def _is_late(grade: Grade) -> bool:
    return grade.penalty > 0 or any(fault.kind == "late" for fault in grade.faults)
