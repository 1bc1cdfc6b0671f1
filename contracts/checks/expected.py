"""What a case expects of its answer: the outcome, the field that is named, the picture, its size, its seed.

Each is a function over an exchange that yields messages; the parameters come from the requirement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks import media_quality
from proofsheet.contracts.checks.extraction import excerpt, gallery, parsed
from proofsheet.contracts.checks.extraction import pictures as pictures
from proofsheet.contracts.checks.extraction import reported_seed as reported_seed
from proofsheet.contracts.checks.pictures import FORMATS
from proofsheet.contracts.checks.refusals import names, outcome, passes_over
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import Unjudged
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

Expected = Callable[[Exchange, Operation, Mapping[str, Any]], Iterator[str]]


def status(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The status is one of these."""
    if exchange.status not in params["statuses"]:
        wanted = " or ".join(str(each) for each in params["statuses"])
        yield f"expected {wanted}, came {exchange.status} {excerpt(exchange)}"


def refused(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The answer is some declared refusal: from 400 to 499."""
    declared = {each.status for each in operation.outcomes.values()}
    if not 400 <= exchange.status < 500 or exchange.status not in declared:
        yield f"expected a declared refusal (4xx), came {exchange.status} {excerpt(exchange)}"


def granted(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """The answer is a success."""
    if exchange.status != operation.success.status:
        yield f"expected {operation.success.status}, came {exchange.status} {excerpt(exchange)}"


def constants(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """What the document's example of a plain success says in so many words."""
    if exchange.status != operation.success.status:
        raise Unjudged("there is no success to look at")
    for pointer, wanted in params.get("body", {}).items():
        came = next(pointers.find(parsed(exchange), pointers.split(pointer)), None)
        if came != wanted:
            yield f"expected {pointer} to be {wanted!r}, came {came!r}"
    for name, wanted in params.get("headers", {}).items():
        if exchange.header(name.lower()) != wanted:
            yield f"expected the header {name}: {wanted}, came {exchange.header(name.lower())}"


def picture(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """A success of the asked media type, whose picture decodes whole and is `drawn` in that one, if given."""
    if exchange.status != operation.success.status:
        yield f"expected a picture, came {exchange.status} {excerpt(exchange)}"
    elif exchange.media_type != params["media_type"]:
        yield f"expected {params['media_type']}, came {exchange.media_type or 'no content-type'}"
    else:
        for each in gallery(exchange, operation):
            if isinstance(each, str):
                yield each
            elif each.problem:
                yield f"the picture {each.problem}"
            elif each.format != FORMATS.get(params.get("drawn", ""), each.format):
                yield f"expected the picture in {params['drawn']}, came {each.format}"


def size(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """Every picture has the documented size, or its ratio and order of magnitude where that is assumed."""
    for each in gallery(exchange, operation):
        if isinstance(each, str) or each.problem:
            yield "no picture to measure"
            return
        if not _fits(each.width, each.height, params):
            yield f"expected {params['width']} x {params['height']} pixels, came {each.width} x {each.height}"


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


def count(exchange: Exchange, operation: Operation, params: Mapping[str, Any]) -> Iterator[str]:
    """So many pictures came."""
    if exchange.status != operation.success.status:
        yield f"expected {params['count']} pictures, came {exchange.status} {excerpt(exchange)}"
    elif (came := len(list(pictures(exchange, operation)))) != params["count"]:
        yield f"expected {params['count']} pictures, came {came}"


EXPECTED: dict[str, Expected] = {
    "outcome": outcome,
    "names": names,
    "passes-over": passes_over,
    "status": status,
    "refused": refused,
    "granted": granted,
    "constants": constants,
    "picture": picture,
    "size": size,
    "seed": seed,
    "count": count,
    "ended": media_quality.ended,
    "coloured": media_quality.coloured,
    "drawn": media_quality.drawn,
}
