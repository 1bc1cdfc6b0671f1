"""What a vendor's pages say for themselves, and what they leave to the base.

A vendor's document is its base with an overlay. Of the base's facts those stay as well known as they are
that one of the vendor's pages states: its evidence cites the page, a claim of the page leads to it, or it is
a status that the page lists. On all else the page is silent: the base holds, and the grade is `inherited`.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import build, evidence, pointers
from proofsheet.spec.unreferenced import pruned

_LISTED = ("documented", "official", "observed")
_STATED = ("statement", "superseded")  # a mistake is what a page says against its encoding


@dataclass(frozen=True)
class Pages:
    """A vendor's pages: the source of each, and by operation the source and the statuses it lists."""

    sources: Mapping[str, str]  # page to its key in x-sources
    statuses: Mapping[str, tuple[str, Collection[str]]]
    offered: Collection[str] | None = None  # the operations that the vendor has; None: all of the base


def narrowed(document: Any, pages: Pages, claims: Iterable[Mapping[str, Any]]) -> Any:
    """A copy of `document` in which only a vendor's own pages speak for themselves.

    `claims` are those of the family. Raises KeyError where they have not the form of claims.
    """
    made = copy.deepcopy(document) if pages.offered is None else _offered(document, pages)
    own = {*pages.sources.values(), *(source for source, _ in pages.statuses.values())}
    listed = {id(node) for node in _only_listed(made, pages)}
    for node in _stating(made):
        node["x-evidence"] = _narrow(node["x-evidence"], () if id(node) in listed else own)
    for pointer, sources in _claimed(claims, pages):
        if _is_about_a_page(made, pointer, pages) and _is_listed(document, pointer, sources, pages):
            _state(made, document, pointer, sources)
    for path, method, operation in build.operations(made):
        if operation.get("operationId") in pages.statuses:
            _list(made, pointers.join("paths", path, method), *pages.statuses[operation["operationId"]])
    return made


def _claimed(claims: Iterable[Mapping[str, Any]], pages: Pages) -> Iterator[tuple[str, list[str]]]:
    """The places to which the statements of a vendor's own pages lead, with these pages' sources."""
    for claim in claims:
        sources = [pages.sources[each] for each in claim["pages"] if each in pages.sources]
        if sources and claim.get("kind", "statement") in _STATED:
            yield from ((pointer, sources) for pointer in claim["encoded"])


def _offered(document: Any, pages: Pages) -> Any:
    """A copy of the document with the operations that the vendor has, and without what only others need."""
    made = copy.deepcopy(document)
    for path, method, operation in list(build.operations(made)):
        if operation.get("operationId") not in (pages.offered or ()):
            del made["paths"][path][method]
            if not any(each in made["paths"][path] for each in build.METHODS):
                del made["paths"][path]
    made = pruned(made)
    cited = {key for node in _stating(made) for key in _cited(node["x-evidence"])} | {*pages.sources.values()}
    made["x-sources"] = {key: each for key, each in made.get("x-sources", {}).items() if key in cited}
    return made


def _cited(node: Mapping[str, Any]) -> Iterator[str]:
    for grade in (*_LISTED, "inherited"):
        if isinstance(node.get(grade), list):
            yield from node[grade]
    for each in node.get("at", {}).values():
        yield from _cited(each)


def _only_listed(document: Any, pages: Pages) -> Iterator[dict[str, Any]]:
    """What carries evidence in operations of which no page was read: a menu's entry says nothing of them."""
    for _, _, operation in build.operations(document):
        if operation.get("operationId") not in pages.statuses:
            yield from _stating(operation)


def _is_about_a_page(document: Any, pointer: str, pages: Pages) -> bool:
    """Whether a place is in no operation, or in one of which a page was read."""
    tokens = pointers.split(pointer)
    if tokens[:1] != ("paths",) or len(tokens) < 3:
        return True
    operation: Any = next(pointers.find(document, tokens[:3]), {})
    return isinstance(operation, dict) and operation.get("operationId") in pages.statuses


def _is_listed(document: Any, pointer: str, sources: list[str], pages: Pages) -> bool:
    """Whether a place is no refusal, or one in a listed status: a page may want a key and have no 401."""
    tokens = pointers.split(pointer)
    if tokens[:2] != ("components", "x-policies") or "x-refusals" not in tokens[:-1]:
        return True
    outcome = next(pointers.find(document, tokens), None)
    own = {name: listed for name, (source, listed) in pages.statuses.items() if source in sources}
    return any(
        status in own[node["operationId"]]
        for _, _, node in build.operations(document)
        if node.get("operationId") in own
        for status in _statuses_of(document, node, outcome)
    )


def _statuses_of(document: Any, operation: Mapping[str, Any], outcome: Any) -> Iterator[str]:
    for status, response in operation["responses"].items():
        found = pointers.get(document, response["$ref"][1:]) if "$ref" in response else response
        if any(outcome in content.get("examples", {}) for content in found.get("content", {}).values()):
            yield status


def _list(document: Any, operation: str, source: str, listed: Collection[str]) -> None:
    """Note which of an operation's statuses the page lists; the others are not the operation's evidence.

    That these are all, and what the body of an error looks like, no list of statuses says.
    """
    node = pointers.get(document, operation)
    within = node.setdefault("x-evidence", {}).setdefault("at", {})
    within["/responses"] = {"inherited": "the page lists statuses, not that these are all nor their bodies"}
    for status, response in node["responses"].items():
        if status in listed:
            within[f"/responses/{status}"] = {"documented": [source]}
        else:
            within[f"/responses/{status}"] = _unlisted(document, response)


def _unlisted(document: Any, response: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence of a response that the page does not list: that of the response, but inherited."""
    place = response["$ref"][1:] if "$ref" in response else None
    found = evidence.evidence(document, place) if place else response.get("x-evidence")
    if found and "documented" not in found:
        return {key: found[key] for key in ("inherited", "assumed", "note") if key in found}
    return {"inherited": "listed by other pages or by the maker, and not by this page"}


def _stating(node: Any) -> Iterator[dict[str, Any]]:
    """Every object that carries evidence."""
    if isinstance(node, dict):
        if isinstance(node.get("x-evidence"), dict):
            yield node
        for child in node.values():
            yield from _stating(child)
    elif isinstance(node, list):
        for child in node:
            yield from _stating(child)


def _narrow(node: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    others: dict[str, None] = {}
    for grade in _LISTED:
        listed = node.get(grade, ())
        if mine := [each for each in listed if each in own]:
            made[grade] = mine
        others |= dict.fromkeys(each for each in listed if each not in own)
    if others or "inherited" in node:
        made["inherited"] = list(others) or node["inherited"]
    made |= {key: node[key] for key in ("assumed", "note") if key in node}
    if "at" in node:
        made["at"] = {pointer: _narrow(each, own) for pointer, each in node["at"].items()}
    return made


def _state(document: Any, base: Any, pointer: str, sources: list[str]) -> None:
    """Note that the vendor's `sources` state the fact at `pointer`, if the document has that place.

    A page cannot make known what the base only assumes: a claim leads to a place, not to all that is below.
    """
    try:
        origin = pointers.origin(document, pointer)
        place = pointers.split(origin)
        if evidence.grade(base, origin) in (None, "assumed") or not (found := _nearest(document, place)):
            return
    except KeyError:
        return
    node, rest = found
    if "documented" not in node:
        _keep_below(node, rest, pointers.get(document, origin))
    if rest:
        within = node.setdefault("at", {})
        node = within.setdefault(_known_as(within, rest), {})
    node["documented"] = list(dict.fromkeys([*node.get("documented", ()), *sources]))


def _keep_below(node: dict[str, Any], rest: tuple[str, ...], value: Any) -> None:
    """What stands below a claimed place stays as well known as it was."""
    own = {key: each for key, each in node.items() if key not in ("at", "note")}
    within = node.setdefault("at", {})
    for name in value if isinstance(value, dict) else ():
        if name != "x-evidence":
            within.setdefault(_known_as(within, (*rest, name)), dict(own))


def _known_as(within: Mapping[str, Any], rest: tuple[str, ...]) -> str:
    loose = "/" + "/".join(rest)  # how evidence may write `/table/16:9`
    return loose if loose in within else pointers.join(*rest)


def _nearest(document: Any, place: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """The closest evidence at or above `place`, and the way from there."""
    found, value = None, document
    for depth in range(len(place) + 1):
        if isinstance(value, dict) and isinstance(value.get("x-evidence"), dict):
            found = value["x-evidence"], place[depth:]
        if depth < len(place):
            value = pointers.step(value, place[depth])
    return found
