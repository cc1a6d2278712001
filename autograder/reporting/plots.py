"""Plots for the cohort's page, by matplotlib, as pictures embedded in the page."""

import warnings
from base64 import b64encode
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from autograder.language import _
from autograder.plain_text import clean
from autograder.reporting.items import NO_ITEM, Item, Key

MAX_LABEL = 32
"""Characters of an exercise's name that fit next to the axis."""


def address(png: bytes) -> Markup:
    """One of our pictures as a data address; base64 has no character that needs escaping in HTML."""
    return Markup("data:image/png;base64,") + Markup(b64encode(png).decode())


def facility_and_discrimination(names: Sequence[str], found: Mapping[Key, Item]) -> bytes:
    """A PNG with a row for each exercise that shows its facility and discrimination; b"" if nothing is known.

    Args:
        names: The exercises, in the assignment's order.
        found: What `items` returned.
    """
    rows = [(name, found.get((name, ""), NO_ITEM)) for name in names]
    rows = [(name, item) for name, item in rows if item.facility is not None]
    return _dots(rows) if rows else b""


def _dots(rows: Sequence[tuple[str, Item]]) -> bytes:
    from autograder.lab.pictures import style  # loads matplotlib, which a quick command does without

    @style.in_course_style
    def draw() -> bytes:
        figure = style.card(7.4, 1.25 + 0.3 * len(rows))
        axes = figure.subplots()
        for place, (_name, item) in enumerate(rows):
            ends = [value for value in (item.facility, item.discrimination) if value is not None]
            axes.plot([min(ends), max(ends)], [place, place], color=style.PALETTE.line, linewidth=2, zorder=1)
        for values, colour, marker, label in (
            ([item.facility for _name, item in rows], style.PALETTE.input, "o", _("facility (high: easy)")),
            ([item.discrimination for _name, item in rows], style.PALETTE.kernel, "D", _("discrimination")),
        ):
            places = [place for place, value in enumerate(values) if value is not None]
            known = [value for value in values if value is not None]
            axes.plot(known, places, color=colour, marker=marker, linestyle="none", markersize=6, label=label)
        axes.axvline(0, color=style.PALETTE.muted, linewidth=0.8)
        lowest = min((item.discrimination or 0.0 for _name, item in rows), default=0.0)
        axes.set_xlim(min(0.0, lowest) - 0.05, 1.05)
        labels = [clean(name).replace("$", r"\$")[:MAX_LABEL] for name, _item in rows]
        axes.set_yticks(range(len(rows)), labels, family="monospace")
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        style.open_frame(axes)
        with warnings.catch_warnings():  # a letter that matplotlib's font lacks is a box; the table has the name
            warnings.filterwarnings("ignore", "Glyph", UserWarning)
            return style.as_png(figure)

    return draw()
