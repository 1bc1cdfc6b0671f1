"""Damages to what comes in events and messages, and to sound."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from mutants.relay import Got, Sent, on_answer

Change = Callable[[list[Any]], list[Any]]  # of the messages of a dialogue
CHANGES: dict[str, Callable[..., Change]] = {}


@on_answer("event-lost")
def event_lost(sent: Sent, got: Got, name: str) -> Got:
    """A stream without the events of a type."""
    return _streamed(got, lambda events: [each for each in events if each["type"] != name])


@on_answer("in-events")
def in_events(sent: Sent, got: Got, name: str, to: dict[str, Any]) -> Got:
    """Members of the events of a type have other values."""
    return _streamed(
        got, lambda events: [{**each, **to} if each["type"] == name else each for each in events]
    )


def _streamed(got: Got, change: Change) -> Got:
    """A stream whose events, JSON with a type, are changed."""
    if got.media_type != "text/event-stream":
        return got
    blocks = [block for block in got.body.decode().split("\n\n") if block]
    events = [json.loads(block.partition("data: ")[2]) for block in blocks]
    is_named = blocks[0].startswith("event: ")
    return got.holding("".join(_written(each, is_named) for each in change(events)).encode())


def _written(event: Any, is_named: bool) -> str:
    name = f"event: {event['type']}\n" if is_named else ""
    return f"{name}data: {json.dumps(event)}\n\n"


@on_answer("silent")
def silent(sent: Sent, got: Got) -> Got:
    """Sound without a container, of the same length, in which nothing is heard."""
    return got.holding(bytes(len(got.body))) if got.media_type == "audio/pcm" else got


@on_answer("cut-off")
def cut_off(sent: Sent, got: Got, media: str, keep: float) -> Got:
    """A body that ends after a part of it, with a length to match."""
    return got.holding(got.body[: int(len(got.body) * keep)]) if got.media_type.startswith(media) else got


@on_answer("in-text")
def in_text(sent: Sent, got: Got, find: str, put: str) -> Got:
    """What matches in a plain text is another."""
    if got.media_type != "text/plain":
        return got
    return got.holding(re.sub(find, put, got.body.decode()).encode())


def changed(data: dict[str, Any], messages: Sequence[Any]) -> list[Any]:
    """The messages of a dialogue as a mutant's damage leaves them."""
    options = {key: value for key, value in data.items() if key != "do"}
    return CHANGES[data["do"]](**options)(list(messages))


def on_messages(name: str) -> Callable[[Callable[..., Change]], Callable[..., Change]]:
    """Register a damage of what comes in a dialogue."""

    def register(make: Callable[..., Change]) -> Callable[..., Change]:
        CHANGES[name] = make
        return make

    return register


@on_messages("message-lost")
def message_lost(name: str) -> Change:
    """None of this type comes."""
    return lambda messages: [each for each in messages if each["type"] != name]


@on_messages("message-late")
def message_late(name: str) -> Change:
    """Those of this type come last."""
    return lambda messages: sorted(messages, key=lambda each: bool(each["type"] == name))


@on_messages("in-messages")
def in_messages(name: str, to: dict[str, Any]) -> Change:
    """Members of those of this type have other values; of all, where the name is empty."""

    def change(messages: list[Any]) -> list[Any]:
        return [{**each, **to} if name in ("", each["type"]) else each for each in messages]

    return change
