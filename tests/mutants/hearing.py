"""Which checks speak: the judge's, each listened to for as long as a trial takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from proofsheet.contracts.checks import CHECKS, cross_exchange, expected, media_quality, money, refusals
from proofsheet.contracts.expectation import Expectation

_MODULES = (refusals, expected, media_quality, money, cross_exchange)


def expectations() -> tuple[type[Expectation], ...]:
    """Every expectation there is, in the order in which they are written."""
    found = [each for module in _MODULES for each in vars(module).values()]
    own = [each for each in found if isinstance(each, type) and issubclass(each, Expectation)]
    return tuple(dict.fromkeys(each for each in own if each is not Expectation))


def names() -> list[str]:
    """Every check there is: those of any answer, then the expectations of single cases."""
    return [*CHECKS, *(each.__name__ for each in expectations())]


@contextmanager
def listening() -> Iterator[set[str]]:
    """The names of the checks that find something meanwhile."""
    heard: set[str] = set()
    with ExitStack() as stack:
        told = {name: _told(name, check, heard) for name, check in CHECKS.items()}
        stack.enter_context(patch.dict(CHECKS, told))
        for each in expectations():
            stack.enter_context(patch.object(each, "findings", _told(each.__name__, each.findings, heard)))
        yield heard


def _told(name: str, check: Callable[..., Iterator[Any]], heard: set[str]) -> Callable[..., Iterator[Any]]:
    def told(*given: Any) -> Iterator[Any]:
        for each in check(*given):
            heard.add(name)
            yield each

    return told
