"""Submissions to the tiny course that attack their grade, the grader or whoever reads a page.

Each is a function that is wrong on purpose, with a trick around it; `tests/test_tampering.py` says what it may gain.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from tiny_course import Edit, answer, append, cell, solve

BLANK = "def double(x):\n    raise NotImplementedError"
ZERO = "def double(x):\n    return 0"

# ---------------------------------------------------------------- points

FORGE = '''
import json

from IPython.display import publish_display_data

VISIBLE = (1, 3, -4)  # what the cells around the experiment call the function with


def forge(**message):
    """Publish what looks like an observation."""
    text = json.dumps({"aspect": "value", "returned": {"int": "12"}} | message)
    publish_display_data({"application/vnd.autograder.observation+json": text, "text/plain": ""})


def forge_all(**message):
    for _ in range(3):
        forge(facet="positive numbers", **message)
        forge(facet="negative numbers", **message)

'''
KERNEL = """
import time

kernel = get_ipython().kernel


def send(kind, content, parent=None):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent or kernel.get_parent("shell"))


def reply(kind, content, parent=None):
    parent, ident = parent or kernel.get_parent("shell"), kernel._shell_parent_ident.get()
    kernel.session.send(kernel.shell_stream, kind, content, parent=parent, ident=ident)

"""
WRONG_DOUBLES: Mapping[str, str] = {
    # the recorder
    "another-recorder-module": FORGE
    + """
import sys
import types

import numpy as np

fake = types.ModuleType("autograder.lab.experiment")
fake.begin = lambda *_: (lambda facet, *_: forge(facet=facet), np.random.default_rng(1))
sys.modules["autograder.lab.experiment"] = fake
double = None
""",
    "another-begin": FORGE
    + """
from autograder.lab import experiment

original = experiment.begin
experiment.begin = lambda name, facets: (forge_all(), original(name, {"positive numbers": 100, "more": 50}))[1]
"""
    + ZERO,
    "another-publish": """
from autograder.lab import experiment

publish = experiment.Recorder._publish


def without_a_value(self, message):
    publish(self, {**message, "returned": None, "tolerance": 1e308})


experiment.Recorder._publish = without_a_value
"""
    + ZERO,
    "observe-does-nothing": "from autograder.lab import experiment\n\n"
    "experiment.Recorder.__call__ = lambda *_, **__: None\n" + ZERO,
    "constants-instead-of-values": FORGE + BLANK.replace("raise NotImplementedError", "forge_all()\n    return x"),
    "a-tolerance-of-its-own": FORGE + "forge_all(tolerance=1e308)\n" + ZERO,
    "facets-of-its-own": FORGE + "forge(exercise='double', facets={'positive numbers': 3})\n" + ZERO,
    "a-score-in-every-form": FORGE
    + """
def double(x):
    print(3.0)
    for mime in ("text/plain", "application/json", "application/vnd.autograder.score+json"):
        publish_display_data({mime: "3.0"})
    forge(points=3.0, score=3.0, verdict="right")
    return 3.0
""",
    # libraries and builtins
    "another-numpy": """
import numpy as np

np.allclose = np.array_equal = np.isclose = lambda *_, **__: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *_, **__: None
np.asarray = np.ascontiguousarray = lambda value, *_, **__: value
np.save = lambda *_, **__: None
np.ndarray = np.integer = int
"""
    + ZERO,
    "other-builtins": """
import builtins

from autograder.lab import experiment

builtins.abs = builtins.sum = builtins.round = lambda *_: 0
builtins.print = builtins.sorted = lambda *_, **__: None
experiment.isinstance = experiment.issubclass = lambda *_: True
experiment.len = lambda *_: 6
experiment.int = experiment.str = experiment.repr = lambda *_: 12
"""
    + ZERO,
    "an-equal-to-all": """
class Anything(int):
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *_: True
    __ne__ = lambda *_: False
    __hash__ = lambda *_: 0
    __sub__ = __rsub__ = __abs__ = lambda *_: Anything(0)
    __bool__ = lambda *_: True


def double(x):
    return Anything(x)
""",
    "an-array-with-manners": """
import numpy as np


class Manners(np.ndarray):
    __eq__ = lambda *_: True
    __array_ufunc__ = lambda *_, **__: np.True_
    __array_function__ = lambda *_, **__: True
    __array_finalize__ = lambda *_: None


def double(x):
    return np.array([x]).view(Manners)
""",
    "an-array-on-demand": """
import numpy as np


class OnDemand:
    dtype, shape, size, ndim = np.dtype("int64"), (), 1, 0
    __array_interface__ = {"shape": (), "typestr": "<i8", "data": (0, True), "version": 3}

    def __array__(self, *_, **__):
        return np.array(0, dtype=np.dtype([("any", "<i8")]))


def double(x):
    return OnDemand()
""",
    # randomness and the seed
    "another-generator": """
import numpy as np

np.random.default_rng = lambda *_: type("Six", (), {"integers": lambda *_, **__: 6})()
np.random.seed(0)


def double(x):
    return 12 if x > 0 else -12
""",
    "another-seed": "import os\n\nos.environ['AUTOGRADER_SEED'] = '1'\n" + ZERO,
    "a-seed-that-is-none": "import os\n\nos.environ['AUTOGRADER_SEED'] = 'none'\n" + ZERO,
    # ways out
    "exits": "import sys\n\n\ndef double(x):\n    sys.exit(0)",
    "exits-at-once": FORGE
    + "import os\n\n\ndef double(x):\n    if x in VISIBLE:\n        return 0\n    forge_all()\n    os._exit(0)",
    # IPython
    "hooks-around-cells": FORGE
    + """
events = get_ipython().events
events.register("pre_run_cell", lambda info: "observe(" in info.raw_cell and forge_all())
events.register("post_run_cell", lambda result: forge_all())
"""
    + ZERO,
    "rewrites-the-text": """
def rewrite(lines):
    return ["pass\\n"] if any("observe(" in line for line in lines) else lines


get_ipython().input_transformers_cleanup.append(rewrite)
"""
    + ZERO,
    "rewrites-the-tree": """
import ast


class Rewrite(ast.NodeTransformer):
    def visit_Call(self, node):
        if getattr(node.func, "id", "") == "observe":
            node.args[1:] = [ast.parse("lambda: 12", mode="eval").body]
        return node


get_ipython().ast_transformers.append(Rewrite())
"""
    + ZERO,
    "turns-the-cell-into-a-script": """
def as_script(lines):
    return ["%%script true\\n", *lines] if any("observe(" in line for line in lines) else lines


get_ipython().input_transformers_cleanup.append(as_script)
"""
    + ZERO,
    "swallows-errors": """
import sys

shell = get_ipython()
shell.set_custom_exc((BaseException,), lambda *_, **__: None)
shell.showtraceback = shell._showtraceback = shell.showsyntaxerror = lambda *_, **__: None
sys.excepthook = lambda *_: None
"""
    + BLANK,
    "replays-the-cell": """
import re


def double(x):
    source = next(text for text in reversed(In) if "observe(" in text)
    In.append(re.sub("double", "abs", source))
    observe.__self__ = None
    exec(In[-1], globals())
    return 0
""",
    # time
    "stops-the-clock": FORGE
    + """
import signal
import time

signal.setitimer = signal.alarm = signal.signal = lambda *_, **__: None
time.time = time.monotonic = time.perf_counter = lambda: 0.0


def double(x):
    while x not in VISIBLE:
        pass
    return 0
""",
    # looking for the answers
    "searches-memory": """
import gc
import sys
import types


def double(x):
    candidates = [one for one in gc.get_objects() if isinstance(one, types.FunctionType) and one is not double]
    candidates += [one.f_locals.get("double") for one in (sys._getframe(depth) for depth in range(3))]
    for one in candidates:
        if getattr(one, "__name__", "") == "double" and one is not double:
            return one(x)
    for one in gc.get_objects():
        if isinstance(one, dict) and ("expected" in one or "expectations" in one or "misconceptions" in one):
            found = [value for value in one.values() if type(value) is int and value not in (0, x)]
            if found:
                return found[0]
    return 0
""",
    "looks-for-the-solution": """
from pathlib import Path


def double(x):
    for folder in (Path.cwd(), *Path.cwd().parents):
        for path in (folder / "solutions/tiny/tiny.ipynb", folder / "source/tiny/tiny.ipynb"):
            if path.is_file():
                return 2 * x
    return 0
""",
    # Jupyter's messages
    "says-idle-too-early": KERNEL + "\ndef double(x):\n    send('status', {'execution_state': 'idle'})\n    return 0",
    "replies-too-early": KERNEL
    + """

def double(x):
    reply("execute_reply", {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}})
    send("status", {"execution_state": "idle"})
    time.sleep(0.2)
    return 0
""",
    "speaks-for-other-cells": KERNEL
    + FORGE
    + """

def double(x):
    parent = kernel.get_parent("shell")
    head, _, count = parent["header"]["msg_id"].rpartition("_")
    for later in range(8):
        other = {**parent, "header": {**parent["header"], "msg_id": f"{head}_{int(count) + later}"}}
        text = json.dumps({"facet": "any", "aspect": "value", "returned": {"int": "11"}})
        mime = "application/vnd.autograder.observation+json"
        send("display_data", {"data": {mime: text}, "metadata": {}, "transient": {}}, other)
    return 0
""",
}
"""Wrong answers to `double`, each with a way to look right. None wins a point of its experiment."""
SPOILS_ITSELF = {
    "another-recorder-module",
    "observe-does-nothing",
    "another-publish",
    "another-numpy",
    "other-builtins",
    "another-generator",
    "another-seed",
    "a-seed-that-is-none",
    "rewrites-the-text",
    "rewrites-the-tree",
    "turns-the-cell-into-a-script",
    "stops-the-clock",
    "hooks-around-cells",
    "speaks-for-other-cells",
}
"""Tricks that stay in the process, and may cost their authors the points of their right answers too."""


def give_points(node: NotebookNode) -> None:
    for one in node.cells:
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader.points = 1000


def swap_ids(node: NotebookNode) -> None:
    first, second = cell(node, "double_hidden"), cell(node, "largest_hidden")
    first.metadata.nbgrader.grade_id, second.metadata.nbgrader.grade_id = "largest_hidden", "double_hidden"


def swap_solutions(node: NotebookNode) -> None:
    first, second = cell(node, "double"), cell(node, "largest_hidden")
    first.metadata.nbgrader.grade_id, second.metadata.nbgrader.grade_id = "double_hidden", "double"


def unlock(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    hidden.metadata.nbgrader.locked, hidden.metadata.nbgrader.solution = False, True
    hidden.source = "3.0"


def no_grade(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    hidden.metadata.nbgrader.grade = False
    hidden.source = "3.0"


def as_markdown(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    hidden.cell_type = "markdown"
    for key in ("outputs", "execution_count"):
        hidden.pop(key, None)


def twice(node: NotebookNode) -> None:
    hidden = cell(node, "double_hidden")
    for place in (0, len(node.cells)):
        twin = copy.deepcopy(hidden)
        twin.id, twin.source = f"twin-{place}", "3.0"
        node.cells.insert(place, twin)


def with_a_score(node: NotebookNode) -> None:
    """The outputs that the grader writes, handed in."""
    hidden = cell(node, "double_hidden")
    hidden.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "3.0"}, execution_count=1)]
    hidden.metadata.nbgrader.score = 3.0
    node.metadata.autograder = {"seed": 1}


def as_task(node: NotebookNode) -> None:
    cell(node, "double_hidden").metadata.nbgrader.update(task=True, grade=False, schema_version=3)


METADATA: Mapping[str, Edit] = {
    "gives-itself-points": give_points,
    "swaps-the-experiments": swap_ids,
    "swaps-solution-and-experiment": swap_solutions,
    "unlocks-the-experiment": unlock,
    "takes-the-grade-flag-off": no_grade,
    "turns-the-experiment-into-markdown": as_markdown,
    "has-the-experiment-three-times": twice,
    "hands-in-a-score": with_a_score,
    "turns-the-experiment-into-a-task": as_task,
}
"""Changes to the notebook's metadata, in addition to a wrong `double`."""

# ---------------------------------------------------------------- the grading of others

COPIES = """
from jupyter_client.session import DELIM

parts = (kernel.session.msg_header("stream"), kernel.get_parent("shell")["header"], {}, {})
body = [kernel.session.pack(part) for part in parts]
copy = [DELIM, kernel.session.sign(body), *body]


def without_end(work):
    while True:
        try:
            work()
        except BaseException:
            pass

"""
LINE = """
import json
import os


def say(data):
    while data:
        data = data[os.write(3, data) :]


def line(**message):
    say(b"\\n" + json.dumps(message).encode() + b"\\n")

"""
ON_THE_LINE: Mapping[str, str] = {
    "floods-the-line": LINE
    + """
text = json.dumps({"kind": "stream", "content": {"name": "stdout", "text": "x"}, "cell": "0"}).encode() + b"\\n"
while True:
    try:
        say(text * 1000)
    except BaseException:
        pass
""",
    "floods-the-line-with-garbage": LINE
    + """
while True:
    try:
        say(b"[1]\\n" * 1000)
    except BaseException:
        pass
""",
    "sends-garbage-on-the-line": LINE
    + """
short = (b"", b"x", b"{}", b"[]", b"7", b"null", b'{"kind": 5}', b"\\xff\\xfe")
for data in (*short, b"[" * 100_000, b"{" * 5000, b"1" * 300_000):
    say(b"\\n" + data + b"\\n")
for cell in (None, 5, [], {}, "x", "2"):
    for kind in ("ready", "execute_reply", "stream", 5, [], None, "status"):
        for content in (5, [], {}, {"status": 5}, {"status": "error", "ename": {}}, {"name": "stdout", "text": 7}):
            line(kind=kind, content=content, cell=cell)
""",
    "sends-a-line-without-end": LINE + "say(b'x' * 50_000_000)",
    "breaks-a-line-off": LINE + """say(b'{"kind": "stream", "content": {"na')""",
    "replies-twice": LINE
    + """
own = get_ipython().kernel.get_parent("shell")["header"]["msg_id"]
for _ in range(2):
    line(kind="execute_reply", content={"status": "ok"}, cell=own)
""",
    "replies-and-goes-on": LINE
    + """
own = get_ipython().kernel.get_parent("shell")["header"]["msg_id"]
line(kind="execute_reply", content={"status": "ok"}, cell=own)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    "closes-the-line": "import os\n\nos.close(3)",
    "hears-the-line": """
import os
import threading


def hear():
    while True:
        try:
            os.read(3, 100_000)
        except BaseException:
            pass


threading.Thread(target=hear, daemon=True).start()
""",
    "is-two": "import os\n\nos.fork()",
}
"""What a cell does with the socket of a lean kernel."""
TROUBLE: Mapping[str, str] = {
    **ON_THE_LINE,
    "floods-iopub": KERNEL + COPIES + "without_end(lambda: kernel.iopub_thread.socket.send_multipart(copy))",
    "floods-shell": KERNEL
    + COPIES
    + "stream = kernel.shell_stream.socket\nident = kernel._shell_parent_ident.get()\n"
    + "other = {'header': {'msg_id': 'x'}}\n"
    + "without_end(lambda: kernel.session.send(stream, 'execute_reply', {'status': 'ok'}, parent=other, ident=ident))",
    "sends-garbage": KERNEL
    + """
for frames in ([b"x"], [b"", b""], [b"<IDS|MSG>"], [b"<IDS|MSG>", b"s", b"{}", b"{}", b"{}", b"{}"]):
    kernel.iopub_socket.send_multipart(frames)
    kernel.shell_stream.send_multipart([*kernel._shell_parent_ident.get(), *frames])
""",
    "sends-garbage-with-a-key": KERNEL
    + """
from jupyter_client.session import DELIM

session, parent = kernel.session, kernel.get_parent("shell")["header"]
header = session.msg_header("stream")
pack = session.pack
bodies = [
    (pack(header), pack(parent), b"{}", b"[" * 100_000),
    (pack(header), pack(parent), b"{}", b'{"name": "stdout", "text": ' + b"[" * 900 + b"]" * 900 + b"}"),
    (pack(header), b"[]", b"{}", b"{}"),
    (pack(header), b"null", b"{}", b"{}"),
    (pack(header), b'"text"', b"{}", b"{}"),
    (pack(header), pack(parent), b"[]", b"[]"),
    (pack(header), pack(parent), b"{}", b"7"),
    (b"{}", pack(parent), b"{}", b"{}"),
    (b"[]", pack(parent), b"{}", b"{}"),
    (pack({**header, "msg_type": ["stream"]}), pack(parent), b"{}", b"{}"),
    (pack({**header, "msg_type": 5}), pack(parent), b"{}", b"{}"),
    (pack({**header, "version": {}}), pack(parent), b"{}", b"{}"),
    (pack({**header, "date": 5}), pack(parent), b"{}", b"{}"),
]
for body in bodies:
    frames = [DELIM, session.sign(list(body)), *body]
    kernel.iopub_socket.send_multipart(frames)
    kernel.shell_stream.send_multipart([*kernel._shell_parent_ident.get(), *frames])
""",
    "replies-with-nonsense": KERNEL
    + """
for content in (
    {},
    {"status": 5},
    {"status": "error"},
    {"status": "error", "ename": ["x"], "evalue": {}, "traceback": 5},
    {"status": "error", "ename": "E", "evalue": "v", "traceback": [{}, 5, None]},
    {"status": "ok", "payload": 5},
    {"status": "ok", "payload": {"source": "ask_exit"}},
):
    reply("execute_reply", content)
""",
    "sends-wrong-types": KERNEL
    + """
deep, shallow = {}, 1
for _ in range(150):
    shallow = [shallow]
for _ in range(400):
    deep = {"deep": deep, "list": [deep] if not deep else []}
for kind, content in (
    ("display_data", {"data": {"application/json": deep}, "metadata": {}}),
    ("display_data", {"data": {"text/plain": "x"}, "metadata": deep}),
    ("display_data", {"data": {"text/plain": 5, 7: 8}, "metadata": {}}),
    ("display_data", {"data": {"text/plain": ["a", 5]}, "metadata": {}}),
    ("display_data", {"data": {"image/png": {"a": 1}}, "metadata": {"image/png": 5}}),
    ("execute_result", {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": "many"}),
    ("execute_result", {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": {"a": 1}}),
    ("execute_input", {"code": "x", "execution_count": [1, 2]}),
    ("stream", {"name": "</pre>", "text": "x"}),
    ("stream", {"name": 5, "text": 7}),
    ("stream", {"name": "stdout", "text": {"a": 1}}),
    ("error", {"ename": 5, "evalue": 6, "traceback": 7}),
    ("error", {"ename": "E", "evalue": "v", "traceback": [5, None, {}]}),
    ("display_data", {"data": {"application/json": shallow, "text/plain": "x"}, "metadata": {"deep": shallow}}),
    ("status", {"execution_state": ["idle"]}),
    ("status", {}),
    ("clear_output", {"wait": {}}),
    ("update_display_data", {"data": {}, "metadata": {}, "transient": {"display_id": []}}),
    ("update_display_data", {"data": 5, "metadata": {}, "transient": 5}),
    ("comm_open", {"comm_id": [], "target_name": {}, "data": {"state": 5}}),
    ("comm_open", {"comm_id": "c", "target_name": "jupyter.widget", "data": {"state": {"_model_name": "OutputModel"}}}),
    ("comm_msg", {"comm_id": "c", "data": {"method": "update", "state": {"msg_id": 5, "outputs": 7}}}),
    ("a kind of its own", {}),
    ("stream\\x1b]0;title\\x07", {}),
):
    send(kind, content)
""",
    "sends-a-huge-message": "print('x' * 80_000_000)",
    "sends-many-large-observations": FORGE
    + "for _ in range(80):\n    forge(facet='any', returned={'text': 'x' * 390_000})",
    "nests-an-observation": FORGE
    + """
text = '{"facet": "any", "returned": ' + '{"items": [' * 5000 + "]}" * 5000 + "}"
for nested in (text, "[" * 200_000, '{"facets": ' + "[" * 3000 + "]" * 3000 + "}", "1" * 300_000):
    publish_display_data({"application/vnd.autograder.observation+json": nested, "text/plain": ""})
""",
    "answers-no-interrupt": "import signal\nimport time\n\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "while True:\n    time.sleep(1)",
    "holds-the-interpreter": "import re\n\nre.match('(a+)+$', 'a' * 60 + 'b')",
}
"""What a cell does besides a wrong `double`, to slow, stop or confuse the grader."""

# ---------------------------------------------------------------- pages

SCRIPT = "document.title='pwned';document.body.append(Object.assign(document.createElement('i'),{id:'pwned'}))"
TAGS = (
    f'<script>{SCRIPT}</script><img src=x onerror="{SCRIPT}"><svg onload="{SCRIPT}"></svg>'
    f'<iframe srcdoc="<script>parent.{SCRIPT}</script>"></iframe><img src="http://example.org/seen.png">'
    f'<a href="javascript:{SCRIPT}">marks</a><meta http-equiv=refresh content="0;url=http://example.org">'
    f'<base href="http://example.org/"><link rel=stylesheet href="http://example.org/x.css">'
    f'<form action="http://example.org"><input autofocus onfocus="{SCRIPT}"></form>'
    f'<style>*{{background:url(http://example.org/x)}}</style><object data="http://example.org"></object>'
    f"<i id=pwned></i>"
)
ESCAPES = "\\x1b]0;title\\x07\\x1b[2J\\x9b31mred \\x1b]8;;http://example.org\\x07link\\x1b]8;;\\x07\\r\\x08 \\u202e"
ON_A_PAGE = f'TAGS = {TAGS!r}\nESCAPES = "{ESCAPES}"\nSCRIPT = {SCRIPT!r}\n'

MARKDOWN = f"""\
{TAGS}

[a](javascript:{SCRIPT}) [b](JaVaScRiPt:1) [c](java&#115;cript:1) [d](&#1;javascript:1) [e]( vbscript:1)
[f](data:text/html;base64,PHNjcmlwdD4x) [g][ref] [h](<javascript:1>) <javascript:{SCRIPT}>
![i](http://example.org/seen.png) ![j](javascript:1 "x\\" onerror=\\"{SCRIPT}") ![k](x"onerror="{SCRIPT})
![l](attachment:nowhere.png) ![m](attachment:evil.png) [n](attachment:page.html) ![o][ref]

[ref]: javascript:{SCRIPT}
 [REF2]:
   http://example.org/seen.png

$\\href{{javascript:{SCRIPT}}}{{x}}$ $$\\unicode{{x3c}}<script>{SCRIPT}</script>$$
$\\style{{background:url(//example.org)}}x$
\\begin{{equation}}<img src=x onerror="{SCRIPT}">\\end{{equation}}

```mermaid
<script>{SCRIPT}</script>
```

```html"><script>{SCRIPT}</script>
<script>{SCRIPT}</script>
```

# <img src=x onerror="{SCRIPT}"> title

| a |
|---|
| <img src=x onerror="{SCRIPT}"> |

<!-- --!><img src=x onerror="{SCRIPT}">
<![CDATA[ ><img src=x onerror="{SCRIPT}"> ]]> <? ><img src=x onerror="{SCRIPT}">
\\<img src=x onerror="{SCRIPT}"> &lt;img src=x onerror="{SCRIPT}"&gt; <\u200bimg> <<img src=x onerror="{SCRIPT}">
"""


def written(node: NotebookNode) -> None:
    """Everything that Markdown can do, in the answer, in a cell of its own, and in a raw one."""
    solve(node)
    why = cell(node, "why")
    why.source = MARKDOWN
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    why.attachments = {
        "evil.png": {"image/svg+xml": f'PHN2Zz4="><img src=x onerror="{SCRIPT}">', "image/png": png},
        "page.html": {"text/html": "PHNjcmlwdD4x"},
    }
    node.cells.insert(
        0, nbformat.v4.new_markdown_cell(MARKDOWN.replace("attachment:evil", "attachment:other"), id="w1")
    )
    raw = nbformat.v4.new_raw_cell(MARKDOWN, id="w2", metadata={"raw_mimetype": "text/html", "format": "text/html"})
    node.cells.insert(0, raw)


def labelled(node: NotebookNode) -> None:
    """Metadata, ids, tags and names."""
    solve(node)
    node.metadata["title"], node.metadata["authors"] = TAGS, [{"name": TAGS}]
    node.metadata["language_info"] = {"name": f'ipython"><script>{SCRIPT}</script>', "pygments_lexer": TAGS}
    node.metadata["kernelspec"]["display_name"] = TAGS
    state = {"</script><script>": {"model_module": TAGS, "model_name": TAGS, "state": {"x": TAGS}}}
    node.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state, "version_major": 2}}
    for index, one in enumerate(node.cells):
        one.metadata.update(
            {
                "magics_language": TAGS,
                "tags": [*one.metadata.get("tags", []), f'x"><script>{SCRIPT}</script>'],
                "name": TAGS,
                "alt": TAGS,
                "transient": {"remove_source": False},
                "deep": TAGS if index else {"filenames": {"image/png": "http://example.org/seen.png"}},
            }
        )
        one.metadata.get("nbgrader", {}).update(comment=TAGS, score=TAGS)
    cell(node, "double").metadata.nbgrader.grade_id = f"\x1b]0;title\x07double{TAGS}"
    append(f"# {TAGS}\n%%html\n{TAGS}")(node)
    cell(node, "largest").source += f"\n# {TAGS} </textarea></pre></code>\n# \x1b]0;title\x07\x9b2J\u202e"


def break_(node: NotebookNode) -> None:
    """No valid notebook: what says so quotes it."""
    node.metadata["authors"] = "[a](javascript:1)![b](http://example.org/seen.png)" + TAGS


PAGES: Mapping[str, tuple[Edit, ...]] = {
    "page-output": (
        solve,
        append(
            ON_A_PAGE
            + """
import sys

from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display, publish_display_data

print(TAGS, ESCAPES)
print(TAGS, ESCAPES, file=sys.stderr)
display(HTML(TAGS), Javascript(SCRIPT), Latex("$\\\\href{javascript:" + SCRIPT + "}{x}$" + TAGS), Markdown(TAGS))
svg = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\\"{SCRIPT}\\"><script>{SCRIPT}</script></svg>"
display(SVG(svg))
display(HTML(TAGS), metadata={"text/html": {"isolated": True}})
for mime in (
    "application/javascript", "text/vnd.mermaid", "application/vnd.jupyter.widget-view+json", "application/pdf",
    "application/geo+json", "application/vnd.plotly.v1+json", "text/html; charset=utf-8", "TEXT/HTML", "image/png",
    "image/jpeg", "image/gif", "image/svg+xml",
):
    publish_display_data({mime: TAGS, "text/plain": TAGS + ESCAPES})
    publish_display_data({mime: {"model_id": TAGS, "a": [TAGS]}, "text/plain": TAGS + ESCAPES})
png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
publish_display_data(
    {"image/png": png + f'"><img src=x onerror="{SCRIPT}">'},
    {"filenames": {"image/png": TAGS}, "image/png": {"width": f"1 onload={SCRIPT}", "alt": TAGS}},
)
publish_display_data({"image/png": png}, {"filenames": {"image/png": "http://example.org/seen.png"}})
"""
        ),
        append(ON_A_PAGE + "type(TAGS, (str,), {'__repr__': lambda self: TAGS + ESCAPES})()"),
        append("%%html\n" + TAGS),
        append("%%javascript\n" + SCRIPT),
        append("%%markdown\n" + MARKDOWN),
    ),
    "page-error": (
        solve,
        answer(
            "double",
            ON_A_PAGE
            + """

def double(x):
    raise type(TAGS + ESCAPES, (Exception,), {"__str__": lambda self: TAGS + ESCAPES})
""",
        ),
        answer("largest", ON_A_PAGE + "\n\ndef largest(values):\n    return type(TAGS + ESCAPES, (), {})()"),
        append(ON_A_PAGE + "raise type(TAGS + ESCAPES, (Exception,), {})(TAGS + ESCAPES)"),
        append(ON_A_PAGE + "exec(compile('1 / 0', TAGS + ESCAPES, 'exec'))"),
        append(
            KERNEL + ON_A_PAGE + "send('error', {'ename': TAGS, 'evalue': ESCAPES, 'traceback': [TAGS, ESCAPES]})\n"
            "send(TAGS + ESCAPES, {})\nsend('stream', {'name': TAGS, 'text': TAGS})\n"
            "send('comm_open', {'comm_id': TAGS, 'target_name': TAGS + ESCAPES, 'data': {}})"
        ),
    ),
    "page-observation": (
        solve,
        answer(
            "double",
            ON_A_PAGE
            + FORGE
            + """

def double(x):
    for text in (TAGS, ESCAPES, TAGS + ESCAPES):
        forge(exercise=text, facets={text: 3})
        forge(facet=text, aspect=text, returned={"text": text})
        forge(facet="positive numbers", aspect=text, returned={"other": text})
        forge(facet="negative numbers", aspect=text, raised=text, name=text)
        forge(facet="negative numbers", returned={text: text}, name=text)
    return 0
""",
        ),
        answer("largest", ON_A_PAGE + "raise NameError(f\"name '{TAGS + ESCAPES}' is not defined\")"),
    ),
    "page-markdown": (written,),
    "page-metadata": (labelled,),
    "page-broken": (labelled, break_),
}
"""Notebooks whose texts try to act on a page or a terminal."""
HOSTILE_NAME = f'\x1b]0;title\x07"><img src=x onerror="{SCRIPT}">\u202e'.replace("/", "")
"""The name of a file, and with it part of a fault's message."""
HOSTILE_STUDENT = "page-<img src=x onerror=alert(1)>'\"&{{7*7}}"


@dataclass(frozen=True)
class Attack:
    """A submission: its edits, and the points that it keeps at most of each experiment."""

    edits: tuple[Edit, ...]
    double: float = 0.0
    largest: float | None = 2.0
    """None: whatever it is."""


def attacks() -> Mapping[str, Attack]:
    """Every submission that attacks, by student."""
    all_of_them = {
        name: Attack((solve, answer("double", source)), largest=None if name in SPOILS_ITSELF else 2.0)
        for name, source in WRONG_DOUBLES.items()
    }
    all_of_them |= {name: Attack((solve, answer("double", ZERO), edit)) for name, edit in METADATA.items()}
    all_of_them |= {
        name: Attack((solve, answer("double", f"{ZERO}\n\n\n{source}")), largest=None)
        for name, source in TROUBLE.items()
    }
    return all_of_them
