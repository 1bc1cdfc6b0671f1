"""Who speaks in an answer: the API, or something before it whose errors have a form of their own."""

from __future__ import annotations

from typing import Any

from proofsheet.spec.document import Operation


def speaker(operation: Operation, body: Any) -> str | None:
    """Whose error the JSON value `body` is by its form; None if it is the API's, or nobody's that is known.

    The forms are those of the outcomes that have a speaker (`x-speaker`), whatever their status: a gateway
    wraps what it has to say in one way, and in another status than the one that is declared for it.
    """
    for outcome in operation.outcomes.values():
        for each in outcome.representations.values():
            if each.speaker and _has_form(body, each.value):
                return each.speaker
    return None


def _has_form(value: Any, example: Any) -> bool:
    """Whether an object has at least the example's keys, with values of the same types."""
    if isinstance(example, dict):
        return isinstance(value, dict) and all(
            key in value and _has_form(value[key], each) for key, each in example.items()
        )
    return type(value) is type(example)
