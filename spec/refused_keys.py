"""Keys that no account has (refused_keys.yaml): the double refuses them, the judge sends them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from proofsheet.spec.yaml_reader import read


def table() -> list[dict[str, Any]]:
    """Entries of `match` (a key's beginning), `example`, `refuses` (gate.kind), `says`. Raises BadFile."""
    return list(read(Path(__file__).parent / "refused_keys.yaml").value)


@cache
def refused_key(kind: str) -> str:
    """A key that the authenticate gate refuses with `kind`, such as "unknown". Raises KeyError."""
    return {each["refuses"]: str(each["example"]) for each in table()}[f"authenticate.{kind}"]
