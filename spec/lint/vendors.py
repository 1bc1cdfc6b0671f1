"""Rules about vendors: a profile says what its document encodes, and what the claims of its pages say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found, Op
from proofsheet.spec.vendor_profile import Profile

_Flaw = tuple[str, str]  # a pointer into the profile, and what is wrong there


def encoded(context: Context) -> Iterator[Found]:
    """What a profile names is in its document: operations, requests, statuses, fields and the server."""
    if vendor := _vendor(context):
        known = {each.id: each for each in context.operations}
        for index, each in enumerate(vendor.raw.get("listed", ())):
            if each["operation"] not in known:
                yield _found(vendor, (f"/listed/{index}/operation", _no_operation(each["operation"], known)))
        for name, node in vendor.raw["operations"].items():
            at = pointers.join("operations", name)
            flaws = (
                _operation(vendor, node, known[name]) if name in known else [("", _no_operation(name, known))]
            )
            yield from (_found(vendor, (at + pointer, message)) for pointer, message in flaws)
        yield from _server(context, vendor)


def _no_operation(name: str, known: Mapping[str, Op]) -> str:
    return f"there is no operation {name}; the document has {', '.join(known)}"


def _operation(vendor: Profile, node: Mapping[str, Any], op: Op) -> Iterator[_Flaw]:
    _, path, method = pointers.split(op.pointer)
    request = f"{method.upper()} {vendor.raw['server']['path']}{path}"
    if node["request"] != request:
        yield "/request", f"expected {request}, as the document has it, came {node['request']}"
    for index, status in enumerate(node["responses"]):
        if status not in op.node["responses"]:
            yield f"/responses/{index}", f"the document has no {status} here; add it in the vendor's overlay"
    fields = op.body[2].get("schema", {}).get("properties", {}) if op.body else {}
    for index, field in enumerate(node["fields"]):
        if field not in fields:
            yield f"/fields/{index}", f"the document has no field {field} here; it has {', '.join(fields)}"
    for field in node["sample"]["fields"]:
        if field not in fields:
            yield f"/sample/fields{pointers.join(field)}", f"the document has no field {field} here"


def _server(context: Context, vendor: Profile) -> Iterator[Found]:
    server = vendor.raw["server"]
    urls = [each["url"] for each in context.resolved["servers"]]
    ending = server.get("url", "") + server["path"]
    if not all(_is_at(each, server) for each in urls):
        yield _found(vendor, ("/server", f"the document's servers are {', '.join(urls)}, not {ending}"))


def _is_at(url: str, server: Mapping[str, Any]) -> bool:
    """Whether a server's URL is the vendor's, or one below it (those of several speeds are)."""
    host, path = server.get("url"), server["path"]
    where = url.removeprefix(host) if host and url.startswith(host) else urlsplit(url).path
    return (not host or url.startswith(host)) and (where + "/").startswith(path + "/")


def cited(context: Context) -> Iterator[Found]:
    """Every page is a source of the document, and nothing cites a page that is not the vendor's."""
    if vendor := _vendor(context):
        known = context.source.value.get("x-sources", {})
        for key in vendor.sources:
            if "page" not in known.get(key, {}):
                yield _found(vendor, (f"/pages{pointers.join(key)}", f"{key} is no page in x-sources"))
        for pointer, key in _citations(vendor.raw):
            if key not in vendor.sources:
                yield _found(vendor, (pointer, f"{key} is not among `pages`; add it, or cite another"))


def _citations(raw: Mapping[str, Any]) -> Iterator[_Flaw]:
    yield from ((f"/server/at{pointers.join(key)}", key) for key in raw["server"]["at"])
    for index, way in enumerate(raw["auth"]):
        yield from ((f"/auth/{index}/at{pointers.join(key)}", key) for key in way["at"])
    for name, node in raw["operations"].items():
        yield f"/operations{pointers.join(name)}/page", node["page"]


def agreeing(context: Context) -> Iterator[Found]:
    """The statuses that a profile lists are those that the claims of the page lead to."""
    if not (vendor := _vendor(context)):
        return
    claims = context.library.claims(context.name)
    if not claims:
        return
    for op in context.operations:
        node = vendor.raw["operations"].get(op.id)
        claimed = set(_statuses(op, claims))
        listed = set(node["responses"]) if node else set()
        at = f"/operations{pointers.join(op.id)}/responses" if node else "/operations"
        for status in sorted(claimed ^ listed):
            which = "no claim of these pages leads to it" if status in listed else "a claim leads to it"
            yield _found(vendor, (at, f"{op.id} {status}: {which}; mend the profile or the claims"))


def _statuses(op: Op, claims: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    """The statuses of an operation that claims are about, by their ids; `.missing`: that a page lacks one."""
    for claim in claims:
        topics = claim["id"].split(".")
        here = any(each.startswith(f"{op.pointer}/responses/") for each in claim["encoded"])
        if here and "missing" not in topics:
            yield from (status for status in op.node["responses"] if status in topics)


def _vendor(context: Context) -> Profile | None:
    """The vendor whose own document this is; its variants are not linted twice."""
    return context.library.vendor(context.name) if "." not in context.name else None


def _found(vendor: Profile, flaw: _Flaw) -> Found:
    return Found(flaw[0], flaw[1], vendor.source)
