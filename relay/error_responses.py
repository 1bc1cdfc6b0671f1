"""What the proxy has to say itself, in the form of RFC 9457; the title says that it is the proxy."""

from __future__ import annotations

import json

from proofsheet.relay import heads

_REASONS = {
    **{400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"},
    **{501: b"Not Implemented", 502: b"Bad Gateway", 504: b"Gateway Timeout"},
    505: b"HTTP Version Not Supported",
}


def refusal(status: int, detail: str, upstream: str, is_head: bool) -> bytes:
    """A whole answer, after which the connection ends; without a body to HEAD."""
    problem = {"type": "about:blank", "title": "Proofsheet proxy", "status": status, "detail": detail}
    body = json.dumps({**problem, "upstream": upstream}).encode() + b"\n"
    fields = (
        (b"Content-Type", b"application/problem+json", b""),
        (b"Content-Length", str(len(body)).encode(), b""),
        (b"Connection", b"close", b""),
    )
    first = b"HTTP/1.1 %d %s" % (status, _REASONS.get(status, b"Error"))
    return heads.written(first, fields) + (b"" if is_head else body)
