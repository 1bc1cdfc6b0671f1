"""What some generators need written otherwise, beyond what a bundle's view can say to all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
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


def list_items(document: Any) -> None:
    """Write of each list of which nothing is said that its items may be anything. Changes `document`."""
    for node in _nodes(document):
        if _may_be_list(node.get("type")) and not node.keys() & {"items", "prefixItems", "$ref"}:
            node["items"] = {}


def one_body(document: Any) -> None:
    """Leave of each request body its usual media type, which stands first. Changes `document`."""
    for body in _bodies(document):
        media_type = next(iter(body["content"]))
        body["content"] = {media_type: body["content"][media_type]}


def _may_be_list(kind: Any) -> bool:
    return kind == "array" or (isinstance(kind, list) and "array" in kind)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(each)


def _bodies(document: Any) -> Iterator[dict[str, Any]]:
    named = document.get("components", {}).get("requestBodies", {}).values()
    own = (operation["requestBody"] for _, _, operation in operations(document) if "requestBody" in operation)
    yield from (each for each in (*named, *own) if each.get("content"))


def _forms(document: Any) -> Iterator[dict[str, Any]]:
    for _, _, operation in operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type.startswith(("multipart/", "application/x-www-form-urlencoded")):
                yield content.get("schema", {})


IDIOMS: Mapping[str, Callable[[Any], None]] = {
    "spell_out_enums": spell_out_enums,
    "list_items": list_items,
    "one_body": one_body,
}
