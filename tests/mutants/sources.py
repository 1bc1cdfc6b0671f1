"""What the sources name: each way of going wrong, and the mutants that do it, or the benign relays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mutants.catalogue import HOME, BadMutant

from proofsheet.spec.yaml_reader import read


@dataclass(frozen=True)
class Named:
    """One way of going wrong. Without a mutant, or where one comes only near, `why` says why.

    `benign` are relays that do it, where it turned out to be harmless.
    """

    source: str
    says: str
    mutants: tuple[str, ...] = ()
    why: str = ""
    benign: tuple[str, ...] = ()


@cache
def named() -> tuple[Named, ...]:
    """Every way that a source names, in the order of named.yaml. Raises BadMutant."""
    found = tuple(
        Named(
            source["name"],
            row["says"],
            tuple(row.get("mutants", ())),
            row.get("why", ""),
            tuple(row.get("benign", ())),
        )
        for source in read(HOME / "named.yaml").value["sources"]
        for row in source["rows"]
    )
    for each in found:
        if not each.mutants and not each.why and not each.benign:
            raise BadMutant(f"named.yaml: {each.says}: name its mutants, or say why there can be none")
    return found


@dataclass(frozen=True)
class Spoken:
    """How one check is heard: the mutant, and the requirements that are enough."""

    check: str
    mutant: str
    only: tuple[str, ...]


@cache
def spoken() -> dict[str, Spoken]:
    """How each check is heard, by the check's name."""
    data = read(HOME / "checks.yaml").value
    plans = data["plans"]
    return {
        name: Spoken(name, row["mutant"], tuple(plans[row["only"]])) for name, row in data["checks"].items()
    }
