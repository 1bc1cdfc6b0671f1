"""Damages to what is written in reply: streams, choices, tools, vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mutants.asked import in_json
from mutants.relay import Got, Sent, on_answer, on_request


@on_answer("in-stream")
def in_stream(sent: Sent, got: Got, old: str, new: str) -> Got:
    """A text of a stream of events replaced, wherever it stands."""
    if got.media_type != "text/event-stream":
        return got
    return got.holding(got.body.replace(old.encode(), new.encode()))


@on_answer("stream-held-back")
def held_back(sent: Sent, got: Got) -> Got:
    """A stream handed on when it has ended, as one body of known length."""
    return got.holding(got.body) if got.media_type == "text/event-stream" else got


@on_answer("members")
def members(sent: Sent, got: Got, to: dict[str, Any]) -> Got:
    """Members of these names, wherever they stand in a success in JSON, with other values."""
    return _everywhere(got, lambda name, value: to.get(name, value))


@on_answer("first-of-list")
def first_of_list(sent: Sent, got: Got, name: str) -> Got:
    return _everywhere(got, lambda key, value: value[:1] if key == name else value)


@on_answer("cut-text")
def cut_text(sent: Sent, got: Got, name: str, keep: int) -> Got:
    """The texts of this name end after so many characters."""
    return _everywhere(got, lambda key, value: value[:keep] if key == name and value else value)


@on_answer("numbers-less")
def numbers_less(sent: Sent, got: Got, name: str) -> Got:
    """The numbers of this name, wherever they stand, one less."""
    return _everywhere(got, lambda key, value: value - 1 if key == name else value)


@on_answer("numbers-turned")
def numbers_turned(sent: Sent, got: Got, name: str) -> Got:
    """Lists of numbers of this name in reverse order, where they are not packed."""
    return _everywhere(
        got, lambda key, value: value[::-1] if key == name and isinstance(value, list) else value
    )


def _everywhere(got: Got, change: Callable[[str, Any], Any]) -> Got:
    value = got.json if got.status == 200 else None
    return got if value is None else got.saying(_changed(value, change))


def _changed(value: Any, change: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, list):
        return [_changed(each, change) for each in value]
    if isinstance(value, dict):
        return {name: _changed(change(name, each), change) for name, each in value.items()}
    return value


@on_answer("member-beside")
def member_beside(sent: Sent, got: Got, name: str, adds: dict[str, Any]) -> Got:
    """Further members in each object of a success that has this one."""
    value = got.json if got.status == 200 else None
    return got if value is None else got.saying(_beside(value, name, adds))


def _beside(value: Any, name: str, adds: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_beside(each, name, adds) for each in value]
    if isinstance(value, dict):
        inner = {key: _beside(each, name, adds) for key, each in value.items()}
        return {**inner, **adds} if name in value else inner
    return value


@on_request("replace-value")
def replace_value(sent: Sent, field: str, old: Any, new: Any) -> Sent:
    """One value of a field of a JSON body sent on as another."""
    return in_json(sent, lambda body: body.update({field: new}) if body.get(field) == old else None)
