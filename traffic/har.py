"""HAR 1.2, as browsers and proxies export it: read into flows, written from flows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from proofsheet.traffic import flow
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import Flow, Headers, media_type

_DONE = frozenset({"content-encoding", "transfer-encoding"})  # what HAR has already undone


def is_har(path: Path) -> bool:
    """Whether a file looks like HAR rather than a transcript, whose first line is an object by itself."""
    try:
        with path.open("rb") as stream:
            first = stream.readline(1 << 16)
    except OSError:
        return path.suffix == ".har"
    return path.suffix == ".har" or (first.lstrip()[:1] == b"{" and b'"transcript"' not in first)


def flows(path: Path) -> Iterator[Flow]:
    """The exchanges of a HAR file in order. Raises BadTraffic."""
    try:
        value = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise BadTraffic(path, 0, f"cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise BadTraffic(path, line, f"is no HAR file, which is JSON: {error}") from None
    log = value.get("log") if isinstance(value, dict) else None
    found = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(found, list):
        raise BadTraffic(path, 0, "is no HAR file: expected an object with log.entries, a list")
    for index, entry in enumerate(found):
        try:
            yield _flow(entry)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            problem = f"log.entries[{index}] is no HAR entry ({type(error).__name__}: {error})"
            raise BadTraffic(path, 0, problem) from None


def _flow(entry: Any) -> Flow:
    request, response = entry["request"], entry["response"]
    status = flow.status(response["status"]) if response["status"] else 0  # 0: no answer came
    headers = _headers(response["headers"], _DONE)
    body = _content(response.get("content", {}))
    request_headers = _headers(request["headers"], frozenset())
    return Flow(
        method=_method(request["method"]),
        url=flow.absolute(request["url"]),
        request_headers=request_headers,
        request_body=_posted(request.get("postData"), request_headers),
        status=status or None,
        headers=headers,
        body=body if status else b"",
        began=_seconds(entry.get("startedDateTime")),
        milliseconds=flow.duration(entry.get("time")),
        note="" if body is not None else "the HAR file holds no body",
    )


def _method(value: Any) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"expected a method, came {value!r:.80}")
    return value


def _seconds(text: Any) -> float:
    """When it was, in UTC where no zone is told; 0 where nothing useful is."""
    if not isinstance(text, str):
        return 0.0
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _headers(found: Any, without: frozenset[str]) -> Headers:
    pairs = ((str(each["name"]), str(each["value"])) for each in found)
    # What begins with a colon is HTTP/2's own and no header.
    return tuple(pair for pair in pairs if pair[0][:1] != ":" and pair[0].lower() not in without)


def _content(content: Any) -> bytes | None:
    text = content.get("text")
    if text is None:
        return None if (content.get("size") or 0) > 0 else b""
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"response.content is no base64: {error}") from None
    return str(text).encode()


def _posted(post: Any, headers: Headers) -> bytes | None:
    if not post:
        return b""
    if post.get("encoding") == "base64":
        return base64.b64decode(post["text"], validate=True)
    if post.get("text"):
        return str(post["text"]).encode()
    if "urlencoded" in media_type(headers):
        pairs = [(str(each["name"]), str(each.get("value", ""))) for each in post.get("params", [])]
        return urlencode(pairs).encode()
    return None  # a form's files are not in the HAR


def dump(found: Iterable[Flow], version: str) -> str:
    """Flows as HAR. They are to be redacted before."""
    log = {
        "version": "1.2",
        "creator": {"name": "proofsheet", "version": version},
        "entries": [_entry(each) for each in found],
    }
    return json.dumps({"log": log}, ensure_ascii=False, indent=1)


def _entry(one: Flow) -> dict[str, Any]:
    begun = datetime.fromtimestamp(one.began, UTC).isoformat(timespec="milliseconds")
    request: dict[str, Any] = {
        **{"method": one.method, "url": one.url, "httpVersion": "HTTP/1.1", "cookies": []},
        **{"headers": _listed(one.request_headers), "queryString": [], "headersSize": -1},
        "bodySize": len(one.request_body or b""),
    }
    if one.request_body:
        posted = {"mimeType": media_type(one.request_headers), **_body(one.request_body)}
        request["postData"] = {**posted, "params": []}
    content = {"size": len(one.body or b""), "mimeType": media_type(one.headers), **_body(one.body)}
    response = {
        **{"status": one.status or 0, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": []},
        **{"headers": _listed(one.headers), "content": content, "redirectURL": ""},
        **{"headersSize": -1, "bodySize": len(one.body or b"")},
    }
    timings = {"send": 0, "wait": one.milliseconds, "receive": 0}
    return {
        **{"startedDateTime": begun, "time": one.milliseconds, "request": request, "response": response},
        **{"cache": {}, "timings": timings},
    }


def _listed(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _body(body: bytes | None) -> dict[str, str]:
    if body is None:
        return {}
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}
