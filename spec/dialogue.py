"""A dialogue over a WebSocket (`x-dialogue`): which messages a client may send, and what each leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice, choice
from proofsheet.spec.expressions import Binds, parse_bind
from proofsheet.spec.schemas import Schema

Tokens = tuple[str, ...]
ACTIONS = ("update", "add", "view", "remove", "truncate", "hear", "commit", "forget", "reply", "cancel")


@dataclass(frozen=True)
class Template:
    """A JSON value into which values of the dialogue are filled."""

    value: Any
    binds: Binds


@dataclass(frozen=True)
class Message:
    """One that the server sends: its name, its form, what it says."""

    name: str
    payload: Schema
    template: Template


@dataclass(frozen=True)
class Pairs:
    """That an item with the members of `answer` needs one with those of `call` and the same value at `by`."""

    answer: Mapping[str, Any]
    call: Mapping[str, Any]
    by: Tokens

    def lacks(self, item: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> bool:
        """Whether an item answers a call that is not among the items."""
        if not self.answer.items() <= item.items():
            return False
        wanted = next(pointers.find(item, self.by), None)
        calls = (each for each in items if self.call.items() <= each.items())
        return not any(wanted in pointers.find(each, self.by) for each in calls)


@dataclass(frozen=True)
class Received:
    """One that a client may send: what it does (one of ACTIONS) with what stands `at` a place in it.

    `answers` are sent once it is done. `defaults` fill in what an item lacks.
    """

    name: str
    payload: Schema
    does: str
    at: Tokens
    answers: tuple[str, ...]
    after: Tokens | None  # the id of the item behind which one is added
    forgets: Tokens  # what is null in an item that is truncated
    defaults: Mapping[str, Any]
    pairs: Pairs | None
    example: Any


@dataclass(frozen=True)
class Ids:
    """What the ids begin with that the server gives to the session, to items and to replies."""

    session: str = ""
    item: str = ""
    reply: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a reply: a message, once, or `of` each item (message, written, spoken, call).

    `pieces` (text or audio) is sent for each piece. `item` is the template of what it shows as the item.
    """

    sends: str
    of: str | None = None
    pieces: str | None = None
    item: str | None = None


@dataclass(frozen=True)
class Turns:
    """Where the settings say how the server finds out that speech has begun or ended, by its level.

    Times are milliseconds, `threshold` is from 0 to 1.
    """

    at: Tokens
    threshold: Tokens
    silence: Tokens
    padding: Tokens
    replies: Tokens
    interrupts: Tokens
    usual: Mapping[str, Any]


@dataclass(frozen=True)
class HeardText:
    """That what is heard is written down if the settings have an object `at` a place.

    `pieces` is sent for each token, `whole` then; the text is put into the item at `sets`.
    """

    at: Tokens
    pieces: str | None
    whole: str
    sets: Tokens


@dataclass(frozen=True)
class Sound:
    """The forms of sound (pcm16, g711-ulaw, g711-alaw) by the settings; the least that is committed (ms).

    A token is so many milliseconds of what is heard, and of what is spoken (`heard_token`, `spoken_token`).
    """

    heard: Choice
    spoken: Choice
    spoken_if: tuple[Tokens, str]  # a list in the settings, and what in it asks for sound
    least: int
    heard_token: float
    spoken_token: float
    turns: Turns
    started: tuple[str, ...]
    stopped: tuple[str, ...]
    committed: tuple[str, ...]
    transcribed: HeardText | None = None


@dataclass(frozen=True)
class Apart:
    """What in the settings of one reply takes the place of the conversation, and what keeps it out of it.

    `items` are what is answered instead. A value at `at` that is `alone` says that the reply is not kept.
    """

    items: Tokens = ()
    at: Tokens = ()
    alone: str | None = None


@dataclass(frozen=True)
class Refused:
    """Connections that are accepted, told why they end, and closed: those of which `when` is true."""

    when: Schema
    kind: str
    close: int
    begins: str | None  # a day (UTC), before which they are not refused


@dataclass(frozen=True)
class Dialogue:
    """What is said over one connection, by whom and in which order."""

    protocols: tuple[str, ...]  # sub-protocols of which the first that is offered is taken
    name: Tokens  # where a message says which it is
    id: Tokens  # where its id stands
    largest: int  # bytes of a message
    lifetime: float  # seconds
    expired: str  # the kind of error with which it ends then
    close: int  # the WebSocket's code of that end
    refuses: tuple[Refused, ...]
    settings: Template
    opens: tuple[str, ...]
    receives: Mapping[str, Received]
    sends: Mapping[str, Message]
    items: Mapping[str, Template]
    ids: Ids
    overrides: Tokens  # where a message that asks for a reply has settings of its own
    apart: Apart
    reply: tuple[Step, ...]
    sound: Sound | None
    error: str  # the message that says what is wrong

    def steps(self) -> Iterator[tuple[Step, ...]]:
        """The steps of a reply, those together that are gone through for each item."""
        group: list[Step] = []
        for each in self.reply:
            if each.of is not None:
                group.append(each)
                continue
            if group:
                yield tuple(group)
            group = []
            yield (each,)
        if group:
            yield tuple(group)


def dialogue(node: Any, messages: Mapping[str, Any]) -> Dialogue | None:
    """Read `x-dialogue`; `messages` are those of the document (x-messages). Raises KeyError, ValueError."""
    if node is None:
        return None
    expires = node["expires"]
    sends = {name: _message(name, messages[name]) for name in node["sends"]}
    return Dialogue(
        protocols=tuple(node.get("protocols", ())),
        name=pointers.split(node["name"]),
        id=pointers.split(node["id"]),
        largest=node["largest"],
        lifetime=expires["seconds"],
        expired=expires["error"],
        close=expires["close"],
        refuses=tuple(_refused(each) for each in node.get("refuses", ())),
        settings=_template(node["settings"]),
        opens=tuple(node["opens"]),
        receives={name: _received(name, each, messages[name]) for name, each in node["receives"].items()},
        sends=sends,
        items={name: _template(each) for name, each in node["items"].items()},
        ids=Ids(**node.get("ids", {})),
        overrides=pointers.split(node["overrides"]),
        apart=_apart(node.get("apart", {})),
        reply=tuple(Step(**each) for each in node["reply"]),
        sound=_sound(node["sound"]) if "sound" in node else None,
        error=node["error"],
    )


def _template(node: Mapping[str, Any]) -> Template:
    binds = node.get("bind", {}).items()
    return Template(node["value"], tuple((pointers.split(at), parse_bind(each)) for at, each in binds))


def _message(name: str, node: Mapping[str, Any]) -> Message:
    return Message(name, Schema(node["payload"]), _template(node))


def _received(name: str, node: Mapping[str, Any], message: Mapping[str, Any]) -> Received:
    if node["does"] not in ACTIONS:
        raise ValueError(f"{node['does']!r} is none of {', '.join(ACTIONS)}")
    return Received(
        name=name,
        payload=Schema(message["payload"]),
        does=node["does"],
        at=pointers.split(node.get("at", "")),
        answers=tuple(node.get("answers", ())),
        after=pointers.split(node["after"]) if "after" in node else None,
        forgets=pointers.split(node.get("forgets", "")),
        defaults=node.get("defaults", {}),
        pairs=_pairs(node["pairs"]) if "pairs" in node else None,
        example=message.get("value"),
    )


def _pairs(node: Mapping[str, Any]) -> Pairs:
    return Pairs(node["answer"], node["call"], pointers.split(node["by"]))


def _apart(node: Mapping[str, Any]) -> Apart:
    items, at = (pointers.split(node.get(name, "")) for name in ("items", "at"))
    return Apart(items, at, node.get("alone"))


def _refused(node: Mapping[str, Any]) -> Refused:
    return Refused(Schema(node["when"]), node["error"], node["close"], node.get("from"))


def _sound(node: Mapping[str, Any]) -> Sound:
    turns = node["turns"]
    pointed = {name: pointers.split(turns[name]) for name in Turns.__annotations__ if name != "usual"}
    spoken_if = node["spoken-if"]
    return Sound(
        heard=choice(node["heard"]),
        spoken=choice(node["spoken"]),
        spoken_if=(pointers.split(spoken_if["at"]), spoken_if["has"]),
        least=node["least"],
        heard_token=node["tokens"]["heard"],
        spoken_token=node["tokens"]["spoken"],
        turns=Turns(**pointed, usual=turns["usual"]),
        started=tuple(node["started"]),
        stopped=tuple(node["stopped"]),
        committed=tuple(node["committed"]),
        transcribed=_heard_text(node["transcribed"]) if "transcribed" in node else None,
    )


def _heard_text(node: Mapping[str, Any]) -> HeardText:
    at, sets = (pointers.split(node[name]) for name in ("at", "sets"))
    return HeardText(at, node.get("pieces"), node["whole"], sets)
