"""Templates for translators: every sentence that people read, from the packages and from the course's misconceptions.

    python -m autograder.authoring.translations      (make messages)

A translation starts with

    pybabel init -D autograder -i autograder/locale/autograder.pot -d autograder/locale -l ko
    pybabel init -D course -i solutions/locale/course.pot -d solutions/locale -l ko

and `pybabel compile` makes catalogues from what was translated. The course's file has the sentences of all
misconceptions, so it is kept with the solutions.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from autograder import language
from autograder.grading.catalogue import load
from autograder.grading.course import Course, assignments, catalogue_files, load_course

PACKAGE = Path(language.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.j2", "jinja2.ext:babel_extract")]


def templates(course: Course) -> dict[Path, bytes]:
    """The two templates by path; the same sentences give the same bytes."""
    return {
        language.LOCALE / f"{language.DOMAIN}.pot": _template(_of_the_packages(course)),
        course.locale / f"{language.COURSE_DOMAIN}.pot": _template(_of_the_course(course)),
    }


def _of_the_packages(course: Course) -> Iterator[tuple[str, str]]:
    for folder in sorted({PACKAGE, *(file.parent for file in course.root.glob("*/__init__.py"))}):
        found = extract_from_dir(folder, METHODS, keywords={"_": None, "later": None})
        for name, _line, message, _comments, _context in found:
            for sentence in [message] if isinstance(message, str) else message:
                if sentence:
                    yield sentence, (Path(folder.name) / name).as_posix()


def _of_the_course(course: Course) -> Iterator[tuple[str, str]]:
    for name in assignments(course):
        for path in catalogue_files(course, name):
            catalogue = load(path)
            told = [*(one.sentence for one in catalogue.misconceptions), *(one.sentence for one in catalogue.commons)]
            for sentence in told:
                yield sentence, path.relative_to(course.locale.parent).as_posix()


def _template(sentences: Iterator[tuple[str, str]]) -> bytes:
    """A .pot file without dates and line numbers, which would change with every edit."""
    catalogue = Catalog(
        charset="utf-8", fuzzy=False, header_comment="# Sentences to translate; made by `make messages`."
    )
    for sentence, place in sorted(set(sentences)):
        catalogue.add(sentence, locations=[(place, 0)])
    file = io.BytesIO()
    write_po(file, catalogue, width=120, sort_output=True, include_lineno=False)
    changing = (b'"POT-Creation', b'"PO-Revision', b'"Generated-By')
    return b"\n".join(line for line in file.getvalue().split(b"\n") if not line.startswith(changing))


def main() -> None:
    """Write the templates."""
    for path, content in templates(load_course(Path("."))).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(path)


if __name__ == "__main__":
    main()
