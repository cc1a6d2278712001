"""The reports: safe whatever text comes, true to the grade, and silent about the answers."""

import base64
import hashlib
import io
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import saying
from rich.console import Console

from autograder.notebooks import Form
from autograder.plain_text import clean, one_line
from autograder.reasons import Cause, Diagnosis, Reason, Why, because
from autograder.reporting.cohort import MAX_BINS, ReportContext, cohort_page, distribution
from autograder.reporting.feedback import MAX_FAULTS, FeedbackContext, feedback_page
from autograder.reporting.json_results import results
from autograder.reporting.templating import prose
from autograder.reporting.terminal import plain_line, table
from autograder.reporting.text import MAX_LINES, lead, number, percent, state
from autograder.values.graded import (
    ByHand,
    Example,
    ExerciseVerdict,
    FacetVerdict,
    Grade,
    RunFacts,
)
from autograder.values.submitted import Fault
from autograder.words import in_words

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
IS_WRONG = because(Why.WRONG)
WRONG = "at least one answer is wrong"
SENTENCE = "Zeros where all is negative: what does your maximum start from?"


def cause(sentence: str, *misconceptions: str) -> Diagnosis:
    return Diagnosis(causes=(Cause(misconceptions or ("max_pool2d/averages",), sentence),))


def look_again(facet: str, reason: Reason) -> Diagnosis:
    return Diagnosis(because(Why.LOOK_AGAIN, facet=facet, reason=reason))


# ---------------------------------------------------------------- grades to report


def exercise(
    name: str = "max_pool2d", lost: dict[str, Reason] | None = None, diagnosis: Diagnosis | None = None
) -> ExerciseVerdict:
    lost = lost or {}
    worths = {"2x2 default": 1.0, "odd sizes, strides": 1.0, "negative and same": 1.25, "dtype, errors, purity": 0.75}
    facets = tuple(
        FacetVerdict(facet, 0.0 if facet in lost else worth, worth, lost.get(facet)) for facet, worth in worths.items()
    )
    return ExerciseVerdict(name, f"{name}_hidden", sum(facet.points for facet in facets), 4.0, facets, diagnosis)


def grade(
    student: str = "emmy", *exercises: ExerciseVerdict, faults: tuple[Fault, ...] = (), penalty: float = 0.0
) -> Grade:
    exercises = exercises or (exercise(), exercise("conv2d"))
    score, max_score = sum(e.points for e in exercises), sum(e.worth for e in exercises)
    return Grade(student, score, max_score, penalty, 2.5, 0.5, 4711, faults, exercises)


SLIP = exercise(lost={"negative and same": IS_WRONG}, diagnosis=cause(SENTENCE))
READ = ExerciseVerdict("reflection", "reflection", 0.0, 2.0, form=Form.TEXT, needs_person=True)
MISSING = grade(
    "hilbert",
    ExerciseVerdict("max_pool2d", "max_pool2d_hidden", 0.0, 4.0, (), Diagnosis(because(Why.NO_NOTEBOOK)), unread=True),
    ExerciseVerdict("conv2d", "conv2d_hidden", 0.0, 4.0, (), Diagnosis(because(Why.NO_NOTEBOOK)), unread=True),
    faults=(
        Fault("missing-notebook", "", saying("There is no notebook named convolution.ipynb; found Untitled3.ipynb.")),
    ),
)
LATE = grade(
    "felix",
    faults=(Fault("late", "", saying("Handed in 5 h after the deadline; 2 points are taken for it.")),),
    penalty=2.0,
)

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EXAMPLE = Example(
    "max_pool2d(array of shape (3, 3, 1), padding='same')",
    got="0",
    expected="-1",
    picture=PIXEL,
    width=600,
    alt="Zeros.",
)

# ---------------------------------------------------------------- reading a page as a browser does


ACTIVE = {"script", "iframe", "object", "embed", "form", "svg", "math", "img", "base", "link", "input", "button"}
MARKDOWN = {"p", "strong", "em", "s", "code", "pre", "br", "hr", "ul", "ol", "li", "blockquote"}
"""What Markdown makes of a comment: it shows text in other ways, and does nothing."""
BLOCKS = {"p", "li", "dt", "dd", "td", "th", "h1", "h2", "h3"}


class Page(HTMLParser):
    """What a page consists of: tags with attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.html = "", html
        self._in_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_style = tag in ("style", "script")
        self.text += " " if tag in BLOCKS else ""

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
        self.text += " " if tag in BLOCKS else ""

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.text += data

    def attributes(self, name: str) -> list[str | None]:
        return [attributes[name] for _tag, attributes in self.tags if name in attributes]

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


RUN = RunFacts(4711)


def feedback(one: Grade, answers: dict[str, str] | None = None, **how: Any) -> Page:
    page = {name: how.pop(name) for name in ("sandboxed", "notebook") if name in how}
    return Page(feedback_page(one, assignment="convolution", context=FeedbackContext(answers or {}, **how), **page))


def cohort(*grades: Grade, run: RunFacts = RUN, **how: Any) -> Page:
    return Page(cohort_page(grades, assignment="convolution", run=run, context=ReportContext(**how)))


def shown(*grades: Grade, width: int = 80) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system=None)
    console.print(table(grades, assignment="convolution"))
    return file.getvalue()


HOSTILE = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' onfocus='alert(1)' autofocus='",
    "<a href='javascript:alert(1)'>marks</a>",
    "javascript:alert(1)",
    "<!-- --!><svg onload=alert(1)>",
    "</pre></details><iframe src=//example.org>",
    "{{ 7 * 7 }}{% raw %}{{ grade.__class__ }}",
    "{0.__class__} %(name)s {points}",
    "&lt;script&gt;&#60;script&#62;",
    "\x1b[31mred\x1b[0m \x1b]8;;https://example.org\x07link\x1b]8;;\x07 \x9b2J",
    "\x1b]0;title",
    "[bold red]markup[/bold red] [link=https://example.org]x[/link] [/]",
    "\u202eexe.gnp \u2066isolated\u2069 a\u200bb \ufeff",
    "`code` and `half",
    "a\rb\r\nc\x00d\x85e\u2028f",
    "\ud800 lone",
    "x" * 5000,
]


def everywhere(text: str) -> Grade:
    """A grade with a text at every place that a student may reach, and at some that only a course can."""
    raised = because(Why.RAISED, error=text)
    verdict = exercise(lost={"negative and same": raised}, diagnosis=look_again("negative and same", raised))
    faults = tuple(
        Fault(kind, f"x{text}", saying(f"x{text}")) for kind in ("unknown-cell", "timeout", "late", f"x{text}")
    )
    verdict = replace(
        verdict, facets=(*verdict.facets, FacetVerdict(f"x{text}", 0.0, 1.0, because(Why.RAISED, error=f"x{text}")))
    )
    return grade(f"x{text}", verdict, replace(SLIP, diagnosis=cause(f"x{text}")), READ, faults=faults, penalty=0.5)


# ---------------------------------------------------------------- hostile texts


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_text_becomes_active_on_a_page(text: str) -> None:
    one = everywhere(text)
    pages = [
        Page(
            feedback_page(
                one,
                assignment=f"x{text}",
                context=FeedbackContext({"max_pool2d": f"x{text}", "reflection": f"x{text}"}),
            )
        ),
        Page(cohort_page([one], assignment=f"x{text}", context=ReportContext(links={one.student: text}))),
    ]
    for page, ours in zip(pages, ([], ["img", "script"]), strict=True):  # the plot, and what sorts the tables
        assert [tag for tag, _attributes in page.tags if tag in ACTIVE] == ours
        assert not [name for _tag, attributes in page.tags for name in attributes if name.startswith("on")]
        assert [tag for tag, _attributes in page.tags].count("style") == 1
        for address in page.attributes("href"):
            assert address is not None and re.fullmatch(r"#[a-z0-9-]+|[^:/\\\s]+", address)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page.html)
        page.html.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_text_acts_on_a_terminal(text: str) -> None:
    one = everywhere(text)
    for output in (
        shown(one),
        plain_line(one),
        json.dumps(results([one], assignment="a", seed=1)["submissions"][0]["faults"]),
    ):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", output)
    assert "\n" not in plain_line(one)


def test_rich_markup_is_shown_as_it_is_written() -> None:
    assert "[red]ada[/]" in shown(grade("[red]ada[/]"))


@settings(max_examples=30)
@given(st.text(st.characters(exclude_characters="`"), max_size=60))
def test_the_structure_of_a_page_does_not_depend_on_its_texts(text: str) -> None:
    """Escaping in one sentence: whatever a student writes, the tags and their attributes stay the same."""
    for page in (feedback, cohort):
        assert page(everywhere(text)).tags == page(everywhere("harmless")).tags


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_a_students_id_and_messages_are_shown_in_full_and_as_text(text: str) -> None:
    one = grade(f"x{text}", SLIP, faults=(Fault("timeout", "", saying(f"y{text}")),))
    for page in (feedback(one), cohort(one)):
        assert one_line(f"x{text}") in page.words
        assert one_line(f"y{text}") in page.words


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_leaves_no_controls(text: str) -> None:
    once = clean(text, 50)
    assert clean(once, 50) == once
    assert len(once) <= 50
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", once)


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=50))
def test_cleaning_changes_nothing_in_ordinary_text(text: str) -> None:
    assert clean(text) == text


@given(st.text())
def test_prose_escapes_all_but_its_own_code_marks(text: str) -> None:
    assert {tag for tag, _attributes in Page(str(prose(text))).tags} <= {"code"}


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("ada.html", True),
        ("feedback/s%2001/convolution.html", True),
        ("../feedback/ada.html", True),
        ("javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("https://example.org", False),
        ("//example.org", False),
        ("\\\\example.org", False),
        ("/etc/passwd", False),
        ("//[", False),
        ("", False),
    ],
)
def test_only_relative_links_lead_to_feedback(link: str, kept: bool) -> None:
    assert (link in cohort(grade("ada"), links={"ada": link}).attributes("href")) is kept


# ---------------------------------------------------------------- what every page promises


@pytest.mark.parametrize("one", [grade(), grade("emmy", SLIP, READ), MISSING, LATE], ids=lambda one: one.student)
def test_a_page_is_self_contained_and_runs_nothing(one: Grade) -> None:
    page = feedback(one, {"max_pool2d": "def f(): ..."})
    assert policies(page) == [CSP]
    assert "script" not in {tag for tag, _attributes in page.tags}
    for each in (page, cohort(one)):
        assert all(str(address).startswith("data:image/png;base64,") for address in each.attributes("src"))
        assert "link" not in {tag for tag, _attributes in each.tags}
        assert "url(" not in each.html and "@import" not in each.html


def policies(page: Page) -> list[str | None]:
    metas = [attributes for tag, attributes in page.tags if tag == "meta"]
    return [one["content"] for one in metas if one.get("http-equiv") == "Content-Security-Policy"]


def test_the_cohort_report_runs_the_one_script_that_its_policy_names_by_its_digest() -> None:
    page = cohort(*COHORT, everywhere("x"))
    (script,) = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policies(page) == [f"{CSP}; script-src 'sha256-{digest}'"]
    assert "</" not in script and "innerHTML" not in script


@pytest.mark.parametrize("one", [grade(), grade("emmy", SLIP, READ), MISSING, LATE], ids=lambda one: one.student)
def test_a_page_can_be_navigated_by_ear(one: Grade) -> None:
    """One language, one title, one main, one first heading, no level left out, every label and anchor there."""
    for page in (feedback(one, {"max_pool2d": "def f(): ..."}), cohort(one)):
        tags = [tag for tag, _attributes in page.tags]
        assert page.tags[0] == ("html", {"lang": "en"})
        assert [tags.count(tag) for tag in ("title", "main", "h1")] == [1, 1, 1]
        levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert all(next_level <= level + 1 for level, next_level in itertools.pairwise(levels))
        ids = page.attributes("id")
        assert len(ids) == len(set(ids))
        assert {str(name) for name in page.attributes("aria-labelledby")} <= set(ids)
        assert {str(link)[1:] for link in page.attributes("href") if str(link).startswith("#")} <= set(ids)


def test_text_stands_out_from_its_background_in_light_and_dark() -> None:
    """The contrast that WCAG AA asks of text is 4.5."""
    html = cohort().html
    light, dark = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{(.*?)\}", html, re.S)
    )
    assert light.keys() == dark.keys()
    pairs = [(ink, "card") for ink in ("ink", "soft", "link", "won", "lost", "wait")]
    pairs += [
        ("ink", "paper"),
        ("soft", "paper"),
        ("link", "paper"),
        ("code-ink", "code"),
        ("soft", "code"),
        ("link", "code"),
    ]
    pairs += [(name, f"{name}-soft") for name in ("won", "lost", "wait")] + [("ink", "lost-soft"), ("ink", "won-soft")]
    for colours in (light, dark):
        for ink, ground in pairs:
            high, low = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground, colours[ink], colours[ground])


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# ---------------------------------------------------------------- the student's page


@given(score=st.floats(0, 30), more=st.floats(0, 30), penalty=st.floats(0, 10))
@settings(max_examples=40)
def test_the_total_is_the_grade_after_the_penalty(score: float, more: float, penalty: float) -> None:
    one = replace(grade(), score=score, max_score=score + more, penalty=penalty)
    words = feedback(one).words
    assert f"{number(max(0.0, score - penalty))} of {number(score + more)} points" in words
    assert ("late penalty" in words) == (penalty > 0)


def test_a_recognised_cause_stands_beside_the_students_own_code() -> None:
    page = feedback(grade("emmy", SLIP), {"max_pool2d": "def max_pool2d(x):\n    best = 0"})
    assert f"Likely cause {SENTENCE}" in page.words
    assert "    best = 0" in page.text
    assert "details" not in {tag for tag, _attributes in page.tags}


def test_a_lost_facet_says_so_in_a_word_and_tells_what_was_seen() -> None:
    words = feedback(grade("emmy", SLIP)).words
    assert f"✗ missed negative and same {WRONG} 0 / 1.25 points" in words
    assert "✓ won 2x2 default 1 / 1 points" in words


def test_a_sentence_that_only_repeats_what_was_seen_is_not_called_a_cause() -> None:
    reason = because(Why.RAISED, error="IndexError")
    other = exercise(
        lost={"2x2 default": reason, "negative and same": IS_WRONG}, diagnosis=look_again("2x2 default", reason)
    )
    words = feedback(grade("emmy", other)).words
    assert "Likely cause" not in words
    assert "Where to look Look again at “2x2 default”: a call raised IndexError." in words


def test_a_reason_that_all_lost_facets_share_is_told_once() -> None:
    reason = because(Why.NOT_STARTED)
    blank = exercise(
        lost=dict.fromkeys([facet.name for facet in exercise().facets], reason),
        diagnosis=look_again("2x2 default", reason),
    )
    words = feedback(grade("grace", blank)).words
    assert words.count("has not been started") == 1
    assert "What was seen The exercise has not been started." in words


def test_where_all_is_right_the_code_is_folded_and_nothing_is_to_be_mended() -> None:
    page = feedback(grade(), {"max_pool2d": "mine"})
    assert "Everything is right." in page.words
    assert [tag for tag, _attributes in page.tags].count("details") == 1
    assert "missed" not in page.words and "next step" not in page.words


def test_the_next_step_is_the_recognised_cause_with_most_points_else_the_first() -> None:
    small = exercise("a", {"dtype, errors, purity": IS_WRONG}, cause(SENTENCE))
    unknown = exercise(
        "b", {"2x2 default": IS_WRONG, "negative and same": IS_WRONG}, look_again("2x2 default", IS_WRONG)
    )
    words = feedback(grade("emmy", small, unknown, SLIP)).words.replace("d,", "d ,")
    assert "next step: max_pool2d , with 1.25 to win" in words
    assert "next step: b" in feedback(grade("emmy", exercise("z"), unknown, replace(unknown, name="c"))).words


def test_an_answer_that_waits_for_a_person_is_neither_won_nor_lost() -> None:
    page = feedback(grade("emmy", exercise(), READ), {"reflection": "I believe"})
    assert "waits for a reader – / 2 points" in page.words
    assert "points that wait for a reader 2" in page.words
    assert "I believe" in page.text and "Everything is right" not in page.words


def test_points_that_a_person_changed_are_announced() -> None:
    assert "A person has read this exercise" in feedback(grade("emmy", replace(SLIP, points=4.0))).words
    assert "A person has read this exercise" not in feedback(grade("emmy", SLIP)).words


def test_a_persons_comment_stands_beside_the_exercise_and_keeps_its_lines() -> None:
    people = ByHand(
        {
            ("", "reflection"): "Good.\nBut why <b>same</b>?",
            ("", "max_pool2d"): "Think of -3.",
            ("", "other"): "See me.",
        }
    )
    page = feedback(grade("emmy", SLIP, replace(READ, points=1.5, needs_person=False)), {}, by_hand=people)
    for text in ("Think of -3.", "Good. But why <b>same</b>?"):
        assert f"Comment from the person who graded {text}" in page.words
    assert "Good.\nBut" in page.text
    assert "Further comments from the person who graded other See me." in page.words
    assert "b" not in {tag for tag, _attributes in page.tags}
    assert "Comment" not in feedback(grade("emmy", SLIP)).words


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_comment_and_an_example_are_text_whatever_stands_in_them(text: str) -> None:
    def page(said: str) -> Page:
        example = replace(EXAMPLE, call=f"x{said}", got=f"y{said}", expected=f"z{said}", alt=f"a{said}")
        people = ByHand({("", "max_pool2d"): f"x{said}", ("", f"y{said}"): f"x{said}"})
        return feedback(grade("emmy", SLIP), {}, by_hand=people, examples={"max_pool2d": example})

    def tags(said: str) -> list[str]:
        return [tag for tag, _attributes in page(said).tags if tag not in MARKDOWN]

    assert tags(text) == tags("harmless")


def test_points_that_a_person_set_are_announced_where_there_are_no_facets() -> None:
    one = replace(READ, points=1.5, needs_person=False, diagnosis=None)
    words = feedback(grade("emmy", one), by_hand=ByHand(scored=frozenset({("", "reflection")}))).words
    assert "A person has read this exercise and set its points." in words
    assert "A person has read this exercise" not in feedback(grade("emmy", one)).words


def test_a_visible_example_is_shown_where_points_were_lost_only() -> None:
    page = feedback(grade("emmy", SLIP), examples={"max_pool2d": EXAMPLE})
    assert f"A visible example with this mistake: {EXAMPLE.call}" in page.words
    assert "it gives 0 expected is -1" in page.words
    (image,) = [attributes for tag, attributes in page.tags if tag == "img"]
    assert image["alt"] == "Zeros."
    assert str(image["src"]).startswith("data:image/png;base64,")
    assert base64.b64decode(str(image["src"]).partition(",")[2]) == PIXEL
    assert "visible example" not in feedback(grade("emmy", exercise()), examples={"max_pool2d": EXAMPLE}).words


def test_the_late_penalty_is_a_sum_that_a_reader_can_follow() -> None:
    assert "8 points won − 2 for lateness = 6 points." in feedback(LATE).words
    assert "for lateness" not in feedback(grade()).words


def test_how_to_go_on_lists_the_points_to_win_most_first_and_says_the_commands() -> None:
    other = exercise("conv2d", {"2x2 default": IS_WRONG, "odd sizes, strides": IS_WRONG})
    words = feedback(grade("emmy", SLIP, other), notebook="pooling").words
    assert "Points that you can still win: conv2d 2, max_pool2d 1.25." in words
    assert 'lab.hint("max_pool2d")' in words and "autograder watch pooling.ipynb" in words
    assert "hand in the whole notebook under the same name" in words
    ordinary = feedback(
        grade("emmy", ExerciseVerdict("a", "a", 0.0, 1.0, (), Diagnosis(because(Why.CHECK_RAISED, error="ValueError"))))
    ).words
    assert "lab.hint" not in ordinary and "autograder watch" not in ordinary


def test_code_is_a_region_that_has_a_name_and_takes_the_focus() -> None:
    page = feedback(grade("emmy", SLIP, exercise("conv2d")), {"max_pool2d": "best = 0", "conv2d": "right = 1"})
    regions = [attributes for tag, attributes in page.tags if tag == "pre"]
    assert [one["aria-label"] for one in regions] == ["Your answer to max_pool2d", "Your answer to conv2d"]
    assert all(one["tabindex"] == "0" and one["role"] == "region" for one in regions)


def test_a_missing_notebook_is_explained_once() -> None:
    page = feedback(MISSING)
    assert page.words.count("There is no notebook named convolution.ipynb; found Untitled3.ipynb.") == 1
    assert "No notebook could be read." not in page.words
    assert "0 of 8 points" in page.words


def test_what_was_repaired_is_told_apart_from_what_went_wrong() -> None:
    faults = (
        Fault("moved-cell", "max_pool2d_hidden", saying("It was moved.")),
        Fault("timeout", "cell 7", saying("It was stopped.")),
    )
    words = feedback(grade("emmy", SLIP, faults=faults)).words
    assert "What went wrong on the way cell 7 : It was stopped." in words.replace("7:", "7 :")
    assert words.index("It was moved.") > words.index("Repaired for you")
    assert "_hidden" not in words


def test_thousands_of_faults_do_not_flood_a_page() -> None:
    faults = tuple(Fault("unknown-cell", f"c{i}", saying("It was run as a plain cell.")) for i in range(5000))
    words = feedback(grade("emmy", SLIP, faults=faults)).words
    assert words.count("It was run as a plain cell.") == MAX_FAULTS
    assert f"and {5000 - MAX_FAULTS} more of this kind" in words


def test_endless_code_is_cut() -> None:
    page = feedback(grade("emmy", SLIP), {"max_pool2d": "x = 1\n" * 100_000})
    assert page.text.count("x = 1") == MAX_LINES - 1
    assert "the rest is in the notebook" in page.text


@given(st.lists(st.sampled_from(["2x2 default", "odd sizes, strides", "negative and same"]), unique=True))
@settings(max_examples=20)
def test_a_page_says_nothing_but_what_the_grade_and_the_answer_say(lost: list[str]) -> None:
    """Take away what the course may show, and no number is left that could be an expected value."""
    one = grade("emmy", exercise(lost=dict.fromkeys(lost, IS_WRONG), diagnosis=cause(SENTENCE) if lost else None))
    words = feedback(one).words
    for part in ("max_pool2d", "2x2 default", "4711"):
        words = words.replace(part, "")
    allowed = {number(value) for facet in one.exercises[0].facets for value in (facet.points, facet.worth)}
    allowed |= {number(one.score), number(one.max_score), number(one.max_score - one.score), "0", "1"}
    assert set(re.findall(r"\d+(?:\.\d+)?", words)) <= allowed
    assert "expected" not in words and "hidden" not in words.lower()


def test_the_seed_is_told_only_where_there_is_one() -> None:
    assert "Give the seed 4711" in feedback(grade("emmy", SLIP)).words
    assert "seed" not in feedback(replace(grade("emmy", SLIP), seed=None)).words.lower()


@pytest.mark.parametrize("sandboxed", [True, False])
def test_the_pages_say_when_there_was_no_sandbox(sandboxed: bool) -> None:
    for page in (feedback(grade(), sandboxed=sandboxed), cohort(grade(), run=RunFacts(4711, sandboxed))):
        assert ("Graded without a sandbox" in page.words) is not sandboxed


# ---------------------------------------------------------------- the instructor's page


COHORT = (
    grade("ada"),
    grade("emmy", SLIP, exercise("conv2d")),
    grade("noether", SLIP, replace(READ, name="conv2d")),
    MISSING,
    LATE,
)


def test_an_empty_cohort_is_a_page_a_table_and_a_result() -> None:
    assert "There are no submissions yet." in cohort().words
    assert "convolution" in shown()
    assert results([], assignment="convolution", seed=None)["submissions"] == []


def test_the_cohort_page_counts_what_happened() -> None:
    words = cohort(*COHORT).words
    assert "submissions 5" in words
    assert "full marks 1 without a notebook 1 late 1 wait for a person 1" in words


def test_a_facets_facility_is_taken_of_those_who_could_be_judged() -> None:
    assert "negative and same 1.25 2 of 4 0.50" in cohort(*COHORT).words


def test_how_easy_an_exercise_was_stands_there_once_and_is_not_called_difficult() -> None:
    page = cohort(*COHORT)
    assert "won by facility (high: easy) discrimination facility as a bar" in page.words
    assert "so a high value means easy" in page.words and "difficulty" not in page.words.replace("difficulty index", "")


def test_an_exercises_mean_leaves_out_missing_notebooks_and_unread_answers() -> None:
    words = cohort(*COHORT).words
    assert "max_pool2d 3.38 4 2 of 4 0.84" in words
    assert "conv2d ✎ 1 wait for a person 4 4 3 of 3 1.00" in words


def test_the_most_frequent_diagnosis_comes_first_with_those_who_had_it() -> None:
    rare = exercise("conv2d", {"2x2 default": IS_WRONG}, cause("Another sentence."))
    words = cohort(grade("a", rare), grade("b", SLIP), grade("c", SLIP)).words
    assert f"2 students {SENTENCE} max_pool2d b, c" in words
    assert words.index(SENTENCE) < words.index("Another sentence.")


def test_what_was_only_seen_has_a_heading_of_its_own_below_rarer_causes() -> None:
    """Each of the two headings says "most frequent first", and is true of what stands below it."""
    said = look_again("2x2 default", IS_WRONG)
    seen = [exercise(name, {"2x2 default": IS_WRONG}, said) for name in ("conv2d", "shift_image")]
    page = cohort(grade("a", SLIP), *(grade(name, *seen) for name in "bcd"))
    order = [
        "Likely causes, most frequent first",
        f"1 student {SENTENCE}",
        "Without a known cause, most frequent first",
    ]
    assert [page.words.index(text) for text in order] == sorted(page.words.index(text) for text in order)
    counts = re.findall(r"<h3>(.+?)</h3>|\"count\">(\d+)", page.html)
    assert [number or heading.split(",")[0] for heading, number in counts] == [
        "Likely causes",
        "1",
        "Without a known cause",
        "3",
    ]
    assert "Likely causes" not in cohort(grade("b", *seen)).words
    assert "Without a known cause" not in cohort(grade("a", SLIP)).words


def test_each_submission_is_in_one_column_of_the_distribution() -> None:
    grades = [replace(grade(f"s{i}"), score=i / 10, max_score=10.0) for i in range(101)]
    counts = [int(n) for n in re.findall(r'class="column"><span>(\d+)', cohort(*grades).html)]
    assert counts == [10] * 9 + [11]


@pytest.mark.parametrize(
    ("worth", "borders"),
    [
        (24, ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "24"]),
        (14, ["0", "2", "4", "6", "8", "10", "12", "14"]),
        (23, [f"{2 * n}" for n in range(13)]),
        (100, [f"{10 * n}" for n in range(11)]),
        (3, ["0", "0.5", "1", "1.5", "2", "2.5", "3"]),
        (0.75, ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]),
        (12, [f"{n}" for n in range(13)]),
    ],
)
def test_the_borders_of_the_distribution_are_round(worth: float, borders: list[str]) -> None:
    page = cohort(replace(grade(), score=worth, max_score=worth)).html
    assert re.findall(r'class="border[^>]*>([^<]*)<', page) == borders
    assert [bar.count for bar in distribution([replace(grade(), score=worth, max_score=worth)])][-1] == 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.floats(0.01, 1e6))
def test_every_submission_is_in_the_distribution_between_its_borders(scores: list[float], worth: float) -> None:
    bars = distribution([replace(grade(), score=score, max_score=worth) for score in scores])
    assert sum(bar.count for bar in bars) == len(scores)
    assert 5 <= len(bars) <= MAX_BINS
    for bar in bars:
        inside = [score for score in scores if bar.low * (1 + 1e-6) < score < bar.high * (1 - 1e-6)]
        assert len(inside) <= bar.count


def test_an_assignment_without_points_has_no_distribution() -> None:
    assert "<figure" not in cohort(replace(grade(), score=0.0, max_score=0.0)).html


def test_points_that_do_not_add_up_exactly_fall_into_the_column_that_they_should() -> None:
    one = replace(grade(), score=sum([0.1] * 8), max_score=1.0)  # 0.7999999999999999
    counts = [int(n) for n in re.findall(r'class="column"><span>(\d+)', cohort(replace(one, score=0.8), one).html)]
    assert counts == [2]


def test_late_submissions_are_listed_with_their_penalty() -> None:
    assert "felix 2 Handed in 5 h after the deadline" in cohort(*COHORT).words
    assert "Late submissions" not in cohort(grade()).words


def test_the_time_tells_the_share_of_start_up() -> None:
    assert (
        "in all 5 s median of a submission 2.5 s slowest 2.5 s share of start-up 20 %"
        in cohort(grade("a"), grade("b")).words
    )


@pytest.mark.parametrize("seed", [4711, None])
def test_the_command_grades_the_very_same_again(seed: int | None) -> None:
    expected = "autograder grade convolution" + (f" --seed {seed}" if seed else "") + " --force"
    assert expected in cohort(grade(), run=RunFacts(seed)).words
    assert "grade 'a; rm -rf b'" in Page(cohort_page([], assignment="a; rm -rf b")).words
    without = f"{expected.removesuffix(' --force')} --no-sandbox --force"
    assert without in cohort(grade(), run=RunFacts(seed, sandboxed=False)).words


def test_the_command_has_what_the_run_had() -> None:
    run = RunFacts(seed=7, sandboxed=False, limit_s=20.0)
    command = "autograder grade convolution --course 'build/my demo' --seed 7 --timeout 20 --no-sandbox --force"
    assert command in cohort(grade(), run=run, course="build/my demo").words


def test_students_with_different_exercises_share_a_table() -> None:
    words = cohort(grade("a", exercise("one")), grade("b", exercise("two"))).words
    assert "a 4 / 4 100 % ✓ 4 – graded" in words
    assert "b 4 / 4 100 % – ✓ 4 graded" in words


# ---------------------------------------------------------------- the terminal and the machine


@pytest.mark.parametrize("width", [80, 60])
def test_the_table_fits_the_terminal(width: int) -> None:
    grades = [*COHORT, everywhere("ein sehr langer Name " * 20), everywhere("漢字" * 40)]
    lines = shown(*grades, width=width).splitlines()
    assert max(Console().measure(line).maximum for line in lines) <= width


def test_a_row_takes_one_line_and_says_the_first_thing_to_know() -> None:
    lines = {line.split()[0]: line for line in shown(*COHORT).splitlines() if line.strip()}
    assert re.search(r"ada +8/8 +✓ +✓", lines["ada"])
    assert re.search(r"emmy +6.75/8 +2.75 +✓ +max_pool2d: Zeros", lines["emmy"])
    assert re.search(r"noether +2.75/6 +2.75 +\? +max_pool2d", lines["noether"])
    assert re.search(r"hilbert +0/8 +– +– +There is no notebook", lines["hilbert"])
    assert len(lines) == len(COHORT) + len(["title", "head", "rule", "caption"])
    assert re.search(r"felix +6/8 +✓ +✓ +Handed in 5 h", lines["felix"])


def test_many_points_in_part_stay_in_one_row_below_each_other() -> None:
    parts = [replace(SLIP, name=f"exercise {index}", points=1.75) for index in range(8)]
    lines = [line for line in shown(grade("ada", *parts), grade("emmy")).splitlines() if "1.75" in line]
    assert [line.count("1.75") for line in lines] == [8]
    more = [replace(one, name=f"another {one.name}") for one in parts[:3]]
    lines = [line for line in shown(grade("ada", *parts, *more)).splitlines() if "1.8" in line]
    assert [line.count("1.8") for line in lines] == [11]


def test_a_log_line_has_student_marks_and_note() -> None:
    assert plain_line(grade("emmy", SLIP)) == f"emmy  2.75 of 4  max_pool2d: {SENTENCE}"
    assert plain_line(grade("ada")) == "ada  8 of 8"


def test_the_results_have_the_form_of_schema_3() -> None:
    fault = Fault("timeout", "cell 7", saying("\x1b[31mIt was stopped.\x1b[0m"))
    one = replace(grade("emmy", SLIP, faults=(fault,), penalty=2.0), score=2.75 + 1e-9, seconds=1 / 3)
    assert results([one], assignment="convolution", seed=4711) == {
        "schema": 3,
        "assignment": "convolution",
        "seed": 4711,
        "submissions": [
            {
                "student": "emmy",
                "score": 2.75,
                "max_score": 4.0,
                "seconds": 0.333333,
                "status": "graded",
                "faults": [{"kind": "timeout", "notebook": "", "cell": "cell 7", "message": "It was stopped."}],
                "exercises": [
                    {
                        "name": "max_pool2d",
                        "notebook": "",
                        "cell": "max_pool2d_hidden",
                        "state": "part",
                        "score": 2.75,
                        "max_score": 4.0,
                        "facets": [
                            {"name": "2x2 default", "score": 1.0, "max_score": 1.0, "reason": None},
                            {"name": "odd sizes, strides", "score": 1.0, "max_score": 1.0, "reason": None},
                            {
                                "name": "negative and same",
                                "score": 0.0,
                                "max_score": 1.25,
                                "reason": {"kind": "wrong", "words": WRONG},
                            },
                            {"name": "dtype, errors, purity", "score": 0.75, "max_score": 0.75, "reason": None},
                        ],
                        "diagnosis": SENTENCE,
                        "misconceptions": ["max_pool2d/averages"],
                    }
                ],
            }
        ],
    }


def test_the_results_survive_json() -> None:
    data = results([*COHORT, everywhere(HOSTILE[-2])], assignment="convolution", seed=None)
    assert json.loads(json.dumps(data)) == data


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.001, "0"),
        (1.0, "1"),
        (10, "10"),
        (2.5, "2.5"),
        (1 / 3, "0.33"),
        (0.1 + 0.2, "0.3"),
        (1234567.5, "1234567.5"),
    ],
)
def test_numbers_are_short_and_plain(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(0, 1))
def test_only_all_is_a_hundred_percent_and_only_nothing_is_zero(share: float) -> None:
    assert (percent(share) == "100 %") == (share == 1)
    assert (percent(share) == "0 %") == (share == 0)


def test_a_wrong_try_is_not_called_open() -> None:
    """As an exercise that nobody has begun is."""
    lost = tuple(replace(facet, points=0.0, reason=because(Why.RAISED, error="TypeError")) for facet in SLIP.facets)
    assert state(replace(SLIP, points=0.0, facets=lost)) == "missed"
    blank = tuple(replace(facet, reason=because(Why.NOT_STARTED)) for facet in lost)
    assert state(replace(SLIP, points=0.0, facets=blank)) == "open"


def test_an_exercise_that_a_person_raised_to_full_points_has_nothing_left_to_say() -> None:
    raised = replace(SLIP, points=4.0)
    assert state(raised) == "complete"
    assert lead(raised) is None


def test_who_handed_in_no_notebook_is_not_told_to_open_it() -> None:
    words = feedback(MISSING).words
    assert "hand in the file itself under the name convolution.ipynb" in words
    assert "Open the file that you handed in" not in words
    broken = replace(MISSING, faults=(Fault("broken-notebook", "", saying("It cannot be read.")),))
    assert "Open the file that you handed in" in feedback(broken).words


def of_every_facet(reason: Reason, diagnosis: Diagnosis) -> str:
    """What a page says of an exercise that lost each facet for the same reason."""
    one = exercise(lost=dict.fromkeys([facet.name for facet in exercise().facets], reason), diagnosis=diagnosis)
    return feedback(grade("kim", one)).words


def test_an_exercise_that_was_not_started_has_no_likely_cause() -> None:
    """Nobody who handed in a blank notebook needs to read eight times that the cause is known."""
    words = of_every_facet(because(Why.NOT_STARTED), cause("This exercise has not been started yet."))
    assert "Likely cause" not in words
    assert "likely cause is known" not in words
    assert "Not started This exercise has not been started yet." in words


def test_an_exercise_whose_cell_failed_says_so_once_and_not_at_every_facet() -> None:
    reason = because(Why.NOT_OBSERVED)
    failed = because(Why.CELL_SYNTAX_AT, name="pool", line=3, said="expected ':'")
    words = of_every_facet(reason, Diagnosis(failed))
    assert "What happened Python cannot read the cell of" in words and "expected ':'" in words
    assert in_words(reason) not in words
