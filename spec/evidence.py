"""Evidence: how well a fact is known. A grade is inherited from the nearest x-evidence above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec import pointers

# From the strongest on. What is only inherited or assumed can give advice and never fail anybody.
GRADES = ("documented", "official", "observed", "inherited", "assumed")
SOURCED = GRADES[:-1]  # each of these lists what it stands on
ADVISORY = frozenset({"inherited", "assumed"})


def evidence(document: Any, pointer: str) -> dict[str, Any] | None:
    """The x-evidence that covers `pointer`: the nearest at or above it, its `at` entries first."""
    nearest: dict[str, Any] | None = None
    for found in _on_the_way(document, pointers.split(pointer)):
        nearest = found
    return nearest


def grade(document: Any, pointer: str) -> str | None:
    """The strongest grade of the fact at `pointer`, or None where nothing speaks for it."""
    found = evidence(document, pointer)
    return next((name for name in GRADES if found and name in found), None)


def grade_within(document: Any, operation: str, pointer: str) -> str | None:
    """The grade of the fact at `pointer` as a fact about the operation at the pointer `operation`.

    Where an operation is only inherited or assumed, so is all that is said of it, whatever it shares with
    others; and so is what it says of others.
    """
    found = grade(document, pointer)
    if found is None:
        return None
    around = (grade(document, each) for each in {operation, _operation_of(pointer)} if each)
    return max([found, *(each for each in around if each in ADVISORY)], key=GRADES.index)


def _operation_of(pointer: str) -> str:
    """The operation that a place is in; empty where it is in none."""
    tokens = pointers.split(pointer)
    return pointers.join(*tokens[:3]) if tokens[:1] == ("paths",) and len(tokens) > 2 else ""


def _on_the_way(document: Any, tokens: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    value = document
    for depth in range(len(tokens) + 1):
        if isinstance(value, dict) and isinstance(own := value.get("x-evidence"), dict):
            yield own
            yield from _closer(own.get("at", {}), tokens[depth:])
        if depth < len(tokens):
            try:
                value = pointers.step(value, tokens[depth])
            except KeyError:
                return


def _closer(at: dict[str, Any], rest: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for length in range(1, len(rest) + 1):
        found = at.get(pointers.join(*rest[:length])) or at.get("/" + "/".join(rest[:length]))
        if found:
            yield found
