"""Forms that Swagger UI fills in with what the document's example sends; other fields stay empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofsheet.spec.document import Operation


def prefill(operation: Operation, node: dict[str, Any]) -> None:
    """Give each field of the multipart body of `node`, an operation of a bundle, an example. In place."""
    if operation.body is None or not operation.body.media_type.startswith("multipart/"):
        return  # a JSON body is shown as its example is
    content = node["requestBody"]["content"][operation.body.media_type]
    sent: Mapping[str, Any] = next((each["value"] for each in content.get("examples", {}).values()), {})
    fields = operation.body.schema.get("properties", {})  # resolved: an example may not stand beside a $ref
    content["schema"] = {
        **content["schema"],
        "properties": {name: _filled(name, each, sent) for name, each in fields.items()},
    }


def _filled(name: str, schema: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: each for key, each in schema.items() if not key.startswith("x-")}
    if name in sent:
        return {**plain, "example": sent[name]}
    if "default" in plain or plain.get("format") == "binary":
        return plain
    return {**plain, "example": ""}  # else Swagger UI makes one up, and sends it
