"""Relays and upstreams that a test starts, closed at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from proxied import Here, Script, Upstream


@pytest.fixture
def upstream() -> Iterator[Callable[[Script], Upstream]]:
    """Makes upstreams that play a script; what goes wrong in one fails the test."""
    made: list[Upstream] = []

    def make(script: Script) -> Upstream:
        made.append(Upstream(script))
        return made[-1]

    yield make
    for each in made:
        each.close()
        assert not each.errors


@pytest.fixture
def relay(upstream: Callable[[Script], Upstream]) -> Iterator[Callable[..., Here]]:
    """Makes relays: `relay(script, base="/sd")` to an upstream that plays a script, or to a URL."""
    made: list[Here] = []

    def make(to: Script | str, base: str = "", **options: Any) -> Here:
        url = to if isinstance(to, str) else f"http://127.0.0.1:{upstream(to).port}{base}"
        made.append(Here(url, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()
