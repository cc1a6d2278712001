"""The feedback page and the cohort report in a real browser: for eyes, ears, keyboards, phones and paper.

axe-core looks for what a screen reader or a reader with weak sight would stumble over. Pictures of what was seen are
kept in `build/screenshots`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromium import PICTURES, keep, launched
from made_up import saying
from playwright.sync_api import Browser, Page
from test_reporting import COHORT, EXAMPLE, HOSTILE, MISSING, READ, SLIP, everywhere, exercise, grade

from autograder.reasons import Why, because
from autograder.reporting.changes import Change, Changes, Mark
from autograder.reporting.cohort import ReportContext, cohort_page
from autograder.reporting.feedback import FeedbackContext, feedback_page
from autograder.reporting.similar import Pair
from autograder.values.graded import ByHand, Grade, RunFacts
from autograder.values.submitted import Fault

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
axe_core = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")

CODE = "def max_pool2d(x, pool_size=2, strides=None, padding='valid'):\n" + "".join(
    f"    step_{n} = [window.max() for window in windows(x, pool_size, strides)]  # {'a long comment ' * 8}\n"
    for n in range(60)
)
FULL = grade(
    "emmy",
    exercise("same_padding"),
    SLIP,
    replace(READ, name="why", cell="why"),
    exercise("conv2d", dict.fromkeys([facet.name for facet in exercise().facets], because(Why.NOT_STARTED))),
    faults=(
        Fault("late", "", saying("Handed in 5 h 0 min after the deadline; 2 points are taken for it.")),
        Fault("timeout", "cell 7", saying("It was stopped.")),
        Fault("moved-cell", "max_pool2d_hidden", saying("It was moved.")),
    ),
    penalty=2.0,
)
COMMENTS = ByHand(
    {("", "why"): "A good thought.\nWhich padding do you mean?", ("", "note"): "See me."}, frozenset({("", "why")})
)
MARK = Mark(6.0, 8.0, {"max_pool2d": 2.0})


def hostile(text: str) -> Grade:
    """A grade with a text everywhere; its exercises have names of their own, as in a notebook."""
    one = everywhere(text)
    exercises = tuple(replace(verdict, name=f"{verdict.name}_{n}") for n, verdict in enumerate(one.exercises))
    return replace(one, exercises=exercises)


def feedback(one: Grade = FULL) -> str:
    answers = {"max_pool2d": CODE, "same_padding": CODE, "why": "Because nothing is lost."}
    context = FeedbackContext(answers, COMMENTS, {"max_pool2d": EXAMPLE})
    return feedback_page(one, assignment="convolution", context=context)


def cohort(*more: Grade) -> str:
    context = ReportContext(
        links={"ada": "ada.html"},
        similar=[Pair("ada", "emmy", 40, 0.874), Pair("bo", "felix", 12, 0.5)],
        changes=Changes("2026-03-01T10:00:00Z", (Change("ada", MARK, MARK, ("max_pool2d",)),), ("emmy",), ("gone",)),
    )
    return cohort_page([*COHORT, FULL, *more], assignment="convolution", run=RunFacts(4711), context=context)


PAGES: dict[str, Callable[[], str]] = {
    "feedback": feedback,
    "feedback-without-notebook": lambda: feedback(MISSING),
    "feedback-hostile": lambda: feedback(hostile(" ".join(HOSTILE[:8]))),
    "cohort": cohort,
    "cohort-hostile": lambda: cohort(*(hostile(text) for text in HOSTILE)),
    "cohort-empty": lambda: cohort_page([], assignment="convolution"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def said() -> list[str]:
    """What pages say on the console."""
    return []


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path, said: list[str]) -> Iterator[Callable[..., Page]]:
    """Open one of `PAGES` as a file, as it is handed out."""
    contexts = []

    def opened(name: str, width: int = 1200, **how: Any) -> Page:
        file = tmp_path / f"{name}.html"
        file.write_text(PAGES[name](), encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, **how))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: Callable[..., Page], name: str, width: int, scheme: str) -> None:
    page = open_page(name, width, color_scheme=scheme, bypass_csp=True)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    keep(page, f"page-{name}-{width}-{scheme}", full_page=True)
    found = axe_core.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 390, 800])
def test_a_page_is_no_wider_than_the_screen(open_page: Callable[..., Page], name: str, width: int) -> None:
    page = open_page(name, width)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.body.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_stops_no_part_of_a_page_and_every_other_script(
    open_page: Callable[..., Page], said: list[str], name: str
) -> None:
    page = open_page(name)
    assert said == []
    assert page.locator("script").count() == (1 if name.startswith("cohort") else 0)
    inject = """() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'taken over'";
        document.body.append(script);
    }"""
    page.evaluate(inject)
    assert page.title() != "taken over"
    assert any("Content Security Policy" in line for line in said)


@pytest.mark.parametrize("name", ["feedback", "cohort"])
def test_the_keyboard_reaches_everything_that_scrolls_and_shows_where_it_is(
    open_page: Callable[..., Page], name: str
) -> None:
    page = open_page(name, 390)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    scrolls = """all => all.filter(one => one.scrollWidth > one.clientWidth + 1
        && ["auto", "scroll"].includes(getComputedStyle(one).overflowX)).map(one => one.ariaLabel
        || document.getElementById(one.getAttribute("aria-labelledby")).textContent)"""
    wanted = set(page.locator("body *").evaluate_all(scrolls))
    assert wanted
    where = """() => { const one = document.activeElement; const style = getComputedStyle(one); return {
        name: one.ariaLabel || (document.getElementById(one.getAttribute("aria-labelledby")) || one).textContent,
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 }; }"""
    reached = []
    for _step in range(200):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(where))
        if page.evaluate("document.activeElement === document.body"):
            break
    assert reached[0]["name"] == "Skip to the content"
    assert wanted <= {one["name"] for one in reached}
    assert [one["name"] for one in reached[:-1] if not one["seen"]] == []


def test_a_code_block_scrolls_inside_itself_by_the_arrow_keys(open_page: Callable[..., Page]) -> None:
    page = open_page("feedback", 390)
    block = page.locator(".own .code").first
    block.focus()
    for _press in range(200):  # on a busy machine the first ones can be lost
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(200)
        if block.evaluate("block => block.scrollLeft") > 0:
            break
    assert block.evaluate("block => block.scrollLeft") > 0
    assert page.evaluate("scrollX") == 0


@pytest.mark.parametrize("name", ["feedback", "feedback-without-notebook", "cohort"])
def test_a_page_prints_with_nothing_cut_or_folded(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(name, 700)
    page.emulate_media(media="print")
    keep(page, f"page-{name}-print", full_page=True)
    cut = """all => all.filter(one => one.scrollWidth > one.clientWidth + 1
        && getComputedStyle(one).overflowX !== "visible").map(one => one.className)"""
    assert page.locator("pre.code, figure, figure .scroll").evaluate_all(cut) == []
    folded = page.locator("details > :not(summary)").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert 0 not in folded
    PICTURES.mkdir(parents=True, exist_ok=True)
    pdf = page.pdf(path=PICTURES / f"page-{name}.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 1


MORE = """all => all.map(one => ({
    scrolls: one.scrollWidth > one.clientWidth + 1,
    says: getComputedStyle(one, "::before").content !== "none"
        && parseFloat(getComputedStyle(one, "::before").height) > 10,
    fades: getComputedStyle(one).maskImage !== "none"
        && parseFloat(getComputedStyle(one).getPropertyValue("--fade")) > 0,
}))"""


def settle(page: Page) -> None:
    """Wait until the animations have seen the page as it is now."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize(("width", "some"), [(390, True), (1200, False)])
def test_a_table_that_is_too_wide_says_so_until_its_end(open_page: Callable[..., Page], width: int, some: bool) -> None:
    page = open_page("cohort", width)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    settle(page)
    tables = page.locator(".scroll")
    shown = tables.evaluate_all(MORE)
    assert any(one["scrolls"] for one in shown) == some
    assert all(one["says"] == one["fades"] == one["scrolls"] for one in shown)
    keep(page, f"page-cohort-more-{width}")
    tables.evaluate_all("all => all.forEach(one => one.scrollLeft = 1e6)")
    page.wait_for_function(
        "[...document.querySelectorAll('.scroll')].every(one => one.scrollLeft > 0 || "
        "one.scrollWidth <= one.clientWidth + 1)"
    )
    settle(page)
    assert not any(one["fades"] for one in tables.evaluate_all(MORE))


def test_a_browser_without_scroll_driven_animations_says_it_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "old.html"
    file.write_text(cohort().replace("animation-timeline", "animation-unheard-of"), encoding="utf-8")
    for width, wanted in ((390, True), (1200, False)):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(file.as_uri())
        shown = page.locator(".scroll").evaluate_all(MORE)
        page.close()
        assert {one["says"] for one in shown} == {wanted}


# ---------------------------------------------------------------- sorting the report's tables


def column(page: Page, number: int) -> list[str]:
    cells = page.locator(f".students tbody tr > :nth-child({number})").all_inner_texts()
    return [cell.split(" /")[0].strip() for cell in cells]


def test_a_click_on_marks_sorts_the_students_and_a_second_one_turns_them(open_page: Callable[..., Page]) -> None:
    page = open_page("cohort")
    before = column(page, 1)
    header = page.locator(".students th", has_text="marks")
    assert header.get_attribute("aria-sort") is None
    header.get_by_role("button").click()
    marks = [float(one) for one in column(page, 2)]
    assert header.get_attribute("aria-sort") == "ascending"
    assert marks == sorted(marks) and len(set(marks)) > 2
    header.get_by_role("button").press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    assert [float(one) for one in column(page, 2)] == sorted(marks, reverse=True)
    keep(page, "page-cohort-sorted")
    page.locator(".students th", has_text="student").get_by_role("button").click()
    assert header.get_attribute("aria-sort") is None
    assert column(page, 1) == sorted(before)


def test_what_has_no_number_stays_below_in_both_directions(open_page: Callable[..., Page]) -> None:
    page = open_page("cohort")
    header = page.locator(".students th", has_text="conv2d")
    for _direction in range(2):
        header.get_by_role("button").click()
        shown = column(page, 1 + header.evaluate("one => one.cellIndex"))
        numbers = [bool(re.search(r"\d", cell)) for cell in shown]
        assert numbers == sorted(numbers, reverse=True) and not all(numbers)


def test_facets_stay_below_their_exercise(open_page: Callable[..., Page]) -> None:
    page = open_page("cohort")
    groups = ".exercises tbody"
    before = page.locator(groups).all_inner_texts()
    page.locator(".exercises th", has_text="facility").get_by_role("button").click()
    after = page.locator(groups).all_inner_texts()
    assert sorted(after) == sorted(before) and len(after) > 1


def test_without_scripts_the_tables_are_plain(open_page: Callable[..., Page]) -> None:
    page = open_page("cohort", java_script_enabled=False)
    assert page.locator("button").count() == 0
    assert page.locator(".students tbody tr").count() == len(COHORT) + 1
