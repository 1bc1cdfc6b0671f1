"""Whether the calls of tools in a conversation and what tools answered belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.completion import Turns
from proofsheet.spec.schemas import Flaw, name


def pairing_flaws(turns: Turns, fields: Any) -> Iterator[Flaw]:
    """That a tool answers a call which was not made just before, or that a call has no answer.

    Only where the document says where the calls stand (`calls`, `call`).
    """
    messages = next(pointers.find(fields, turns.at), None)
    if turns.calls is None or turns.id is None or not isinstance(messages, list):
        return
    open_calls: list[Any] = []
    asked_at = 0
    for at, each in enumerate(messages):
        if not isinstance(each, dict):
            continue
        if turns.roles.get(str(each.get(turns.role))) == "tool" and turns.id in each:
            if each[turns.id] not in open_calls:
                yield _flaw("tool-unasked", turns, at, str(each[turns.id]))
            open_calls = [one for one in open_calls if one != each[turns.id]]
            continue
        if open_calls:
            break
        open_calls, asked_at = _calls(turns, each), at
    if open_calls:
        yield _flaw("tool-unanswered", turns, asked_at, ", ".join(map(str, open_calls)))


def _calls(turns: Turns, message: Mapping[str, Any]) -> list[Any]:
    assert turns.calls is not None
    made = message.get(turns.calls)
    return (
        [found for each in made for found in pointers.find(each, turns.call)]
        if isinstance(made, list)
        else []
    )


def _flaw(kind: str, turns: Turns, at: int, value: str) -> Flaw:
    path: Sequence[str | int] = (*turns.at, at, turns.role)
    return Flaw(kind, name(list(path)), {"value": value}, tuple(path))
