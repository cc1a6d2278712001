"""What a notebook's cells print, show and publish: nbclient's bookkeeping, with limits, whoever runs the cells."""

import json
from typing import Any, Protocol

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.kernels.meter import Spent, Use
from autograder.language import _

OBSERVATION_MIME = "application/vnd.autograder.observation+json"
"""The display type of published observations: the same word as in `autograder.lab.experiment`."""
ANSWER_S = 5.0
"""Seconds, counted as in `Limits`, for a kernel to answer, to obey an interrupt, or to send what a cell printed."""
START_S = 600
"""Wall seconds for a kernel's first answer; a kernel that ended is noticed at once."""
TIMED_OUT = {
    "ename": "CellTimeoutError",
    "evalue": "",
    "traceback": ["CellTimeoutError: No reply from kernel before timeout"],
}
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")
_KINDS = (*_OUTPUTS, "status", "clear_output", "execute_input", "comm_open", "comm_msg", "comm_close")


class Keeper(Protocol):
    """The run that a kernel works for."""

    timed_out: Spent | None
    replaying: bool

    def look(self) -> Use:
        """What all kernels of this run have used so far."""

    def limit_of(self, cell: NotebookNode) -> float:
        """What a cell may use, as in `Limits`."""

    def keep_messages(self, index: int, published: Any) -> None:
        """Keep published observations."""

    def keep_output(self, index: int, size: int) -> bool:
        """Count output of a cell; False when it is more than the limit."""

    def marked_as_cut(self, index: int) -> bool:
        """Whether the reader already knows that output of a cell is left out; from now on they do."""


class Outputs(NotebookClient):  # type: ignore[misc]  # nbclient's traits are untyped
    """nbclient, with published observations kept apart from outputs, and outputs limited in size."""

    def __init__(self, node: NotebookNode, keeper: Keeper, **settings: Any) -> None:
        super().__init__(node, **settings)
        self.keeper = keeper

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        try:
            return self._process(msg, cell, cell_index)
        except (CellExecutionComplete, CellTimeoutError, DeadKernelError):
            raise
        except Exception:  # a message that no kernel sends: the student's code wrote it
            return None

    def _process(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        content = msg["content"]
        if msg["msg_type"] not in _KINDS:  # nbclient would log the name as it is
            return None
        if self.keeper.replaying and msg["msg_type"] in _OUTPUTS:
            return None  # it was kept and counted the first time
        if msg["msg_type"] == "display_data" and OBSERVATION_MIME in content.get("data", {}):
            self.keeper.keep_messages(cell_index, content["data"][OBSERVATION_MIME])
            return None
        is_output = msg["msg_type"] in _OUTPUTS
        fits = not is_output or self.keeper.keep_output(cell_index, _size(content))
        if not fits and not self._shorten(msg, cell, cell_index):
            return None
        return super().process_message(msg, cell, cell_index)

    def _shorten(self, msg: dict[str, Any], cell: Any, cell_index: int) -> bool:
        """Beyond the limit, keep the start of what nbgrader's marks depend on; False if the message is left out."""
        content, told = msg["content"], self.keeper.marked_as_cut(cell_index)
        match msg["msg_type"]:
            case "stream":
                wrote_before = any(output.get("name") == content["name"] for output in cell.outputs)
                if told and (content["name"] != "stderr" or wrote_before):
                    return False
                content["text"] = f"{content['text'][:1000]}\n{_('... the rest of this output is left out ...')}\n"
            case "error":
                content |= {"evalue": str(content.get("evalue", ""))[:1000], "traceback": [str(content.get("ename"))]}
            case "execute_result":
                content["data"] = {
                    kind: text[:1000]
                    for kind, text in content["data"].items()
                    if kind == "text/plain" and isinstance(text, str)
                }
            case _:
                return False
        return True


def _size(content: dict[str, Any]) -> int:
    """Roughly the bytes of a message: its text."""
    data = content.get("data", content)
    return sum(len(value) if isinstance(value, str) else len(json.dumps(value, default=str)) for value in data.values())
