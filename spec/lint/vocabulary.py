"""The vocabulary files, `extensions.yaml` and `shapes.yaml`, as the rules ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

from proofsheet.spec.yaml_reader import read

_HOME = Path(__file__).parent.parent


@dataclass(frozen=True)
class Keyword:
    """One x- keyword: the kinds of place it may stand in, what it says, and its compiled schema."""

    name: str
    where: tuple[str, ...]
    says: str
    schema: jsonschema_rs.Draft202012Validator


@dataclass(frozen=True)
class Gate:
    """A gate's ways to refuse, and the placeholders that its wording may use."""

    kinds: tuple[str, ...]
    fills: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Everything the rules know beyond OpenAPI."""

    keywords: Mapping[str, Keyword]
    gates: Mapping[str, Gate]
    places: Mapping[str, Mapping[str, Any]]
    document: jsonschema_rs.Draft202012Validator
    claims: jsonschema_rs.Draft202012Validator


def vocabulary() -> Vocabulary:
    """Read the vocabulary that this package ships."""
    extensions = read(_HOME / "extensions.yaml").value
    shapes = read(_HOME / "shapes.yaml").value
    return Vocabulary(
        keywords={
            name: Keyword(name, tuple(each["where"]), each["says"], _compiled(each["schema"], extensions))
            for name, each in extensions["keywords"].items()
        },
        gates={
            name: Gate(**{key: tuple(x) for key, x in each.items()})
            for name, each in extensions["gates"].items()
        },
        places=extensions["places"],
        document=_compiled(shapes["document"], shapes),
        claims=_compiled(shapes["claims"], shapes),
    )


def _compiled(schema: dict[str, Any], file: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "$defs": file["$defs"]})
