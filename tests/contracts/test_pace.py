"""The pace: the documented limit, our own rate, pauses that the target asks for. Time is the pauses' sum."""

from __future__ import annotations

import pytest

from proofsheet.contracts.client.request_pace import Pace, per_second
from proofsheet.spec.policy import RateLimit

LIMIT = RateLimit(requests=10, window=60.0, penalty=60.0)


def paced(**options: float) -> tuple[Pace, list[float]]:
    pauses: list[float] = []
    return Pace(pause=pauses.append, **options), pauses


def test_without_limits_nobody_waits() -> None:
    pace, pauses = paced()
    for _ in range(50):
        pace.turn(None)
    assert pauses == []


def test_a_documented_limit_is_not_reached() -> None:
    pace, pauses = paced()
    for _ in range(9):
        pace.turn(LIMIT)
    assert pauses == []
    pace.turn(LIMIT)
    assert sum(pauses) == pytest.approx(60, abs=1)


def test_what_was_refused_before_the_limit_is_not_counted() -> None:
    pace, pauses = paced()
    for _ in range(30):
        pace.uncount(pace.turn(LIMIT))
    assert pauses == []


def test_a_rate_spreads_requests_evenly() -> None:
    pace, pauses = paced(rate=2.0)
    for _ in range(11):
        pace.turn(None)
    assert sum(pauses) == pytest.approx(5, abs=0.5)
    assert max(pauses) <= 0.5


def test_everybody_holds_off_where_the_target_asks_for_it() -> None:
    pace, pauses = paced()
    pace.hold_off(30)
    pace.turn(None)
    pace.turn(None)
    assert sum(pauses) == pytest.approx(30, abs=1)


@pytest.mark.parametrize(
    ("text", "rate"), [("5", 5), ("5/s", 5), ("30/m", 0.5), ("1.5/s", 1.5), ("36/h", 0.01)]
)
def test_rates_are_read(text: str, rate: float) -> None:
    assert per_second(text) == pytest.approx(rate)


@pytest.mark.parametrize("text", ["", "fast", "0", "0/s", "-1", "5/d", "5 / s", "nan", "inf"])
def test_other_texts_are_no_rates(text: str) -> None:
    with pytest.raises(ValueError, match="expected a rate such as 5/s"):
        per_second(text)
