"""What a case expects of its answer: the outcome, the field that is named, the picture, its size, its seed.

Each is a function over an exchange that yields messages; the parameters come from the requirement.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from PIL import Image

from contracts.exchange import Exchange
from spec import pointers
from spec.document import Operation, Outcome, Representation

Expected = Callable[[Exchange, Operation, Mapping[str, Any]], Iterator[str]]


def outcome(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The answer is the named outcome: its status, and its name where its example carries it."""
    wanted = operation.outcomes[params["outcome"]]
    if exchange.status != wanted.status:
        yield f"expected {wanted.status} {wanted.name}, came {exchange.status} {_excerpt(exchange)}"
        return
    for pointer in _names(wanted):
        body = _json(exchange)
        came = next(pointers.find(body, pointers.split(pointer)), None)
        if came != wanted.name:
            yield f"expected {pointer} to be {wanted.name!r}, came {came!r}"


def _names(wanted: Outcome) -> list[str]:
    """Where an outcome's example carries the outcome's own name."""
    example = next(iter(wanted.representations.values()))
    value = example.value if isinstance(example.value, dict) else {}
    bound = {tokens[0] for tokens, _ in example.binds if tokens}
    return [
        f"/{key}" for key, each in value.items() if each == wanted.name and key not in bound and key != "id"
    ]


def names(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The refusal's message names each field that is wrong."""
    if exchange.status < 400:
        return  # that it was granted is the outcome check's finding
    text = exchange.body.decode("utf-8", "replace")
    for field in params["fields"]:
        if not re.search(rf"\b{re.escape(field)}\b", text):
            yield f"the message does not name {field}: {_excerpt(exchange)}"


def picture(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """A success whose picture decodes whole and has the asked media type."""
    if exchange.status != operation.success.status:
        yield f"expected a picture, came {exchange.status} {_excerpt(exchange)}"
        return
    if exchange.media_type != params["media_type"]:
        yield f"expected {params['media_type']}, came {exchange.media_type or 'no content-type'}"
        return
    for data in pictures(exchange, operation):
        if isinstance(data, str):
            yield data
        elif problem := _undecodable(data):
            yield problem


def size(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """Every picture has the documented size, or its ratio and order of magnitude where that is assumed."""
    for data in pictures(exchange, operation):
        if isinstance(data, str) or _undecodable(data):
            yield "no picture to measure"
            return
        width, height = Image.open(io.BytesIO(data)).size
        if not _fits(width, height, params):
            yield f"expected {params['width']} x {params['height']} pixels, came {width} x {height}"


def _fits(width: int, height: int, params: Mapping[str, Any]) -> bool:
    wanted_width, wanted_height = params["width"], params["height"]
    if not params.get("tolerance"):
        return (width, height) == (wanted_width, wanted_height)
    ratio: float = (width / height) / (wanted_width / wanted_height)
    area = (width * height) / (wanted_width * wanted_height)
    return bool(abs(ratio - 1) <= params["tolerance"] and 0.5 <= area <= 2)


def seed(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The effective seed is reported, and is the one that was asked for."""
    came = reported_seed(exchange, operation)
    if came is None:
        yield "the seed is not reported"
    elif params["seed"] is not None and came != params["seed"]:
        yield f"expected the seed {params['seed']} to be reported, came {came}"
    elif params["seed"] is None and not 0 < came <= params["maximum"]:
        yield f"expected a fresh seed from 1 to {params['maximum']}, came {came}"


def reported_seed(exchange: Exchange, operation: Operation) -> int | None:
    """The seed an answer reports, in the place where the document binds it."""
    representation = operation.success.representations.get(exchange.media_type)
    for place in _bound(representation, "$artifact.seed"):
        found = next(pointers.find(_json(exchange), place), None)
        return found if isinstance(found, int) else None
    for name, each in representation.headers if representation else ():
        if not isinstance(each, str) and each.text == "$artifact.seed":
            text = exchange.header(name.lower()) or ""
            return int(text) if text.isdecimal() else None
    return None


def pictures(exchange: Exchange, operation: Operation) -> Iterator[bytes | str]:
    """The files of the pictures in a success, or a sentence about why one cannot be had."""
    representation = operation.success.representations.get(exchange.media_type)
    if any(True for _ in _bound(representation, "$artifact.bytes")):
        yield exchange.body
        return
    found = False
    for place in _bound(representation, "$artifact.base64"):
        for text in pointers.find(_json(exchange), place):
            found = True
            yield _decoded(text)
    if not found:
        yield "the answer holds no picture"


def _bound(representation: Representation | None, name: str) -> Iterator[tuple[str, ...]]:
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
    except (binascii.Error, ValueError) as error:
        return f"the base64 is not clean: {error}"


def _undecodable(data: bytes) -> str | None:
    try:
        Image.open(io.BytesIO(data)).load()
    except Exception as error:  # Pillow raises many kinds, and each means that this is no picture
        return f"the picture does not decode: {error}"
    return None


def _json(exchange: Exchange) -> Any:
    try:
        return json.loads(exchange.body)
    except ValueError:
        return None


def _excerpt(exchange: Exchange) -> str:
    text = exchange.body[:200].decode("utf-8", "replace")
    return text if text.isprintable() else f"({len(exchange.body)} bytes of {exchange.media_type})"


EXPECTED: dict[str, Expected] = {
    "outcome": outcome,
    "names": names,
    "picture": picture,
    "size": size,
    "seed": seed,
}
