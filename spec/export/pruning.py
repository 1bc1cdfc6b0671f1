"""What a bundle leaves out: our keywords."""

from __future__ import annotations

from typing import Any

from proofsheet.spec.export.rebuild import Grammar, rebuilt


def stripped(document: Any, grammar: Grammar) -> Any:
    """A copy of `document` without x- keywords."""

    def strip(kind: str, node: dict[str, Any], pointer: str) -> dict[str, Any]:
        if "*" in grammar[kind]:  # a map's keys are names
            return node
        return {name: each for name, each in node.items() if not name.startswith("x-")}

    return rebuilt(document, grammar, strip)
