"""Rules about paths, servers and names: where a request goes must be plain."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found

_TEMPLATE = re.compile(r"\{([^{}]*)\}")


def identifiers(context: Context) -> Iterator[Found]:
    """Path parameters are identifiers, and each is declared."""
    for op in context.operations:
        path = pointers.split(op.pointer)[1]
        declared = {each["name"] for each in op.parameters("path")}
        for name in _TEMPLATE.findall(path):
            if not (name.isidentifier() and name.isascii()):
                yield Found(op.pointer, f"{{{name}}} is no identifier; write it with underscores")
            if name not in declared:
                yield Found(op.pointer, f"{{{name}}} has no path parameter in {op.id}; declare it")


def parts(context: Context) -> Iterator[Found]:
    """A document that is a part of a family is named after it."""
    family = context.resolved["info"].get("x-part-of")
    if family is not None and not context.name.startswith(f"{family}-"):
        yield Found("/info/x-part-of", f"a part of {family} is named {family}-…, not {context.name}")


def collisions(context: Context) -> Iterator[Found]:
    """No request fits two paths: routers disagree about which one wins."""
    schemas = _path_schemas(context)
    for one, other in itertools.combinations(context.resolved["paths"], 2):
        if _overlap(one, other, schemas):
            at = pointers.join("paths", other)
            yield Found(
                at,
                f"a request may fit {one} too; give the parameter an enum or a pattern that tells them apart",
            )


def _path_schemas(context: Context) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (pointers.split(op.pointer)[1], each["name"]): each["schema"]
        for op in context.operations
        for each in op.parameters("path")
    }


def _overlap(one: str, other: str, schemas: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    left, right = one.split("/"), other.split("/")
    if len(left) != len(right):
        return False
    pairs = zip(left, right, strict=True)
    return all(_meet(a, b, schemas, (one, other)) for a, b in pairs)


def _meet(
    a: str, b: str, schemas: Mapping[tuple[str, str], Mapping[str, Any]], paths: tuple[str, str]
) -> bool:
    """Whether one text fits both segments of two paths."""
    if "{" in a and "{" in b:
        filled = (_filled(b, schemas, paths[1]), _filled(a, schemas, paths[0]))
        return _admits(a, filled[0], schemas, paths[0]) or _admits(b, filled[1], schemas, paths[1])
    if "{" in a:
        return _admits(a, b, schemas, paths[0])
    if "{" in b:
        return _admits(b, a, schemas, paths[1])
    return a == b


def _filled(segment: str, schemas: Mapping[tuple[str, str], Mapping[str, Any]], path: str) -> str:
    """A segment with the example of each parameter in its place."""
    return _TEMPLATE.sub(lambda match: str(schemas.get((path, match[1]), {}).get("example", "1")), segment)


def _admits(segment: str, text: str, schemas: Mapping[tuple[str, str], Mapping[str, Any]], path: str) -> bool:
    names = _TEMPLATE.findall(segment)
    pattern = "(.+)".join(re.escape(part) for part in _TEMPLATE.split(segment)[::2])
    match = re.fullmatch(pattern, text)
    if not match:
        return False
    schema = [schemas.get((path, name), {}) for name in names]
    return all(_possible(value, each) for value, each in zip(match.groups(), schema, strict=True))


def _possible(value: str, schema: Mapping[str, Any]) -> bool:
    if "enum" in schema and value not in schema["enum"]:
        return False
    if schema.get("type") == "integer" and not value.isdecimal():
        return False
    return re.search(schema.get("pattern", ""), value) is not None


def servers(context: Context) -> Iterator[Found]:
    """A server is an http(s) URL or a path, without a slash at its end, its variables declared."""
    for index, server in enumerate(context.resolved["servers"]):
        for problem in _problems(server):
            yield Found(f"/servers/{index}/url", f"{server['url']!r} {problem}")


def _problems(server: Mapping[str, Any]) -> Iterator[str]:
    url = server["url"]
    variables = server.get("variables", {})
    for name in _TEMPLATE.findall(url):
        if name not in variables:
            yield f"has {{{name}}} and no such variable; declare it with a default"
            return
    try:
        parts = urlsplit(_TEMPLATE.sub(lambda match: variables[match[1]]["default"], url))
    except ValueError:
        yield "is no URL"
        return
    if not (parts.scheme in ("http", "https") and parts.netloc) and not url.startswith("/"):
        yield "is neither an http(s) URL nor a path; begin with https://"
    if parts.query or parts.fragment:
        yield "has a query or a fragment; remove it"
    if url.endswith("/") and url != "/":
        yield "ends with a slash, and paths begin with one; remove it"
