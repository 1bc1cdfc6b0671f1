"""The mutants: data in YAML files beside this one, each a way in which a real service or proxy goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from proofsheet.contracts.requirement import PROFILES
from proofsheet.spec.yaml_reader import read

HOME = Path(__file__).parent
_FIELDS = {
    *("id", "says", "from", "kind", "actions", "damage", "aim", "every", "also", "stops", "advises"),
    *("profile", "settings", "document", "unseen", "permissions", "explore", "asks", "whole", "documents"),
}
_PLAIN = ("profile", "document", "settings", "unseen", "explore", "advises", "whole")


class BadMutant(ValueError):
    """A mutant that cannot be taken; the text says which and why."""


@dataclass(frozen=True)
class Mutant:
    """What is declared are topics: ids without family and operation, with `*` for anything but in `aim`.

    `aim` must be found on one operation at least: what the mutant is for, in a person's words. `every` are
    found wherever they are asked, `also` may be found with them, and `stops` can no longer be judged: these
    are written down from a run and read.
    """

    id: str
    says: str
    origin: str
    kind: str  # document | wire
    actions: tuple[dict[str, Any], ...] = ()
    damage: dict[str, Any] = field(default_factory=dict)
    aim: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    advises: bool = False  # only a MAY speaks, which fails nobody
    whole: bool = False  # always tried with the whole plan of its profile
    permissions: frozenset[str] = frozenset()
    profile: str = "core"
    document: str = "stability"
    settings: dict[str, Any] = field(default_factory=dict)
    unseen: str = ""
    asks: tuple[str, ...] = ()  # the requirements that are judged, by id or its beginning; empty: all
    explore: int = 0  # examples for each operation, drawn by the judge's explorers


@cache
def mutants() -> dict[str, Mutant]:
    """Every mutant by its id, in the order of the files. Raises BadMutant."""
    found: dict[str, Mutant] = {}
    for path in sorted(HOME.glob("*.yaml")):
        for data in read(path).value.get("mutants", ()):
            for made in _of_documents(path.name, data):
                if made.id in found:
                    raise BadMutant(f"{path.name}: there are two mutants named {made.id}")
                found[made.id] = made
    return found


def _of_documents(file: str, data: dict[str, Any]) -> list[Mutant]:
    """A mutant of one document, or one for each of those on which the same goes wrong."""
    if "documents" not in data:
        return [_mutant(file, data)]
    names = data["documents"]
    return [_mutant(file, {**data, "id": f"{data['id']}--{name}", "document": name}) for name in names]


def _mutant(file: str, data: dict[str, Any]) -> Mutant:
    where = f"{file}: {data.get('id', data)}"
    if strangers := sorted(set(data) - _FIELDS):
        raise BadMutant(f"{where}: unknown {', '.join(strangers)}")
    if missing := sorted({"id", "says", "from", "kind"} - set(data)):
        raise BadMutant(f"{where}: has no {', '.join(missing)}")
    if data["kind"] not in ("document", "wire") or data.get("profile", "core") not in PROFILES:
        raise BadMutant(f"{where}: kind is document or wire, profile one of {', '.join(PROFILES)}")
    if bool(data.get("actions")) != (data["kind"] == "document") or bool(data.get("damage")) != (
        data["kind"] == "wire"
    ):
        raise BadMutant(f"{where}: kind document has actions, kind wire has damage")
    if bool(data.get("aim")) == bool(data.get("unseen")):
        raise BadMutant(f"{where}: either it has an aim, or `unseen` says why nobody can see it")
    return Mutant(
        id=data["id"],
        says=data["says"],
        origin=data["from"],
        kind=data["kind"],
        actions=tuple(data.get("actions", ())),
        damage=data.get("damage", {}),
        permissions=frozenset(data.get("permissions", ())),
        **{name: tuple(data.get(name, ())) for name in ("aim", "every", "also", "stops", "asks")},
        **{name: data[name] for name in _PLAIN if name in data},
    )
