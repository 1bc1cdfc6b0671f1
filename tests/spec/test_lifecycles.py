"""Lifecycles: where tasks may go, and the way they take."""

from __future__ import annotations

import pytest

from proofsheet.spec.tasks import Lifecycle, State

DRAWING = Lifecycle(
    "drawing",
    "queued",
    {
        "queued": State("queued", (1, 2), ("running", "cancelled")),
        "running": State("running", (3, 4), ("done", "failed", "cancelled")),
        "done": State("done"),
        "failed": State("failed"),
        "cancelled": State("cancelled"),
        "lost": State("lost"),
    },
)


def test_the_ordinary_way_is_the_first_of_each_state() -> None:
    assert DRAWING.ordinary_end == "done"
    assert DRAWING.way("queued", "done") == ("queued", "running", "done")
    assert DRAWING.finals == ("done", "failed", "cancelled", "lost")


def test_a_way_to_another_end_leaves_the_ordinary_one_as_late_as_it_can() -> None:
    assert DRAWING.way("queued", "failed") == ("queued", "running", "failed")
    assert DRAWING.way("queued", "cancelled") == ("queued", "running", "cancelled")
    assert DRAWING.way("done", "done") == ("done",)


def test_where_no_way_leads() -> None:
    assert "lost" not in DRAWING.reachable
    with pytest.raises(LookupError, match="no way of drawing leads from queued to lost"):
        DRAWING.way("queued", "lost")


def test_a_circle_has_no_ordinary_end() -> None:
    circle = Lifecycle(
        "circle", "a", {"a": State("a", None, ("b",)), "b": State("b", None, ("a", "c")), "c": State("c")}
    )
    with pytest.raises(ValueError, match="goes in a circle at a"):
        _ = circle.ordinary_end
    assert circle.way("a", "c") == ("a", "b", "c")
