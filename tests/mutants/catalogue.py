"""The mutants: data in YAML files beside this one, each a way in which a real service or proxy goes wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from proofsheet.contracts.requirement import PROFILES
from proofsheet.spec.yaml_reader import read

HOME = Path(__file__).parent
_FIELDS = {
    *("id", "says", "from", "kind", "actions", "damage", "breaks", "advises", "stops"),
    *("profile", "settings", "document", "unseen", "permissions", "aim", "explore", "asks"),
}
_BRACES = re.compile(r"\{([^{}]*)\}")


class BadMutant(ValueError):
    """A mutant that cannot be taken; the text says which and why."""


@dataclass(frozen=True)
class Mutant:
    """`breaks` are MUST and SHOULD, `advises` are MAY, `stops` are those that cannot be judged any more.

    `aim` are topics (an id without family and operation) of which each must be among them: what the mutant is
    for, in a person's words, while the other three are written down from a run and read.
    """

    id: str
    says: str
    origin: str
    kind: str  # document | wire
    actions: tuple[dict[str, Any], ...] = ()
    damage: dict[str, Any] = field(default_factory=dict)
    breaks: frozenset[str] = frozenset()
    advises: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    aim: tuple[str, ...] = ()
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
            made = _mutant(path.name, data)
            if made.id in found:
                raise BadMutant(f"{path.name}: there are two mutants named {made.id}")
            found[made.id] = made
    return found


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
        aim=tuple(data.get("aim", ())),
        permissions=frozenset(data.get("permissions", ())),
        asks=tuple(data.get("asks", ())),
        **{name: frozenset(spread(data.get(name, ()))) for name in ("breaks", "advises", "stops")},
        **{
            name: data[name]
            for name in ("profile", "document", "settings", "unseen", "explore")
            if name in data
        },
    )


def spread(patterns: list[str] | tuple[str, ...]) -> list[str]:
    """Ids from patterns: `$name` is a set of sets.yaml, `stability.{a,b}.key.none` is two ids."""
    found: list[str] = []
    for pattern in patterns:
        braces = _BRACES.search(pattern)
        if pattern.startswith("$"):
            found += sets()[pattern[1:]]
        elif braces is None:
            found.append(pattern)
        else:
            head, tail = pattern[: braces.start()], pattern[braces.end() :]
            found += spread([f"{head}{each.strip()}{tail}" for each in braces[1].split(",")])
    return found


@cache
def sets() -> dict[str, frozenset[str]]:
    """The named sets of ids that many mutants break alike."""
    data = read(HOME / "sets.yaml").value["sets"]
    return {name: frozenset(spread(patterns)) for name, patterns in data.items()}


def missed(mutant: Mutant, earned: set[str] | frozenset[str]) -> list[str]:
    """The topics that a mutant is for and that are not among the ids it earned."""
    topics = {each.split(".", 2)[-1] for each in earned}
    return [each for each in mutant.aim if each not in topics]
