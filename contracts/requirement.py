"""A requirement: one thing the document asks of a target, with a stable id and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = ("MUST", "SHOULD", "MAY")
PROFILES = ("free", "core", "extended")


@dataclass(frozen=True)
class Requirement:
    """`level` MAY is advice: what is only assumed, or where proxies may differ, fails nobody."""

    id: str
    operation: str
    level: str
    profile: str
    says: str
    pointer: str  # where the document holds it, references followed
    grade: str
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    needs: str | None = None  # a permission without which it is skipped
