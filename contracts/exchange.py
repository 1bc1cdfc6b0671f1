"""An exchange: one recorded request and its response, as plain data. Checks and reports know no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from proofsheet.spec import media_types, security
from proofsheet.spec.document import Operation

T = TypeVar("T")


@dataclass(frozen=True)
class Broken:
    """How an answer breaks HTTP. `kind` is head (not valid), cut, chunks, slow (it stopped or dripped),
    coding (Content-Encoding), surplus (more came than it may have) or large.

    `declared` are the headers that frame it, `size` the bytes of body that came, `seconds` until the last.
    """

    kind: str
    why: str
    declared: str
    size: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.why}; declared {self.declared}, came {self.size} bytes in {self.seconds:.1f} s"


@dataclass(frozen=True)
class Exchange:
    """What was sent and what came back; header names in lower case, bodies without their content coding.

    Where `broken`, the status is 0 if none could be read, and the body is what came of it.
    """

    method: str
    url: str  # absolute
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    broken: Broken | None = None
    files: tuple[Exchange, ...] = ()  # what the links to its artifacts led to, where they were followed
    messages: tuple[Any, ...] = ()  # that came over the WebSocket which it opened
    closed: int | None = None  # the code with which the target closed that
    throttled: str = ""  # how the target refused it with 429 before, though within the documented rate
    # What checks have worked out about it, so that a picture is decoded once.
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` works out of it, worked out by the first who asks for that name."""
        if name not in self.memo:
            self.memo[name] = make()
        found: T = self.memo[name]
        return found

    def header(self, name: str) -> str | None:
        """The response header `name` (lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)

    def credentials(self, operation: Operation) -> tuple[str, ...]:
        """What was sent where the operation's credentials go: keys, tokens and what is made of them."""
        query = dict(parse_qsl(urlsplit(self.url).query))
        return security.texts(operation.security, dict(self.request_headers), query)

    @property
    def media_type(self) -> str:
        """The response's media type without parameters, in lower case; empty if there is none."""
        return media_types.parse(self.header("content-type") or "").name


@dataclass(frozen=True)
class Finding:
    """One observed breach: which check, where in the document, what was expected and what came."""

    check: str
    operation: str
    message: str
    pointer: str = ""
