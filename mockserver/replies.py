"""From an outcome's name to the answer on the wire: the example, with this request's values bound in."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.mockserver.call import Call, Complaint
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.sources import Artifact, Context, filled, values
from proofsheet.spec.document import Operation, Outcome, Representation
from proofsheet.spec.recognise import Recognition, recognise
from proofsheet.spec.schemas import Schema

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Reply:
    """An answer, ready to be sent. `outcome` is None for what the double says of itself.

    The body is in pieces: most of a picture's are shared with other pictures and never copied. Or it is a
    stream, whose pieces are made while they are sent; then its size is not known before.
    """

    status: int
    headers: tuple[Header, ...]
    pieces: tuple[bytes, ...]
    outcome: str | None = None
    media_type: str = "application/json"
    stream: AsyncIterator[bytes] | None = None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)

    @property
    def size(self) -> int:
        """The body's length in bytes."""
        return sum(map(len, self.pieces))


def problem(status: int, title: str, detail: str, **more: Any) -> Reply:
    """What the double says of itself, unlike any vendor: RFC 9457 problem details."""
    body = json.dumps({"type": "about:blank", "title": f"Proofsheet: {title}", "detail": detail, **more})
    data = body.encode()
    headers = _headers("application/problem+json", len(data))
    return Reply(status, headers, (data,), media_type="application/problem+json")


def _headers(content_type: str, size: int) -> tuple[Header, ...]:
    return (
        (b"content-type", content_type.encode("latin-1", "replace")),
        (b"content-length", str(size).encode()),
    )


async def reply(call: Call, double: Double, name: str, complaints: Sequence[Complaint] = ()) -> Reply:
    """The answer that ends `call` in the outcome `name`, drawing what it binds; a refusal has complaints."""
    outcome = call.operation.outcomes[name]
    representation = _representation(call, outcome)
    artifacts = await _artifacts(call, double, representation)
    context = Context(call, outcome.status, complaints, lambda: double.state.balance(call.account))
    first = artifacts[0] if artifacts else None
    pieces = _body(representation, context, artifacts)
    content_type = filled(representation.content_type, context, first)
    headers = list(_headers(content_type, sum(map(len, pieces))))
    for header, value in representation.headers:
        text = value if isinstance(value, str) else str(next(values(value.text, context, first), ""))
        headers.append((header.lower().encode(), text.encode("latin-1", "replace")))
    return Reply(outcome.status, tuple(headers), pieces, name, representation.media_type)


def _representation(call: Call, outcome: Outcome) -> Representation:
    found = outcome.representations.get(call.representation)
    return found or next(iter(outcome.representations.values()))


async def _artifacts(call: Call, double: Double, representation: Representation) -> list[Artifact]:
    if not any(each.source == "$artifact" for _, each in representation.binds):
        return []
    if (artifact := call.operation.artifact) is None:
        return []
    medium = MEDIA[artifact.kind]
    call.pictures = medium.describe(call, double, representation.blurred)
    return [Artifact(each.seed, each.media_type, await medium.render(each, double)) for each in call.pictures]


def _body(representation: Representation, context: Context, artifacts: list[Artifact]) -> tuple[bytes, ...]:
    binds = representation.binds
    if binds and binds[0][0] == ():
        return tuple(artifacts[0].pieces)
    value = _copied(representation.value)
    blobs: list[bytes] = []
    for tokens, expression in binds:
        _bind(value, tokens, expression.text, context, artifacts, blobs)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return (_splice(text, blobs),)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _bind(
    value: Any,
    tokens: tuple[str, ...],
    name: str,
    context: Context,
    artifacts: list[Artifact],
    blobs: list[bytes],
) -> None:
    head, *rest = tokens
    if rest[:1] == ["*"]:  # one item for each artifact or complaint, each like the example's first
        repeated = _repeated(name, context, artifacts)
        items = value[head] = _resized(value[head], len(repeated))
        for item, (each, artifact) in zip(items, repeated, strict=False):
            _bind(item, tuple(rest[1:]), name, each, artifact, blobs)
        return
    if rest:
        _bind(value[head], tuple(rest), name, context, artifacts, blobs)
        return
    for found in values(name, context, artifacts[0] if artifacts else None):
        if name == "$artifact.base64":
            value[head] = f"\x00{len(blobs)}\x00"
            blobs.append(found)
        else:
            value[head] = found


def _repeated(name: str, context: Context, artifacts: list[Artifact]) -> list[tuple[Context, list[Artifact]]]:
    """What each item is bound from."""
    if name.startswith("$refusal."):
        return [(replace(context, complaints=[each]), artifacts) for each in context.complaints]
    return [(context, [each]) for each in artifacts]


def _resized(items: list[Any], count: int) -> list[Any]:
    """As many items as there is something to bind for; the example's own where there is nothing."""
    return items[:count] + [_copied(items[0]) for _ in range(count - len(items))] if count else items


def _splice(text: bytes, blobs: list[bytes]) -> bytes:
    # Megabytes of base64 need no escaping: they are put in after the JSON is written.
    for index, blob in enumerate(blobs):
        text = text.replace(b"\\u0000%d\\u0000" % index, base64.b64encode(blob), 1)
    return text


def recognised(operation: Operation, made: Reply) -> Recognition:
    """What a reply is by its document, read as a client would read it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in made.headers}
    return recognise(operation, made.status, made.media_type, _json(made), headers)


def _json(made: Reply) -> Any:
    if made.media_type != "application/json":
        return None
    try:
        return json.loads(made.body)
    except (ValueError, RecursionError):
        return None


def breach(operation: Operation, made: Reply) -> str | None:
    """How a reply breaks its own document, or None. The double checks itself in tests."""
    if made.outcome is None:
        return None
    found = recognised(operation, made)
    if made.outcome not in [each.name for each in found.outcomes]:
        names = ", ".join(each.name for each in found.outcomes)
        return f"made as {made.outcome}, but recognised as {names or found.mismatch}"
    representation = operation.outcomes[made.outcome].representations[made.media_type]
    if made.media_type.startswith("image/"):
        return None if made.size else "an empty picture"
    flaws = Schema(dict(representation.schema)).flaws(json.loads(made.body))
    return "; ".join(f"{flaw.field}: {flaw.kind}" for flaw in flaws) or None
