"""A loaded document: operations with everything the double and the judge ask of them, precomputed.

Nothing here knows a vendor. The plain data stays reachable at `Document.raw` (references resolved).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec import media_types
from proofsheet.spec.artifact import Artifact
from proofsheet.spec.callback import Callback
from proofsheet.spec.classification import Classification
from proofsheet.spec.completion import Completion
from proofsheet.spec.cost import Cost
from proofsheet.spec.dialogue import Dialogue
from proofsheet.spec.embedding import Embedding
from proofsheet.spec.events import EventStream
from proofsheet.spec.expressions import Binds, Expression
from proofsheet.spec.grants import Grants
from proofsheet.spec.kept import Kept
from proofsheet.spec.outline import Outline
from proofsheet.spec.policy import Policy
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.resources import ResourceRole
from proofsheet.spec.schemas import Schema
from proofsheet.spec.security import Scheme, SecurityRequirement
from proofsheet.spec.tasks import Lifecycle, Link, Role, Starts
from proofsheet.spec.transcription import Transcription


@dataclass(frozen=True)
class Representation:
    """An outcome in one media type: the example's value and what is bound into it per request."""

    media_type: str
    content_type: str  # what the Content-Type header says; may embed expressions
    value: Any
    binds: Binds
    headers: tuple[tuple[str, str | Expression], ...]
    blurred: bool
    schema: Mapping[str, Any]
    responder: str | None = None  # who answers so, where it is not the API
    constants: tuple[
        tuple[tuple[str, ...], Any], ...
    ] = ()  # places in the body, and what always stands there
    header_constants: tuple[tuple[str, str], ...] = ()  # the same of a body of bytes, in its headers
    events: EventStream | None = None  # what a stream consists of; then `value` lists what each event says
    shown_when: tuple[tuple[tuple[str, ...], Schema], ...] = ()  # members for some requests only

    @cached_property
    def binds_artifact(self) -> bool:
        """Whether anything of an artifact is bound into it."""
        return any(each.is_of_artifact for _, each in self._all_binds)

    @cached_property
    def binds_text(self) -> bool:
        """Whether anything that an operation says in words is bound into it."""
        return any("$text." in each.text for _, each in self._all_binds)

    @property
    def _all_binds(self) -> Binds:
        events = self.events.events if self.events else ()
        return (*self.binds, *(each for event in events for each in event.binds))

    def left_out(self, request: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        """The members that a request (with its defaults, and `$sent`) is not answered."""
        return tuple(at for at, wanted in self.shown_when if not wanted.is_valid(request))

    def binds_without(self, left_out: tuple[tuple[str, ...], ...]) -> Binds:
        """What is bound, but for what stands in members that are left out."""
        if not left_out:
            return self.binds
        return tuple(
            (at, each) for at, each in self.binds if not any(at[: len(gone)] == gone for gone in left_out)
        )


@dataclass(frozen=True)
class Outcome:
    """A named way an operation can end: the example key under a status."""

    name: str
    status: int
    representations: Mapping[str, Representation]

    def representation(self, media_type: str) -> Representation:
        """That in a media type, or the first where there is none in it."""
        return self.representations.get(media_type) or next(iter(self.representations.values()))


@dataclass(frozen=True)
class Parameter:
    """A header, query or path parameter."""

    name: str
    place: str  # header | query | path
    required: bool
    schema: Mapping[str, Any]


def _simplest(schema: Mapping[str, Any]) -> str:
    known = [schema[each] for each in ("example", "default", "const") if each in schema]
    return str(next(iter([*known, *schema.get("enum", ())]), "1"))


@dataclass(frozen=True)
class Rule:
    """A conditional rule over the body (defaults filled in), `$path` and `$representation`."""

    name: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]
    outcome: str | None
    says: str | None

    @cached_property
    def alternatives(self) -> frozenset[str]:
        """The fields of which one or another can keep the rule."""
        choices = self.then.get("anyOf", ())
        return frozenset(
            name for each in choices for name in (*each.get("required", ()), *each.get("properties", {}))
        )


@dataclass(frozen=True)
class Operation:
    """One operation, ready to be served or judged."""

    document: str  # the name of the document it stands in: ids are unique within one only
    family: str
    account: str  # whose accounts and limits it draws on: the family's, or the vendor's
    id: str
    method: str
    path: str
    summary: str
    pointer: str
    policy: Policy
    security: tuple[SecurityRequirement, ...]  # any of them; none at all: no credential is needed
    parameters: tuple[Parameter, ...]
    bodies: tuple[Body, ...]  # in the media types that may be sent, the usual one first
    rules: tuple[Rule, ...]
    cost: Cost | None
    artifact: Artifact | None
    outcomes: Mapping[str, Outcome]
    task: Role | None = None  # what it does to tasks
    views: tuple[str, ...] = ()  # the lifecycles whose tasks it shows
    succeeds_as: str | None = None  # its success, where that is not its first 2xx outcome
    links: Mapping[str, Link] = field(default_factory=dict)
    callbacks: tuple[Callback, ...] = ()
    completion: Completion | None = None  # what it writes in reply
    transcription: Transcription | None = None
    outline: Outline | None = None  # that it writes, or makes slides of
    embedding: Embedding | None = None  # what it turns into vectors
    classification: Classification | None = None  # what it finds out of texts and pictures
    resource: ResourceRole | None = None  # what it does with resources
    dialogue: Dialogue | None = None  # what is said over the connection that it opens
    kept: Kept | None = None  # what it does with answers that are kept
    grants: Grants | None = None  # the key that it gives away
    granted: str = ""  # how keys begin that are given away, and end

    @cached_property
    def needed_headers(self) -> Mapping[str, str]:
        """Headers without which a request is refused, in lower case, each with a value that is taken."""
        needed = (each for each in self.parameters if each.place == "header" and each.required)
        return {each.name.lower(): _simplest(each.schema) for each in needed}

    @property
    def lifecycle(self) -> Lifecycle | None:
        """The lifecycle of the tasks that it starts, if every request starts one and all are of one."""
        role = self.task
        return role.lifecycle if isinstance(role, Starts) and role.when is None else None

    @property
    def lifecycles(self) -> Mapping[str, Lifecycle]:
        """The lifecycles of which the tasks may be that it starts, by name."""
        return self.task.lifecycles if isinstance(self.task, Starts) else {}

    @property
    def key(self) -> tuple[str, str]:
        """What names it among the operations of several documents."""
        return self.document, self.id

    @property
    def body(self) -> Body | None:
        """The body in its usual media type; None where there is none."""
        return self.bodies[0] if self.bodies else None

    def body_as(self, content_type: str) -> Body | None:
        """The body in the media type of a Content-Type header; None if it may not be sent so."""
        name = media_types.parse(content_type).name
        return next((each for each in self.bodies if each.media_type == name), None)

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """Every scheme of every alternative, once."""
        return tuple(dict.fromkeys(each for one in self.security for each in one))

    @cached_property
    def credential_fields(self) -> frozenset[str]:
        """The headers, parameters and cookies that carry a credential, in lower case."""
        return frozenset(each.field.lower() for each in self.schemes)

    @property
    def is_open(self) -> bool:
        """Whether it may be called without a credential."""
        return not self.security or () in self.security

    @cached_property
    def success(self) -> Outcome:
        """The first 2xx outcome that is no refusal; of one that views tasks, a task's ordinary end."""
        if self.succeeds_as is not None:
            return self.outcomes[self.succeeds_as]
        found = [each for each in self.outcomes.values() if each.status < 300]
        return next((each for each in found if each.name not in self.refusals), found[0])

    @cached_property
    def refusals(self) -> frozenset[str]:
        """The outcomes that a gate or a rule refuses with: some services answer 200 to everything."""
        by_rules = {each.outcome for each in self.rules if each.outcome}
        granted = [each.name for each in self.outcomes.values() if each.status < 300]
        by_task = self.task.refusals(granted) if self.task else ()
        return frozenset({*self.policy.refusals.values(), *by_rules, *by_task})


@dataclass(frozen=True)
class Difference:
    """Where a target may differ and still be a good one: what the judge asks there is `level` at most."""

    topics: tuple[str, ...]  # of requirements; `*` is anything
    level: str  # SHOULD | MAY
    why: str


@dataclass(frozen=True)
class Cors:
    """What the API lets pages of other origins do; `max_age` in seconds is how long a preflight holds."""

    methods: tuple[str, ...]
    max_age: int
    credentials: bool


@dataclass(frozen=True)
class Unmatched:
    """What answers to a path that the document does not have, where it begins with `under`.

    `operation` stands for such a path: what an operation there would refuse, by the gates in its precedence.
    `answers` are its outcomes by status: 404 where there is no path, 405 where it has other methods.
    """

    under: str
    operation: Operation
    answers: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """One family's contract, with its overlays applied."""

    name: str
    title: str
    version: str
    bases: tuple[str, ...]  # base paths of the servers; "" is the root
    operations: Mapping[str, Operation]
    raw: Mapping[str, Any]
    source: Mapping[str, Any] = field(default_factory=dict)  # the same with its references kept
    family: str = ""  # whose operations these are; a vendor's document belongs to a family too
    account: str = ""  # whose accounts and limits they draw on: the family's, or the vendor's
    differences: tuple[Difference, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    cors: Cors | None = None
    lifecycles: Mapping[str, Lifecycle] = field(default_factory=dict)

    @property
    def credential_fields(self) -> frozenset[str]:
        """The headers, parameters and cookies that carry a credential of any operation, in lower case."""
        return frozenset().union(*(each.credential_fields for each in self.operations.values()))

    @property
    def credit_usd(self) -> float | None:
        """What one of its credits costs in US dollars, if any operation says so."""
        return next((usd for each in self.operations.values() if (usd := each.policy.credit_usd)), None)

    def at(self, url: str) -> str:
        """`url`, an origin or an origin with a base path, with the document's own base path if it needs one.

        It does where it has no path and the document is nowhere served at the root.
        """
        if "" in self.bases or urlsplit(url).path.strip("/"):
            return url
        return url.rstrip("/") + self.bases[0]
