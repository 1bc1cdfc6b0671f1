"""What some generators need written otherwise, beyond what a bundle's view can say to all."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.build import operations
from proofsheet.spec.events import MEDIA_TYPE as STREAM


def spell_out_enums(document: Any) -> None:
    """Write each list of values that a form's field refers to where the field is. Changes `document`.

    Such a field is then a plain text for generators that take a reference for an object to be sent as JSON.
    """
    for form in _forms(document):
        for name, field in form.get("properties", {}).items():
            if "$ref" in field and "enum" in (found := pointers.get(document, field["$ref"][1:])):
                form["properties"][name] = copy.deepcopy(found)


def spell_out_headers(document: Any) -> None:
    """Write each header that an answer refers to where it is: one that is referred to by several names is not
    taken for one header then. Changes `document`."""
    for node in _nodes(document):
        headers = node.get("headers")
        if not isinstance(headers, dict):
            continue
        for name, header in headers.items():
            target = header.get("$ref", "") if isinstance(header, dict) else ""
            if target.startswith("#/components/headers/"):
                headers[name] = copy.deepcopy(pointers.get(document, target[1:]))


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


def one_type(document: Any) -> None:
    """Leave one type where a schema lists several beside null: number of numbers, else none.

    Changes `document`.
    """
    for node in _nodes(document):
        kinds = node.get("type")
        if not isinstance(kinds, list):
            continue
        several = [each for each in kinds if each != "null"]
        if len(several) < 2:
            continue
        if set(several) == {"integer", "number"}:
            node["type"] = ["number", *(each for each in kinds if each == "null")]
        else:
            del node["type"]


def typed_enums(document: Any) -> None:
    """Write the type of what may be one of several texts. Changes `document`."""
    for node in _nodes(document):
        values = node.get("enum")
        if isinstance(values, list) and "type" not in node and all(isinstance(each, str) for each in values):
            node["type"] = "string"


def no_null_in_enums(document: Any) -> None:
    """Leave null out of lists of values: the type says that it may be there. Changes `document`."""
    for node in _nodes(document):
        if isinstance(node.get("enum"), list) and None in node["enum"]:
            node["enum"] = [each for each in node["enum"] if each is not None]


def no_schema_named_response(document: Any) -> None:
    """Give the schema another name that has that of the generator's own class. Changes `document`."""
    schemas = document.get("components", {}).get("schemas", {})
    if "Response" not in schemas:
        return
    schemas["ResponseObject"] = schemas.pop("Response")
    for node in _nodes(document):
        if node.get("$ref") == "#/components/schemas/Response":
            node["$ref"] = "#/components/schemas/ResponseObject"


def no_enums_of_one_name(document: Any) -> None:
    """Leave out lists of values of which two differ in case or signs only: a class has a name once.

    Changes `document`.
    """
    for node in _nodes(document):
        values = node.get("enum")
        if not isinstance(values, list):
            continue
        names = [re.sub(r"[^a-z0-9]+", "_", each.lower()) for each in values if isinstance(each, str)]
        if len(set(names)) < len(names):
            del node["enum"]
            node.setdefault("type", "string")


def no_list_defaults(document: Any) -> None:
    """Leave out what a list is where none is sent. Changes `document`."""
    for node in _nodes(document):
        if node.get("type") == "array" and isinstance(node.get("default"), list):
            del node["default"]


def streams_as_bytes(document: Any) -> None:
    """Write of a stream of events that it is bytes. Changes `document`."""
    for node in _nodes(document):
        if isinstance(node.get("content"), dict) and STREAM in node["content"]:
            node["content"][STREAM] = {"schema": {"type": "string", "format": "binary"}}


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
    "spell_out_headers": spell_out_headers,
    "list_items": list_items,
    "one_body": one_body,
    "one_type": one_type,
    "typed_enums": typed_enums,
    "no_null_in_enums": no_null_in_enums,
    "no_schema_named_response": no_schema_named_response,
    "no_enums_of_one_name": no_enums_of_one_name,
    "no_list_defaults": no_list_defaults,
    "streams_as_bytes": streams_as_bytes,
}
