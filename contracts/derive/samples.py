"""Requests that the document admits, as small as can be, and single things wrong with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

from PIL import Image

from proofsheet.contracts.case import Case, Part, Request, Step
from proofsheet.contracts.derive.sample_values import PROMPT, holds_pictures, picture_value, value
from proofsheet.contracts.derive.source_audio import is_audio, seconds_of
from proofsheet.contracts.derive.source_document import is_document
from proofsheet.contracts.derive.source_pictures import (
    SIDES,
    in_json,
    is_picture,
    mask_picture,
)
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.cost import Cost
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import MULTIPART, Body

LONG = 1 << 16  # characters, from which one that is repeated is kept once
ADDED = 64  # pixels on each side where a picture is extended


def smallest(operation: Operation, **fields: Any) -> dict[str, Any]:
    """A body with the required fields and these, and what rules and drawing need beside them."""
    schema = operation.body.schema if operation.body else {}
    body = {name: sample(operation, name) for name in schema.get("required", ())}
    body |= _chosen_from(operation, schema.get("properties", {}))
    body |= {name: each for name, each in _always(operation) if name not in body}
    if operation.artifact:
        for field in operation.artifact.prompts:
            if field[0] in body or field[0] in schema.get("required", ()):
                _put(body, field, PROMPT)
    return {**body, **fields}


def _always(operation: Operation) -> Iterator[tuple[str, Any]]:
    """What the rules without a condition ask for: of several ways to keep one, the first."""
    for rule in operation.rules:
        if rule.when not in ({}, {"type": "object"}):
            continue
        first: Mapping[str, Any] = next(iter(rule.then.get("anyOf", ())), {})
        for name in (*rule.then.get("required", ()), *first.get("required", ())):
            yield name, sample(operation, name)
        for name, bounds in first.get("properties", {}).items():
            usual = sample(operation, name)
            yield name, max(usual, bounds["minimum"]) if "minimum" in bounds else usual


def sample(operation: Operation, name: str) -> Any:
    """A valid value for a field of the body."""
    assert operation.body is not None
    fields, artifact = operation.body.schema["properties"], operation.artifact
    if artifact and artifact.mask == name and artifact.sources and is_picture(fields[name]):
        first = next(each for each in artifact.sources if each in fields)
        return mask_picture(fields[name], fields[first], artifact.region.constant == "mask-alpha")
    return value(fields[name])


def _chosen_from(operation: Operation, fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What an operation that changes a picture needs, required or not: the picture, a mask, what is added."""
    artifact = operation.artifact
    if artifact is None or not artifact.is_edit:
        return
    first = next(each for each in artifact.sources if each in fields)
    yield first, picture_value(fields[first])
    if artifact.mask and not artifact.unmasked:
        yield artifact.mask, sample(operation, artifact.mask)
    if artifact.resized is None:
        return
    for margin in filter(None, artifact.resized.margins):
        yield margin[0], ADDED
    for side, length in zip(artifact.resized.canvas[:2], SIDES, strict=False):
        if side is not None:
            yield side[0], length + 2 * ADDED


def with_pictures(operation: Operation, example: Mapping[str, Any]) -> dict[str, Any]:
    """An example with real pictures where it has a word for them; links stay as they are."""
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    own = {**example, **smallest(operation)}
    return {
        name: (own[name] if isinstance(own[name], bytes) else picture_value(fields[name]))
        if holds_pictures(fields.get(name, {})) and "://" not in str(each)
        else each
        for name, each in example.items()
    }


def prompted(operation: Operation, text: str) -> dict[str, Any]:
    """The fields of a body that say what to draw, saying this as far as they may be long."""
    body = smallest(operation)
    prompts = operation.artifact.prompts if operation.artifact else ()
    # A follow-up may have its prompt from the task before.
    fields = [each for each in prompts if _schema_at(operation, each) is not None]
    for field in fields:
        _put(body, field, _fitted(text, longest(operation, field)))
    return {field[0]: body[field[0]] for field in fields if field[0] in body}


def asking(field: tuple[str, ...], value: Any) -> dict[str, Any]:
    """What a PaidConstraint says so that a field, however deep, has a value."""
    return {"fields": {field[0]: value}} if len(field) == 1 else {"places": {field: value}}


def longest(operation: Operation, field: tuple[str, ...]) -> int | None:
    """How many characters a text field of the body may have; None where the schema sets no bound."""
    limit = (_schema_at(operation, field) or {}).get("maxLength")
    return limit if isinstance(limit, int) else None


def _schema_at(operation: Operation, field: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The schema of a field of the body; None where the body has no such field."""
    return operation.body.schema_at(field) if operation.body else None


def _fitted(text: str, limit: int | None) -> str:
    """The text, or its beginning and a word that no other text ends in."""
    if limit is None or len(text) <= limit:
        return text
    word = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()[:limit]
    return f"{text[: limit - len(word) - 1]} {word}" if limit > len(word) else word


def prompt_of(operation: Operation, body: Mapping[str, Any]) -> str:
    """What a body says to draw."""
    fields = operation.artifact.prompts if operation.artifact else ()
    return " ".join(str(text) for field in fields for text in pointers.find(body, field))


def _put(body: dict[str, Any], field: tuple[str, ...], text: str) -> None:
    if len(field) == 1:
        body[field[0]] = text
        return
    *way, last = field
    for holder in pointers.find(body, tuple(way)):
        if isinstance(holder, dict):
            holder[last] = text


def price(operation: Operation, body: Mapping[str, Any]) -> Decimal:
    """What a success of this request costs, in credits."""
    cost = operation.cost
    if cost is None:
        return Decimal(0)
    artifact = operation.artifact if cost.megapixel else None
    result = artifact.size_of(_with_defaults(operation, body), partial(_sides, body)) if artifact else None
    given = [sides for name in (artifact.sources if artifact else ()) if (sides := _sides(body, name))]
    fields = {**body, "$path": paths_of(operation)}
    return cost.total(fields, cost.items(body, _seconds(cost, body)), result, given)


def _seconds(cost: Cost, body: Mapping[str, Any]) -> float | None:
    """The seconds of the recording that a request is paid by; None where it is paid by something else."""
    sent = body.get(cost.per[0]) if cost.per else None
    return seconds_of(sent) if isinstance(sent, bytes) else None


def _with_defaults(operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    return {**(operation.body.defaults if operation.body else {}), **body}


def _sides(body: Mapping[str, Any], name: str) -> tuple[int, int] | None:
    """The sides of a picture that is sent; None where there is none, or only a URL of one."""
    sent = body.get(name)
    return Image.open(BytesIO(sent)).size if isinstance(sent, bytes) else None


def case_of(
    operation: Operation,
    name: str,
    body: Mapping[str, Any],
    expects: tuple[Expectation, ...],
    *,
    wait: float = 0.0,
    patience: int = 0,
    cost: Decimal | None = None,
    pays: bool = False,
    prompt: str = "",
    **sent: Any,
) -> Case:
    """A case of one request that sends `body` as the operation's media type; `sent` are fields of Request.

    Bytes are files: in a form as they are, in JSON as base64.
    """
    request = replace(plain_request(operation, body), **sent)
    step = Step(request, expects, wait, patience)
    price_of_it = price(operation, body) if cost is None else cost
    return Case(f"{operation.id}/{name}", operation.id, (step,), price_of_it, pays, prompt)


def paths_of(operation: Operation) -> dict[str, str]:
    """A valid value for each path parameter."""
    return {each.name: str(value(each.schema)) for each in operation.parameters if each.place == "path"}


def plain_request(operation: Operation, body: Mapping[str, Any]) -> Request:
    """The request of an operation with this body and the simplest path."""
    paths = paths_of(operation)
    needed = (each for each in operation.parameters if each.place == "query" and each.required)
    plain = Request(operation.id, paths, query={each.name: str(value(each.schema)) for each in needed})
    if operation.body and operation.body.media_type == MULTIPART:
        return replace(plain, form=tuple(form_parts(operation.body, body)))
    return replace(plain, json=in_json(body, operation.body.schema)) if operation.body else plain


def form_parts(body: Body, fields: Mapping[str, Any]) -> Iterator[Part]:
    """Fields as a form sends them: a list of files or texts is several parts of one name."""
    for name, sent in fields.items():
        is_list = name in body.file_lists | body.text_lists and isinstance(sent, list) and sent
        for each in sent if is_list else (sent,):
            yield part(body.part_name(name), each)


def part(name: str, value: Any) -> Part:
    """A value as a form sends it: text, or a file where it is bytes."""
    if isinstance(value, bytes):
        kind = ("wav", "audio/wav") if is_audio(value) else ("png", "image/png")
        kind = ("pptx", "application/octet-stream") if is_document(value) else kind
        return Part(name, value, f"{name}.{kind[0]}", kind[1])
    text = value if isinstance(value, str) else json.dumps(value)
    times = len(text) if len(text) > LONG and text == text[0] * len(text) else 1
    return Part(name, text[: len(text) // times].encode("utf-8", "surrogatepass"), times=times)
