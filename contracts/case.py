"""A case: the requests that the judge may send, what they may cost, and what each answer is held against."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from proofsheet.contracts.expectation import Expectation, OfTrail
from proofsheet.contracts.trail import SUBMIT, Ended, Extra, Submitted
from proofsheet.spec.document import Operation
from proofsheet.spec.tasks import Offer


@dataclass(frozen=True)
class Part:
    """One part of a multipart form; a file if it has a filename."""

    name: str
    value: bytes
    filename: str | None = None
    content_type: str | None = None
    times: int = 1  # so often over: a plan of large bodies stays small

    @property
    def content(self) -> bytes:
        return self.value * self.times


@dataclass(frozen=True)
class ClientMessage:
    """A message of a dialogue (None: nothing is said), and the names of those that are then awaited."""

    message: Any
    until: frozenset[str]


@dataclass(frozen=True)
class Request:
    """One request of an operation, and how it is sent.

    `credential` is valid, bare (without its scheme), wrong, none, other (a second key of the target) or broke
    (one without credits).
    """

    operation: str
    path_params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: tuple[Part, ...] | None = None
    json: Any = None
    raw: bytes | None = None  # a body that is neither; its content-type is among the headers
    query: Mapping[str, str] = field(default_factory=dict)
    credential: str = "valid"
    method: str | None = None  # another than the operation's
    path: str | None = None  # another than the operation's
    capitals: bool = False  # header names in capitals
    seconds: float = 0.0  # over which the body is sent
    url: str = ""  # where a link leads: the whole address, in place of the target's own
    messages: tuple[ClientMessage, ...] | None = None  # what is said in the dialogue that it opens
    copies: int = 1  # so often at once; the answer is the last one, or the first that is no success

    @property
    def length(self) -> int:
        """The bytes of the body, about: what frames the parts of a form is not counted."""
        if self.form is not None:
            return sum(len(each.value) * each.times for each in self.form)
        return len(self.encoded()[1])

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
class Step:
    """A request and what its answer is held against.

    `takes` are path parameters, or members of the body (`/name`), that an answer before holds: name to a
    pointer into its JSON. The last answer that holds it counts.
    """

    request: Request
    expects: tuple[Expectation, ...] = ()
    wait: float = 0.0  # seconds of silence before it
    patience: int = 0  # sent again so often while something is found
    takes: Mapping[str, str] = field(default_factory=dict)
    role: str = ""  # what it is on the way of a task: see Follow


@dataclass(frozen=True)
class Follow:
    """How the task that the first request of a case submits is followed, and what is expected on its way.

    `view` is the operation that shows it; `patience` the seconds until it is given up; `extras` what else is
    requested about it. `answers`: every answer; `ends`: the view of it once it has ended; `files`: each file
    that it made; `wholes`: its whole trail. With `parent` the request goes on from a task of an earlier case
    that ended in one of these states, `origin` once it is known, and takes this `offer` of it, if any; then
    `operation` is the case's own with the lifecycle that the offer leads to. `depth` is how many tasks lead
    up to it. `known` is a task that was submitted by an earlier run.
    """

    view: str
    patience: float
    extras: tuple[Extra, ...] = ()
    ends: tuple[Expectation, ...] = ()
    files: tuple[Expectation, ...] = ()
    wholes: tuple[Expectation, ...] = ()
    parent: frozenset[str] = frozenset()
    known: Submitted | None = None
    offer: Offer | None = None
    operation: Operation | None = None
    depth: int = 0
    origin: Ended | None = None

    @property
    def expects(self) -> tuple[Expectation, ...]:
        """All that is expected on the way."""
        return (*self.ends, *self.files, *self.wholes)

    @property
    def hears(self) -> bool:
        """Whether callbacks are to be received."""
        return any(isinstance(each, OfTrail) and each.hears for each in self.wholes)

    @property
    def refuses(self) -> bool:
        """Whether the first callback is to be answered with an error."""
        return any(isinstance(each, OfTrail) and each.refuses for each in self.wholes)

    def keeping(self, is_kept: Callable[[Expectation], bool]) -> Follow:
        """The same with some of its expectations only."""
        ends, files, wholes = (tuple(filter(is_kept, each)) for each in (self.ends, self.files, self.wholes))
        return replace(self, ends=ends, files=files, wholes=wholes)


@dataclass(frozen=True)
class Case:
    """Requests that follow each other; `cost` is in credits, and `operation` the one that they are about.

    `pays` says that a success is expected. A refusal that is wrongly granted costs just as much, so the
    budget holds the cost of every case until its answer is known.
    """

    id: str
    operation: str
    steps: tuple[Step, ...]
    cost: Decimal = Decimal(0)
    pays: bool = False
    prompt: str = ""  # what a picture was asked to show
    undeclared: bool = False  # of a request that no document has: its answer needs no declaration
    follow: Follow | None = None  # of a request that submits a task

    @property
    def step(self) -> Step:
        """The last step: where there are several, those before lead up to it."""
        return self.steps[-1]

    @property
    def request(self) -> Request:
        """The request of the last step."""
        return self.step.request

    @property
    def expects(self) -> tuple[Expectation, ...]:
        """All that is expected of its answers."""
        known = (each for step in self.steps for each in step.expects)
        return (*known, *(self.follow.expects if self.follow else ()))

    def alone(self, step: Step) -> Case:
        """One of its steps as a case of its own; of a task only the submission is paid for.

        Of several steps that are paid for, each costs its share.
        """
        paid = sum(each.role == "" and each.request.operation == self.operation for each in self.steps)
        cost = self.cost / max(paid, 1)
        made = replace(self, operation=step.request.operation, steps=(step,), follow=None, cost=cost)
        return replace(made, pays=False, cost=Decimal(0)) if step.role not in ("", SUBMIT) else made

    def stepping(self, **changes: Any) -> Case:
        """The same with another last step."""
        return replace(self, steps=(*self.steps[:-1], replace(self.step, **changes)))

    def sending(self, **changes: Any) -> Case:
        """The same with another request in its last step."""
        return self.stepping(request=replace(self.request, **changes))

    def keeping(self, is_kept: Callable[[Expectation], bool]) -> Case:
        """The same with some of its expectations only."""
        steps = (replace(each, expects=tuple(filter(is_kept, each.expects))) for each in self.steps)
        follow = self.follow.keeping(is_kept) if self.follow else None
        return replace(self, steps=tuple(steps), follow=follow)


@dataclass(frozen=True)
class PaidConstraint:
    """What a paid request must have: these fields and this Accept (None: any; empty: without the header;
    a blank: an empty header).

    One request meets all constraints that do not contradict each other. `own` names a request that has
    these fields and no others: only what adds nothing to it may join, and nothing at all if it is `alone`.
    `media_type` is that of its body, where it is not the usual one; `places` are fields deep in the body.
    """

    operation: str
    expect: Expectation | None = None  # beyond what is expected of every paid request
    accept: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    own: str = ""
    alone: bool = False
    media_type: str = ""
    places: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def agrees(
        self, accept: str | None, fields: dict[str, Any], places: dict[tuple[str, ...], Any] | None = None
    ) -> bool:
        """Whether a request with these can meet it too."""
        known = places or {}
        clash = any(fields.get(name, value) != value for name, value in self.fields.items())
        clash |= any(known.get(at, value) != value for at, value in self.places.items())
        clash |= any(at[0] in fields for at in self.places) or any(at[0] in self.fields for at in known)
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
        lines += [b"\r\n", part.content, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])
