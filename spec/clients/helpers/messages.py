"""Where an answer that says no has the words for it, as far as its example shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Representation

Place = tuple[str, ...]
_SAYS = frozenset({"$refusal.detail", "$refusal.details", "$task.flaw"})  # made for the answer
_NAMED = re.compile(r"err|fail|reason|message|msg", re.IGNORECASE)  # members that wait for words, empty yet
_MOST = 6  # places that a client looks at


def message_places(form: Representation, success: Any) -> tuple[Place, ...]:
    """The places of words in the example of a failure, the likeliest first.

    What is bound to words comes first, then members that are named for words and empty yet: they say more
    once they are filled. Then come texts: those so named, sentences before words, what no success has.
    """
    bound = {at: each.text for at, each in form.binds}
    made = [at for at, text in bound.items() if text in _SAYS]
    fixed = {at for at, _ in form.constants}
    texts = [(at, text) for at, text in _texts(form.value) if at not in bound]
    empty = [at for at, text in texts if not text and _is_named(at)]
    ranked = sorted(
        (_rank(at, text, success), at)
        for at, text in texts
        if text and text not in pointers.find(success, at) and (at in fixed or _is_said(at, text, success))
    )
    return tuple(dict.fromkeys([*made, *empty, *(at for _, at in ranked)]))


def _is_said(at: Place, text: str, success: Any) -> bool:
    return _is_named(at) or (_is_sentence(text) and not any(pointers.find(success, at)))


def _rank(at: Place, text: str, success: Any) -> tuple[bool, bool, bool, int]:
    return not _is_named(at), not _is_sentence(text), any(pointers.find(success, at)), -len(text)


def _is_named(at: Place) -> bool:
    return any(_NAMED.search(each) for each in at)


def _is_sentence(text: str) -> bool:
    return " " in text or not text.isascii()


def all_places(found: Iterable[tuple[Place, ...]]) -> tuple[Place, ...]:
    """The places of several examples: the likeliest of each before the next of any."""
    several = [each for each in found if each]
    longest = max(map(len, several), default=0)
    ordered = (each[index] for index in range(longest) for each in several if index < len(each))
    return tuple(dict.fromkeys(ordered))[:_MOST]


def _texts(value: Any, at: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield at, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in items:
        yield from _texts(each, (*at, str(name)))
