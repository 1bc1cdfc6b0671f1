"""Documents of shapes that no family has yet, as small as they can be."""

from __future__ import annotations

from typing import Any

import httpx
from support import NOON

from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import Settings
from proofsheet.spec import build
from proofsheet.spec.document import Document

JSON = "application/json"
MULTIPART = "multipart/form-data"


def answer(value: Any, **example: Any) -> dict[str, Any]:
    """A response with one outcome, `success`."""
    return {"content": {JSON: {"schema": {}, "examples": {"success": {"value": value, **example}}}}}


def refusal(name: str) -> dict[str, Any]:
    """A response whose outcome says what was wrong."""
    node = {"value": {"wrong": ["x"]}, "x-bind": {"/wrong": "$refusal.details"}}
    return {"content": {JSON: {"schema": {}, "examples": {name: node}}}}


def operation(name: str, **more: Any) -> dict[str, Any]:
    """An operation that answers at once, unless its key is missing or its body is wrong."""
    return {
        "operationId": name,
        "x-precedence": ["authenticate", "media-type", "validate"],
        "x-refusals": {
            "authenticate": "unauthorized",
            "media-type": "bad_request",
            "validate": "bad_request",
        },
        "responses": {
            "200": answer({"ok": True}),
            "400": refusal("bad_request"),
            "401": refusal("unauthorized"),
        },
        **more,
    }


def document(
    name: str, paths: dict[str, Any], security: Any = (), schemes: Any = None, **more: Any
) -> Document:
    """A document of the family `name`, served at the root."""
    raw = {
        "info": {"title": name, "version": "1"},
        "servers": [{"url": f"https://{name}.example"}],
        "security": list(security),
        "components": {"securitySchemes": schemes or {}},
        "paths": paths,
        **more,
    }
    return build.document(name, raw, raw)


def client(*documents: Document, **settings: Any) -> httpx.AsyncClient:
    """A client of a double of these documents, which checks its own replies."""
    site = Site(double(documents, Settings(**{"check_replies": True, "date": NOON, **settings})))
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1")
