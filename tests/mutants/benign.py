"""The benign relays: data in benign/*.yaml, each a change that is harmless, and must not be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mutants.catalogue import BadMutant
from mutants.relay import Damage, Forward, Got, Sent, made

from proofsheet.spec.yaml_reader import read

FOLDER = Path(__file__).parent / "benign"
_FIELDS = {"id", "says", "harmless", "source", "does", "wire", "notes", "quick", "broad"}


@dataclass(frozen=True)
class Benign:
    """`notes` are the topics that advice (MAY) may be given on, and must be; all else must stay silent."""

    id: str
    says: str  # what it changes
    harmless: str  # why
    source: str
    does: tuple[dict[str, Any], ...] = ()  # from the mock outwards: the first is done to its answer first
    wire: dict[str, Any] = field(default_factory=dict)  # how it is written, where that is what is changed
    notes: frozenset[str] = frozenset()
    quick: bool = False  # `make test` tries it too
    broad: bool = False  # tried in extended too, and with every document

    @property
    def damage(self) -> Damage | None:
        """All of its changes as one."""
        return composed([made(each) for each in self.does]) if self.does else None

    @classmethod
    def row(cls, relays: Sequence[Benign]) -> Benign:
        """Several in a row, the first the nearest to the service."""
        if len(relays) == 1:
            return relays[0]
        does = tuple(each for relay in relays for each in relay.does)
        notes = frozenset(each for relay in relays for each in relay.notes)
        return cls(" < ".join(each.id for each in relays), "all that they do", "", "", does, notes=notes)


def composed(changes: Sequence[Damage]) -> Damage:
    """Relays in a row, the innermost first."""

    def whole(sent: Sent, forward: Forward) -> Got:
        for change in changes:
            forward = _around(change, forward)
        return forward(sent)

    return whole


def _around(change: Damage, forward: Forward) -> Forward:
    return lambda sent: change(sent, forward)


@cache
def benign() -> dict[str, Benign]:
    """Every benign relay by its id, in the order of the files. Raises BadMutant."""
    found: dict[str, Benign] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for data in read(path).value["relays"]:
            relay = _benign(path.name, data)
            if relay.id in found:
                raise BadMutant(f"{path.name}: there are two benign relays named {relay.id}")
            found[relay.id] = relay
    return found


def _benign(where: str, data: dict[str, Any]) -> Benign:
    if left := set(data) - _FIELDS:
        raise BadMutant(f"{where}: {data.get('id')}: there is no field {', '.join(sorted(left))}")
    if missing := {"id", "says", "harmless", "source"} - set(data):
        raise BadMutant(f"{where}: {data.get('id')}: {', '.join(sorted(missing))} missing")
    if not data.get("does") and not data.get("wire"):
        raise BadMutant(f"{where}: {data['id']}: it changes nothing (does, wire)")
    return Benign(
        id=data["id"],
        says=data["says"],
        harmless=data["harmless"],
        source=data["source"],
        does=tuple(data.get("does", ())),
        wire=data.get("wire", {}),
        notes=frozenset(data.get("notes", ())),
        quick=data.get("quick", False),
        broad=data.get("broad", False),
    )
