"""The header by which a client names the trace of its request (W3C Trace Context, `traceparent`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_NO_TRACE = "0" * 32


def trace_of(scope: Mapping[str, Any]) -> str | None:
    """The id of the trace, 32 hex digits; None if the header is missing or is none."""
    for name, value in scope["headers"]:
        if name == b"traceparent" and (found := _TRACEPARENT.fullmatch(value.strip())):
            trace: str = found[1].decode()
            return None if trace == _NO_TRACE else trace
    return None
