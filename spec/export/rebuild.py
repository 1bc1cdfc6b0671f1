"""Making a document anew, place by place, by the grammar of `extensions.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from proofsheet.spec import pointers

Grammar = Mapping[str, Mapping[str, Any]]
Change = Callable[[str, dict[str, Any], str], dict[str, Any]]


def rebuilt(document: Any, grammar: Grammar, change: Change) -> Any:
    """A copy of `document` in which each place is what `change(kind, node, pointer)` makes of it.

    From the inside out: a node's own places are changed already. Values and names are copied as they are.
    """
    return _node(document, "document", "", grammar, change)


def _node(node: Any, kind: str, pointer: str, grammar: Grammar, change: Change) -> Any:
    if not isinstance(node, dict):
        return node
    inner, every = grammar[kind], grammar[kind].get("*")
    made = {
        name: _below(each, inner.get(name, every), pointer + pointers.join(name), grammar, change)
        for name, each in node.items()
    }
    return change(kind, made, pointer)


def _below(node: Any, inner: Any, pointer: str, grammar: Grammar, change: Change) -> Any:
    if isinstance(inner, str):
        return _node(node, inner, pointer, grammar, change)
    if isinstance(inner, list) and isinstance(node, list):
        return [_node(each, inner[0], f"{pointer}/{at}", grammar, change) for at, each in enumerate(node)]
    if isinstance(inner, dict) and isinstance(node, dict):
        return {
            name: _node(each, inner["*"], pointer + pointers.join(name), grammar, change)
            for name, each in node.items()
        }
    return node
