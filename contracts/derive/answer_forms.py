"""The forms in which an operation gives its picture: as bytes, or in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec.document import Operation

EMPTY = " "  # an Accept header without a value
PLAIN = "plain"  # the picture for which nothing is asked that need not be


@dataclass(frozen=True)
class Form:
    """One form: what to accept, and which field asks for the media type."""

    name: str  # bytes | json
    media_type: str
    accept: str
    fields: dict[str, Any] = field(default_factory=dict)


def forms(operation: Operation) -> Iterator[Form]:
    """The forms of a success: JSON, and bytes of the media type that is drawn by default."""
    if operation.artifact is None:
        return
    drawn = operation.artifact.media.pick({})
    for media_type in operation.success.representations:
        if not media_type.startswith("image/"):
            yield Form("json", media_type, media_type)
        elif media_type == drawn:
            by_default = operation.policy.default_accept == "image/*"
            accept = "image/*" if by_default else media_type
            yield Form("bytes", media_type, accept, _media_field(operation, media_type))


def _media_field(operation: Operation, media_type: str) -> dict[str, Any]:
    """The field that asks for a media type, where there is one."""
    choice = operation.artifact.media if operation.artifact else None
    keys = [key for key, each in choice.table.items() if each == media_type] if choice else []
    return {choice.field[0]: keys[0]} if choice and keys else {}
