"""How well a fact is known, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import evidence, pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.evidence import SOURCED


@dataclass(frozen=True)
class Known:
    """Looks up evidence for one operation of a document."""

    document: Document
    operation: Operation

    def at(self, pointer: str) -> dict[str, Any]:
        """`{grade, sources, beside, note}` of the fact at `pointer`, $refs followed; {} if unknown."""
        written = self.document.source
        origin = _origin(written, pointer)
        grade = evidence.grade_within(written, self.operation.pointer, origin)
        return plain(evidence.evidence(written, origin), grade)

    def below(self, *tokens: str) -> dict[str, Any]:
        """The same of a place below the operation."""
        return self.at(self.operation.pointer + pointers.join(*tokens))

    def keyword(self, name: str) -> str:
        """The pointer of a keyword that a policy may state for the operation."""
        node = pointers.get(self.document.source, self.operation.pointer)
        if name in node or "x-policy" not in node:
            return self.operation.pointer + pointers.join(name)
        return pointers.join("components", "x-policies", node["x-policy"], name)


def plain(evidence: Mapping[str, Any] | None, grade: str | None) -> dict[str, Any]:
    """Evidence as `{grade, sources, beside, note}`; {} where there is none.

    `sources` are those of the grade, `beside` has those of the other grades.
    """
    if evidence is None or grade is None:
        return {}
    listed = {name: evidence[name] for name in SOURCED if isinstance(evidence.get(name), list)}
    others = {name: each for name, each in listed.items() if name != grade}
    notes = [
        evidence[name] for name in ("assumed", "inherited", "note") if isinstance(evidence.get(name), str)
    ]
    made = {"grade": grade, "sources": listed.get(grade), "beside": others, "note": "; ".join(notes)}
    return {name: each for name, each in made.items() if each}


def _origin(document: Any, pointer: str) -> str:
    """Where in the document as written the fact stands: a place that only refers states nothing itself."""
    try:
        origin = pointers.origin(document, pointer)
    except KeyError:
        return pointer
    node = pointers.get(document, origin)
    if isinstance(node, dict) and "$ref" in node and "x-evidence" not in node:
        return _origin(document, node["$ref"][1:])
    return origin
