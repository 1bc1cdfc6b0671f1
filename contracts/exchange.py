"""An exchange: one recorded request and its response, as plain data. Checks and reports know no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Exchange:
    """What was sent and what came back; header names in lower case, bodies as they were on the wire."""

    method: str
    url: str  # absolute
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    # What checks have worked out about it, so that a picture is decoded once.
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def header(self, name: str) -> str | None:
        """The response header `name` (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def media_type(self) -> str:
        """The response's media type without parameters, in lower case; empty if there is none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Finding:
    """One observed breach: which check, where in the document, what was expected and what came."""

    check: str
    operation: str
    message: str
    pointer: str = ""
