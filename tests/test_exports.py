"""Exports: what other systems read, nobody lost on the way, and no answer told."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import saying
from test_reporting import HOSTILE, LATE, MISSING, READ, SENTENCE, SLIP, WRONG, cause, everywhere, exercise, grade

from autograder.errors import UsageError
from autograder.notebooks import MasterCell, MasterNotebook
from autograder.reporting.exports import FORMATS, canvas, gradescope, junit, moodle, plain
from autograder.reporting.exports.form import Export, Gradesheet, points, safe_cell, table
from autograder.reporting.exports.roster import IdColumn, Matches, Roster, match, read_roster
from autograder.values.graded import ExerciseVerdict, Grade
from autograder.values.submitted import Assignment, Fault

COHORT = (grade("ada"), grade("emmy", SLIP, exercise("conv2d")), LATE, MISSING)

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (7),convolution (4711),Assignments Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,10,8.00,(read only)
"Lovelace, Ada",101,S1,ada,A1,9.5,,95
"Noether, Emmy",102,S2,EMMY,A1,,1,
"Klein, Felix",103,S3,felix,A1,,,
"Gauss, Carl",104,S4,carl,A1,8,3,
"Student, Test",199,,a4f,A1,,,
"""
WORKSHEET = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 11","Ada Lovelace",ada@example.org,"Submitted for grading",,8.00,Yes,"Monday, 2 March 2026",-,
"Participant 12","Emmy Noether",emmy@example.org,"Submitted for grading",3.00,8.00,Yes,-,"Friday, 6 March 2026","old"
"Participant 13","Felix Klein",felix@example.org,"Submitted for grading",,8.00,No,-,-,
"Participant 14","Carl Gauss",carl@example.org,"No submission",,8.00,Yes,-,-,
"""
EMAILS = {"ada": ["ada@example.org"], "emmy": ["emmy@example.org"], "felix": ["felix@example.org"]}
EXPORT = """\
First name,Last name,ID number,Email address,Assignment: convolution (Real)
Ada,Lovelace,ada,ada@example.org,-
Emmy,Noether,emmy,emmy@example.org,-
Carl,Gauss,carl,carl@example.org,-
"""


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def roster(text: str) -> Roster:
    return read_roster(text.encode(), name="roster.csv")


def cohort(*grades: Grade, text: str | None = None, **how: object) -> Gradesheet:
    given_roster = roster(text) if text is not None else None
    return Gradesheet("convolution", grades or COHORT, roster=given_roster, **how)  # type: ignore[arg-type]


def only(made: Export) -> str:
    (text,) = made.files.values()
    return text


# ---------------------------------------------------------------- what all formats promise


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_text_breaks_an_export(name: str, text: str) -> None:
    made = FORMATS[name](cohort(everywhere(text), grade("ada")))
    for path, content in made.files.items():
        content.encode("utf-8")
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", content) or name in ("canvas", "moodle", "csv")
        assert ".." not in path.split("/") and not path.startswith("/")
        if name == "junit":
            ElementTree.fromstring(content)
        elif name == "gradescope":
            json.loads(content)
        elif name == "markdown":
            assert not re.search(r"<|@\w|://", content)
        elif name == "annotations":
            assert all(re.match("::(warning|notice|error) [^:]*::", line) for line in content.splitlines())
        else:
            assert len({len(row) for row in rows(content)}) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_the_exported_score_has_the_late_penalty_and_a_persons_points(name: str) -> None:
    one = replace(LATE, score=7.5, exercises=(replace(SLIP, points=3.5), exercise("conv2d")))
    text = only(FORMATS[name](cohort(one)))
    if name == "gradescope":
        assert json.loads(text)["score"] == 5.5
    elif name == "junit":
        values = {one.get("name"): one.get("value") for one in ElementTree.fromstring(text).iter("property")}
        assert values == {"score": "5.5", "max_score": "8", "penalty": "2"}
    elif name == "markdown":
        assert "| 5.5 / 8 |" in text
    elif name == "annotations":
        assert "max_pool2d: 3.5 of 4 points" in text  # they are about exercises, which no penalty touches
    else:
        assert "5.5" in rows(text)[-1]


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_says_nothing_but_names_points_and_the_sentences_of_the_page(name: str) -> None:
    """Take away what the course may show, and no number is left that could be an expected value."""
    one = replace(grade("emmy", SLIP), seconds=0.0)
    text = "".join(FORMATS[name](cohort(one)).files.values())
    for allowed in ("max_pool2d", "conv2d", "2x2 default", "1.0", "UTF-8", "\\u2019", "Seed of the experiments: 4711"):
        text = text.replace(allowed, "")
    numbers = set(re.findall(r"\d+(?:\.\d+)?", text))
    # Points and worths, the number of a test, and counts of cases.
    counts = {"0", "1", "2", "3", "4", "0.0", "0.000", "1.1", "1.2", "1.3", "1.4"}
    assert numbers <= counts | {"0.75", "1.0", "1.25", "2.75", "4.0"}
    assert "expected" not in text and "hidden test" not in text.lower()


@pytest.mark.parametrize("name", FORMATS)
def test_marks_that_are_not_final_are_told(name: str) -> None:
    made = FORMATS[name](cohort(grade("emmy", SLIP, READ), grade("ada")))
    assert any("not final: emmy" in notice for notice in made.notices)
    assert not any("not final" in notice for notice in FORMATS[name](cohort(grade("ada"))).notices)


@pytest.mark.parametrize("name", FORMATS)
def test_whom_the_roster_does_not_know_and_who_handed_in_nothing_is_listed(name: str) -> None:
    made = FORMATS[name](cohort(text=EXPORT if name == "moodle" else CANVAS))
    assert made.unknown == (("felix", "hilbert") if name == "moodle" else ("hilbert",))
    assert len(made.missing) == 1
    assert re.search("carl|Carl", made.missing[0])


@given(st.sets(st.text(max_size=8), max_size=6), st.sets(st.text(max_size=8), max_size=6))
@settings(max_examples=60)
def test_every_student_is_in_a_row_or_unknown_and_every_row_is_a_student_or_missing(
    ours: set[str], theirs: set[str]
) -> None:
    ours = {*ours, "shared"}  # a roster in which nobody is found is refused
    names = sorted({*(name for name in theirs if name.strip()), "shared"})
    table_of = Roster(("student", "x"), tuple((name, "-") for name in names))
    found = match(table_of, ours, ids=IdColumn("", ("student",)), also_called={})
    assert set(found.students.values()) | set(found.unknown) == ours
    assert not set(found.students.values()) & set(found.unknown)
    assert set(found.students) | set(found.missing) == set(range(len(names)))
    made = plain.export(Gradesheet("a", [grade(name) for name in ours], roster=table_of))
    assert len(made.missing) + len(found.students) == len(names)


# ---------------------------------------------------------------- cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r=1", " =1", "\n@x", "＝1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.text())
def test_a_cell_is_its_text_but_for_one_apostrophe(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell or cell[0] not in "=+-@\t\r"
    assert safe_cell(cell) == cell


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), min_size=1))
def test_a_table_is_read_as_it_was_written(content: list[list[str]]) -> None:
    assert rows(table(content)) == content


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (1 / 3, "0.3333"), (0, "0"), (-1e-9, "0"), (10, "10"), (2.5, "2.5")]
)
def test_points_are_short(value: float, text: str) -> None:
    assert points(value) == text


# ---------------------------------------------------------------- the roster


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_roster_is_read_whatever_parts_its_cells(delimiter: str, encoding: str) -> None:
    text = f"Student{delimiter}ID\r\n김철수{delimiter}1\r\n\r\nshort\r\n"
    found = read_roster(text.encode(encoding), name="r.csv")
    assert found == Roster(("Student", "ID"), (("김철수", "1"), ("short", "")), delimiter)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"one column\nx", b"\xff\x00\xfe", "Zoë,1".encode("latin-1")])
def test_what_is_no_roster_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be read as a roster") as caught:
        read_roster(content, name="r.csv")
    assert caught.value.next_step


@given(st.binary(max_size=80))
def test_no_bytes_crash_the_roster(content: bytes) -> None:
    try:
        found = read_roster(content, name="r.csv")
    except UsageError:
        return
    assert all(len(row) == len(found.header) for row in found.rows)


def test_ids_are_compared_without_case_and_however_letters_are_composed() -> None:
    found = match(
        roster("login,x\nADA,1\nzoe\u0308,2\n"), ["ada", "zo\u00eb"], ids=IdColumn("", ("Login",)), also_called={}
    )
    assert found.students == {0: "ada", 1: "zo\u00eb"}


def test_an_exact_id_comes_before_a_similar_one_and_an_ambiguous_one_is_told() -> None:
    found = match(roster("login,x\nAda,1\nADA,2\n"), ["ada", "Ada"], ids=IdColumn("", ("login",)), also_called={})
    assert found.students == {0: "Ada"}
    assert found.unknown == ("ada",)
    assert any("ADA in the roster may be any of Ada, ada" in notice for notice in found.notices)


def test_who_is_found_by_the_exact_id_is_found_by_no_similar_one_and_no_other_name() -> None:
    text = "login,x\nAda,1\nada,2\nemmy,3\nada@a.example,4\n"
    also_called = {"ada": ["ada@a.example"]}
    found = match(roster(text), ["ada", "emmy"], ids=IdColumn("", ("login",)), also_called=also_called)
    assert (found.students, found.missing, found.notices) == ({1: "ada", 2: "emmy"}, (0, 3), ())


@pytest.mark.parametrize("logins", [("Ada", "ADA"), ("ada", "ada")])
def test_where_several_rows_may_mean_one_student_none_is_filled_in(logins: tuple[str, str]) -> None:
    rows_of = "".join(f"{login},1\n" for login in (*logins, "emmy", "ada@a.example"))
    found = match(roster(f"login,x\n{rows_of}"), ["ada", "emmy"], ids=IdColumn("", ("login",)), also_called={})
    assert (found.students, found.unknown, found.missing) == ({2: "emmy"}, ("ada",), (0, 1, 3))
    names = ", ".join(dict.fromkeys(logins))
    assert found.notices == (f"ada may be any of 2 rows of the roster ({names}); nothing was filled in",)


def test_the_column_with_most_of_our_ids_is_taken_and_another_can_be_named() -> None:
    text = "SIS Login ID,SIS User ID,ID\nx1,ada,1\nx2,emmy,2\nada,carl,3\n"

    def found(column: str) -> Matches:
        return match(roster(text), ["ada", "emmy"], ids=IdColumn(column, canvas.CANDIDATES), also_called={})

    assert found("").column == "SIS User ID"
    assert found("sis login id").students == {2: "ada"}
    with pytest.raises(UsageError, match="no column"):
        found("matriculation")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("Student,ID,Username,Section\nX,11,nobody,A\n\N{ESCAPE}[31mY,12,else,A\n", "nobody, else"),
        ("Student,ID,Username,Section\n", "no ids in"),
    ],
)
def test_a_roster_in_which_nobody_is_found_is_refused_with_ids_of_both_sides(name: str, text: str, got: str) -> None:
    with pytest.raises(UsageError, match="No student of the gradebook is in the roster") as caught:
        FORMATS[name](cohort(text=text if name != "canvas" else text.replace("Username", "SIS Login ID")))
    assert "ada, emmy, felix, …" in caught.value.expected
    assert got in caught.value.got and "\N{ESCAPE}" not in str(caught.value)
    assert "--id-column" in caught.value.next_step


@pytest.mark.parametrize(
    ("name", "text", "takes"),
    [
        ("moodle", "CANVAS", "This looks like Canvas's list; --format canvas takes it."),
        ("canvas", "EXPORT", "This looks like Moodle's list; --format moodle takes it."),
        ("canvas", "WORKSHEET", "This looks like Moodle's list; --format moodle takes it."),
    ],
)
@pytest.mark.parametrize("id_column", ["", "SIS Login ID"])
def test_the_list_of_another_system_is_told_with_the_format_that_takes_it(
    name: str, text: str, takes: str, id_column: str
) -> None:
    with pytest.raises(UsageError) as caught:
        FORMATS[name](cohort(text=globals()[text], id_column=id_column))
    assert caught.value.what == takes and f"{name.title()}: Grades, Export" in caught.value.next_step


def test_a_moodle_list_in_another_language_says_at_once_how_to_get_one_that_can_be_read() -> None:
    with pytest.raises(UsageError) as caught:
        FORMATS["moodle"](cohort(text="이름,성,이메일 주소,성적\nKim,Ada,ada@uni.example,\n"))
    assert "English as its language" in caught.value.next_step and "이메일 주소" in caught.value.got


def test_an_e_mail_address_means_the_student_whose_id_stands_before_its_at_sign() -> None:
    text = "login,x\nADA@uni.example,1\nemmy@uni.example,2\nzoe@uni.example,3\n"
    found = match(roster(text), ["ada", "emmy"], ids=IdColumn("", ("login",)), also_called={})
    assert found.students == {0: "ada", 1: "emmy"} and found.missing == (2,)
    (remark,) = found.remarks
    assert "in the column login: 2, such as ada by ADA@uni.example" in remark
    assert found.notices == ()


@pytest.mark.parametrize(
    ("logins", "ours", "students", "told"),
    [
        (
            ["ada@a.example", "ada@b.example", "emmy"],
            ["ada", "emmy"],
            {2: "emmy"},
            "ada may be any of ada@a.example, ada@",
        ),
        (
            ["ada@a.example", "emmy"],
            ["Ada", "ADA", "emmy"],
            {1: "emmy"},
            "ada@a.example in the roster may be any of ADA",
        ),
        (["ada@a.example", "ada"], ["ada"], {1: "ada"}, ""),
        (["ada@a.example", "ada@b.example"], ["ada@b.example", "ada"], {0: "ada", 1: "ada@b.example"}, ""),
        (["ada@a.example", "@a.example", "ada@"], ["ada", ""], {0: "ada"}, ""),
    ],
)
def test_what_stands_before_the_at_sign_counts_only_where_it_can_mean_one(
    logins: list[str], ours: list[str], students: dict[int, str], told: str
) -> None:
    table_of = Roster(("login", "x"), tuple((login, "-") for login in logins))
    found = match(table_of, ours, ids=IdColumn("", ("login",)), also_called={})
    assert found.students == students
    assert any(told in notice for notice in found.notices) if told else found.notices == ()


def test_a_student_whose_address_is_known_is_found_by_no_other() -> None:
    matched = partial(match, ids=IdColumn("", ("login",)), also_called={"ada": ["ada@a.example"]})
    assert matched(roster("login,x\nADA@a.example,1\n"), ["ada"]).students == {0: "ada"}
    with pytest.raises(UsageError, match="No student"):
        matched(roster("login,x\nada@b.example,1\n"), ["ada"])


def test_a_column_with_whole_ids_comes_before_one_with_addresses() -> None:
    text = "Email,Username\nada@a.example,ada\nemmy@a.example,emmy\n"
    found = match(roster(text), ["ada", "emmy"], ids=IdColumn("", ("Email", "Username")), also_called={})
    assert found.column == "Username" and found.remarks == ()


@pytest.mark.processes
def test_korean_in_another_encoding_is_told_with_the_command_that_cures_it(tmp_path: Path) -> None:
    file = tmp_path / "our list.csv"
    file.write_bytes("student,이름\nada,김철수\n".encode("cp949"))
    with pytest.raises(UsageError, match="cannot be read as a roster") as caught:
        read_roster(file.read_bytes(), name=str(file))
    assert "line 1 is no UTF-8; it looks like Korean in CP949" in caught.value.got
    assert "CSV UTF-8" in caught.value.next_step
    (command,) = re.findall("`(.+)`", caught.value.next_step)
    if shutil.which("iconv"):
        subprocess.run(command, shell=True, cwd=tmp_path, check=True)
        found = read_roster((tmp_path / "utf8-our list.csv").read_bytes(), name="r.csv")
        assert found == Roster(("student", "이름"), (("ada", "김철수"),))


def test_another_encoding_is_told_by_its_line() -> None:
    with pytest.raises(UsageError) as caught:
        read_roster("student,x\nada,1\nZo\xeb,2\n".encode("latin-1"), name="r.csv")
    assert "line 3 is no UTF-8" in caught.value.got and "Korean" not in str(caught.value)


# ---------------------------------------------------------------- Canvas


def test_canvas_gets_its_own_rows_with_this_assignments_column_filled() -> None:
    made = canvas.export(cohort(text=CANVAS))
    assert only(made).replace("\r\n", "\n") == (
        "Student,ID,SIS User ID,SIS Login ID,Section,convolution (4711)\n"
        ",,,,,\n"
        "    Points Possible,,,,,8.00\n"
        '"Lovelace, Ada",101,S1,ada,A1,8\n'
        '"Noether, Emmy",102,S2,EMMY,A1,6.75\n'
        '"Klein, Felix",103,S3,felix,A1,6\n'
        '"Gauss, Carl",104,S4,carl,A1,3\n'
        '"Student, Test",199,,a4f,A1,\n'
    )
    assert made.missing == ("Gauss, Carl",)
    assert made.notices == ()
    assert made.remarks == ("Student, Test is Canvas's test student: nobody is missing, and the row stays as it is",)


DIGEST = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize("name", ["canvas", "csv", "gradescope"])
@pytest.mark.parametrize(
    ("student", "header"),
    [
        ('"Student, Test",199,,a4f', "Student"),
        ("Test Student,199,,a4f", "Student"),
        ("Student,Test,199,,a4f", "LastName,FirstName"),
        (f'"학생, 시험",199,,{DIGEST}', "Student"),
    ],
)
def test_canvas_test_student_is_told_and_not_missing(name: str, student: str, header: str) -> None:
    ada = "Lovelace,Ada" if "," in header else '"Lovelace, Ada"'
    text = f"{header},ID,SIS User ID,SIS Login ID,Section\n{ada},101,S1,ada,A1\n{student},A1\n"
    made = FORMATS[name](cohort(grade("ada"), text=text))
    assert made.missing == ()
    (remark,) = made.remarks
    assert "is Canvas's test student" in remark
    if name == "canvas":
        assert rows(only(made))[-1][-3:] == [student.split(",")[-1], "A1", ""]


def test_a_graded_test_student_is_a_student_and_a_student_without_a_number_is_missing() -> None:
    graded_too = canvas.export(cohort(grade("ada"), grade("a4f"), text=CANVAS))
    assert rows(only(graded_too))[-1][-1] == "8" and graded_too.remarks == ()
    text = CANVAS.replace("104,S4,carl", f"104,S4,{DIGEST}").replace("103,S3,felix", "103,,felix")
    assert canvas.export(cohort(grade("ada"), text=text)).missing == ("Noether, Emmy", "Klein, Felix", "Gauss, Carl")


def test_canvas_without_a_roster_is_matched_by_login_and_has_the_points() -> None:
    found = rows(only(canvas.export(cohort())))
    assert found[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "convolution"]
    assert found[1] == ["    Points Possible", "", "", "", "", "8"]
    assert found[2] == ["ada", "", "", "ada", "", "8"]


def test_canvas_is_told_apart_by_number_where_two_assignments_have_one_name() -> None:
    text = CANVAS.replace("Essay (7)", "Convolution (7)")
    with pytest.raises(UsageError, match="Several assignments") as caught:
        canvas.export(cohort(text=text))
    assert "Convolution (7), convolution (4711)" in caught.value.got
    made = canvas.export(cohort(text=text, column="convolution (4711)"))
    assert rows(only(made))[0][-1] == "convolution (4711)"


def test_an_assignment_that_canvas_does_not_have_is_a_new_column_and_is_told() -> None:
    made = canvas.export(cohort(text=CANVAS, column="Week 2"))
    assert rows(only(made))[0][-1] == "Week 2"
    assert rows(only(made))[2][-1] == "8"
    assert any("no assignment Week 2" in notice for notice in made.notices)


def test_other_points_in_canvas_are_told() -> None:
    made = canvas.export(cohort(text=CANVAS.replace("8.00", "100")))
    assert any("Canvas gives 100 points for this assignment, the course 8" in notice for notice in made.notices)


def test_what_is_no_gradebook_of_canvas_is_refused() -> None:
    with pytest.raises(UsageError, match="not a Canvas gradebook"):
        canvas.export(cohort(text="student,Username\nada,ada\n"))


# ---------------------------------------------------------------- Moodle


def test_moodles_worksheet_keeps_all_but_grade_and_comment() -> None:
    made = moodle.export(cohort(text=WORKSHEET, also_called=EMAILS))
    before, after = rows(WORKSHEET), rows(only(made))
    changed = [
        (one, column)
        for one, (old, new) in enumerate(zip(before, after, strict=True))
        for column, (a, b) in enumerate(zip(old, new, strict=True))
        if a != b
    ]
    assert changed == [(1, 4), (2, 4), (2, 9)]
    assert after[1][4] == "8"
    assert after[2][4] == "6.75"
    assert after[2][9] == f"max_pool2d: 2.75 of 4 points. {SENTENCE}"
    assert made.missing == ("Felix Klein felix@example.org Participant 13",) or made.missing == (
        "Carl Gauss carl@example.org Participant 14",
    )
    assert any("to be changed: Felix Klein" in notice for notice in made.notices)


def test_moodles_worksheet_with_another_maximum_is_told() -> None:
    made = moodle.export(cohort(text=WORKSHEET.replace("8.00", "100.00"), also_called=EMAILS))
    assert any("Moodle gives 100.00 points for this assignment, the course 8" in notice for notice in made.notices)
    assert not any(
        "not converted" in notice for notice in moodle.export(cohort(text=WORKSHEET, also_called=EMAILS)).notices
    )


BLIND = """\
Identifier,Status,Grade,"Maximum Grade","Grade can be changed","Last modified (grade)","Feedback comments"
"Participant 1234567","Submitted for grading",,8.00,Yes,-,
"Participant 1234568","No submission",,8.00,Yes,-,
"""


def test_with_blind_marking_a_student_is_found_by_the_number_of_moodles_folder() -> None:
    made = moodle.export(cohort(grade("1234567"), text=BLIND))
    assert rows(only(made))[1][2] == "8"
    assert made.missing == ("Participant 1234568",) and made.unknown == ()
    assert only(moodle.export(cohort(grade("1234567"), text=BLIND, id_column="Identifier"))) == only(made)


LANGUAGES = {
    "German": (
        'ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",'
        '"Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"',
        "Teilnehmer/in",
        ("Ja", "Nein"),
        "8,00",
    ),
    "Korean": (
        "식별자,이름,이메일,상태,성적,최고성적,변경가능,제출일,채점일,피드백",
        "참가자 ",
        ("예", "아니오"),
        "8.00",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_moodles_worksheet_is_filled_in_in_any_language(language: str) -> None:
    header, word, (yes, no), maximum = LANGUAGES[language]
    text = (
        f'{header}\n{word}11,"Ada L.",ada@example.org,x,,"{maximum}",{yes},"2. 3. 2026, 10:00",-,\n'
        f'{word}12,"Emmy N.",emmy@example.org,x,"3,00","{maximum}",{no},"2. 3. 2026, 10:00","6. 3. 2026, 9:00",old\n'
    )
    made = moodle.export(cohort(grade("ada"), grade("emmy"), text=text, also_called=EMAILS))
    before, after = rows(text), rows(only(made))
    assert after[0] == before[0] and after[2] == before[2]
    assert after[1] == [*before[1][:4], "8", *before[1][5:]]
    assert any("to be changed: " in notice for notice in made.notices)
    assert not any("points for this assignment" in notice for notice in made.notices)


def test_a_word_that_may_mean_that_a_grade_is_locked_is_told() -> None:
    made = moodle.export(cohort(text=WORKSHEET.replace("Yes", "Ken"), also_called=EMAILS))
    assert any("“ken” in the column Grade can be changed is not understood" in notice for notice in made.notices)


def test_a_list_of_participants_in_another_language_is_taken_with_its_column_of_ids() -> None:
    text = "이름,성,아이디\nAda,Lovelace,ada\nEmmy,Noether,emmy\n"
    with pytest.raises(UsageError, match="no column that identifies a user to Moodle") as caught:
        moodle.export(cohort(text=text))
    assert "--id-column" in caught.value.next_step
    found = rows(only(moodle.export(cohort(text=text, id_column="아이디"))))
    assert [row[:2] for row in found] == [["아이디", "convolution"], ["ada", "8"], ["emmy", "6.75"]]


BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Email,A1 Points Grade,End-of-Line Indicator\n#1,#ada,L,A,a@b,,#\n"
)
BLACKBOARD = 'Last Name,First Name,Username,"Student ID","A1 [Total Pts: 8 Score] |48213"\nL,A,ada,1,\n'
CLASSROOM = "Last Name,First Name,Email Address,A1\nDate,,,2026-03-02\nPoints,,,8\nL,A,ada@example.org,\n"


@pytest.mark.parametrize(
    ("text", "system"),
    [(BRIGHTSPACE, "Brightspace"), (BLACKBOARD, "Blackboard"), (CLASSROOM, "Google Classroom")],
)
@pytest.mark.parametrize("name", ["moodle", "canvas"])
def test_the_list_of_a_system_without_an_export_is_not_taken_for_another_ones(
    name: str, text: str, system: str
) -> None:
    with pytest.raises(UsageError, match=f"looks like {system}'s list, and there is no export for it"):
        FORMATS[name](cohort(text=text))


def test_canvas_keeps_an_excused_students_ex_and_names_them() -> None:
    made = canvas.export(cohort(text=CANVAS.replace("EMMY,A1,,1,", "EMMY,A1,,EX,")))
    assert {row[0]: row[-1] for row in rows(only(made))}["Noether, Emmy"] == "EX"
    assert any("they keep their EX: Noether, Emmy" in notice for notice in made.notices)
    assert made.unknown == ("hilbert",)


def test_a_worksheet_that_moodle_would_not_read_is_told() -> None:
    made = moodle.export(cohort(text=WORKSHEET.replace("Last modified (grade)", "Changed"), also_called=EMAILS))
    assert any("Last modified (grade)" in notice for notice in made.notices)


def test_moodles_grade_import_has_the_columns_by_which_it_finds_a_user() -> None:
    found = rows(only(moodle.export(cohort(text=EXPORT))))
    assert found[0] == [
        "First name",
        "Last name",
        "ID number",
        "Email address",
        "convolution",
        "convolution (feedback)",
    ]
    assert found[1] == ["Ada", "Lovelace", "ada", "ada@example.org", "8", ""]
    assert found[2][4:] == ["6.75", f"max_pool2d: 2.75 of 4 points. {SENTENCE}"]
    assert len(found) == 3


def test_moodle_without_a_roster_gets_our_ids_as_user_names() -> None:
    found = rows(only(moodle.export(cohort())))
    assert found[0] == ["Username", "convolution", "convolution (feedback)"]
    assert found[1] == ["ada", "8", ""]


def test_a_list_without_a_column_for_moodle_is_refused() -> None:
    with pytest.raises(UsageError, match="no column that identifies a user to Moodle"):
        moodle.export(cohort(text="Full name,Group\nada,1\n"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_comment_in_moodle_is_text(text: str) -> None:
    comment = moodle.feedback(everywhere(text))
    assert set(re.findall(r"<[^>]*>?", comment)) <= {"<br>"}


# ---------------------------------------------------------------- Gradescope


def test_gradescope_gets_a_test_for_each_facet_shown_when_published() -> None:
    made = gradescope.export(cohort())
    assert set(made.files) == {f"{name}/results.json" for name in ("ada", "emmy", "felix", "hilbert")}
    data = json.loads(made.files["emmy/results.json"])
    assert data["score"] == 6.75 and data["execution_time"] == 2.5
    assert data["visibility"] == "after_published" and data["stdout_visibility"] == "hidden"
    assert [test["number"] for test in data["tests"]] == [f"{e}.{f}" for e in (1, 2) for f in (1, 2, 3, 4)]
    lost = data["tests"][2]
    assert lost == {
        "score": 0.0,
        "max_score": 1.25,
        "status": "failed",
        "name": "max_pool2d: negative and same",
        "number": "1.3",
        "output": f"{SENTENCE}\n{WRONG}",
        "visibility": "after_published",
    }
    assert all(test["status"] == "passed" and test["output"] == "" for test in data["tests"] if test != lost)
    assert sum(test["score"] for test in data["tests"]) == data["score"]


def test_gradescopes_fields_are_those_of_its_specification() -> None:
    for text in gradescope.export(cohort(*COHORT, grade("kim", READ))).files.values():
        data = json.loads(text)
        assert set(data) <= {
            "score",
            "execution_time",
            "output",
            "output_format",
            "test_output_format",
            "test_name_format",
            "visibility",
            "stdout_visibility",
            "extra_data",
            "tests",
            "leaderboard",
        }
        for test in data["tests"]:
            assert set(test) <= {"score", "max_score", "status", "name", "number", "output", "tags", "visibility"}
            assert test.get("status") in ("passed", "failed", None)


def test_where_a_person_gave_the_points_the_tests_add_up_to_them() -> None:
    one = grade("emmy", replace(SLIP, points=3.5), READ)
    data = json.loads(only(gradescope.export(cohort(one))))
    assert [test["score"] for test in data["tests"]] == [3.5, 0.0]
    assert "A person has read this exercise" in data["tests"][0]["output"]
    assert "status" not in data["tests"][1]


@given(st.text(max_size=12), st.text(max_size=12))
def test_every_student_has_a_folder_of_his_own_inside_the_export(one: str, other: str) -> None:
    name = gradescope.folder_name(one)
    assert name not in ("", ".", "..") and not re.search(r"[/\\\x00:]", name)
    assert (gradescope.folder_name(other) == name) == (one == other)
    name.encode("utf-8")


@pytest.mark.parametrize("student", ["ada", "김철수", "s.lovelace", "a b", "x@example.org"])
def test_an_ordinary_id_is_its_folder(student: str) -> None:
    assert gradescope.folder_name(student) == student


# ---------------------------------------------------------------- JUnit


def xml(*grades: Grade) -> ElementTree.Element:
    return ElementTree.fromstring(only(junit.export(cohort(*grades))).encode())


def test_junit_has_a_suite_for_each_student_and_a_case_for_each_facet() -> None:
    root = xml(*COHORT, grade("kim", READ, SLIP))
    assert root.tag == "testsuites" and root.get("name") == "convolution"
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["ada", "emmy", "felix", "hilbert", "kim"]
    for element in (root, *suites.values()):
        assert {"name", "tests", "failures", "errors", "skipped", "time"} <= set(element.attrib)
        float(element.attrib["time"])
    for suite in suites.values():
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))
        assert all({"name", "classname", "time"} <= set(case.attrib) for case in cases)
    for count in ("tests", "failures", "skipped"):
        assert root.get(count) == str(sum(int(suite.get(count, "-1")) for suite in suites.values()))
    (failure,) = suites["emmy"].findall("testcase/failure")
    assert failure.get("message") == "0 of 1.25 points" and failure.text == f"{WRONG}\n{SENTENCE}"
    assert suites["kim"].find("testcase/skipped") is not None
    assert len(suites["hilbert"].findall("testcase/failure")) == 2


def test_no_two_students_share_a_case_for_who_shows_class_and_name_only() -> None:
    cases = [
        (one.attrib["classname"], one.attrib["name"])
        for one in ElementTree.fromstring(
            only(junit.export(cohort(grade("ada", SLIP), grade("emmy", SLIP)))).encode()
        ).iter("testcase")
    ]
    assert len(set(cases)) == len(cases) > 2
    assert {classname.split(".")[0] for classname, _name in cases} == {"ada", "emmy"}


@given(st.text(max_size=40))
def test_junit_is_xml_whatever_it_says_and_is_read_as_it_was_written(text: str) -> None:
    (suite,) = xml(grade("x", replace(SLIP, diagnosis=cause(f"y{text}")), faults=(Fault("timeout", "", saying(text)),)))
    (failure,) = suite.findall("testcase/failure")
    assert failure.text is not None and failure.text.startswith(f"{WRONG}\ny")


# ---------------------------------------------------------------- plain CSV


def test_the_plain_table_has_a_row_for_each_student_and_a_column_for_each_exercise() -> None:
    found = rows(only(plain.export(cohort(*COHORT, grade("=kim", READ)))))
    assert found[0] == ["student", "score", "max_score", "penalty", "status", "reflection", "max_pool2d", "conv2d"]
    assert found[1] == ["'=kim", "0", "2", "0", "needs_manual_grade", "", "", ""]
    assert found[3] == ["emmy", "6.75", "8", "0", "graded", "", "2.75", "4"]
    assert found[4][:4] == ["felix", "6", "8", "2"]


def assignment(**cells: tuple[str, ...]) -> Assignment:
    """An assignment whose notebooks have these graded cells."""
    notebooks = tuple(
        MasterNotebook(name, "", "", tuple(MasterCell(cell, "code", "", {"grade": True}) for cell in graded))
        for name, graded in cells.items()
    )
    return Assignment("names", notebooks, {}, "")


def test_cells_that_would_have_one_name_have_names_and_columns_of_their_own() -> None:
    graded = {"week1": ("pool_hidden", "pool", "why"), "week2": ("pool_hidden", "sum_hidden")}
    known = assignment(**graded)
    cells = [(notebook, cell) for notebook, names in graded.items() for cell in names]
    called = [known.called(notebook, cell) for notebook, cell in cells]
    assert called == ["week1: pool_hidden", "week1: pool", "why", "week2: pool_hidden", "sum"]
    verdicts = [ExerciseVerdict(name, cell, 1.0, 2.0) for name, (_notebook, cell) in zip(called, cells, strict=True)]
    found = rows(plain.grades_table([grade("ada", *verdicts)]))
    assert (found[0][5:], found[1][5:]) == (called, ["1"] * 5)


def test_the_plain_table_is_the_same_in_whatever_order_the_grades_come() -> None:
    def shuffled(grades: Sequence[Grade]) -> str:
        return plain.grades_table(grades)

    assert shuffled(COHORT) == shuffled(COHORT[::-1])
