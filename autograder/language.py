"""The language that students read: every sentence for them passes through `_`.

The sentences are written in English in the code, and a gettext catalogue `autograder/locale/<language>/LC_MESSAGES/
autograder.mo` translates them. A course's own sentences, those of its misconceptions, have a catalogue of the course:
`solutions/locale/<language>/LC_MESSAGES/course.mo`. The environment variable `AUTOGRADER_LANGUAGE` (such as "ko")
chooses the language; if it is not set, those that gettext knows (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) do. What no
catalogue translates stays English. `make messages` writes the templates (.pot) that a translation starts from.
"""

import gettext
import os
from functools import cache
from pathlib import Path

VARIABLE = "AUTOGRADER_LANGUAGE"
DOMAIN, COURSE_DOMAIN = "autograder", "course"
LOCALE = Path(__file__).parent / "locale"


def _(sentence: str) -> str:
    """The sentence in the reader's language."""
    return _translations(DOMAIN, LOCALE, _chosen()).gettext(sentence) if sentence else ""


def later(sentence: str) -> str:
    """The sentence unchanged: it is marked for translators, and passes through `_` when it is read."""
    return sentence


def of_the_course(sentence: str, locale: Path) -> str:
    """One of the course's own sentences in the reader's language.

    Args:
        sentence: In English, such as a misconception's.
        locale: Folder of the course's catalogues.
    """
    return _translations(COURSE_DOMAIN, locale, _chosen()).gettext(sentence) if sentence else ""


def _chosen() -> tuple[str, ...]:
    """The requested languages, best first; none leaves the choice to gettext."""
    wanted = os.environ.get(VARIABLE, "")
    return (wanted,) if wanted else ()


def requested() -> str:
    """All that the choice of a language depends on, as it is now."""
    return " ".join(os.environ.get(name, "") for name in (VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))


@cache
def _translations(domain: str, locale: Path, languages: tuple[str, ...]) -> gettext.NullTranslations:
    return gettext.translation(domain, localedir=locale, languages=languages or None, fallback=True)
