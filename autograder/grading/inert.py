"""Removes from a notebook what would act on the page that shows it, and keeps what can be read.

formgrader and nbgrader's feedback put a notebook's HTML, Markdown and pictures on their pages as they are, and a page
in the instructor's browser can do what the instructor can. So a submission's outputs keep their text and their pixels,
and its Markdown keeps everything except HTML, links, and pictures that are not attached to it.
"""

import re
from collections.abc import Collection
from typing import Any

from nbformat import NotebookNode

_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*=*\s*")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?:\(attachment:(?P<name>[A-Za-z0-9_.-]+)\)|[(\[:])")


def make_inert(node: NotebookNode, release: NotebookNode) -> None:
    """Make a submission's notebook safe to show on any page.

    Args:
        node: The notebook, executed; it is changed in place.
        release: The released one; text that is in it is the instructor's, and stays as it is.
    """
    texts = {cell.source: cell.get("attachments", {}) for cell in release.cells}
    for cell in node.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = NotebookNode(
            {"nbgrader": cell.metadata["nbgrader"]} if "nbgrader" in cell.metadata else {},
            tags=[tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        )
        if cell.cell_type == "code":
            cell.outputs = [_inert_output(output) for output in cell.outputs]
            continue
        attachments = texts[cell.source] if cell.source in texts else _inert_attachments(cell.get("attachments", {}))
        cell.pop("attachments", None)
        if attachments:
            cell.attachments = attachments
        if cell.source not in texts:
            cell.source = inert_markdown(cell.source, attachments)
    node.metadata = NotebookNode(
        {key: release.metadata[key] for key in ("kernelspec", "language_info") if key in release.metadata}
    )


def inert_markdown(text: str, attachments: Collection[str] = ()) -> str:
    """Markdown without HTML, links and loaded pictures: a space splits what would begin one."""

    def part(found: re.Match[str]) -> str:
        return found[0] if found["name"] in attachments else f"] {found[0][1:]}"

    return _LINK.sub(part, _TAG.sub("< ", text))


def inert_name(text: str, limit: int = 120) -> str:
    """A name that a student chose, for a message: on one line, nothing that steers a terminal or acts on a page."""
    return inert_markdown("".join(sign if sign.isprintable() else "?" for sign in text[:limit]))


def _inert_output(output: NotebookNode) -> NotebookNode:
    if output.output_type not in ("display_data", "execute_result"):
        return output
    data = {kind: text for kind, text in output.data.items() if isinstance(text, str) and _is_inert(kind, text)}
    return NotebookNode(output, data=NotebookNode(data), metadata=NotebookNode())


def _inert_attachments(attachments: Any) -> dict[str, dict[str, str]]:
    found = {
        name: {kind: data for kind, data in bundle.items() if kind in _PICTURES and _is_inert(kind, data)}
        for name, bundle in attachments.items()
    }
    return {name: bundle for name, bundle in found.items() if bundle}


def _is_inert(kind: str, data: str) -> bool:
    return kind == "text/plain" or (kind in _PICTURES and _BASE64.fullmatch(data) is not None)
