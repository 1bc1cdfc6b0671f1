"""What the journal keeps of a call: enough to understand and verify it, and nothing secret."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.callback_client import Answer
from proofsheet.mockserver.journal_redaction import Redaction
from proofsheet.mockserver.media.playable import is_playable, shown
from proofsheet.mockserver.replies import Reply
from proofsheet.mockserver.sent_files import FilePart
from proofsheet.mockserver.state.journal import BODY_LIMIT, TEXT_LIMIT, Entry, Unwritten, label
from proofsheet.spec import media_types
from proofsheet.spec.callback import Callback
from proofsheet.spec.expressions import is_expression
from proofsheet.traffic.credentials import carries

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
_LONGEST_SEARCHED = 64 * TEXT_LIMIT  # characters, of which the first few are shown
MOST_HEADERS = 50
MOST_FIELDS = 100
MOST_IGNORED = 20
LARGEST_UNWRITTEN = 32 * 1024  # bytes of a request and its answer that are kept to be written down later
LIGHT = 4 * 1024  # bytes: about what a call weighs besides what was sent and answered
LARGEST_SOURCE = 512 * 1024  # of an uploaded picture that is kept to draw the answer again


def entry(call: Call, made: Reply, milliseconds: float) -> Entry | Unwritten:
    """The journal's entry for a call that was answered; of a light one, what writes it later."""
    size = made.size
    # Pictures are drawn again where somebody looks, and of words no entry has more than the beginning.
    shown = () if call.pictures else (made.body[: 2 * BODY_LIMIT],)
    made = replace(made, pieces=shown, stream=None)
    write = partial(_entry, call, made, size, time.time(), milliseconds)
    held = len(call.path) + sum(map(len, call.headers.values())) + call.body_bytes + made.size
    if held > LARGEST_UNWRITTEN or _holds_more(call):
        return write()
    call.forget_words()
    return Unwritten(write, LIGHT + held)


def _holds_more(call: Call) -> bool:
    """Whether a call holds what did not come with it as text: uploads, tasks that are large or many."""
    if call.files or call.file_lists or call.given or any(each.preview.bytes_held for each in call.pictures):
        return True
    known = call.task or (call.follow_up.parent if call.follow_up else None)
    return bool(call.tasks) or (known is not None and known.task.bytes_held > LARGEST_UNWRITTEN)


def _entry(call: Call, made: Reply, size: int, now: float, milliseconds: float) -> Entry:
    hide = Redaction(call)
    # What is played is kept as it is; of all else what is shown is enough.
    kept = [each if is_playable(each) else each.preview for each in call.pictures]
    return _with_defaults(
        call,
        time=now,
        milliseconds=round(milliseconds, 3),
        method=call.method,
        path=_said(hide, call.path),
        headers=_headers(call, hide),
        fields=_fields(call, hide),
        files={name: _file(hide, each) for name, each in _files(call)},
        ignored=[_said(hide, name) for name in call.ignored[:MOST_IGNORED]],
        request_bytes=call.body_bytes,
        status=made.status,
        outcome=made.outcome,
        media_type=made.media_type,
        response_bytes=size,
        response=_response(call, made, size, hide),
        seed=call.seed,
        credits=float(call.paid),
        forced=call.forced,
        fault=call.fault,
        medium=_medium(call) if kept else None,
        pictures=tuple(each for each in kept if each.bytes_held <= LARGEST_SOURCE),
    )


def _with_defaults(call: Call, **members: Any) -> Entry:
    """An entry with all its members, those that are not given as of what has no such thing."""
    return {
        "time": time.time(),
        "milliseconds": 0.0,
        "key": call.label,
        "document": call.operation.document,
        "operation": call.operation.id,
        **dict.fromkeys(("method", "path")),
        "headers": {},
        "fields": {},
        "files": {},
        "ignored": [],
        "request_bytes": 0,
        **dict.fromkeys(("status", "outcome", "media_type")),
        "response_bytes": 0,
        **dict.fromkeys(("response", "seed")),
        "credits": 0.0,
        **dict.fromkeys(("forced", "fault", "medium")),
        "pictures": (),
        **members,
    }


def _medium(call: Call) -> str | None:
    """The kind of what it was given: image, audio, model …"""
    artifact = (call.task.call if call.task else call).operation.artifact
    return artifact.kind if artifact else None


def _files(call: Call) -> Iterator[tuple[str, FilePart]]:
    """Every file of a call by its field's name, those of lists with their number."""
    yield from call.files.items()
    for name, several in call.file_lists.items():
        yield from ((f"{name}[{number}]", each) for number, each in enumerate(several))


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
    hide = Redaction(call)
    return _with_defaults(
        call,
        milliseconds=round(milliseconds, 3),
        operation=callback.name,
        method=callback.method,
        path=_said(hide, url),
        # Where a header's value comes from the submission, it is what the receiver trusts it by.
        headers={
            name: f"({label(value)})" if is_expression(callback.headers[name]) else _said(hide, value)
            for name, value in headers.items()
        },
        fields=hide.value(body) if isinstance(body, dict) else {"": hide.value(body)},
        status=answer.status,
        response_bytes=len(answer.text),
        response=hide.text(answer.text),
        seed=call.seed,
    )


def message_entry(call: Call, name: str, way: str, message: Any) -> Entry:
    """The journal's entry for a message of a dialogue, which was `received` or `sent`."""
    fields = _shown(Redaction(call), message)
    text = json.dumps(fields, ensure_ascii=False)
    is_sent = way == "sent"
    return _with_defaults(
        call,
        method=way.upper(),
        path=name,
        fields=fields,
        request_bytes=0 if is_sent else len(text),
        status=101,
        outcome=name if is_sent else None,
        media_type="application/json",
        response_bytes=len(text) if is_sent else 0,
        response=text[:BODY_LIMIT],  # what the page shows, whoever said it
    )


def public(found: Entry) -> Entry:
    """An entry as the control surface shows it: pictures and previews as links, and what each is."""
    pictures = found["pictures"]
    links = [f"pictures/{found['seq']}/{index}" for index in range(len(pictures))]
    rendered = [_rendered(each, f"artifacts/{found['seq']}/{index}") for index, each in enumerate(pictures)]
    return {**found, "pictures": links, "drawn": rendered}


def _rendered(description: Any, link: str) -> dict[str, Any]:
    picture = description.preview
    return {
        "width": picture.width,
        "height": picture.height,
        "seed": picture.seed,
        "media_type": picture.media_type,
        "plays": shown(description, link),
    }


def _headers(call: Call, hide: Redaction) -> dict[str, str]:
    own = _SECRET | call.operation.credential_fields
    return {
        name: _secret(call, name in own, value) if carries(name, own) else _said(hide, value)
        for name, value in list(call.headers.items())[:MOST_HEADERS]
    }


def _secret(call: Call, is_key: bool, value: str) -> str:
    return f"({(is_key and call.label) or label(value)})" if value else ""


def _fields(call: Call, hide: Redaction) -> Any:
    if not isinstance(call.fields, dict):
        return {}
    return _shown(hide, call.fields)


def _shown(hide: Redaction, members: Mapping[str, Any]) -> dict[str, Any]:
    fields = list(members.items())[:MOST_FIELDS]
    return {_said(hide, name): _value(hide.member(name, _first(each))) for name, each in fields}


def _first(value: Any) -> Any:
    """As much of a value as can be shown: megabytes would be searched and written, and then cut."""
    if isinstance(value, str):
        return value[:_LONGEST_SEARCHED]
    if isinstance(value, list):
        return [_first(each) for each in value[:TEXT_LIMIT]]
    if isinstance(value, dict):
        return {name: _first(each) for name, each in islice(value.items(), TEXT_LIMIT)}
    return value


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return _cut(value)
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= TEXT_LIMIT else _cut(text)


def _file(hide: Redaction, part: Any) -> dict[str, Any]:
    said = {"filename": _said(hide, part.filename), "type": _said(hide, part.content_type)}
    return {**said, "bytes": len(part.data)}


def _response(call: Call, made: Reply, size: int, hide: Redaction) -> str | None:
    if call.pictures and not media_types.is_json(made.media_type):
        return None
    if call.pictures:
        return f"({size} bytes with {len(call.pictures)} {_medium(call)}(s) in base64)"
    return hide.text(made.body[: 2 * BODY_LIMIT].decode("utf-8", "replace"))[:BODY_LIMIT]


def _said(hide: Redaction, text: str) -> str:
    return _cut(hide.text(text[:_LONGEST_SEARCHED]))


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
