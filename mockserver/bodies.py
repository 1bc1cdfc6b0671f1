"""The body of an answer: a copy of the example, with this request's values bound in."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from proofsheet.mockserver.sources import Artifact, Context, values
from proofsheet.mockserver.written_values import parts, repeated
from proofsheet.spec import json_text, media_types, pointers
from proofsheet.spec.document import Representation
from proofsheet.spec.expressions import Binds, Expression
from proofsheet.spec.fast_replace import fast_replace

_LONG_LIST = 16  # items


def pieces(
    representation: Representation, context: Context, artifacts: Sequence[Artifact]
) -> tuple[bytes, ...]:
    """The body's bytes; those of an artifact are shared with other answers and never copied."""
    if not representation.media_type:
        return (b"",)
    binds = representation.binds
    if binds and binds[0][0] == () and binds[0][1].source == "$artifact":
        return tuple(artifacts[0].pieces)
    blobs: list[bytes] = []
    made = value(representation, context, artifacts, blobs)
    if isinstance(made, str) and not media_types.is_json(representation.media_type):
        return (made.encode(),)
    return (as_sent(made, blobs, in_turns=context.place is not None),)


def as_sent(value: Any, blobs: Sequence[bytes] = (), in_turns: bool = False) -> bytes:
    """A JSON value as it is sent, with the base64 of `blobs` where their marks are."""
    text = _dumped(value) if in_turns else json_text.compact(value)
    return _splice(text.encode("utf-8", "surrogatepass"), blobs)


def _dumped(made: Any) -> str:
    """JSON, a long list item by item: so other threads have their turns."""
    if isinstance(made, dict) and any(isinstance(each, list | dict) for each in made.values()):
        members = (f"{json_text.compact(name)}:{_dumped(each)}" for name, each in made.items())
        return "{" + ",".join(members) + "}"
    if isinstance(made, list) and len(made) > _LONG_LIST:
        return "[" + ",".join(map(_dumped, made)) + "]"
    return json_text.compact(made)


def value(
    representation: Representation,
    context: Context,
    artifacts: Sequence[Artifact],
    blobs: list[bytes] | None = None,
) -> Any:
    """The body's JSON value. Megabytes of base64 are put into `blobs`, if given, and marks in their place."""
    gone = context.call.left_out(representation)
    made = filled_in(representation.value, representation.binds_without(gone), context, artifacts, blobs)
    for tokens in gone:
        _leave_out(made, tokens)
    return made


def filled_in(
    example: Any,
    binds: Binds,
    context: Context,
    artifacts: Sequence[Artifact] = (),
    blobs: list[bytes] | None = None,
) -> Any:
    """A copy of an example's value with everything bound."""
    made = [_copied(example)]  # in a list, so that the whole of it can be bound too
    for tokens, expression in binds:
        _bind(made, ("0", *tokens), expression, context, artifacts, blobs)
    return made[0]


def _leave_out(value: Any, tokens: tuple[str, ...]) -> None:
    """Take the members at a place out of a JSON value."""
    *way, last = tokens
    for holder in list(pointers.find(value, tuple(way))):
        if isinstance(holder, dict):
            holder.pop(last, None)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _bind(
    value: Any,
    tokens: tuple[str, ...],
    expression: Expression,
    context: Context,
    artifacts: Sequence[Artifact],
    blobs: list[bytes] | None,
) -> None:
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
        is_object = isinstance(value, dict)
        head: Any = token if is_object else int(token)
        if is_object and (head not in value or (at < last and value[head] is None)):
            return  # left out, by a condition above it
        if at == last:
            break
        if tokens[at + 1] == "*":  # one item for each artifact, offer or complaint, like the example's first
            found = _repeated(expression.text, context, artifacts)
            items = value[head] = _resized(value[head], len(found)) if found is not None else []
            for index, (inner, shown) in enumerate(found or ()):
                _bind(items, (str(index), *tokens[at + 2 :]), expression, inner, shown, blobs)
            return
        value = value[head]
    _fill(value, head, expression, context, artifacts[0] if artifacts else None, blobs)


def _fill(
    value: Any,
    head: Any,
    expression: Expression,
    context: Context,
    artifact: Artifact | None,
    blobs: list[bytes] | None,
) -> None:
    """Fill in what an expression says at a place of an object or a list."""
    if expression.patterns:
        value[head] = _of_parts(expression, context)
    elif expression.otherwise is not None:
        _keep_if(value, head, expression, context, artifact)
    else:
        for each in values(expression, context, artifact):
            value[head] = _packed(each, blobs) if expression.text == "$artifact.base64" else each


def _of_parts(expression: Expression, context: Context) -> list[Any]:
    """A list with an item for each part of what is written, made of the pattern of its kind."""
    patterns = {each.kind: each for each in expression.patterns}
    return [
        filled_in(pattern.value, pattern.binds, fast_replace(context, place=place))
        for kind, place in (parts(context.place) if context.place else ())
        if (pattern := patterns.get(kind))
    ]


def _keep_if(
    value: Any, head: Any, expression: Expression, context: Context, artifact: Artifact | None
) -> None:
    """Leave what stands at a place only if its condition has a value."""
    if next(values(expression, context, artifact), None) is not None:
        return
    if expression.otherwise == "null":
        value[head] = None
    else:
        del value[head]


def _packed(file: bytes, blobs: list[bytes] | None) -> str:
    if blobs is None:
        return base64.b64encode(file).decode()
    blobs.append(file)
    return f"\x00{len(blobs) - 1}\x00"


def _repeated(
    name: str, context: Context, artifacts: Sequence[Artifact]
) -> list[tuple[Context, Sequence[Artifact]]] | None:
    """What each item is bound from: none at all keeps the example's own, None leaves an empty list."""
    if name.startswith("$resource.") and context.resources:
        return [(fast_replace(context, resource=each), artifacts) for each in context.resources]
    places = repeated(name, context.place) if context.place else None
    if places is not None:
        return [(fast_replace(context, place=each), artifacts) for each in places] or None
    if name.startswith("$offer.") and context.task:
        return [
            (fast_replace(context, offer=(each, context.task)), artifacts) for each in context.task.offers
        ]
    if name.startswith("$refusal."):
        return [(fast_replace(context, complaints=[each]), artifacts) for each in context.complaints]
    return [(context, [each]) for each in artifacts]


def _resized(items: list[Any], count: int) -> list[Any]:
    """As many items as there is something to bind for; the example's own where there is nothing."""
    return items[:count] + [_copied(items[0]) for _ in range(count - len(items))] if count else items


def _splice(text: bytes, blobs: Sequence[bytes]) -> bytes:
    # Megabytes of base64 need no escaping: they are put in after the JSON is written.
    for index, blob in enumerate(blobs):
        text = text.replace(b"\\u0000%d\\u0000" % index, base64.b64encode(blob), 1)
    return text
