"""A case: one request the judge may send, what it may cost, and what its answer is held against."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Part:
    """One part of a multipart form; a file if it has a filename."""

    name: str
    value: bytes
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True)
class Expect:
    """One thing asked of the answer: which requirement it speaks for, which check, with what."""

    requirement: str
    check: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One request; `cost` is in credits. `credential` is valid, bare (without its scheme), wrong, none, other
    (a second key of the target) or broke (one without credits).

    `pays` says that a success is expected. A refusal that is wrongly granted costs just as much, so the
    budget holds the cost of every case until its answer is known.
    """

    id: str
    operation: str
    expects: tuple[Expect, ...]
    cost: Decimal = Decimal(0)
    pays: bool = False
    credential: str = "valid"
    method: str | None = None  # another than the operation's
    path_params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    form: tuple[Part, ...] | None = None
    json: Any = None
    raw: bytes | None = None  # a body that is neither; its content-type is among the headers
    path: str | None = None  # another than the operation's
    off: bool = False  # asks for what no document has: its answer needs no declaration
    shout: bool = False  # header names in capitals
    prompt: str = ""  # what a picture was asked to show
    wait: float = 0.0  # seconds of silence before it
    slow: float = 0.0  # seconds over which the body is sent
    times: int = 1  # so often at once; the answer is the last one, or the first that is a 429
    patience: int = 0  # asked again so often while something is found

    def encoded(self) -> tuple[dict[str, str], bytes]:
        """The headers that the body brings with it, and the body; the same bytes each time."""
        if self.raw is not None:
            return {}, self.raw
        if self.form is not None:
            return {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}, multipart(self.form)
        if self.json is not None:
            return {"content-type": "application/json"}, json.dumps(self.json).encode()
        return {}, b""


@dataclass(frozen=True)
class Wish:
    """A paid picture, wanted with these fields and this Accept (None: any; empty: without the header;
    a blank: an empty header).

    Wishes that do not contradict each other are fulfilled by one picture. `own` names a picture that has
    these fields and no others: only what adds nothing to it may join, and nothing at all if it is `alone`.
    """

    operation: str
    expect: Expect
    accept: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    own: str = ""
    alone: bool = False

    def agrees(self, accept: str | None, fields: dict[str, Any]) -> bool:
        """Whether a picture made with these can be this one too."""
        clash = any(fields.get(name, value) != value for name, value in self.fields.items())
        return not clash and (accept is None or self.accept is None or accept == self.accept)


BOUNDARY = "proofsheet-7d1f0c3ab94e"


def multipart(parts: tuple[Part, ...]) -> bytes:
    """The bytes of a form. Parts are written as every client writes them, in the order given."""
    lines: list[bytes] = []
    for part in parts:
        disposition = f'form-data; name="{part.name}"'
        if part.filename is not None:
            disposition += f'; filename="{part.filename}"'
        lines += [f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n".encode()]
        if part.content_type:
            lines.append(f"Content-Type: {part.content_type}\r\n".encode())
        lines += [b"\r\n", part.value, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])
