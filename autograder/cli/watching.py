"""What `autograder watch` says after each save: first what has changed, then the progress, then everything."""

import select
import sys
from typing import TYPE_CHECKING, TextIO

from autograder.cli.output import console, say
from autograder.language import _

if TYPE_CHECKING:
    from autograder.checking.table import News, Report
    from autograder.checking.watch import Save


class Watching:
    """On a terminal a screen that is rewritten at each save, in a log lines.

    Args:
        title: The notebook's name.
        out: Where it is said.
    """

    def __init__(self, title: str, out: TextIO) -> None:
        self._title, self._out = title, out
        self._last: Report | None = None
        self._asks = out.isatty() and sys.stdin is not None and sys.stdin.isatty()
        self._state = ""

    def start(self) -> None:
        """On a terminal, say that the checks of a save are running, in place of the line that waits for it."""
        if self._last is not None and self._out.isatty():
            self._say_state(_("Saved; the checks are running. Ctrl-C ends this."))

    def complain(self, text: str) -> None:
        """Say what is wrong with a save."""
        self._say_state("")
        say(text)

    def show(self, save: "Save") -> None:
        """Say what there is to say after a save."""
        from autograder.checking.table import changes, plain, summary

        before, self._last = self._last, save.report
        found = changes(before, save.report, save.touched) if before is not None else None
        waiting = _("{seconds:.1f} s. Waiting for the next save; Ctrl-C ends this.").format(seconds=save.seconds)
        if self._out.isatty():
            self._fill(save.report, found, waiting)
        elif found is None:
            self._lines(*plain(save.report), waiting)
        else:
            told = ["  ".join([change.headline, *change.details]) for change in found] or [_nothing()]
            self._lines(*told, f"{summary(save.report)} {waiting}")

    def goes_on(self) -> bool:
        """Always; and if Enter was pressed, the whole table is shown."""
        if self._asks and self._last is not None and self._was_asked():
            self._table(self._last)
        return True

    def _fill(self, report: "Report", found: "list[News] | None", waiting: str) -> None:
        from rich.padding import Padding
        from rich.text import Text

        from autograder.checking.table import summary, table

        screen = console(self._out)
        screen.clear()
        headlines = [Text(change.headline) for change in found or []] or [Text(_nothing())]
        all_of_it = table(report, title=self._title)
        height = sum(len(screen.render_lines(part)) for part in (*headlines, all_of_it, Text(waiting))) + 2
        if found is None:
            screen.print(all_of_it)
        elif height <= screen.size.height:
            screen.print(*headlines, "", all_of_it, sep="\n")
        else:
            for change in found:
                screen.print(Text(change.headline), *(Padding(Text(each), (0, 0, 0, 4)) for each in change.details))
            more = _("Enter shows all of them.") if self._asks else ""
            screen.print(*([] if found else headlines), Text(f"\n{summary(report)} {more}".rstrip()))
        self._state = ""  # the screen was cleared
        self._say_state(waiting)

    def _say_state(self, text: str) -> None:
        """Replace the line below all others with another one, or remove it."""
        if not self._out.isatty():
            return
        from rich.control import Control
        from rich.segment import ControlType
        from rich.text import Text

        screen = console(self._out)
        for _line in screen.render_lines(Text(self._state)) if self._state else ():
            screen.control(Control((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)))
        if text:
            screen.print(Text(text))
        self._state = text

    def _table(self, report: "Report") -> None:
        from autograder.checking.table import table

        self._state = ""  # other lines will follow it
        console(self._out).print(table(report, title=self._title))

    def _lines(self, *lines: str) -> None:
        print("\n".join(lines), file=self._out, flush=True)

    def _was_asked(self) -> bool:
        try:
            ready = bool(select.select([sys.stdin], [], [], 0)[0])
        except (OSError, ValueError):  # Windows asks sockets only
            ready, self._asks = False, False
        if ready and sys.stdin.readline() == "":
            ready, self._asks = False, False
        return ready


def _nothing() -> str:
    return _("Nothing has changed that the checks see.")
