"""The places of a document where keywords may stand, found by the grammar of `extensions.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers

Grammar = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Place:
    """An object of the document: where it stands, what kind of place it is, and its plain data."""

    pointer: str
    kind: str
    node: dict[str, Any]


def places(document: Any, grammar: Grammar) -> Iterator[Place]:
    """Every place of a document, each once, from the outside in. Values and names are not searched."""
    yield from _places(document, "document", "", grammar)


def _places(node: Any, kind: str, pointer: str, grammar: Grammar) -> Iterator[Place]:
    if not isinstance(node, dict):
        return
    yield Place(pointer, kind, node)
    for name, inner in grammar[kind].items():
        if name == "*":
            yield from _below(node, {"*": inner}, pointer, grammar)
        elif name in node:
            yield from _below(node[name], inner, pointer + pointers.join(name), grammar)


def _below(node: Any, inner: Any, pointer: str, grammar: Grammar) -> Iterator[Place]:
    if isinstance(inner, str):
        yield from _places(node, inner, pointer, grammar)
    elif isinstance(inner, list) and isinstance(node, list):
        for index, each in enumerate(node):
            yield from _places(each, inner[0], f"{pointer}/{index}", grammar)
    elif isinstance(inner, dict) and isinstance(node, dict):
        for name, each in node.items():
            yield from _places(each, inner["*"], pointer + pointers.join(name), grammar)
