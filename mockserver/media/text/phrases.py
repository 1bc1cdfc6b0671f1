"""The words that texts are made of, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from proofsheet.spec.yaml_reader import read

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Phrases:
    """Phrases by what was measured (`phrases.yaml` says of each when it fits), and words that say little."""

    colours: Mapping[str, Colour]
    views: Mapping[str, Sequence[str]]
    lights: Mapping[str, Sequence[str]]
    textures: Mapping[str, Sequence[str]]
    manners: Sequence[str]
    filler: frozenset[str]


@cache
def phrases() -> Phrases:
    """Those of `phrases.yaml`, read by the first who asks."""
    table = read(Path(__file__).with_name("phrases.yaml")).value
    colours = {name: (red, green, blue) for name, (red, green, blue) in table.pop("colours").items()}
    return Phrases(colours=colours, filler=frozenset(table.pop("filler")), **table)
