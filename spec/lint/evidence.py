"""Rules about evidence: every fact says where it comes from, and no source is cited in vain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec import evidence, pointers
from proofsheet.spec.lint.context import Context, Found

# Kinds of place that state facts, and the keywords that do so beside them.
_STATING = (
    "operation",
    "parameter",
    "header",
    "response",
    "server",
    "security-scheme",
    "example",
    "link",
    "message",
)
_KEYWORDS = (
    *(
        "x-cost",
        "x-artifact",
        "x-picture",
        "x-audio",
        "x-document",
        "x-json-schema",
        "x-precedence",
        "x-refusals",
        "x-wording",
        "x-codes",
    ),
    *(
        "x-negotiation",
        "x-completion",
        "x-embedding",
        "x-transcription",
        "x-outline",
        "x-classification",
        "x-dialogue",
    ),
)
# Facts with numbers: an evidence further up was hardly written with them in mind.
_NUMBERS = (
    "x-cost",
    "x-rate-limit",
    "x-token-limit",
    "x-max-body-bytes",
    "x-picture",
    "x-json-schema",
    "x-latency",
    "x-credit-usd",
)


def present(context: Context) -> Iterator[Found]:
    """Every fact is covered by evidence at its operation or component, or closer."""
    for at in _facts(context):
        if not _covered(context.source.value, at):
            kind = "component" if at.startswith("/components") else "operation"
            yield Found(at, f"nothing says how this is known; add x-evidence here or at its {kind}")


def _facts(context: Context) -> Iterator[str]:
    for place in context.places:
        if place.kind in _STATING and not _only_refers(place.node):
            yield place.pointer
        if place.kind in ("rule", "resource") or (place.kind == "choice" and "table" in place.node):
            yield place.pointer
        if place.kind == "schema" and _is_component(place.pointer):
            yield place.pointer
        if place.kind == "schema" and "requestBody" in place.pointer and not _only_refers(place.node):
            yield place.pointer
        if place.kind in ("operation", "policy", "schema"):
            yield from (place.pointer + "/" + each for each in _KEYWORDS if each in place.node)


def _only_refers(node: dict[str, Any]) -> bool:
    return "$ref" in node and "x-evidence" not in node


def _is_component(pointer: str) -> bool:
    return pointer.startswith("/components/schemas/") and pointer.count("/") == 3


def _part_of(pointer: str) -> tuple[str, tuple[str, ...]]:
    """The operation, component or server that a place belongs to, and the way from there."""
    tokens = pointers.split(pointer)
    depth = 2 if tokens[0] == "servers" else 3
    return pointers.join(*tokens[:depth]), tokens[depth:]


def _covered(document: Any, pointer: str) -> bool:
    owner, rest = _part_of(pointer)
    return evidence.evidence(pointers.get(document, owner), pointers.join(*rest)) is not None


def own(context: Context) -> Iterator[Found]:
    """A keyword with numbers has evidence of its own."""
    for place in context.of_kind("operation", "policy", "schema", "choice"):
        for name in _NUMBERS:
            if name in place.node and not _has_own(place.node, name):
                at = f"{place.pointer}/{name}"
                yield Found(
                    at, f"{name} states numbers; give it x-evidence inside, or `at: {{/{name}: …}}` beside it"
                )
        shared = place.kind == "choice" and place.pointer.startswith("/components/x-choices/")
        if shared and "x-evidence" not in place.node:
            yield Found(place.pointer, "a table states numbers; give it x-evidence inside")


def _has_own(node: dict[str, Any], name: str) -> bool:
    inside = isinstance(node[name], dict) and "x-evidence" in node[name]
    return inside or f"/{name}" in node.get("x-evidence", {}).get("at", {})


def sources(context: Context) -> Iterator[Found]:
    """Every source that evidence cites is in x-sources."""
    known = context.source.value.get("x-sources", {})
    for at, key in _cited(context):
        if key not in known:
            yield Found(at, f"there is no source {key!r}; x-sources has {', '.join(known) or 'none'}")


def used(context: Context) -> Iterator[Found]:
    """Every entry of x-sources is cited."""
    cited = {key for _, key in _cited(context)}
    for key in context.source.value.get("x-sources", {}):
        if key not in cited:
            yield Found("/x-sources" + pointers.join(key), f"nothing cites {key}; cite it or remove it")


def _cited(context: Context) -> Iterator[tuple[str, str]]:
    for at, node in _evidences(context):
        for grade in evidence.SOURCED:
            listed = node.get(grade, ())
            yield from ((f"{at}/{grade}", key) for key in listed if isinstance(listed, list))


def _evidences(context: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    for place in context.places:
        if found := place.node.get("x-evidence"):
            yield from _with_closer(place.pointer + "/x-evidence", found)


def _with_closer(at: str, evidence: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield at, evidence
    for pointer, each in evidence.get("at", {}).items():
        yield from _with_closer(f"{at}/at{pointers.join(pointer)}", each)


def landing(context: Context) -> Iterator[Found]:
    """What evidence speaks for with `at` exists."""
    for place in context.places:
        for pointer in place.node.get("x-evidence", {}).get("at", {}):
            try:
                pointers.get(place.node, pointer)
            except KeyError:
                at = f"{place.pointer}/x-evidence/at{pointers.join(pointer)}"
                yield Found(
                    at, f"there is nothing at {pointer} here; mend the pointer or remove the evidence"
                )
