"""Text that is safe to show.

Student ids, messages and code come from people and from processes that ran their code, so they can be any text. `clean`
removes what would act on a terminal or reverse a line; escaping is left to whoever knows the medium.
"""

import re

MAX_TEXT = 20_000

_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# A terminal's commands: strings with an end (titles, links), sequences such as colours, and two-character ones.
_ESCAPE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
# Controls, overrides of the writing direction, and what has no width; joiners that some scripts need are kept.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Plain text: no terminal escapes, no control or invisible characters, at most `limit` characters.

    Line ends become line feeds. Markup stays as it is, for the medium to escape. Cleaning twice is cleaning once.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # as most are
    text = _ESCAPE.sub("", _LINE_END.sub("\n", text))
    text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _INVISIBLE.sub("", text))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def one_line(text: str, limit: int = 200) -> str:
    """Clean text on one line, for a log or a cell of a table."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
