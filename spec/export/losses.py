"""What a bundle does not say any more that its document says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Loss:
    """One loss: the JSON pointer in the document as it was, and what was lost there or is said otherwise."""

    pointer: str
    what: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.what}"


@dataclass(frozen=True)
class Losses:
    """The losses so far, in the order in which they were noted, each once."""

    noted: dict[Loss, None] = field(default_factory=dict)

    def note(self, pointer: str, what: str) -> None:
        self.noted[Loss(pointer, what)] = None

    def all(self) -> tuple[Loss, ...]:
        return tuple(self.noted)


def report(losses: Iterable[Loss]) -> str:
    """The losses as text, one in a line."""
    return "".join(f"{each}\n" for each in losses)
