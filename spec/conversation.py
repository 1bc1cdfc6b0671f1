"""Whether the calls of tools in a conversation and what tools answered belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.schemas import Flaw, name
from proofsheet.spec.turns import Turns


def pairing_flaws(turns: Turns, fields: Any, earlier: Sequence[Any] = ()) -> Iterator[Flaw]:
    """That a tool answers a call which was not made just before, or that a call has no answer.

    Only where the document says where the calls stand: in messages (`calls`, `call`), or as items of their
    own (`kinds`), which may stand among the `earlier` ones.
    """
    messages = next(pointers.find(fields, turns.at), None)
    if isinstance(messages, list) and turns.kind is not None:
        yield from _unasked(turns, messages, earlier)
    if isinstance(messages, list) and turns.calls is not None:
        yield from _unpaired(turns, messages)


def _unpaired(turns: Turns, messages: Sequence[Any]) -> Iterator[Flaw]:
    """Answers of tools that do not follow their calls, and calls that none follows."""
    open_calls: list[Any] = []
    asked_at = 0
    for at, each in enumerate(messages):
        if not isinstance(each, dict):
            continue
        if turns.roles.get(str(each.get(turns.role))) == "tool" and turns.id in each:
            id = each[turns.id]
            if id not in open_calls:
                yield _flaw("tool-unasked", turns, at, str(id))
            open_calls = [one for one in open_calls if one != id]
            continue
        if open_calls:
            break
        open_calls, asked_at = _calls(turns, each), at
    if open_calls:
        yield _flaw("tool-unanswered", turns, asked_at, ", ".join(map(str, open_calls)))


def _unasked(turns: Turns, items: Sequence[Any], earlier: Sequence[Any]) -> Iterator[Flaw]:
    """Answers of tools to no call; nothing is said where an item may stand for others."""
    asked: set[str] = set()
    for at, each in enumerate((*earlier, *items), -len(earlier)):
        if not isinstance(each, dict):
            continue
        kind = turns.kinds.get(str(each.get(turns.kind)))
        if kind is None and turns.role not in each and at >= 0:
            return
        if kind is None or kind.id is None:
            continue
        id = str(each.get(kind.id))
        if kind.role == "tool" and id not in asked:
            yield Flaw("tool-unasked", turns.at[-1], {"value": id}, turns.at)
        asked |= {id} if kind.role == "assistant" else set()


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
