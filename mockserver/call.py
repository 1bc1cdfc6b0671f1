"""A call: one request on its way through the gates, and what is found out about it."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from proofsheet.mockserver.documents import Served
from proofsheet.mockserver.media.audio.upload import Audio
from proofsheet.mockserver.media.image.edits import stand_in
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import Upload
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.sent_files import FilePart, Given
from proofsheet.mockserver.state.journal import label
from proofsheet.mockserver.stream_pace import AT_ONCE, StreamPace
from proofsheet.spec import expressions, pointers
from proofsheet.spec.cost import minutes
from proofsheet.spec.document import Operation, Representation
from proofsheet.spec.expressions import Expression, place_in_request
from proofsheet.spec.prompt_parameters import MEMBER
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.schemas import Flaw
from proofsheet.spec.tasks import Lifecycle, Starts
from proofsheet.spec.turns import Turn


@dataclass
class Call:
    """One request: what was sent, and what reading it and each gate has found out about it."""

    served: Served
    method: str
    path: str
    headers: dict[str, str]
    path_params: Mapping[str, str]
    query: dict[str, str]
    key: str | None  # the credential, if it carries one
    other_keys: tuple[str, ...] = ()  # that it was sent with in place of that, or gave away
    # found while reading
    body: Body | None = None  # in the media type that was sent, or the usual one
    oversized: bool = False
    body_problem: str | None = None  # the kind of the media-type gate's refusal
    body_bytes: int = 0
    fields: Any = dataclasses.field(default_factory=dict)
    files: dict[str, FilePart] = dataclasses.field(default_factory=dict)
    file_lists: dict[str, list[FilePart]] = dataclasses.field(default_factory=dict)
    sounds: dict[str, Audio | Unreadable] = dataclasses.field(default_factory=dict)  # by the field's name
    inner_sounds: dict[tuple[str | int, ...], Audio | Unreadable] = dataclasses.field(
        default_factory=dict
    )  # by their places in the fields
    given: dict[str, list[Given]] = dataclasses.field(default_factory=dict)  # pictures, by the field's name
    ignored: list[str] = dataclasses.field(default_factory=list)  # names of fields that no schema has
    flaws: list[Flaw] = dataclasses.field(default_factory=list)
    representation: str = ""  # the media type of a success; empty if the vendor would refuse
    # found by the gates and the behaviour
    reserved: bool = False
    paid: Decimal = Decimal(0)
    sent_tokens: int = 0  # of a stream, so far
    at_end: Callable[[], None] | None = None  # what is to be done once its stream has ended
    seed: int | None = None
    delay: float = 0.0
    forced: str | None = None  # by what an outcome was forced, for the journal
    fault: str | None = None  # what hurts the answer on its way, as it was written
    pictures: tuple[Any, ...] = ()
    stream_pace: StreamPace = AT_ONCE  # of an answer that is a stream
    script: Any = None  # a Script (scripts.py), where what is written in reply was written down before
    writing: Any = None  # a Writing (writing.py): what it is answered in words
    read_tokens: int | None = None  # that it is counted as
    found_flaws: list[Flaw] | Refusal | None = None  # what schemas and rules say of it, once that is known
    resource: Mapping[str, Any] | None = None  # the members of the one that it views or needs
    kept: Any = None  # the kept answer that it names (kept_answers.py): its value, and the items up to it
    follow_up: Any = None  # a FollowUp (follow_ups.py): the task that it goes on from
    end: str | None = None  # the final state in which the task that it starts is to end
    task_forcing: str = ""  # what is to become of that task, as it was written
    texts: tuple[tuple[str, str], ...] = ()  # that it is answered in (texts.py), where it starts no task
    task: Any = None  # a TaskView (sources.py) of the task that it started, viewed or moved
    tasks: list[Any] | None = None  # those that it lists
    observed: Any = None  # an Observation (observability/observation.py), where somebody looks
    base: str = ""  # origin and base path under which the client sees the API
    prefix: str = ""  # the base path alone

    @cached_property
    def id(self) -> str:
        """Its own, which answers may show."""
        return secrets.token_hex(16)

    @property
    def operation(self) -> Operation:
        return self.served.operation

    @property
    def account(self) -> tuple[str, str]:
        """Whose credits and limits it draws on: the family's or the vendor's, and the credential."""
        return self.served.operation.account, self.key or ""

    @property
    def url(self) -> str:
        """Its address, as the client sees it."""
        own = self.path.removeprefix(self.prefix)
        return f"{self.base}{own}"

    @cached_property
    def label(self) -> str | None:
        """What the journal calls the credential."""
        return label(self.key)

    def value(self, field: tuple[str, ...]) -> Any:
        """A field's value, or its schema's default, or None."""
        artifact = self.operation.artifact
        known = artifact.read(self.fields) if artifact and field[:1] == (MEMBER,) else self.fields
        found = next(pointers.find(known, field), None)
        if found is None and self.body and field[:1] != (MEMBER,):
            return (self.body.schema_at(field) or {}).get("default")
        return found

    @property
    def earlier(self) -> list[Any]:
        """The items of the conversation that it goes on with."""
        found: list[Any] = self.kept["items"] if self.kept else []
        return found

    @property
    def known_fields(self) -> dict[str, Any]:
        """The fields of the request, with their defaults."""
        defaults = self.body.defaults if self.body else {}
        return {**defaults, **self.fields} if isinstance(self.fields, dict) else {}

    @property
    def as_rules_see(self) -> dict[str, Any]:
        """The fields with their defaults, and in `$sent` without."""
        return {**self.known_fields, "$sent": self.fields}

    def left_out(self, representation: Representation) -> tuple[tuple[str, ...], ...]:
        """The members of an answer that this request is not given."""
        return representation.left_out(self.as_rules_see) if representation.shown_when else ()

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation that it goes on with, where it is answered in words; worked out once."""
        completion = self.operation.completion
        return completion.conversation(self.fields, self.earlier) if completion else ()

    @cached_property
    def prompts(self) -> list[str]:
        """The texts that say what to make."""
        artifact, completion = self.operation.artifact, self.operation.completion
        if completion is not None:
            turns = completion.conversation(self.fields) if self.earlier else self.turns
            return [each.text for each in turns]
        outline = self.operation.outline
        places = artifact.prompts if artifact else outline.subjects if outline else ()
        found = (each for field in places for each in pointers.find(self.fields, field))
        return [each for each in found if isinstance(each, str)]

    @cached_property
    def count(self) -> int:
        """How many artifacts it asks for; one where it does not say, or not within its bounds."""
        artifact, body = self.operation.artifact, self.body
        if artifact is None or body is None or artifact.count is None:
            return 1
        if isinstance(artifact.count, int):
            return artifact.count
        value = self.value(artifact.count)
        field = body.schema_at(artifact.count) or {}
        listed = [each for each in field.get("enum", ()) if isinstance(each, int)]
        most = field.get("maximum", max(listed, default=1))
        usable = isinstance(value, int | float) and value == int(value) and 1 <= value <= most
        return int(value) if usable else 1

    @property
    def lifecycle(self) -> Lifecycle | None:
        """That of the task which it starts, as far as it is known."""
        found: Lifecycle | None = self.follow_up.lifecycle if self.follow_up else self.operation.lifecycle
        role = self.operation.task
        if isinstance(role, Starts) and role.when is not None and role.when.is_valid(self.known_fields):
            return role.lifecycle
        return found

    @cached_property
    def cost(self) -> Decimal:
        """What it costs if it succeeds, in credits: known once the gate `follow-up` has been passed."""
        cost = self.operation.cost
        if cost is None:
            return Decimal(0)
        paid = self.paid_fields
        offer = self.follow_up.offer if self.follow_up else None
        if offer is not None and offer.credits is not None:
            return Decimal(str(offer.credits))
        if self.writing is not None and cost.prompt_tokens:
            return self.cost_of(self.writing.completion_tokens)
        artifact, known = self.operation.artifact, self.known_fields
        if artifact is None or not cost.megapixel:
            return cost.total(paid, self._paid_items, None, ())
        result = artifact.size_of(known, self.given_sides)
        return cost.total(paid, self._paid_items, result, self.all_given_sides)

    @property
    def paid_fields(self) -> Any:
        """What decides about its price: its fields, those that a follow-up takes over, `$path`."""
        taken = self.follow_up.inherited if self.follow_up else {}
        own = self.fields if isinstance(self.fields, dict) else {}
        return {**taken, **own, "$path": self.path_params}

    @property
    def all_given_sides(self) -> list[tuple[int, int]]:
        """Those of each given picture, in pixels."""
        artifact = self.operation.artifact
        names = artifact.sources if artifact else ()
        return [sides for name in names if (sides := self.given_sides(name))]

    @property
    def _paid_items(self) -> int | Decimal:
        """By what its price is multiplied: characters of a text, seconds, minutes, or what it asks for."""
        cost = self.operation.cost
        if cost is None or (per := cost.per) is None:
            return 1
        if cost.seconds:
            return cost.items(self.paid_fields)
        if isinstance(sound := self.sounds.get(per[0]), Audio):
            return minutes(sound.seconds)
        sent = next(pointers.find(self.fields, per), None)
        return len(sent) if isinstance(sent, str) else self.count

    def cost_of(self, completion_tokens: int) -> Decimal:
        """What it costs if so much has been written, in credits."""
        cost = self.operation.cost
        if cost is None or self.writing is None or not cost.prompt_tokens:
            return self.cost
        used = self.writing.prompt_tokens, completion_tokens
        return cost.of_tokens(self.fields, self.resource or {}, *used)

    def forget_words(self) -> None:
        """Let go of what was read and written: it can be made again of its fields."""
        self.writing = self.kept = None
        self.__dict__.pop("turns", None)

    def ended(self) -> None:
        """Say that its stream has ended; only the first to say so is heard."""
        at_end, self.at_end = self.at_end, None
        if at_end is not None:
            at_end()

    def given_sides(self, name: str) -> tuple[int, int] | None:
        """The sides of the (first) picture in a field, upright, in pixels; None where there is none."""
        first = next((each for each in self.given.get(name, ()) if each.is_usable), None)
        if first is None:
            return None
        made = first.upload if isinstance(first.upload, Upload) else stand_in(str(first.data))
        return made.width, made.height

    def evaluate(self, expression: Expression) -> Any:
        """The value at a place of the request, a text of several, or a part of one; None if there is none."""
        if expression.is_template:
            wanted = expressions.embedded(expression.text)
            texts = {each.text: str(next(self.values(each.text), "")) for each in wanted}
            return expressions.fill(expression.text, texts).strip()
        found = next(self.values(expression.text), None)
        return expression.part(found) if expression.match else found

    def values(self, text: str) -> Iterator[Any]:
        """The value of a `$request` expression; nothing where the request has none."""
        place, name, tokens = place_in_request(text)
        if place == "body":
            yield from pointers.find(self.fields, tokens)
            return
        table = self.query if place == "query" else self.headers if place == "header" else self.path_params
        if (found := table.get(name)) is not None:
            yield found

    def choose_representation(self, made: str | None) -> None:
        """Choose the media type of a success by the Accept header; empty if the vendor would refuse.

        `made` is the media type of the artifact, None where there is none or it is not known yet.
        """
        compiled, policy = self.served.compiled, self.operation.policy
        if policy.chosen_form is not None:
            fields = self.fields if self.operation.bodies else self.query
            self.representation = str(policy.chosen_form.pick(fields))
            return
        found = _pick(made, compiled.candidates(self.headers.get("accept") or "*/*"))
        if not found and policy.unsupported_accept == "default":
            found = _pick(made, compiled.usual)
        self.representation = found

    @cached_property
    def artifact_media(self) -> str | None:
        """The media type in which it wants its artifact; None if the operation makes none."""
        artifact = self.operation.artifact
        return None if artifact is None else str(artifact.media.pick(self.fields))


def _pick(made: str | None, candidates: tuple[str, ...]) -> str:
    """The best of the forms that can hold what is made: of its own kind of media only its very type can."""
    kind = made.partition("/")[0] + "/" if made else ""
    return next((each for each in candidates if made in (None, each) or not each.startswith(kind)), "")
