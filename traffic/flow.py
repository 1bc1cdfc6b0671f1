"""A flow: one request that passed and what came back, as it was on the wire."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from proofsheet.traffic.arrivals import Arrivals

Headers = tuple[tuple[str, str], ...]
ENDS = ("complete", "upstream-broke", "client-left")
_BOUNDARY = re.compile(r'(?i);\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]+))')


@dataclass(frozen=True)
class Flow:
    """One exchange. Header names keep their case and order; text is latin-1, as HTTP/1.1 carries it.

    Bodies are without transfer coding; None means that the body was not kept, and `note` says why.
    `status` is None where no answer came. `end` is one of ENDS. `began` is in seconds since 1970 (UTC).
    """

    method: str
    url: str  # absolute, at the upstream
    request_headers: Headers
    request_body: bytes | None = field(repr=False)
    status: int | None
    headers: Headers = ()
    body: bytes | None = field(default=b"", repr=False)
    began: float = 0.0
    milliseconds: float = 0.0
    end: str = "complete"
    base: str = ""  # the path of the upstream's address, with which the URL's path begins
    note: str = ""
    arrivals: Arrivals = ()  # when the pieces of its body came; empty where nobody noted it

    @property
    def path(self) -> str:
        """The path that was asked for, without the upstream's base path."""
        return urlsplit(self.url).path.removeprefix(self.base) or "/"

    @property
    def query(self) -> str:
        return urlsplit(self.url).query

    @property
    def size(self) -> int:
        """Bytes of both bodies."""
        return len(self.request_body or b"") + len(self.body or b"")


def header(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The first header of that name (lower case), or an empty text."""
    return next((value for key, value in headers if key.lower() == name), "")


def media_type(headers: Iterable[tuple[str, str]]) -> str:
    """The media type without parameters, in lower case."""
    return header(headers, "content-type").partition(";")[0].strip().lower()


def boundary(content_type: str) -> str:
    """The boundary of a form; an empty text if there is none."""
    found = _BOUNDARY.search(content_type)
    return (found[1] or found[2] or "") if found else ""


def absolute(value: Any) -> str:
    """An absolute URL that can be taken apart. Raises ValueError."""
    if not isinstance(value, str) or not urlsplit(value).scheme:
        raise ValueError(f"expected an absolute URL, came {value!r:.80}")
    return value


def status(value: Any) -> int:
    """A status of three digits. Raises ValueError."""
    if not isinstance(value, int) or not 100 <= value <= 999:
        raise ValueError(f"expected a status of three digits, came {value!r:.80}")
    return value


def duration(value: Any) -> float:
    """Milliseconds; 0 for what is no duration."""
    return float(value) if isinstance(value, int | float) and 0 <= value < math.inf else 0.0
