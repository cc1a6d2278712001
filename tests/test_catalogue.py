"""The catalogue reads a course's wrong and right answers, and refuses a file that would lose one of them."""

import sys
from pathlib import Path

import pytest
from course_facts import as_shipped

from autograder.errors import CourseError
from autograder.grading.catalogue import Common, Misconception, Variant, load

ROOT = Path(__file__).parents[1]
IMPORTS = "from autograder.grading.catalogue import common, misconception, variant\n"


@pytest.fixture
def written(tmp_path: Path):
    """Writes a catalogue and gives its path."""

    def write(source: str) -> Path:
        path = tmp_path / "misconceptions.py"
        path.write_text(IMPORTS + source, encoding="utf-8")
        return path

    return write


WRONG = '''
@misconception("{number}", exercise="{exercise}", facet="values")
def {name}(x):
    """{sentence}"""
    return -x
'''


def wrong(number="M001", exercise="negate", name="negates", sentence="Look at the sign."):
    return WRONG.format(number=number, exercise=exercise, name=name, sentence=sentence)


def test_a_misconception_is_read_with_all_that_its_decorator_says(written):
    (record,) = load(written(wrong())).misconceptions
    assert (record.number, record.exercise, record.replaces) == ("M001", "negate", "negate")
    assert (record.facets, record.sentence, record.name) == (("values",), "Look at the sign.", "negates")
    assert record.function(3) == -3


def test_a_misconception_can_replace_another_name_and_lose_several_facets(written):
    source = wrong().replace('facet="values"', 'replaces="other", facet=("values", "type")')
    (record,) = load(written(source)).misconceptions
    assert (record.exercise, record.replaces, record.facets) == ("negate", "other", ("values", "type"))


def test_a_sentence_on_two_lines_is_read_as_one(written):
    (record,) = load(written(wrong(sentence="Look at\n    the sign."))).misconceptions
    assert record.sentence == "Look at the sign."


def test_records_come_in_the_order_of_the_file(written):
    source = "".join(wrong(number, name=name) for number, name in [("M003", "c"), ("M001", "a"), ("M002", "b")])
    assert [record.number for record in load(written(source)).misconceptions] == ["M003", "M001", "M002"]


def test_the_three_kinds_are_kept_apart(written):
    source = wrong() + (
        '@variant("V01", exercise="negate")\ndef otherwise(x):\n    """By subtraction."""\n    return 0 - x\n'
        '@common("M342", facet="errors")\ndef silent(reference):\n    """Nothing is refused."""\n    return reference\n'
    )
    catalogue = load(written(source))
    kinds = (catalogue.misconceptions, Misconception), (catalogue.variants, Variant), (catalogue.commons, Common)
    assert all(len(records) == 1 and isinstance(records[0], kind) for records, kind in kinds)
    assert catalogue.variants[0].replaces == "negate"
    assert catalogue.commons[0].facet == "errors"


def test_a_decorated_function_stays_what_it_was(written):
    """Wrong answers can be built on one another."""
    source = wrong() + wrong("M002", name="twice").replace("return -x", "return 2 * negates(x)")
    assert load(written(source)).misconceptions[1].function(3) == -6


def test_reading_leaves_no_module_behind(written):
    before = set(sys.modules)
    load(written("from dataclasses import dataclass\n@dataclass\nclass Step:\n    n: int\n" + wrong()))
    assert set(sys.modules) == before


def test_a_function_imported_from_another_file_is_not_read_again(written):
    source = "from autograder.grading.catalogue import load\nimport math\n" + wrong()
    assert len(load(written(source)).misconceptions) == 1


def test_the_same_number_in_two_exercises_is_accepted(written):
    source = wrong() + wrong(exercise="absolute", name="other")
    assert len(load(written(source)).misconceptions) == 2


REFUSED = {
    "a number used twice": wrong() + wrong(name="other"),
    "a name defined twice": wrong() + wrong("M002"),
    "an empty docstring": wrong(sentence=" "),
    "no docstring": wrong().replace('"""Look at the sign."""', "pass"),
    "a number of another form": wrong("1"),
    "no facet": wrong().replace('facet="values"', "facet=()"),
    "an empty facet": wrong().replace('facet="values"', 'facet=""'),
    "a variant without docstring": '@variant("V01", exercise="negate")\ndef otherwise(x):\n    return 0 - x\n',
    "a variant's number used twice": "".join(
        f'@variant("V01", exercise="negate")\ndef {name}(x):\n    """So."""\n    return 0 - x\n' for name in "ab"
    ),
    "a common facet that is unknown": '@common("M1", facet="second")\ndef f(reference):\n    """So."""\n',
    "a common number used twice": "".join(
        f'@common("M342", facet="all")\ndef {name}(reference):\n    """So."""\n' for name in "ab"
    ),
    "two decorators on one function": wrong().replace(
        "@misconception", '@variant("V01", exercise="negate")\n@misconception'
    ),
    "a file that does not parse": "def f(:\n",
    "a file that does not run": "import no_such_module_at_all\n",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_a_catalogue_is_refused_that_has(written, source):
    with pytest.raises(CourseError) as refused:
        load(written(source))
    assert "misconceptions.py" in str(refused.value)


def test_a_refused_file_leaves_no_module_behind(written):
    before = set(sys.modules)
    with pytest.raises(CourseError):
        load(written("1 / 0\n"))
    assert set(sys.modules) == before


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CourseError, match="nowhere"):
        load(tmp_path / "nowhere.py")


# ---------------------------------------------------------------- the course's own files


@as_shipped
def test_every_misconception_of_the_specification_has_a_function():
    specified = {f"M{number:03}" for number in range(1, 84)}
    numbers = [
        record.number for record in load(ROOT / "solutions" / "convolution" / "misconceptions.py").misconceptions
    ]
    assert specified <= set(numbers)
    assert len([number for number in numbers if number in specified]) == len(specified)


def test_every_exercise_has_right_answers_written_in_other_ways():
    catalogue = load(ROOT / "solutions" / "convolution" / "misconceptions.py")
    variants = load(ROOT / "solutions" / "convolution" / "variants.py").variants
    replaced = {record.replaces for record in catalogue.misconceptions if record.exercise != "choice"}
    assert all(sum(variant.replaces == name for variant in variants) >= 2 for name in replaced)


def test_the_common_misconceptions_are_read():
    commons = load(ROOT / "solutions" / "common_misconceptions.py").commons
    assert [common.number for common in commons] == ["M339", "M340", "M341", "M342", "M343", "M344", "MX01"]
