"""What the journal keeps of a call: enough to understand and verify it, and nothing secret."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.callback_client import Answer
from proofsheet.mockserver.replies import Reply
from proofsheet.mockserver.state.journal import BODY_LIMIT, TEXT_LIMIT, Entry, label
from proofsheet.mockserver.wording import MOST_SAID
from proofsheet.spec import media_types
from proofsheet.spec.expressions import is_expression
from proofsheet.spec.tasks import Callback

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
MOST_HEADERS = 50
SHORTEST = 8  # characters of a key that is looked for in texts
MOST_FIELDS = 100
MOST_IGNORED = 20
LARGEST_SOURCE = 512 * 1024  # of an uploaded picture that is kept to draw the answer again


def entry(call: Call, made: Reply, milliseconds: float) -> Entry:
    """The journal's entry for a call that was answered."""
    shown = [each.preview for each in call.pictures]
    return {
        "time": time.time(),
        "milliseconds": round(milliseconds, 3),
        "key": call.label,
        "document": call.operation.document,
        "operation": call.operation.id,
        "method": call.method,
        "path": _said(call, call.path),
        "headers": _headers(call),
        "fields": _fields(call),
        "files": {name: _file(call, each) for name, each in call.files.items()},
        "ignored": [_said(call, name) for name in call.ignored[:MOST_IGNORED]],
        "request_bytes": call.body_bytes,
        "status": made.status,
        "outcome": made.outcome,
        "media_type": made.media_type,
        "response_bytes": made.size,
        "response": _response(call, made),
        "seed": call.seed,
        "credits": float(call.paid),
        "forced": call.forced,
        "fault": call.fault,
        "pictures": tuple(each for each in shown if each.bytes_held <= LARGEST_SOURCE),
    }


def callback_entry(
    call: Call,
    callback: Callback,
    url: str,
    headers: Mapping[str, str],
    body: Any,
    answer: Answer,
    milliseconds: float,
) -> Entry:
    """The journal's entry for an attempt of a callback of the task that `call` submitted.

    It has the members of a call's: what was sent are its fields, what the receiver said its response.
    """
    return {
        "time": time.time(),
        "milliseconds": round(milliseconds, 3),
        "key": call.label,
        "document": call.operation.document,
        "operation": callback.name,
        "method": callback.method,
        "path": _said(call, url),
        # Where a header's value comes from the submission, it is what the receiver trusts it by.
        "headers": {
            name: f"({label(value)})" if is_expression(callback.headers[name]) else _said(call, value)
            for name, value in headers.items()
        },
        "fields": _redacted(call, body) if isinstance(body, dict) else {"": _redacted(call, body)},
        "files": {},
        "ignored": [],
        "request_bytes": 0,
        "status": answer.status,
        "outcome": None,
        "media_type": None,
        "response_bytes": len(answer.text),
        "response": _redact(call, answer.text),
        "seed": call.seed,
        "credits": 0.0,
        "forced": None,
        "fault": None,
        "pictures": (),
    }


def public(found: Entry) -> Entry:
    """An entry as the control surface shows it: the pictures as links, and what each of them is."""
    pictures = found["pictures"]
    links = [f"pictures/{found['seq']}/{index}" for index in range(len(pictures))]
    drawn = [
        {"width": each.width, "height": each.height, "seed": each.seed, "media_type": each.media_type}
        for each in pictures
    ]
    return {**found, "pictures": links, "drawn": drawn}


def _headers(call: Call) -> dict[str, str]:
    secret = _SECRET | call.operation.credential_fields
    return {
        name: _label(call, value) if name in secret else _said(call, value)
        for name, value in list(call.headers.items())[:MOST_HEADERS]
    }


def _label(call: Call, value: str) -> str:
    return f"({call.label or label(value)})" if value else ""


def _fields(call: Call) -> Any:
    if not isinstance(call.fields, dict):
        return {}
    fields = list(call.fields.items())[:MOST_FIELDS]
    return {_said(call, str(name)): _value(call, each) for name, each in fields}


def _value(call: Call, value: Any) -> Any:
    if isinstance(value, str):
        return _said(call, value)
    text = json.dumps(value, ensure_ascii=False)
    return _redacted(call, value) if len(text) <= TEXT_LIMIT else _said(call, text)


def _redacted(call: Call, value: Any) -> Any:
    """Plain data with the key taken out of every text in it; a number stays what it is."""
    if isinstance(value, dict):
        return {_redact(call, name): _redacted(call, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_redacted(call, each) for each in value]
    return _redact(call, value) if isinstance(value, str) else value


def _file(call: Call, part: Any) -> dict[str, Any]:
    said = {"filename": _said(call, part.filename), "type": _said(call, part.content_type)}
    return {**said, "bytes": len(part.data)}


def _response(call: Call, made: Reply) -> str | None:
    if call.pictures and not media_types.is_json(made.media_type):
        return None
    if call.pictures:
        return f"({made.size} bytes with {len(call.pictures)} picture(s) in base64)"
    return _redact(call, made.body[: 2 * BODY_LIMIT].decode("utf-8", "replace"))[:BODY_LIMIT]


def _redact(call: Call, text: str) -> str:
    key = call.key or ""
    if len(key) < SHORTEST:  # so short a "key" is a word of many texts, and no secret
        return text
    for form in (key, json.dumps(key)[1:-1], key[: MOST_SAID - 1], call.operation.policy.mask(key)):
        if form in text:
            text = text.replace(form, f"({call.label})")
    return text


def _said(call: Call, text: str) -> str:
    return _cut(_redact(call, text))


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
