"""What a submission has used is told by its own processes, whatever else the machine does."""

import itertools
from pathlib import Path

import pytest
from test_kernels import answers, notebook

from autograder.kernels.meter import PATIENCE, Meter, Process, Use, spent
from autograder.kernels.run import run
from autograder.kernels.sandbox import why_not
from autograder.reasons import Why, because
from autograder.values.submitted import KernelSettings, Limits

SANDBOXED = why_not() is None


def process(number: int, cpu_s: float, inherited_s: float = 0.0, *, ready: bool = False) -> Process:
    return Process((number, 0.0), cpu_s, inherited_s, lambda: ready)


def used(monkeypatch: pytest.MonkeyPatch, *looks: list[Process], every_s: float = 1.0) -> Use:
    """What a meter tells after looks at these processes."""
    monkeypatch.setattr("time.monotonic", itertools.count(100.0, every_s).__next__)
    found = iter(looks)
    one = Meter(lambda: next(found))
    return [one.look() for _ in looks][-1]


def test_who_computes_uses_cpu_seconds_and_who_sleeps_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert used(monkeypatch, [process(1, 1.0, ready=True)], [process(1, 2.0, ready=True)]) == Use(2.0, 0.0, 2.0)
    assert used(monkeypatch, [process(1, 0.0)], [process(1, 0.01)]) == Use(0.01, 2.0, 2.0)


def test_who_stands_in_the_queue_for_a_processor_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    starved = [[process(1, 0.003 * look, ready=True)] for look in range(400)]
    assert used(monkeypatch, *starved).waited_s == 0
    a_child = [[process(1, 0.0), process(2, 0.003 * look, ready=True)] for look in range(400)]
    assert used(monkeypatch, *a_child).waited_s == 0


def test_what_a_child_used_counts_once_wherever_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    together = [process(1, 1.0), process(2, 3.0)]
    assert used(monkeypatch, together, [process(1, 1.0, inherited_s=3.0)]).cpu_s == 4.0, "somebody waited for it"
    assert used(monkeypatch, together, [process(1, 1.0)]).cpu_s == 4.0, "nobody did"
    assert used(monkeypatch, [process(1, 1.0)], [process(1, 1.0, inherited_s=3.0)]).cpu_s == 4.0, "nobody saw it"
    again = [process(1, 1.0), Process((2, 50.0), 3.0, 0.0, lambda: True)]
    assert used(monkeypatch, together, again).cpu_s == 7.0, "its number was given to another process"


def test_who_cannot_be_seen_is_not_said_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    assert used(monkeypatch, [], [], []) == Use(0.0, 0.0, 3.0)


def test_nothing_is_unlearnt_when_the_processes_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert used(monkeypatch, [process(1, 5.0)], []).cpu_s == 5.0


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (Use(9.9, 9.9, 10 * PATIENCE - 1), None),
        (Use(10.0, 0.0, 20.0), "computed"),
        (Use(3.0, 10.0, 20.0), "waited"),
        (Use(1.0, 1.0, 10 * PATIENCE), "took"),
    ],
)
def test_three_limits_are_told_apart(use: Use, said: str | None) -> None:
    assert spent(use, 10.0) == said


RUNS_CHILDREN = """
import subprocess, sys
while True:
    subprocess.run([sys.executable, "-S", "-c", "pass"])
"""


@pytest.mark.processes
@pytest.mark.parametrize("sandboxed", [pytest.param(True, marks=pytest.mark.skipif(not SANDBOXED, reason="-")), False])
def test_a_cell_is_told_whether_it_computed_or_waited_too_long(tmp_path: Path, sandboxed: bool) -> None:
    cells = {
        "while True:\n    pass": Why.CELL_COMPUTED,
        "import time\ntime.sleep(600)": Why.CELL_WAITED,
        "import time\nwhile True:\n    time.sleep(0.01)": Why.CELL_WAITED,
        # Its children compute, it waits for the last of them, and each uses less than there is.
        RUNS_CHILDREN: Why.CELL_COMPUTED,
    }
    execution = run(notebook(*cells, "7"), folder=tmp_path, limits=Limits(cell_s=1), settings=KernelSettings(sandboxed))
    assert [fault.reason.kind for fault in execution.faults] == [*cells.values()]
    assert answers(execution)[-1] == 7, "the notebook goes on"


@pytest.mark.processes
def test_a_notebook_is_told_whether_it_computed_or_waited_too_long(tmp_path: Path) -> None:
    for source, kind in (
        ("while True:\n    pass", Why.NOTEBOOK_COMPUTED),
        ("import time\ntime.sleep(600)", Why.NOTEBOOK_WAITED),
    ):
        limits = Limits(cell_s=0.5, notebook_s=0.5)
        execution = run(notebook(source, "7"), folder=tmp_path, limits=limits, settings=KernelSettings(SANDBOXED))
        assert [fault.kind for fault in execution.faults] == ["timeout", "notebook-timeout"]
        assert execution.faults[-1].reason == because(kind, limit=0.5)
