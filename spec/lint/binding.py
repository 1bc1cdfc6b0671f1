"""Filling an example in as the double would, with stand-ins of the right type."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.expressions import is_expression
from proofsheet.spec.lint.context import Op
from proofsheet.spec.schemas import coerce

# An expression that is not here stands for something of the caller's: the example's own value serves.
STAND_INS: Mapping[str, Any] = {
    "$artifact.bytes": "(bytes)",
    "$artifact.base64": "aGVsbG8=",
    "$artifact.mediaType": "image/png",
    "$artifact.url": "https://proofsheet.example/file",
    "$artifact.first-frame": "https://proofsheet.example/first",
    "$artifact.last-frame": "https://proofsheet.example/last",
    "$artifact.cover": "https://proofsheet.example/cover",
    "$artifact.video": "https://proofsheet.example/video",
    "$artifact.count": 1,
    "$call.base": "https://proofsheet.example",
    "$call.cost": 2.5,
    "$call.id": "37ab3cf5bb0f5d4cb3ac9e9c0f7d2e45",
    "$call.path": "/v1/path",
    "$ledger.balance": 0.5,
    "$ledger.granted": 0.5,
    "$ledger.used": 0.5,
    "$megapixels.input": 1,
    "$megapixels.output": 1,
    **{f"$limit.{unit}.{each}": 1 for unit in ("requests", "tokens") for each in ("most", "left")},
    **{f"$limit.{unit}.reset": "1m0s" for unit in ("requests", "tokens")},
    **{"$limit.wait": 1, "$limit.wait-ms": 1000},
    "$refusal.detail": "field: problem",
    "$refusal.details": ["field: problem"],
    "$refusal.field": "field",
    "$refusal.location": ["body", "field"],
    "$url": "https://proofsheet.example/path",
    "$method": "POST",
    "$statusCode": 200,
}


def stand_in(op: Op, expression: str, otherwise: Any) -> Any:
    """A value such as `expression` gives; the largest seed, because that is the one that may not fit."""
    if expression == "$artifact.seed":
        seed = op.node.get("x-artifact", {}).get("seed", {})
        return seed.get("maximum", 1)
    return copy.deepcopy(STAND_INS.get(expression, otherwise))


def bound(op: Op, example: Mapping[str, Any]) -> Any:
    """The example's value with everything bound; a bind that leads nowhere is left out."""
    value = copy.deepcopy(example["value"])
    for pointer, expression in example.get("x-bind", {}).items():
        text = expression if isinstance(expression, str) else ""  # in a form of its own: the example shows it
        value = _put(value, pointers.split(pointer), op, text)
    return value


def _put(value: Any, tokens: tuple[str, ...], op: Op, expression: str) -> Any:
    if not tokens:
        return stand_in(op, expression, value)
    for key in _keys(value, tokens[0]):
        value[key] = _put(value[key], tokens[1:], op, expression)
    return value


def _keys(value: Any, token: str) -> list[Any]:
    if isinstance(value, list):
        if token == "*":
            return list(range(len(value)))
        return [int(token)] if token.isdecimal() and int(token) < len(value) else []
    return [token] if isinstance(value, dict) and token in value else []


def header(op: Op, value: Any, schema: dict[str, Any]) -> Any:
    """A response header's value as its schema speaks of it."""
    if is_expression(value):
        return stand_in(op, value, value)
    return coerce(str(value), schema)
