"""A document as schemathesis reads it."""

from __future__ import annotations

import copy
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.request_bodies import MULTIPART

NAME = "x-proofsheet-document"  # says which document a written one was made from


def as_read(document: Document) -> dict[str, Any]:
    """The document as plain data: references kept, one relative server, media types for pictures."""
    raw: dict[str, Any] = copy.deepcopy(dict(document.source))
    raw["servers"] = [{"url": "/"}]
    raw[NAME] = document.name
    dress(raw, document)
    return raw


def dress(raw: dict[str, Any], document: Document) -> None:
    """Give the parts of forms that are pictures their media types, else schemathesis sends random bytes."""
    for operation in document.operations.values():
        if operation.body and operation.body.media_type == MULTIPART and operation.body.pictures:
            form = _form(raw, operation)
            encoding = form.setdefault("encoding", {})
            for name, picture in operation.body.pictures.items():
                kinds = ", ".join(f"image/{each}" for each in picture.formats)
                encoding.setdefault(name, {"contentType": kinds})


def _form(raw: dict[str, Any], operation: Operation) -> dict[str, Any]:
    body = raw["paths"][operation.path][operation.method.lower()]["requestBody"]
    while "$ref" in body:
        body = pointers.get(raw, body["$ref"].removeprefix("#"))
    form: dict[str, Any] = body["content"][MULTIPART]
    return form
