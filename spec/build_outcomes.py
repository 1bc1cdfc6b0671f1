"""The outcomes of an operation: every named example of its responses, with what is bound into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.binds import parse_binds
from proofsheet.spec.document import Outcome, Representation
from proofsheet.spec.events import event_stream
from proofsheet.spec.expressions import embedded, is_expression, parse
from proofsheet.spec.schemas import Schema


def outcomes(responses: Any) -> dict[str, Outcome]:
    """By name; in each media type that has an example of it."""
    found: dict[str, Outcome] = {}
    for status, response in responses.items():
        for media_type, content, name, example in _examples(response):
            outcome = found.setdefault(name, Outcome(name, int(status), {}))
            assert isinstance(outcome.representations, dict)
            outcome.representations[media_type] = _representation(media_type, content, example)
    return found


def _examples(response: Any) -> Iterator[tuple[str, Any, str, Any]]:
    """Media type, media type object, name and example of each outcome; one without a body has no type."""
    for media_type, content in response.get("content", {}).items():
        for name, example in content.get("examples", {}).items():
            yield media_type, content, name, example
    for name, example in response.get("x-empty", {}).items():
        yield "", {}, name, example


def _representation(media_type: str, content: Any, example: Any) -> Representation:
    headers = example.get("x-headers", {})
    binds = example.get("x-bind", {})
    literal = {name: str(each) for name, each in headers.items() if not is_expression(each)}
    value = example.get("value")
    events = event_stream(example)
    return Representation(
        media_type=media_type,
        content_type=_content_type(content.get("x-content-type", media_type)),
        value=value,
        binds=() if events else parse_binds(value, binds),
        headers=tuple(
            (name, parse(each) if is_expression(each) else str(each)) for name, each in headers.items()
        ),
        blurred=example.get("x-blurred", False),
        schema=content.get("schema", {}),
        responder=example.get("x-speaker"),
        constants=tuple(_constant(value, pointers.split(at)) for at in example.get("x-const", ())),
        header_constants=tuple((name.lower(), each) for name, each in literal.items() if "" in binds),
        events=events,
        shown_when=tuple(
            (pointers.split(at), Schema(each)) for at, each in example.get("x-shown-when", {}).items()
        ),
    )


def _content_type(template: str) -> str:
    embedded(template)  # so that an unknown expression is found now
    return template


def _constant(value: Any, tokens: tuple[str, ...]) -> tuple[tuple[str, ...], Any]:
    found = list(pointers.find(value, tokens))
    if not found:
        raise ValueError(f"x-const: nothing stands at {pointers.join(*tokens)}")
    return tokens, found[0]
