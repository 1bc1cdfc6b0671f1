"""OpenAPI 3.1 as 3.0.3, for tools that refuse 3.1. What 3.0 cannot say is noted as a loss."""

from __future__ import annotations

from typing import Any

from proofsheet.spec.export import downgrade_schemas
from proofsheet.spec.export.losses import Losses
from proofsheet.spec.export.rebuild import Grammar, rebuilt
from proofsheet.spec.export.views import BYTES

VERSION = "3.0.3"


def as_30(document: Any, grammar: Grammar, losses: Losses) -> Any:
    """A copy of the 3.1 `document` as OpenAPI 3.0.3."""

    def change(kind: str, node: dict[str, Any], pointer: str) -> dict[str, Any]:
        if kind == "schema":
            return downgrade_schemas.as_30(node, pointer, losses)
        if kind in _CHANGES:
            return _CHANGES[kind](node, pointer, losses)
        return _only_reference(node, pointer, losses)

    return rebuilt(document, grammar, change)


def _only_reference(node: dict[str, Any], pointer: str, losses: Losses) -> dict[str, Any]:
    if "$ref" not in node or len(node) == 1:
        return node
    _lose(node, [name for name in node if name != "$ref"], pointer, losses, "beside a $ref")
    return {"$ref": node["$ref"]}


def _lose(node: dict[str, Any], names: Any, pointer: str, losses: Losses, why: str = "") -> None:
    for name in names:
        if name in node:
            losses.note(f"{pointer}/{name}", f"dropped: OpenAPI 3.0 has no such thing {why}".rstrip())


def _without(node: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: each for name, each in node.items() if name not in names}


def _document(node: dict[str, Any], pointer: str, losses: Losses) -> dict[str, Any]:
    _lose(node, ("webhooks", "jsonSchemaDialect"), pointer, losses)
    rest = _without(node, "openapi", "webhooks", "jsonSchemaDialect")
    return {"openapi": VERSION, **rest, "paths": node.get("paths", {})}


def _info(node: dict[str, Any], pointer: str, losses: Losses) -> dict[str, Any]:
    _lose(node, ("summary",), pointer, losses)
    return _without(node, "summary")


def _license(node: dict[str, Any], pointer: str, losses: Losses) -> dict[str, Any]:
    if "identifier" not in node:
        return node
    url = node.get("url", f"https://spdx.org/licenses/{node['identifier']}.html")
    return {**_without(node, "identifier"), "url": url}


def _components(node: dict[str, Any], pointer: str, losses: Losses) -> dict[str, Any]:
    _lose(node, ("pathItems",), pointer, losses)
    return _without(node, "pathItems")


def _media_type(node: dict[str, Any], pointer: str, losses: Losses) -> dict[str, Any]:
    media_type = pointer.rpartition("/")[2].replace("~1", "/")
    if not node.get("schema") and media_type.startswith(BYTES):
        return {**node, "schema": {"type": "string", "format": "binary"}}
    return node


_CHANGES = {
    "document": _document,
    "info": _info,
    "license": _license,
    "components": _components,
    "media-type": _media_type,
}
