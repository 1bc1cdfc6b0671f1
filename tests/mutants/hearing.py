"""Which checks speak: the judge's, each listened to for as long as a trial takes."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from inspect import isabstract
from types import ModuleType
from typing import Any
from unittest.mock import patch

from proofsheet.contracts import checks
from proofsheet.contracts.checks import CHECKS
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.explore import request_sample

# Checks without a mutant yet, by module or by name: their own tests break them.
OWED: frozenset[str] = frozenset()


def _modules() -> Iterator[ModuleType]:
    """Where expectations are written: every module of the checks, and what random requests expect."""
    for each in sorted(pkgutil.iter_modules(checks.__path__), key=lambda each: each.name):
        yield import_module(f"{checks.__name__}.{each.name}")
    yield request_sample


def expectations() -> tuple[type[Expectation], ...]:
    """Every expectation there is, by module, in the order in which they are written."""
    return tuple(
        each
        for module in _modules()
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Expectation) and each.__module__ == module.__name__
        if not isabstract(each)
    )


def names() -> list[str]:
    """Every check there is: those of any answer, then the expectations of single cases."""
    known = (each for each in expectations() if not OWED & {each.__name__, each.__module__.split(".")[-1]})
    return [*CHECKS, *(each.__name__ for each in known)]


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
