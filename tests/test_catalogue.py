"""The catalogue reads a course's wrong and right answers, and refuses a file that would lose one of them."""

import sys
from pathlib import Path

import pytest
from test_reporting import IS_WRONG, cause, cohort, exercise, grade

from autograder.errors import CourseError
from autograder.grading.catalogue import Common, Misconception, Variant, load, whole_text
from autograder.grading.course import assignments, load_catalogue, load_course

ROOT = Path(__file__).parents[1]
IMPORTS = "from autograder.grading.catalogue import common, misconception, variant\n"


@pytest.fixture
def written(tmp_path: Path):
    """Writes an exercise's file and gives its path."""

    def write(source: str, name: str = "negate") -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(IMPORTS + source, encoding="utf-8")
        return path

    return write


WRONG = '''
@misconception("values")
def {name}(x):
    """{sentence}"""
    return -x
'''
RIGHT = '''
@variant()
def otherwise(x):
    """By subtraction."""
    return 0 - x
'''
COMMON = '''
@common("errors")
def silent(reference):
    """Nothing is refused."""
    return reference
'''


def wrong(name="negates", sentence="Look at the sign."):
    return WRONG.format(name=name, sentence=sentence)


def test_a_misconception_is_read_with_all_that_its_decorator_says(written):
    (record,) = load(written(wrong())).misconceptions
    assert (record.id, record.exercise, record.replaces) == ("negate/negates", "negate", "negate")
    assert (record.facets, record.sentence, record.name) == (("values",), "Look at the sign.", "negates")
    assert record.function(3) == -3 and not record.rare


def test_a_misconception_can_replace_another_name_and_lose_several_facets(written):
    source = wrong().replace('"values"', '"values", "type", replaces="other", rare=True')
    (record,) = load(written(source)).misconceptions
    assert (record.exercise, record.replaces, record.facets) == ("negate", "other", ("values", "type"))
    assert record.rare


def test_a_sentence_on_two_lines_is_read_as_one(written):
    (record,) = load(written(wrong(sentence="Look at\n    the sign."))).misconceptions
    assert record.sentence == "Look at the sign."


def test_records_come_in_the_order_of_the_files(written):
    files = written(wrong("c") + wrong("a"), "second"), written(wrong("b"), "first")
    assert [record.id for record in load(*files).misconceptions] == ["second/c", "second/a", "first/b"]


def test_the_three_kinds_are_kept_apart(written):
    catalogue = load(written(wrong() + RIGHT + COMMON))
    kinds = (catalogue.misconceptions, Misconception), (catalogue.variants, Variant), (catalogue.commons, Common)
    assert all(len(records) == 1 and isinstance(records[0], kind) for records, kind in kinds)
    assert catalogue.variants[0].replaces == "negate"
    assert catalogue.commons[0].facet == "errors"


def test_a_decorated_function_stays_what_it_was(written):
    """Wrong answers can be built on one another."""
    source = wrong() + wrong("twice").replace("return -x", "return 2 * negates(x)")
    assert load(written(source)).misconceptions[1].function(3) == -6


def test_reading_leaves_no_module_behind(written):
    before = set(sys.modules)
    load(written("from dataclasses import dataclass\n@dataclass\nclass Step:\n    n: int\n" + wrong()))
    assert set(sys.modules) == before


def test_what_is_imported_from_the_file_of_another_exercise_is_read_there_only(written):
    written(wrong(), "absolute")
    source = "from .absolute import negates\n" + wrong("twice").replace("return -x", "return 2 * negates(x)")
    (record,) = load(written(source)).misconceptions
    assert (record.id, record.function(3)) == ("negate/twice", -6)


def test_the_whole_text_of_a_file_has_what_it_imports_once_and_runs_alone(written):
    written("def _one():\n    return 1\n", "numbers")
    written("from .numbers import _one\n\n\ndef _two():\n    return 2 * _one()\n", "sums")
    text = whole_text(
        written("from .sums import (\n    _two,\n)\nfrom .numbers import _one\nTHREE = _one() + _two()\n")
    )
    assert text.count("def _one") == 1
    names = dict[str, object]()
    exec(text, names)
    assert names["THREE"] == 3


REFUSED = {
    "a name defined twice": wrong() + wrong(),
    "a name that it imports, too": "from .beside import negates\n" + wrong(),
    "an empty docstring": wrong(sentence=" "),
    "no docstring": wrong().replace('"""Look at the sign."""', "pass"),
    "no facet": wrong().replace('"values"', ""),
    "an empty facet": wrong().replace('"values"', '""'),
    "a variant without docstring": RIGHT.replace('"""By subtraction."""', "pass"),
    "a common facet that is unknown": COMMON.replace("errors", "second"),
    "a common misconception's name": COMMON + wrong("silent").replace("negates", "silent"),
    "two decorators on one function": wrong().replace("@misconception", "@variant()\n@misconception"),
    "a file that does not parse": "def f(:\n",
    "a file that does not run": "import no_such_module_at_all\n",
    "a file that imports what is not there": "from .nowhere import this\n",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_a_catalogue_is_refused_that_has(written, source):
    written("def negates(x):\n    return -x\n", "beside")
    with pytest.raises(CourseError) as refused:
        load(written(source))
    assert "negate.py" in str(refused.value)


def test_a_name_is_common_to_all_exercises_or_an_answers_own(written):
    with pytest.raises(CourseError, match="common misconception's name"):
        load(written(wrong("silent")), written(COMMON, "commons"))


def test_a_refused_file_leaves_no_module_behind(written):
    before = set(sys.modules)
    with pytest.raises(CourseError):
        load(written("1 / 0\n"))
    assert set(sys.modules) == before


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CourseError, match="nowhere"):
        load(tmp_path / "nowhere.py")


# ---------------------------------------------------------------- the course's own files


@pytest.mark.parametrize("name", assignments(load_course(ROOT)))
def test_every_id_of_an_assignment_stands_for_one_answer(name):
    catalogue = load_catalogue(load_course(ROOT), name)
    known = [answer.id for answer in catalogue.answers]
    assert len(known) == len(set(known)) > 50
    for id in known:
        exercise, function = id.split("/")
        assert f"def {function}(" in (ROOT / "solutions" / name / f"{exercise}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", assignments(load_course(ROOT)))
def test_a_report_names_each_misconception_by_its_id_in_the_page_s_source(name):
    known = load_catalogue(load_course(ROOT), name).misconceptions
    for one in known:
        slip = exercise(one.exercise, lost={"2x2 default": IS_WRONG}, diagnosis=cause(one.sentence or "Look.", one.id))
        tags = cohort(grade("emmy", slip)).tags
        assert [how["data-misconceptions"] for _tag, how in tags if "data-misconceptions" in how] == [one.id]


def test_every_exercise_has_right_answers_written_in_other_ways():
    catalogue = load_catalogue(load_course(ROOT), "convolution")
    replaced = {record.replaces for record in catalogue.misconceptions if record.exercise != "choice"}
    assert all(sum(variant.replaces == name for variant in catalogue.variants) >= 2 for name in replaced)
