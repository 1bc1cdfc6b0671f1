"""What plain schemathesis was seen to find, kept beside the mutants: asking it again takes most of an hour.

Each mutant's record holds a print of its data. Where that has changed the record counts no more.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from mutants.catalogue import HOME, Mutant, mutants

PATH = HOME / "schemathesis.json"  # written by `run.py --schemathesis`


@dataclass
class Record:
    """`about` is the version and how it was asked; `found` is mutant id to its checks, as text."""

    about: dict[str, Any] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)


def recorded() -> Record:
    """What holds of the record; a mutant that has changed since is not in it."""
    if not PATH.is_file():
        return Record()
    data = json.loads(PATH.read_text(encoding="utf-8"))
    known = {name: each for name, each in data["found"].items() if name in mutants()}
    fresh = {name: each["checks"] for name, each in known.items() if each["of"] == mark(mutants()[name])}
    return Record(data["about"], fresh)


def keep(record: Record) -> None:
    """Write a record, in the order of the mutants."""
    found = {
        name: {"of": mark(each), "checks": record.found[name]}
        for name, each in mutants().items()
        if name in record.found
    }
    data = {"about": record.about, "found": found}
    PATH.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def mark(mutant: Mutant) -> str:
    """A short print of what is served."""
    data = [mutant.document, mutant.actions, mutant.damage, mutant.settings]
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]
