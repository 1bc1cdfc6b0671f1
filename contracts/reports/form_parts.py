"""A multipart body taken apart again, for curl lines and for people."""

from __future__ import annotations

from dataclasses import dataclass

from proofsheet.traffic import multipart


@dataclass(frozen=True)
class Sent:
    """One part as it was sent."""

    name: str
    value: bytes
    filename: str | None
    media_type: str | None

    @property
    def text(self) -> str | None:
        """The value as text; None for a file, or where no argument of a command could hold it."""
        if self.filename is not None or b"\0" in self.value:
            return None
        try:
            return self.value.decode("utf-8")
        except UnicodeDecodeError:
            return None


def parts(content_type: str, body: bytes) -> tuple[Sent, ...] | None:
    """The parts of a form in their order; None if a client of its own would not write this body."""
    try:
        found = multipart.parts(content_type, body) if body.startswith(b"--") else []
    except multipart.Malformed:
        return None
    sent = tuple(
        Sent(each.name, each.data, each.filename, each.content_type or None)
        for each in found
        if each.name is not None
    )
    return sent if sent and len(sent) == len(found) else None
