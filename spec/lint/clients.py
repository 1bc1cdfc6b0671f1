"""Rules for generated clients: idioms that every generator turns into something a person can use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found

_RESERVED = ("accept", "content-type", "authorization")
_BINARY = (
    "image/",
    "video/",
    "audio/",
    "font/",
    "model/",
    "application/octet-stream",
    "application/pdf",
    "application/zip",
)
_INT32 = 2**31 - 1
_TYPED = {"type", "$ref", "enum", "const", "anyOf", "oneOf", "allOf"}
DEPTH = 3  # slashes in a reference to a component


def parameters(context: Context) -> Iterator[Found]:
    """No header parameter named accept, content-type or authorization: OpenAPI says those otherwise."""
    for place in context.of_kind("parameter"):
        name = str(place.node.get("name", ""))
        if place.node.get("in") == "header" and name.lower() in _RESERVED:
            instead = (
                "a security scheme" if name.lower() == "authorization" else "the media types of `content`"
            )
            yield Found(f"{place.pointer}/name", f"the parameter {name} becomes an argument; use {instead}")


def references(context: Context) -> Iterator[Found]:
    """A reference leads to a component and not into one: generators name what comes of it by its name."""
    for place in context.of_kind("schema"):
        target = place.node.get("$ref")
        if isinstance(target, str) and target.startswith("#/components/") and target.count("/") > DEPTH:
            yield Found(f"{place.pointer}/$ref", f"{target} leads into a component; make it one of its own")


def unions(context: Context) -> Iterator[Found]:
    """What a schema chooses from has types of its own."""
    for place in context.of_kind("schema"):
        if place.pointer.startswith("/components/x-"):
            continue  # our own, which no bundle for generators holds
        for word in ("anyOf", "oneOf"):
            for index, each in enumerate(place.node.get(word, ())):
                if isinstance(each, dict) and not each.keys() & _TYPED:
                    at = f"{place.pointer}/{word}/{index}"
                    yield Found(at, f"{word} chooses from what has no type; say it with if and then")


def json_first(context: Context) -> Iterator[Found]:
    """JSON stands first in a success: generators take the first media type."""
    for place in context.of_kind("response"):
        names = list(place.node.get("content", {}))
        if "application/json" in names[1:] and _is_success(context, place.pointer):
            yield Found(
                f"{place.pointer}/content", f"{names[0]} stands before application/json; put JSON first"
            )


def _is_success(context: Context, pointer: str) -> bool:
    status = pointer.rpartition("/")[2]
    return status.startswith("2") or (pointer.startswith("/components") and not status[0].isdecimal())


def binary(context: Context) -> Iterator[Found]:
    """A binary media type is `type: string, format: binary`, which every generator knows."""
    for place in context.of_kind("response", "request-body"):
        for name, content in place.node.get("content", {}).items():
            schema = content.get("schema", {})
            if name.startswith(_BINARY) and (schema.get("type"), schema.get("format")) != (
                "string",
                "binary",
            ):
                at = f"{place.pointer}/content{pointers.join(name)}"
                yield Found(at, f"{name} needs the schema {{type: string, format: binary}}")


def integers(context: Context) -> Iterator[Found]:
    """An integer that outgrows 32 bits says `format: int64`."""
    for place in context.of_kind("schema"):
        node = place.node
        bounds = (node.get("minimum"), node.get("maximum"))
        largest = max((abs(each) for each in bounds if isinstance(each, int | float)), default=0)
        if node.get("type") == "integer" and largest > _INT32 and node.get("format") != "int64":
            yield Found(place.pointer, f"goes to {largest}, beyond 32 bits; add `format: int64`")


def constants(context: Context) -> Iterator[Found]:
    """A const has a type: generators cannot guess it."""
    for place in context.of_kind("schema"):
        if "const" in place.node and "type" not in place.node:
            yield Found(place.pointer, "a bare const; write `type: string` and an enum of one value")


def multipart(context: Context) -> Iterator[Found]:
    """A multipart body is one flat object: no generator makes a form of oneOf."""
    for op in context.operations:
        for at, media_type, content in op.bodies:
            if not media_type.startswith("multipart/"):
                continue
            schema = content["schema"]
            yield from _flat(f"{at}/schema", schema)
            for name, each in schema.get("properties", {}).items():
                yield from _flat(f"{at}/schema/properties{pointers.join(name)}", each)


def _flat(at: str, schema: Any) -> Iterator[Found]:
    if "oneOf" in schema:
        yield Found(f"{at}/oneOf", "oneOf in a multipart body; write one flat object and x-rules")
