"""The page for people at /_mock/: the journal, live, with the pictures served as a proof sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import KINDS
from proofsheet.mockserver.forcing import FAULT_HEADER
from proofsheet.spec import pointers, security
from proofsheet.spec.document import Document, Operation

_HOME = Path(__file__).parent / "pages"
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
# Nothing from elsewhere, nothing inline, no frame around it: what a request carried can never run here.
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-cache"}


def page(double: Double) -> Response:
    """The page; what it shows of calls it fetches from the journal."""
    environment = Environment(
        loader=FileSystemLoader(_HOME),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("page.html").render(
        documents=tuple(double.documents),
        triggers=double.triggers,
        example=_example(tuple(double.documents)),
        known_keys=double.settings.keys is not None,
        fault_header=FAULT_HEADER.title(),
        fault_kinds=KINDS,
        join=pointers.join,
    )
    headers = {**_HEADERS, "content-security-policy": _POLICY}
    return Response(html, media_type="text/html", headers=headers)


def asset(name: str) -> Response | None:
    """A file of the page by its name in a closed table; None for any other."""
    if name not in _ASSETS:
        return None
    return Response((_HOME / name).read_bytes(), media_type=_ASSETS[name], headers=_HEADERS)


def _example(documents: tuple[Document, ...]) -> dict[str, Any] | None:
    """The first call that a person can paste: its path and curl's arguments; drawing ones come first."""
    pairs = [(each, operation) for each in documents for operation in each.operations.values()]
    plain = [pair for pair in pairs if "{" not in pair[1].path]
    if not plain:
        return None
    document, operation = min(plain, key=lambda pair: pair[1].artifact is None)
    placed = security.place(operation.security[0] if operation.security else (), "sk-test")
    query = "&".join(f"{name}={value}" for name, value in placed.query)
    path = document.bases[0] + operation.path + (f"?{query}" if query else "")
    return {"path": path, "arguments": _arguments(operation, _body(document, operation), placed)}


def _body(document: Document, operation: Operation) -> Mapping[str, Any]:
    """The first example body that the document gives."""
    if operation.body is None:
        return {}
    node = pointers.get(document.raw, operation.pointer)
    examples = node["requestBody"]["content"][operation.body.media_type].get("examples", {})
    value = next((each.get("value") for each in examples.values()), None)
    return value if isinstance(value, dict) else {}


def _arguments(operation: Operation, body: Mapping[str, Any], placed: security.Placed) -> list[str]:
    draws = any(name.startswith("image/") for name in operation.success.representations)
    found = [f"-X {operation.method}"] if operation.method != "GET" and not body else []
    found += ["-H " + quote(f"{name}: {value}") for name, value in placed.headers]
    if draws:
        found.append("-H 'accept: image/*'")
    if operation.body and operation.body.media_type == "multipart/form-data":
        found += ["-F " + quote(f"{name}={value}") for name, value in body.items()]
    elif operation.body and body:
        found += ["-H 'content-type: application/json'", "-d " + quote(json.dumps(body, ensure_ascii=False))]
    return [*found, *(["-o picture.png"] if draws else [])]
