"""A call: one request on its way through the gates, and the refusal that may end it."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from proofsheet.mockserver.media.image import Unreadable, Upload
from proofsheet.mockserver.state.journal import label
from proofsheet.spec import security
from proofsheet.spec.document import Body, Operation
from proofsheet.spec.schemas import Flaw


@dataclass(eq=False)
class Refusal(Exception):
    """A gate's no: which gate, what kind of no, and what to tell. The policy knows the outcome."""

    gate: str
    kind: str = ""
    flaws: tuple[Flaw, ...] = ()
    outcome: str | None = None  # where a rule names its own
    says: str | None = None  # where a rule words its own


@dataclass(frozen=True)
class FilePart:
    """An uploaded file: its bytes and what the part said of it."""

    data: bytes
    filename: str
    content_type: str


@dataclass
class Call:
    """One request: what was sent, and what reading it and each gate has found out about it."""

    operation: Operation
    method: str
    path: str
    headers: dict[str, str]
    path_params: dict[str, str]
    query: dict[str, str]
    id: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))
    # found while reading
    body: Body | None = None  # in the media type that was sent, or the usual one
    oversized: bool = False
    body_problem: str | None = None  # the kind of the media-type gate's refusal
    body_bytes: int = 0
    fields: Any = dataclasses.field(default_factory=dict)
    files: dict[str, FilePart] = dataclasses.field(default_factory=dict)
    uploads: dict[str, Upload | Unreadable] = dataclasses.field(default_factory=dict)
    ignored: list[str] = dataclasses.field(default_factory=list)  # names of fields nobody knows
    flaws: list[Flaw] = dataclasses.field(default_factory=list)
    label: str | None = None  # what the journal calls the key
    # found by the gates and the behaviour
    key: str | None = None
    cost: Decimal = Decimal(0)
    reserved: bool = False
    paid: Decimal = Decimal(0)
    representation: str = ""
    seed: int | None = None
    delay: float = 0.0
    forced: str | None = None  # by what an outcome was forced, for the journal
    fault: str | None = None  # what hurts the answer on its way, as it was written
    pictures: tuple[Any, ...] = ()


def new_call(operation: Operation, scope: Any) -> Call:
    """The call of a request whose body is not read yet."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        # Clients send an empty header beside the real one; an empty one says nothing.
        headers[name] = (
            f"{headers[name]}, {value}" if headers.get(name) and value else headers.get(name) or value
        )
    call = Call(
        operation=operation,
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        path_params=dict(scope.get("path_params", {})),
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"))),
    )
    call.body = operation.body
    call.key = security.read(operation.security, headers, call.query)
    call.label = label(call.key)
    return call
