"""Conversations: where their messages stand in a request, and who says what in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec import pointers

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """One message of a conversation: who speaks (system, user, assistant or tool), and what."""

    role: str
    text: str
    id: str | None = None  # of the call that a tool answers
    pictures: int = 0


@dataclass(frozen=True)
class Turns:
    """Where a conversation stands: a list of messages, and in each its role and what it says.

    `roles` leads from the words of the API to those of Turn. What a message says is a text, or a list of
    parts of which those with a `text` are read and those with a `picture` counted. In place of the list a
    text may stand alone, which a user says. Items of other `kinds` than messages say who they are by `kind`.
    """

    at: Tokens
    role: str
    content: str
    roles: Mapping[str, str]
    text: str | None
    picture: str | None
    id: str | None
    calls: str | None = None  # the member with the calls of tools, and the id in each
    call: Tokens = ()
    kind: str | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """Items of a conversation that are no messages: as whom they speak, and where in them that stands."""

    role: str
    content: str
    id: str | None


def turn(turns: Turns, message: Mapping[str, Any]) -> Turn:
    """A message as a turn."""
    kind = turns.kinds.get(str(message.get(turns.kind))) if turns.kind else None
    content = message.get(kind.content if kind else turns.content)
    role = kind.role if kind else turns.roles.get(str(message.get(turns.role)), "user")
    id_at = kind.id if kind else turns.id
    id = message.get(id_at) if id_at else None
    if isinstance(content, str):  # there may be hundreds of thousands of them
        return Turn(role, content, id)
    parts = content if isinstance(content, list) else [content]
    texts = [text for each in parts if isinstance(text := _text(turns, each), str)]
    pictures = sum(isinstance(each, dict) and turns.picture in each for each in parts)
    return Turn(role, "\n".join(texts), id, pictures)


def _text(turns: Turns, part: Any) -> Any:
    return part.get(turns.text) if isinstance(part, dict) else part


def turns(node: Mapping[str, Any]) -> Turns:
    """Read `messages` of `x-completion`. Raises KeyError and ValueError where it has not the form of one."""
    return Turns(
        at=pointers.split(node["at"]),
        role=node["role"],
        content=node["content"],
        roles=node["roles"],
        text=node.get("text"),
        picture=node.get("picture"),
        id=node.get("id"),
        calls=node.get("calls"),
        call=pointers.split(node.get("call", "")),
        kind=node.get("kind"),
        kinds={
            name: Kind(each["role"], each["content"], each.get("id"))
            for name, each in node.get("kinds", {}).items()
        },
    )
