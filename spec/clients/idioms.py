"""What some generators need written otherwise, beyond what a bundle's view can say to all."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.build import operations


def spell_out_enums(document: Any) -> None:
    """Write each list of values that a form's field refers to where the field is. Changes `document`.

    Such a field is then a plain text for generators that take a reference for an object to be sent as JSON.
    """
    for form in _forms(document):
        for name, field in form.get("properties", {}).items():
            if "$ref" in field and "enum" in (found := pointers.get(document, field["$ref"][1:])):
                form["properties"][name] = copy.deepcopy(found)


def _forms(document: Any) -> Iterator[dict[str, Any]]:
    for _, _, operation in operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type.startswith(("multipart/", "application/x-www-form-urlencoded")):
                yield content.get("schema", {})
