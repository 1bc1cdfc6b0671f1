"""A requirement: one thing the document asks of a target, with a stable id and what it stands on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

LEVELS = ("MUST", "SHOULD", "MAY")
PROFILES = ("free", "core", "extended")


@dataclass(frozen=True)
class Requirement:
    """`level` MAY is advice: what is only assumed, or where proxies may differ, fails nobody.

    `needs` names a permission without which it is skipped, or several, joined by `+`.
    """

    id: str
    operation: str
    level: str
    profile: str
    says: str
    pointer: str  # where the document holds it, references followed
    grade: str
    sources: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    needs: str | None = None
    differs: str = ""  # why a target may differ, where the document says so
    speaks_for: tuple[str, ...] = ()  # other operations of its policy, which are not asked themselves

    def is_allowed(self, permissions: Collection[str]) -> bool:
        """Whether these permissions are all that it needs."""
        return not self.needs or set(self.needs.split("+")) <= set(permissions)
