"""A flow as one line of JSON, with its larger bodies in files of their own; and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proofsheet.traffic.arrivals import Arrivals, arrivals
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import ENDS, Flow, Headers, absolute, duration, media_type
from proofsheet.traffic.flow import status as checked

VERSION = 1
INLINE = 4096  # bytes of text that stand in the line itself
_SUFFIXES = {
    **{"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"},
    **{"application/json": "json", "text/html": "html", "text/plain": "txt"},
}
Save = Callable[[str, bytes], None]  # a file's name and content


def head(upstream: str) -> bytes:
    """The first line of a transcript."""
    return _line({"transcript": VERSION, "upstream": upstream})


def line(flow: Flow, number: int, save: Save) -> bytes:
    """The line of a flow. Bodies that do not fit are saved first, so that the line never leads nowhere."""
    answer = None
    request = {
        "headers": [*map(list, flow.request_headers)],
        "body": _body(flow.request_headers, flow.request_body, f"{number:06}-request", save),
    }
    if flow.status is not None:
        body = _body(flow.headers, flow.body, f"{number:06}-answer", save)
        answer = {"status": flow.status, "headers": [*map(list, flow.headers)], "body": body}
        if flow.arrivals:
            answer["arrivals"] = [[offset, milliseconds] for offset, milliseconds in flow.arrivals]
    return _line(
        {
            "exchange": number,
            "began": datetime.fromtimestamp(flow.began, UTC).isoformat(timespec="milliseconds"),
            "milliseconds": round(flow.milliseconds, 3),
            "method": flow.method,
            "url": flow.url,
            "base": flow.base,
            "request": request,
            "answer": answer,
            "end": flow.end,
            "note": flow.note,
        }
    )


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _body(headers: Headers, body: bytes | None, name: str, save: Save) -> dict[str, Any] | None:
    if body is None:
        return None
    if len(body) <= INLINE:
        try:
            return {"text": body.decode("utf-8")}
        except UnicodeDecodeError:
            pass
    file = f"{name}.{_SUFFIXES.get(media_type(headers), 'bin')}"
    save(file, body)
    return {"file": file, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def flow(record: Any, path: Path, number: int) -> Flow:
    """The flow of a line's record, its bodies read. Raises BadTraffic."""
    try:
        answer = record["answer"]
        body = b"" if answer is None else _read(answer["body"], path, number)
        made = Flow(
            method=_text(record["method"]),
            url=absolute(record["url"]),
            request_headers=_headers(record["request"]["headers"]),
            request_body=_read(record["request"]["body"], path, number),
            status=None if answer is None else checked(answer["status"]),
            headers=() if answer is None else _headers(answer["headers"]),
            body=body,
            began=datetime.fromisoformat(record["began"]).timestamp(),
            milliseconds=duration(record["milliseconds"]),
            end=_text(record["end"]),
            base=_text(record["base"]),
            note=_text(record["note"]),
            arrivals=_arrivals(answer, body),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        problem = f"is no exchange of a transcript ({type(error).__name__}: {error})"
        raise BadTraffic(path, number, problem) from None
    if made.end not in ENDS:
        raise BadTraffic(path, number, f"expected an end of {', '.join(ENDS)}, came {made.end!r}")
    return made


def _arrivals(answer: Any, body: bytes | None) -> Arrivals:
    found = answer.get("arrivals", ()) if answer else ()
    return arrivals(found, len(body)) if body else ()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, came {value!r:.60}")
    return value


def _headers(value: Any) -> Headers:
    return tuple((_text(name), _text(each)) for name, each in value)


def _read(body: Any, path: Path, number: int) -> bytes | None:
    if body is None:
        return None
    if "text" in body:
        return _text(body["text"]).encode()
    file = path.parent / Path(_text(body["file"])).name  # never outside the transcript's folder
    try:
        if file.is_symlink():  # nor by a link in it
            raise OSError("is a link, and links are not followed")
        data = file.read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise BadTraffic(path, number, f"its body cannot be read: {file}: {why}") from None
    if len(data) != body["bytes"]:
        raise BadTraffic(path, number, f"its body {file} has {len(data)} bytes, not {body['bytes']}")
    return data
