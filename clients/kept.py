"""The last run of each generator, kept under .work so that the page can be made anew without running."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from clients.capabilities import Outcome
from clients.fleet import TOOLS, Ran


def keep(each: Ran) -> None:
    """Keep what came of one generator."""
    path = _path(each.generator)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(each), indent=1), encoding="utf-8")


def kept(name: str) -> Ran:
    """What the last run of a generator came to."""
    try:
        data = json.loads(_path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Ran(name, why_not="it was never run")
    return Ran(**{**data, "outcomes": tuple(Outcome(**one) for one in data["outcomes"])})


def _path(name: str) -> Path:
    return TOOLS / "results" / f"{name}.json"
