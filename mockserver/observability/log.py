"""`serve --log`: one line for each request, on stderr, when it has ended.

What a client wrote stands in a line with nothing that could end it or make another of it; queries are
left out, keys are labels.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from proofsheet.mockserver.journal_redaction import Redaction
from proofsheet.mockserver.observability.observation import Observation
from proofsheet.mockserver.observability.traceparent import trace_of

FORMATS = ("text", "json")
_STDERR = 2
_LONGEST_PATH = 300


def writer(form: str, write: Callable[[bytes], Any] | None = None) -> Callable[[Observation], None]:
    """The observer that writes lines of a format."""
    made, put = (_as_json if form == "json" else _as_text), write or _to_stderr

    def log(seen: Observation) -> None:
        put(made(_members(seen)).encode() + b"\n")

    return log


def _to_stderr(line: bytes) -> None:
    with suppress(OSError):  # a full disk or a reader that is gone is no reason to refuse a request
        os.write(_STDERR, line)  # at once: lines of several workers do not mix


def _members(seen: Observation) -> dict[str, Any]:
    call = seen.call
    path = Redaction(call).text(seen.scope["path"]) if call else seen.scope["path"]
    members = {
        "time": datetime.fromtimestamp(seen.begun, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "method": seen.method,
        "path": path[:_LONGEST_PATH],
        "status": seen.status,
        "outcome": seen.outcome,
        "milliseconds": round(seen.seconds * 1000, 1),
        "bytes": seen.sent_bytes,
        "document": seen.document or None,
        "operation": seen.operation,
        "key": call.label if call else None,
        "credits": float(call.paid) if call and call.paid else None,
        "forced": call.forced if call else None,
        "fault": call.fault if call else None,
        "trace": trace_of(seen.scope),
        "phases": {name: round((end - begin) * 1000, 1) for name, begin, end in seen.phases} or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _as_json(members: dict[str, Any]) -> str:
    return json.dumps(members)  # in ASCII: every control character is escaped


def _as_text(members: dict[str, Any]) -> str:
    first = [str(members.pop(name, "-")) for name in ("time", "method", "path", "status", "outcome")]
    phases = members.pop("phases", {})
    rest = [f"{name}={value}" for name, value in (members | phases).items()]
    return " ".join(_one_word(each) for each in (*first, *rest))


def _one_word(text: str) -> str:
    return "".join(each if "!" <= each <= "~" and each != "\\" else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
