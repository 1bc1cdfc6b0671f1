"""By what one success differs from the others that have its status: a plain one from a filtered one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec.document import Operation, Outcome


def markers(operation: Operation, outcome: Outcome, media_type: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Pointer to text, and header to text, which this outcome's example has and another's has not."""
    plain = outcome.representations[media_type]
    others = [
        each.representations[media_type]
        for each in operation.outcomes.values()
        if each.status == outcome.status and each.name != outcome.name and media_type in each.representations
    ]
    mine, theirs = dict(_texts(plain.value, "")), [dict(_texts(each.value, "")) for each in others]
    body = {at: text for at, text in mine.items() if any(each.get(at, text) != text for each in theirs)}
    named = [dict(each.headers) for each in others]
    headers = {
        name: text
        for name, text in plain.headers
        if isinstance(text, str) and any(each.get(name, text) != text for each in named)
    }
    return body, headers


def _texts(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and at:
        yield at, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield from _texts(each, f"{at}/{key}")
