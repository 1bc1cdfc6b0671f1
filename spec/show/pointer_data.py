"""What stands at a pointer of a document, where it is written, and how it is known."""

from __future__ import annotations

from typing import Any

from proofsheet.spec import evidence, pointers
from proofsheet.spec.show.evidence_data import plain
from proofsheet.spec.yaml_reader import Source


def place(source: Source, pointer: str) -> dict[str, Any]:
    """`{pointer, where, evidence, value}`. The pointer may pass through a $ref.

    Raises KeyError, whose one argument says what there is instead, and ValueError if it is no pointer.
    """
    pointers.split(pointer)
    try:
        origin = pointers.origin(source.value, pointer)
    except KeyError:
        raise KeyError(_instead(source, pointer)) from None
    known = plain(evidence.evidence(source.value, origin), evidence.grade(source.value, origin))
    value = pointers.get(source.value, origin)
    return {"pointer": origin, "where": source.where(origin), "evidence": known, "value": value}


def _instead(source: Source, pointer: str) -> str:
    tokens = pointers.split(pointer)
    for depth in range(len(tokens) - 1, -1, -1):
        parent = pointers.join(*tokens[:depth])
        try:
            origin = pointers.origin(source.value, parent)
        except KeyError:
            continue
        node = pointers.get(source.value, origin)
        names = ", ".join(_names(node)) or "nothing"
        return f"{source.where(origin)}: there is no {tokens[depth]!r} at {parent or '/'}; there is: {names}"
    return f"{source.where('')}: nothing is at {pointer}"


def _names(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [pointers.escape(name) for name in node]
    return [str(index) for index in range(len(node))] if isinstance(node, list) else []
