"""Rules about what refusals say: words and codes for what happens, with placeholders that are filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofsheet.spec.lint.context import Context, Found, Op
from proofsheet.spec.lint.gates import SCHEMA_KEYWORDS

_FILL = re.compile(r"\{([^{}]*)\}")


def read(context: Context) -> Iterator[Found]:
    """A wording and a code belong to a way their gate refuses; else nobody would ever read them."""
    for at, key, _ in _keyed(context, "x-wording", "x-codes"):
        gate, _, kind = key.partition(".")
        kind = kind.partition(".")[0]
        kinds = context.vocabulary.gates[gate].kinds
        if kind and kind not in kinds and not ("json-schema" in kinds and kind in SCHEMA_KEYWORDS):
            yield Found(at, f"{gate} never refuses as {kind!r}; known are {', '.join(kinds) or 'none'}")


def fills(context: Context) -> Iterator[Found]:
    """A wording's placeholders are those that its gate fills."""
    for at, key, text in _keyed(context, "x-wording"):
        allowed = context.vocabulary.gates[key.partition(".")[0]].fills
        yield from _fills(at, text, allowed)
    for op in context.operations:
        names = _fields(op)
        for index, rule in enumerate(op.node.get("x-rules", ())):
            allowed = (*context.vocabulary.gates["validate"].fills, *names)
            yield from _fills(f"{op.pointer}/x-rules/{index}/says", rule.get("says", ""), allowed)


def _keyed(context: Context, *keywords: str) -> Iterator[tuple[str, str, str]]:
    for place in context.of_kind("policy", "operation"):
        for keyword in keywords:
            for key, text in place.node.get(keyword, {}).items():
                if key.partition(".")[0] in context.vocabulary.gates:
                    yield f"{place.pointer}/{keyword}/{key}", key, text


def _fields(op: Op) -> tuple[str, ...]:
    return tuple(name for schema in op.schemas for name in schema.get("properties", ()))


def _fills(at: str, text: str, allowed: tuple[str, ...]) -> Iterator[Found]:
    for name in _FILL.findall(text):
        if name not in allowed:
            yield Found(at, f"nothing fills {{{name}}}; here may stand {', '.join(allowed) or 'none'}")
