"""The JSON that a prompt asks for in its words: by a JSON Schema that stands in them, or by an example.

Clients write schemas into prompts where an API may not take them: for JSON mode, or in place of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from proofsheet.spec.turns import Turn

_LONGEST = 100_000  # characters of a text that is looked through
_TRIES = 100  # places in it where an object may begin
_DEEPEST = 20  # levels of an example
_decode = json.JSONDecoder().raw_decode


def prompted_schema(turns: Sequence[Turn], in_json: bool) -> dict[str, Any] | None:
    """The last JSON Schema in what was said; None without.

    Where the answer is to be `in_json` anyway, a schema of the object that was shown as an example will do.
    """
    texts = [each.text for each in turns if each.role in ("system", "user") and len(each.text) <= _LONGEST]
    for text in reversed(texts):
        asked = in_json or "json" in text.lower()
        found = [each for each in _objects(text) if _is_schema(each)] if '"properties"' in text else []
        if asked and found:
            return found[-1]
    shown = [each for text in texts for each in list(_objects(text))[-1:]] if in_json else []
    return _of_example(shown[0], 0) if shown else None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text that stand in no other."""
    at = text.find("{")
    for _ in range(_TRIES):
        if at < 0:
            return
        try:
            value, end = _decode(text, at)
            yield value
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def _is_schema(value: dict[str, Any]) -> bool:
    known = value.get("properties")
    return isinstance(known, dict) and bool(known) and all(isinstance(each, dict) for each in known.values())


def _of_example(value: Any, depth: int) -> dict[str, Any]:
    """A schema of values like this one."""
    if depth > _DEEPEST:
        return {}
    if isinstance(value, dict):
        members = {name: _of_example(each, depth + 1) for name, each in value.items()}
        return {"type": "object", "properties": members, "required": list(members)}
    if isinstance(value, list):
        return {"type": "array", "items": _of_example(value[0] if value else "", depth + 1)}
    names = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
    return {"type": next((name for kind, name in names if isinstance(value, kind)), "null")}
