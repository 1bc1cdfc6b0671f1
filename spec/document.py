"""A loaded document: operations with everything the double and the judge ask of them, precomputed.

Nothing here knows a vendor. The plain data stays reachable at `Document.raw` (references resolved).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec import media_types, pointers
from proofsheet.spec.artifact import Artifact, Sides
from proofsheet.spec.choices import Choice
from proofsheet.spec.classification import Classification
from proofsheet.spec.completion import Completion
from proofsheet.spec.dialogue import Dialogue
from proofsheet.spec.embedding import Embedding
from proofsheet.spec.events import EventStream
from proofsheet.spec.expressions import Expression
from proofsheet.spec.given_schemas import SchemaRules
from proofsheet.spec.kept import Kept
from proofsheet.spec.resources import ResourceRole
from proofsheet.spec.schemas import Schema
from proofsheet.spec.security import Scheme, SecurityRequirement
from proofsheet.spec.tasks import Callback, Lifecycle, Link, Role, Starts
from proofsheet.spec.transcription import Sound, Transcription

MEGAPIXEL = 1024 * 1024
MULTIPART = "multipart/form-data"
FORMS = (MULTIPART, "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Representation:
    """An outcome in one media type: the example's value and what is bound into it per request."""

    media_type: str
    content_type: str  # what the Content-Type header says; may embed expressions
    value: Any
    binds: tuple[tuple[tuple[str, ...], Expression], ...]
    headers: tuple[tuple[str, str | Expression], ...]
    blurred: bool
    schema: Mapping[str, Any]
    speaker: str | None = None  # who answers so, where it is not the API
    constants: tuple[
        tuple[tuple[str, ...], Any], ...
    ] = ()  # places in the body, and what always stands there
    header_constants: tuple[tuple[str, str], ...] = ()  # the same of a body of bytes, in its headers
    events: EventStream | None = None  # what a stream consists of; then `value` lists what each event says
    shown_when: tuple[tuple[tuple[str, ...], Schema], ...] = ()  # members for some requests only

    @cached_property
    def binds_artifact(self) -> bool:
        """Whether anything of an artifact is bound into it."""
        binds = (
            [*self.binds, *(each for event in self.events.events for each in event.binds)]
            if self.events
            else self.binds
        )
        return any(each.source == "$artifact" or "{$artifact." in each.text for _, each in binds)

    def left_out(self, request: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
        """The members that a request (with its defaults, and `$sent`) is not answered."""
        return tuple(at for at, wanted in self.shown_when if not wanted.is_valid(request))

    def binds_without(
        self, left_out: tuple[tuple[str, ...], ...]
    ) -> Iterator[tuple[tuple[str, ...], Expression]]:
        """What is bound, but for what stands in members that are left out."""
        for at, each in self.binds:
            if not left_out or not any(at[: len(gone)] == gone for gone in left_out):
                yield at, each


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


@dataclass(frozen=True)
class Picture:
    """What an uploaded picture must be; None where the document sets no bound. Sides in pixels."""

    formats: tuple[str, ...]
    min_side: int | None = None
    max_side: int | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None
    max_ratio: float | None = None  # of the longer side to the shorter one
    sizes: tuple[tuple[int, int], ...] = ()  # (width, height), any of them; none: any size within the bounds
    same_size_as: str | None = None  # another field of the form
    named: bool = True  # whether a refusal names the field


@dataclass(frozen=True)
class Body:
    """A request body in one media type: its schema, which fields are files and what they must be."""

    media_type: str
    required: bool
    schema: Mapping[str, Any]
    files: frozenset[str] = frozenset()
    file_lists: frozenset[str] = frozenset()  # fields of a form that hold several files: parts of one name
    text_lists: frozenset[str] = frozenset()  # the same with texts
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    json_parts: frozenset[str] = frozenset()  # fields of a form that hold JSON
    shutdowns: Mapping[str, Mapping[str, date]] = field(
        default_factory=dict
    )  # by field: value to the day from which on it is gone
    examples: tuple[Any, ...] = ()  # whole bodies that are admitted
    inner_pictures: tuple[tuple[tuple[str, ...], Picture], ...] = ()  # deep in the fields, by their place
    given_schemas: tuple[tuple[tuple[str, ...], SchemaRules], ...] = ()  # JSON Schemas that it may carry

    @property
    def is_form(self) -> bool:
        """Whether its fields are parts or parameters, whose values are texts."""
        return self.media_type in FORMS


def minutes(seconds: float) -> Decimal:
    """So many seconds in minutes, to a millionth."""
    return (Decimal(str(seconds)) / 60).quantize(Decimal("0.000001"))


@dataclass(frozen=True)
class Cost:
    """Credits per call, per item where `per` points to a count, per character of a text, per minute of sound;
    or per token of what is read and written.

    Prices of tokens are for a million of them, by a choice or by a member of the resource that is used.
    """

    credits: Choice
    per: tuple[str, ...] | None
    charged: frozenset[str]  # the outcomes that are paid for; all others are free
    prompt_tokens: Choice | str | None = None
    completion_tokens: Choice | str | None = None
    megapixel: float = 0  # credits for each of the result beyond the first, and each of the given pictures

    def items(self, fields: Any, seconds: float | None = None) -> Decimal:
        """By what its credits are multiplied: what `per` counts; of sound (`seconds`) the minutes."""
        if seconds is not None:
            return minutes(seconds)
        found = next(pointers.find(fields, self.per), 1) if self.per else 1
        if isinstance(found, str):
            return Decimal(len(found))
        return Decimal(found if isinstance(found, int) and found > 0 else 1)

    def of_tokens(self, fields: Any, resource: Mapping[str, Any], prompt: int, completion: int) -> Decimal:
        """What so many tokens cost, in credits."""
        prices = ((self.prompt_tokens, prompt), (self.completion_tokens, completion))
        each = (_price(price, fields, resource) * number for price, number in prices)
        return sum(each, Decimal(0)) / Decimal(10**6)

    def total(
        self, fields: Any, count: int | Decimal, result: Sides | None, given: Iterable[Sides]
    ) -> Decimal:
        """The credits that `count` results take; sides in pixels, None where nothing says how large it is."""
        further = (megapixels(result) - 1 if result else 0) + sum(map(megapixels, given))
        each = Decimal(str(self.credits.pick(fields))) + further * Decimal(str(self.megapixel))
        return each * count


def _price(price: Choice | str | None, fields: Any, resource: Mapping[str, Any]) -> Decimal:
    found = resource.get(price, 0) if isinstance(price, str) else price.pick(fields) if price else 0
    return Decimal(str(found))


def megapixels(sides: Sides) -> int:
    """How many megapixels a picture counts for: whole ones, and one for what is begun."""
    return math.ceil(sides[0] * sides[1] / MEGAPIXEL)


@dataclass(frozen=True)
class Rule:
    """A conditional rule over the body (defaults filled in), `$path` and `$representation`."""

    name: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]
    outcome: str | None
    says: str | None

    @property
    def alternatives(self) -> frozenset[str]:
        """The fields of which one or another can keep the rule."""
        choices = self.then.get("anyOf", ())
        return frozenset(
            name for each in choices for name in (*each.get("required", ()), *each.get("properties", {}))
        )


@dataclass(frozen=True)
class RateLimit:
    """At most `requests` in `window` seconds; one more shuts the credential out for `penalty` seconds.

    Each credential has one window, or one for each operation or resource (`per`). What is refused may count
    like the rest and begin the penalty anew (`refused`).
    """

    requests: int
    window: float
    penalty: float
    per: str = "credential"  # credential | operation | resource
    refused: str = "pass"  # pass | count

    @property
    def most(self) -> int:
        """How many there may be in a window."""
        return self.requests


@dataclass(frozen=True)
class TokenLimit:
    """At most so many `tokens`, read and written, in `window` seconds; `per` as of a RateLimit."""

    tokens: int
    window: float
    per: str = "credential"

    @property
    def most(self) -> int:
        """How many there may be in a window."""
        return self.tokens


@dataclass(frozen=True)
class Mask:
    """How a message shows a key: so many of its first and last characters, asterisks between."""

    first: int
    last: int
    shortest: int  # a key of fewer characters is asterisks only

    def __call__(self, key: str) -> str:
        if len(key) < self.shortest:
            return "*" * len(key)
        hidden = max(len(key) - self.first - self.last, 0)
        return key[: self.first] + "*" * hidden + key[len(key) - self.last :]


@dataclass(frozen=True)
class Policy:
    """The rules an operation shares with others: which gate refuses how, in what order and words."""

    name: str
    precedence: tuple[str, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)  # gate, or gate.kind, to an outcome's name
    wording: Mapping[str, str] = field(default_factory=dict)  # gate.kind to a message with {placeholders}
    codes: Mapping[str, Any] = field(default_factory=dict)  # gate.kind to the vendor's code
    default_accept: str = "*/*"
    unsupported_accept: str = "default"  # default | refuse
    chosen_form: Choice | None = (
        None  # the media type of a success, by a field of the request and not by Accept
    )
    max_body_bytes: int | None = None
    token_limit: TokenLimit | None = None
    rate_limit: RateLimit | None = None
    empty_parts: str = "value"  # absent | value
    part_names: str = "any"  # any | quoted
    latency: tuple[float, float] | None = None
    credit_usd: float | None = None
    mask: Mask = Mask(0, 0, 0)

    def outcome(self, gate: str, kind: str) -> str:
        """The outcome's name for a refusal of `gate`. Raises KeyError where the policy has none."""
        return self.refusals.get(f"{gate}.{kind}") or self.refusals[gate]


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
    embedding: Embedding | None = None  # what it turns into vectors
    classification: Classification | None = None  # what it finds out of texts and pictures
    resource: ResourceRole | None = None  # what it does with resources
    dialogue: Dialogue | None = None  # what is said over the connection that it opens
    kept: Kept | None = None  # what it does with answers that are kept

    @property
    def lifecycle(self) -> Lifecycle | None:
        """The lifecycle of the tasks that it starts, if it starts any and all are of one."""
        return self.task.lifecycle if isinstance(self.task, Starts) else None

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
    """What refuses a path that the document does not have, where it begins with `under`.

    `operation` stands for such a path: what an operation there would refuse, by the gates in its precedence.
    """

    under: str
    operation: Operation


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
