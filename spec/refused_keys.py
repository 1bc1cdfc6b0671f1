"""Keys that no account has (refused_keys.yaml): the double refuses them, the judge sends them."""

from __future__ import annotations

from functools import cache
from typing import Any

from proofsheet.spec import yaml_reader


def table() -> list[dict[str, Any]]:
    """Entries of `match` (a key's beginning), `example`, `refuses` (gate.kind), `says`. Raises BadFile."""
    return list(yaml_reader.table(__file__, "refused_keys.yaml"))


@cache
def refused_key(kind: str) -> str:
    """A key that the authenticate gate refuses with `kind`, such as "unknown". Raises KeyError."""
    return {each["refuses"]: str(each["example"]) for each in table()}[f"authenticate.{kind}"]
