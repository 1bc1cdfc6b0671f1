"""The record of one case: what was sent, what came back, and every picture in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.audio_facts import heard
from proofsheet.contracts.checks.expected import FormatIs, SizeIs
from proofsheet.contracts.checks.extraction import UNTYPED, gallery, pictures, reported_seed
from proofsheet.contracts.checks.image_facts import ImageFacts
from proofsheet.contracts.checks.outcomes import is_success
from proofsheet.contracts.checks.pictures import FORMATS
from proofsheet.contracts.checks.task_files import file_operation
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.history import remembered
from proofsheet.contracts.reports.curl import curl
from proofsheet.contracts.reports.form_parts import Sent, parts
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.task_records import course
from proofsheet.contracts.reports.text import clip, size
from proofsheet.contracts.reports.thumbnails import Thumbnail, thumbnail
from proofsheet.contracts.run.runner import Result
from proofsheet.contracts.trail import END, FILE
from proofsheet.spec.document import Document, Operation

SECRET = frozenset({"valid", "bare", "other", "broke"})  # credentials of a case that let somebody in
LONGEST = 4_000  # characters of a body
_LONG_VALUE = 160  # a longer text within JSON is most likely a picture
_LONG_MESSAGE = 2_000


def case(
    asked: Result,
    document: Document,
    redaction: Redaction,
    milliseconds: float | None = None,
    explored: bool = False,
) -> Record:
    """What became of a case. Without an exchange there is neither request nor response, but a reason.

    `explored` says that the case is no part of the plan.
    """
    operation = document.operations[asked.case.operation]
    exchange = asked.exchange
    if exchange and asked.case.request.credential in SECRET:
        redaction = redaction.also(exchange.credentials(operation))
    return {
        "kind": "case",
        "id": asked.case.id,
        "operation": asked.case.operation,
        "requirements": [*dict.fromkeys(each.requirement for each in asked.case.expects)],
        "messages": [[name, redaction.clipped(text, _LONG_MESSAGE)] for name, text in asked.messages],
        "unjudged": [[name, redaction.clipped(why, _LONG_MESSAGE)] for name, why in asked.unjudged],
        "reason": asked.reason,
        "explored": explored,
        "paid": asked.paid or asked.surplus > 0,
        "cost": float(asked.surplus + (asked.case.cost if asked.paid or not asked.surplus else 0)),
        "milliseconds": None if milliseconds is None else round(milliseconds, 1),
        "request": exchange and _request(exchange, redaction),
        "response": exchange and _response(exchange, asked, operation, redaction),
        "task": asked.trail and course(asked.trail, asked.interrupted),
        "memory": asked.trace and remembered(asked.trace),
    }


def _request(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "url": redaction.text(exchange.url),
        "headers": [[name, redaction.header(value)] for name, value in exchange.request_headers],
        "curl": curl(exchange, redaction.keys),
        "body": _body(exchange, redaction),
    }


def _body(exchange: Exchange, redaction: Redaction) -> str | None:
    media_type = dict(exchange.request_headers).get("content-type", "")
    form = parts(media_type, exchange.request_body)
    if form is not None:
        return "\n".join(_field(each, redaction) for each in form)
    return _excerpt(exchange.request_body, media_type, redaction) if exchange.request_body else None


def _field(part: Sent, redaction: Redaction) -> str:
    if part.text is None:
        named = part.filename or "no file name"
        return f"{part.name}: ({named}, {part.media_type or 'no type'}, {size(len(part.value))})"
    return f"{part.name}: {redaction.clipped(part.text, LONGEST // 10)}"


def _response(
    exchange: Exchange, asked: Result, operation: Operation, redaction: Redaction
) -> dict[str, Any]:
    return {
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.headers],
        "media_type": exchange.media_type,
        "bytes": len(exchange.body),
        "excerpt": _excerpt(exchange.body, exchange.media_type, redaction),
        "pictures": [*_all_pictures(exchange, asked, operation)],
    }


def _excerpt(body: bytes, media_type: str, redaction: Redaction) -> str | None:
    """The beginning of a text; None for anything else. The key goes before the text is cut."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        if media_type.startswith("image/") or b"\0" in body[:1_000]:
            return None
        text = body.decode("utf-8", "replace")
    if "json" in media_type:
        text = _shortened(text)
    return redaction.clipped(text, LONGEST)


def _shortened(text: str) -> str:
    try:
        return json.dumps(_short(json.loads(text)), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) < LONGEST else clip(value, _LONG_VALUE)
    if isinstance(value, list):
        return [_short(each) for each in value]
    return {name: _short(each) for name, each in value.items()} if isinstance(value, dict) else value


def _all_pictures(exchange: Exchange, asked: Result, operation: Operation) -> Iterator[dict[str, Any]]:
    """The pictures of an answer; of a task the files that it made, or the view that is one itself."""
    if asked.trail is None:
        yield from _pictures(exchange, asked.case, operation)
        return
    looks = list(asked.trail.roles(FILE)) or list(asked.trail.roles(END))
    for each in (look.exchange for look in looks if is_picture(look.exchange)):
        yield from _pictures(each, asked.case, file_operation(operation, each))


def is_picture(exchange: Exchange) -> bool:
    """Whether an answer about a task is a picture by its type, or a file without one."""
    media_type = exchange.media_type
    return exchange.status == 200 and (media_type.startswith("image/") or media_type in UNTYPED)


def _pictures(exchange: Exchange, case: Case, operation: Operation) -> Iterator[dict[str, Any]]:
    sizes = ([each.width, each.height] for each in case.expects if isinstance(each, SizeIs))
    encoded = (FORMATS.get(each.encoded) for each in case.expects if isinstance(each, FormatIs))
    expected = {"expected": next(sizes, None), "expected_format": next(encoded, None)}
    seed = reported_seed(exchange, operation)
    facts = iter(gallery(exchange, operation) if exchange.status == operation.success.status else ())
    kind = operation.artifact.kind if operation.artifact else "image"
    if kind != "image":
        if exchange.media_type.startswith(f"{kind}/") and is_success(exchange, operation):
            yield {**_measured(kind, exchange), **expected, "seed": seed}
        return
    for found in _found(exchange, operation):
        known = next(facts, None)
        thumb = _thumb(found, known)
        measured = {name: getattr(thumb, name) for name in ("width", "height", "format", "mode")}
        has_pixels = isinstance(known, ImageFacts) and known.width and known.shapes is None
        sharpness = round(known.sharpness, 1) if isinstance(known, ImageFacts) and has_pixels else None
        more = {"kind": kind, "sharpness": sharpness, "seed": seed, "thumb": thumb.thumb, "why": thumb.why}
        yield {**measured, **expected, **more}


def _thumb(found: bytes | str, known: ImageFacts | str | None) -> Thumbnail:
    if isinstance(found, str):
        return Thumbnail(why=found)
    if isinstance(known, ImageFacts) and known.shapes is not None:
        return Thumbnail(
            known.width, known.height, known.format, "vector", why=f"a drawing of {known.shapes} shapes"
        )
    return thumbnail(found)


def _measured(kind: str, exchange: Exchange) -> dict[str, Any]:
    """The record of what is no picture: what is measured of pictures only is null."""
    facts = heard(exchange) if kind == "audio" else None
    measured = {
        "format": facts.format if facts else exchange.media_type.partition("/")[2],
        "seconds": facts.seconds if facts else None,
        "why": (facts.problem if facts else None) or "",
    }
    return {"kind": kind, **dict.fromkeys(("width", "height", "mode", "sharpness", "thumb")), **measured}


def _found(exchange: Exchange, operation: Operation) -> Iterator[bytes | str]:
    """The files that came as pictures: what says it is one, and what a success is bound to hold."""
    if exchange.method == "HEAD":
        return
    if exchange.media_type.startswith("image/"):
        yield exchange.body
    elif operation.artifact is not None and not operation.lifecycles and is_success(exchange, operation):
        yield from pictures(exchange, operation)
