"""The rules with their examples, from `rules.yaml`: for the page docs/lint.md, and to be linted by a test."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.yaml_reader import read

_FILE = Path(__file__).parent / "rules.yaml"
SMALL = "apis/small.yaml"


@dataclass(frozen=True)
class Example:
    """Files that make a library, the document to lint, and what of them the page shows."""

    files: Mapping[str, Any]  # path below the library's home to plain data
    name: str
    shown: Any


@dataclass(frozen=True)
class Explained:
    """A rule for people. `place` says where the shown part of an example stands."""

    id: str
    why: str
    source: str
    place: str
    bad: Example
    good: Example


def explained() -> tuple[Explained, ...]:
    """Every rule that `rules.yaml` explains, in its order."""
    value = read(_FILE).value
    return tuple(_explained(name, node, value["small"]) for name, node in value["rules"].items())


def small() -> Any:
    """The small document that examples are laid over."""
    return read(_FILE).value["small"]


def _explained(name: str, node: Mapping[str, Any], document: Any) -> Explained:
    make = _of_file if "file" in node else _of_document
    bad, good = make(node, document)
    return Explained(name, node["why"].strip(), node["from"], node.get("file") or node["at"], bad, good)


def _of_document(node: Mapping[str, Any], document: Any) -> tuple[Example, Example]:
    at = node["at"]
    bad = _laid(document, at, node["bad"])
    if "bad-then" in node:  # what is removed first stands last afterwards
        bad = _laid(bad, at, node["bad-then"])
    good = _laid(document, at, node["good"])
    return (
        Example({SMALL: bad}, "small", node.get("bad-then", node["bad"])),
        Example({SMALL: good}, "small", node["good"]),
    )


def _of_file(node: Mapping[str, Any], document: Any) -> tuple[Example, Example]:
    name, others = node.get("name", "small"), {SMALL: document, **node.get("with", {})}
    good, bad = node["good"], merged(node["good"], node["bad"])
    return (
        Example({**others, node["file"]: bad}, name, node["bad"]),
        Example({**others, node["file"]: good}, name, _same_part(good, node["bad"])),
    )


def _laid(document: Any, at: str, patch: Any) -> Any:
    made = copy.deepcopy(document)
    if not at:
        return merged(made, patch)
    *way, last = pointers.split(at)
    parent = pointers.get(made, pointers.join(*way))
    parent[last] = merged(parent.get(last), patch)
    return made


def merged(value: Any, patch: Any) -> Any:
    """A JSON Merge Patch (RFC 7396) applied."""
    if not isinstance(patch, dict):
        return patch
    made = dict(value) if isinstance(value, dict) else {}
    for name, each in patch.items():
        if each is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), each)
    return made


def _same_part(value: Any, patch: Any) -> Any:
    """What stands in `value` where `patch` changes it."""
    if not isinstance(patch, dict) or not isinstance(value, dict):
        return value
    return {name: _same_part(value[name], each) for name, each in patch.items() if name in value}
