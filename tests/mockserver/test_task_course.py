"""Where a task stands at a time: its state, the progress made, when it started and ended."""

from __future__ import annotations

import random

import pytest

from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.tasks.course import position, route
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.tasks import Lifecycle, State

SHORT = Lifecycle("short", "pending", {"pending": State("pending", (1, 2), ("done",)), "done": State("done")})
LONG = Lifecycle(
    "long",
    "queued",
    {
        "queued": State("queued", (1, 2), ("running",)),
        "running": State("running", (3, 4), ("done",), (0.2, 0.8)),
        "done": State("done", None, (), (1, 1)),
    },
)


def started(lifecycle: Lifecycle, pace: str = "2") -> Task:
    steps = route(lifecycle, lifecycle.start, lifecycle.ordinary_end, parse_pace(pace), random.Random(1))
    moves = ((100.0, lifecycle.start),)
    return Task("a", ("f", "k"), ("d", "o"), lifecycle.name, moves, steps, True, "{}")


@pytest.mark.parametrize(
    ("now", "state", "progress", "began", "ended"),
    [
        (100.0, "queued", None, None, None),
        (100.9, "queued", None, None, None),
        (101.0, "running", 0.2, 101.0, None),
        (101.5, "running", 0.5, 101.0, None),
        (102.0, "done", 1.0, 101.0, 102.0),
        (999.0, "done", 1.0, 101.0, 102.0),
    ],
)
def test_a_position(
    now: float, state: str, progress: float | None, began: float | None, ended: float | None
) -> None:
    found = position(started(LONG), LONG, now)
    assert (found.state, found.started, found.ended, found.created) == (state, began, ended, 100.0)
    assert found.progress == (None if progress is None else pytest.approx(progress))


def test_what_leaves_its_first_state_for_its_end_started_at_once() -> None:
    assert position(started(SHORT), SHORT, 102.0).started == 100.0


def test_a_clock_that_stands_before_the_start_shows_the_first_state() -> None:
    assert position(started(LONG), LONG, 50.0).state == "queued"


def test_by_looks_the_clock_does_not_count() -> None:
    task = started(LONG, "looks")._replace(by_looks=True)
    assert [position(task._replace(looks=n), LONG, 1e9).state for n in range(4)] == [
        "queued",
        "running",
        "done",
        "done",
    ]
