"""Notebooks as texts, on their way from step to step.

nbformat checks every notebook that it reads or writes, which takes longer than some of the steps. What was handed in is
checked when it is read, and what is kept when it is written; between them these two do.
"""

import json

from nbformat import NotebookNode, from_dict
from nbformat.v4.rwbase import rejoin_lines


def dumps(notebook: NotebookNode) -> str:
    """The notebook as JSON, on one line."""
    return json.dumps(notebook, ensure_ascii=False)


def loads(text: str) -> NotebookNode:
    """The notebook of a JSON text of format 4, as `dumps` or nbformat wrote it."""
    notebook: NotebookNode = rejoin_lines(from_dict(json.loads(text)))
    return notebook
