"""Getting at what a success holds: its pictures' files, what they look like, its seed, a balance."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from proofsheet.contracts.checks.image_facts import ImageFacts, inspect
from proofsheet.contracts.checks.outcomes import is_outcome, is_success, parsed
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Representation

_SHOWN = re.compile(r"!\[[^\]]*\]\(([^\s)]+)\)")  # a picture of Markdown
UNTYPED = frozenset({"", "application/octet-stream", "binary/octet-stream"})  # as stores of files answer


def pictures(exchange: Exchange, operation: Operation) -> Iterator[bytes | str]:
    """The files of the pictures in a success, or a sentence about why one cannot be had."""
    representation = operation.success.representations.get(exchange.media_type)
    if any(True for _ in bound(representation, "$artifact.bytes")):
        yield exchange.body
        return
    found = False
    for place in bound(representation, "$artifact.base64"):
        for text in pointers.find(parsed(exchange), place):
            found = True
            yield _decoded(text)
    links = list(linked(exchange, operation))
    yield from map(_fetched, exchange.files)
    if not found and not links:
        yield "the answer holds no picture"


def linked(exchange: Exchange, operation: Operation) -> Iterator[str]:
    """Where the answer says that its pictures are; in the Markdown of a text, if it may draw in reply."""
    representation = operation.success.representations.get(exchange.media_type)
    for place in bound(representation, "$artifact.url"):
        yield from (each for each in pointers.find(parsed(exchange), place) if isinstance(each, str) and each)
    draws = operation.completion is not None and operation.completion.draws is not None
    for place in bound(representation, "$choice.text") if draws else ():
        for text in pointers.find(parsed(exchange), place):
            yield from _SHOWN.findall(text) if isinstance(text, str) else ()


def _fetched(file: Exchange) -> bytes | str:
    if file.status != 200:
        return f"expected the picture at {file.url[:200]}, came {answered(file)}"
    if file.media_type not in UNTYPED and not file.media_type.startswith("image/"):
        return f"expected a picture at {file.url[:200]}, came {file.media_type}"
    return file.body


def gallery(exchange: Exchange, operation: Operation) -> list[ImageFacts | str]:
    """The facts of each picture of a success, or why it cannot be had. Worked out once."""

    def inspected() -> list[ImageFacts | str]:
        held = pictures(exchange, operation)
        return [each if isinstance(each, str) else inspect(each) for each in held]

    return exchange.once("gallery", inspected)


def decoding(exchange: Exchange, operation: Operation) -> Iterator[ImageFacts]:
    """The pictures of a success that can be had and decode; what else is wrong is another finding."""
    if is_success(exchange, operation):
        for each in gallery(exchange, operation):
            if isinstance(each, ImageFacts) and each.width:
                yield each


def bound(representation: Representation | None, name: str) -> Iterator[tuple[str, ...]]:
    """Where a representation binds an expression."""
    for tokens, each in representation.binds if representation else ():
        if each.text == name:
            yield tokens


def _decoded(text: Any) -> bytes | str:
    if not isinstance(text, str):
        return f"the picture is {type(text).__name__}, not base64 text"
    if text.startswith("data:"):
        return "the base64 has a data: prefix"
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        return f"the base64 is not clean: {error}"


def reported_seed(exchange: Exchange, operation: Operation) -> int | None:
    """The seed an answer reports, in the place where the document binds it."""
    representation = operation.success.representations.get(exchange.media_type)
    for place in bound(representation, "$artifact.seed"):
        return whole_number(next(pointers.find(parsed(exchange), place), None))
    for name in _seed_headers(representation):
        text = exchange.header(name.lower()) or ""
        return int(text) if text.isdecimal() else None
    return None


def whole_number(value: Any) -> int | None:
    """A JSON number without a fraction: 5.0 is the integer 5 (JSON Schema 2020-12, Core 4.2.2)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or value.is_integer() else None


def seed_is_absent(exchange: Exchange, operation: Operation, in_body: bool = False) -> bool:
    """Whether a success reports no seed and need not: in an optional member; but `in_body`, in a header."""
    representation = operation.success.representations.get(exchange.media_type)
    if representation is None or not is_success(exchange, operation):
        return False
    if places := list(bound(representation, "$artifact.seed")):
        body = parsed(exchange)
        held = [each for place in places for each in pointers.find(body, place)]
        return not held and all(is_optional(representation.schema, place) for place in places)
    return not in_body and all(
        exchange.header(name.lower()) is None for name in _seed_headers(representation)
    )


def shows_seed(representation: Representation | None) -> bool:
    """Whether an answer in this form has a place for the seed: a member, or a header."""
    return bool([*bound(representation, "$artifact.seed"), *_seed_headers(representation)])


def _seed_headers(representation: Representation | None) -> list[str]:
    headers = representation.headers if representation else ()
    return [name for name, each in headers if getattr(each, "text", "") == "$artifact.seed"]


def is_optional(schema: Mapping[str, Any], place: Sequence[str]) -> bool:
    """Whether a schema (references resolved) lets `place` be absent: some step to it is not required."""
    for step in place:
        if "items" in schema and "properties" not in schema:
            schema = schema["items"]
        elif step not in schema.get("required", ()):
            return True
        else:
            schema = schema.get("properties", {}).get(step, {})
    return False


def balance(exchange: Exchange, operation: Operation) -> Any:
    """The balance that an answer reports, where the document binds one; else None."""
    if not is_success(exchange, operation):
        return None
    for place in bound(operation.success.representations.get(exchange.media_type), "$ledger.balance"):
        return next(pointers.find(parsed(exchange), place), None)
    return None


def answered(exchange: Exchange) -> str:
    """An answer's status and its beginning, for a message."""
    return f"{exchange.status} {excerpt(exchange)}"


def other_outcome(exchange: Exchange, operation: Operation, name: str) -> Iterator[str]:
    """That an answer is another outcome than the named one, if it is."""
    if not is_outcome(exchange, operation, name):
        wanted = operation.outcomes[name]
        yield f"expected {wanted.status} {wanted.name}, came {answered(exchange)}"


def excerpt(exchange: Exchange) -> str:
    """The beginning of an answer, for a message."""
    text = exchange.body[:200].decode("utf-8", "replace")
    return text if text.isprintable() else f"({len(exchange.body)} bytes of {exchange.media_type})"
