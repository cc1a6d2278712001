"""Markdown as GitHub and GitLab show it, from texts that may come from anybody."""

import re
from collections.abc import Iterable, Sequence

from autograder.plain_text import one_line

LENGTH = 600
"""Characters of one text."""
SIZE = 900_000
"""Bytes of a page; GitHub shows no job summary of more than a MiB."""
_WORD_JOINER = "\N{WORD JOINER}"
_ACTS = re.compile(r"[\\`*_\[\]#|~$]|^[+\-=]|(?<=:)/|(?<=www)\.", re.IGNORECASE)


def text(said: str, limit: int = LENGTH) -> str:
    """Text on one line that shows as it is: no markup, HTML, links or formulas, and no mentions."""
    return _escape(one_line(said, limit))


def prose(said: str, limit: int = LENGTH) -> str:
    """The same for a sentence outside of a table, with `names in backticks` set as code."""
    parts = one_line(said, limit).split("`")
    if len(parts) % 2 == 0 or not all(part.strip() for part in parts[1::2]):
        return _escape("`".join(parts))
    return "".join(f"`{part.strip()}`" if odd % 2 else _escape(part) for odd, part in enumerate(parts))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table. Its cells are Markdown; a column whose title ends with a colon is set to the right."""
    titles = [title.removesuffix(":") for title in header]
    rule = ["--:" if title.endswith(":") else ":--" for title in header]
    return [f"| {' | '.join(cells)} |" for cells in (titles, rule, *rows)]


def within(blocks: Iterable[str], rest: str, size: int = SIZE) -> str:
    """The blocks as one page, as many as fit; `rest` says that others were left out."""
    page, room = [], size - len(rest.encode()) - 2
    for block in blocks:
        room -= len(block.encode()) + 2
        if room < 0:
            page.append(rest)
            break
        page.append(block)
    return "\n\n".join(page) + "\n"


def _escape(line: str) -> str:
    line = _ACTS.sub(lambda found: "\\" + found.group(), line.replace("&", "&amp;"))
    line = re.sub(r"^(\d+)([.)])", r"\1\\\2", line)  # what would number a list
    return line.replace("<", "&lt;").replace(">", "&gt;").replace("@", f"@{_WORD_JOINER}")
