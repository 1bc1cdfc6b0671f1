"""The ways in which a report can be wrong, each with its own class; `records.MissingFooter` is another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(eq=False)
class BadReport(Exception):
    """A report that cannot be taken: where, and why."""

    path: Path
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}"


class UnreadableReport(BadReport):
    """The file is not there, is no UTF-8 text, or has a line beyond all measure."""


class EmptyReport(BadReport):
    """The file holds no record."""


class BrokenLine(BadReport):
    """A line that is no JSON, and is not the last one, which a crash may tear."""


class InvalidRecord(BadReport):
    """A record that its schema does not admit."""


class MissingHeader(BadReport):
    """The first record is no header."""


class DuplicateRecord(BadReport):
    """A second header, or a case or verdict that was there before."""


class UnknownRequirement(BadReport):
    """A verdict on a requirement that the header does not list."""


class MissingVerdict(BadReport):
    """The footer is there, but a requirement of the header has no verdict."""


class RecordAfterFooter(BadReport):
    """Something follows the footer."""
