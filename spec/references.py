"""References resolved: a document without any $ref, and what is wrong with one that leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.yaml_reader import Source


@dataclass(eq=False)  # not frozen: contextlib assigns to an exception's traceback
class BadReference(LookupError):
    """A $ref that leads nowhere, out of the file, or back to itself."""

    where: str
    reference: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: $ref {self.reference!r} {self.problem}"


def resolve(source: Source) -> dict[str, Any]:
    """The document with every $ref replaced by what it names. Siblings of a $ref win over it."""
    resolved: dict[str, Any] = _resolve(source, source.value, "", ())
    return resolved


def _resolve(source: Source, node: Any, pointer: str, trail: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_resolve(source, each, f"{pointer}/{index}", trail) for index, each in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if isinstance(reference := node.get("$ref"), str):
        target = _follow(source, reference, pointer, trail)
        resolved = _resolve(source, target, reference[1:], (*trail, reference))
        if not isinstance(resolved, dict):
            raise BadReference(source.where(pointer), reference, "must lead to an object")
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**resolved, **_resolve(source, rest, pointer, trail)}
    return {
        key: _resolve(source, value, f"{pointer}/{pointers.escape(key)}", trail)
        for key, value in node.items()
    }


def _follow(source: Source, reference: str, pointer: str, trail: tuple[str, ...]) -> Any:
    where = source.where(pointer)
    if not reference.startswith("#/"):
        raise BadReference(where, reference, "must lead to a place in the same file (#/…)")
    if reference in trail:
        raise BadReference(where, reference, "leads back to itself")
    try:
        return pointers.get(source.value, reference[1:])
    except KeyError:
        raise BadReference(where, reference, "leads nowhere") from None
