"""Leaving out the components of a document that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.build import operations


def pruned(document: Any) -> Any:
    """A copy of `document` without the components that nothing refers to; groups of our own stay whole.

    A document without paths is one of components, and keeps them.
    """
    groups = document.get("components", {})
    ours = {name: group for name, group in groups.items() if name.startswith("x-")}
    rest = {name: each for name, each in document.items() if name != "components"}
    reached = _reached(document, [rest, ours]) | _schemes(document)
    if not document.get("paths"):
        return document
    kept = {
        name: {key: each for key, each in group.items() if pointers.join("components", name, key) in reached}
        for name, group in groups.items()
        if name not in ours
    }
    components = {name: ours.get(name) or kept.get(name) for name in groups}
    made = {**document, "components": {name: group for name, group in components.items() if group}}
    return made if made["components"] else {name: each for name, each in made.items() if name != "components"}


def _reached(document: Any, roots: list[Any]) -> set[str]:
    found: set[str] = set()
    while roots:
        for target in list(_references(roots.pop())):
            component = pointers.join(*pointers.split(target)[:3])
            if component not in found:
                found.add(component)
                roots.append(pointers.get(document, component))
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str) and reference.startswith("#/components/"):
            yield reference[1:]
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def _schemes(document: Any) -> set[str]:
    """The security schemes that are asked for, which is by name."""
    asked = [document.get("security", [])]
    asked += [node["security"] for _, _, node in operations(document) if "security" in node]
    names = {name for each in asked for requirement in each for name in requirement}
    return {pointers.join("components", "securitySchemes", name) for name in names}
