"""Which checks speak: the judge's tables, each check in them listened to for as long as a trial takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from proofsheet.contracts.checks import CHECKS
from proofsheet.contracts.checks.expected import EXPECTED
from proofsheet.contracts.checks.trail_checks import TRAILS

_TABLES: tuple[dict[str, Any], ...] = (CHECKS, EXPECTED, TRAILS)


def names() -> list[str]:
    """Every check there is, in the order of the tables."""
    return [name for table in _TABLES for name in table]


@contextmanager
def listening() -> Iterator[set[str]]:
    """The names of the checks that find something meanwhile."""
    heard: set[str] = set()
    with ExitStack() as stack:
        for table in _TABLES:
            told = {name: _told(name, check, heard) for name, check in table.items()}
            stack.enter_context(patch.dict(table, told))
        yield heard


def _told(name: str, check: Callable[..., Iterator[Any]], heard: set[str]) -> Callable[..., Iterator[Any]]:
    def told(*given: Any) -> Iterator[Any]:
        for each in check(*given):
            heard.add(name)
            yield each

    return told
