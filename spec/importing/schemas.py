"""Schemas of OpenAPI 3.0 and 3.1, and of generators that keep to neither, as plain JSON Schema 2020-12."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from proofsheet.spec import pointers
from proofsheet.spec.importing.notes import Notes

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_OTHER_TYPES = {
    **{"float": "number", "double": "number", "int": "integer", "long": "integer", "bool": "boolean"},
    **{"str": "string", "date": "string", "list": "array", "dict": "object", "map": "object"},
}
_KEPT = (
    *("description", "title", "type", "format", "enum", "const", "default", "required", "deprecated"),
    *("minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "example"),
)
_MAPS = ("properties", "patternProperties")
_ONE = ("items", "not", "additionalProperties")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_COMPONENTS = "#/components/schemas/"
DEEPEST = 7  # levels of references; what lies deeper may be anything
MOST = 4_000  # values of one schema without references; a larger one is kept to fewer levels


@dataclass
class Schemas:
    """Makes each schema of a document a whole one, without references. `notes` learns what was changed."""

    document: Mapping[str, Any]
    notes: Notes
    most: int = MOST
    named: dict[str, str] = field(default_factory=dict)  # whole schemas as JSON, to what they are called
    _left: int = field(default=0, init=False)

    def whole(self, node: Any, place: str) -> dict[str, Any]:
        """The schema `node` stands for; `{}` where it cannot be used."""
        for levels in (DEEPEST, 4, 2, 1):
            self._left = self.most
            found = self._schema(node, place, (), levels)
            if self._left > 0:
                break
            self.notes.add("a schema is very large and is kept to fewer levels", place)
        found = found if _compiles(found) else {}
        reference = str(node.get("$ref", "")) if isinstance(node, dict) else ""
        if reference.startswith(_COMPONENTS) and found:
            self.named.setdefault(
                json.dumps(found), re.sub(r"[^A-Za-z0-9_-]", "_", reference[len(_COMPONENTS) :])
            )
        return found

    def shared(self, found: Any, components: dict[str, Any]) -> Any:
        """Plain data in which each schema of an answer that has a name is a reference to it."""
        if isinstance(found, list):
            return [self.shared(each, components) for each in found]
        if not isinstance(found, dict):
            return found
        return {
            key: self._named(each, components) if key == "schema" else self.shared(each, components)
            for key, each in found.items()
        }

    def _named(self, schema: Any, components: dict[str, Any]) -> Any:
        name = self.named.get(json.dumps(schema))
        if name is None or components.setdefault(name, schema) != schema:
            return schema
        return {"$ref": f"{_COMPONENTS}{name}"}

    def followed(self, node: Any, place: str) -> Any:
        """What a node is, or the one that its reference names; an empty object if that leads nowhere."""
        seen: set[str] = set()
        while isinstance(node, dict) and isinstance(name := node.get("$ref"), str):
            target = self._target(name, place)
            if name in seen or target is None:
                return {}
            seen.add(name)
            node = target
        return node if isinstance(node, dict) else {}

    def _target(self, name: str, place: str) -> Any:
        if not name.startswith("#/"):
            self.notes.add("a $ref leads out of the file; anything is taken there", f"{place} ({name})")
            return None
        try:
            return pointers.get(self.document, name[1:])
        except KeyError:
            self.notes.add("a $ref leads nowhere; anything is taken there", f"{place} ({name})")
            return None

    def _schema(self, node: Any, place: str, trail: tuple[str, ...], levels: int) -> dict[str, Any]:
        self._left -= 1
        if not isinstance(node, dict) or self._left <= 0:
            return {}
        if isinstance(name := node.get("$ref"), str):
            if name in trail or len(trail) >= levels:
                return {}
            target = self._target(name, place)
            rest = {
                key: value for key, value in node.items() if key in ("description", "default", "nullable")
            }
            joined = {**target, **rest} if isinstance(target, dict) else {}
            return self._schema(joined, place, (*trail, name), levels)
        return self._own(node, place, trail, levels)

    def _own(self, node: Any, place: str, trail: tuple[str, ...], levels: int) -> dict[str, Any]:
        found = {key: node[key] for key in _KEPT if key in node}
        for key in _MAPS:
            if isinstance(node.get(key), dict):
                found[key] = {
                    name: self._schema(each, f"{place}/{name}", trail, levels)
                    for name, each in node[key].items()
                }
        for key in _ONE:
            if isinstance(node.get(key), dict):
                found[key] = self._schema(node[key], place, trail, levels)
            elif isinstance(node.get(key), bool) and key == "additionalProperties":
                found[key] = node[key]
        for key in _LISTS:
            if isinstance(node.get(key), list) and node[key]:
                found[key] = [self._schema(each, place, trail, levels) for each in node[key]]
        return _merged(self._mended(found, node, place))

    def _mended(self, found: dict[str, Any], node: Mapping[str, Any], place: str) -> dict[str, Any]:
        _type(found, self.notes, place)
        _numbers(found)
        _bounds(found)
        required = found.pop("required", None)
        if isinstance(required, list) and required:
            found["required"] = [*dict.fromkeys(each for each in required if isinstance(each, str))]
            for name in found["required"] if found.get("properties") else ():
                if name not in found["properties"]:
                    self.notes.add("a required field has no property; anything is taken", f"{place}/{name}")
                    found["properties"][name] = {}
        if found.get("type") == "array" and "items" not in found:
            found["items"] = {}
        if isinstance(found.get("enum"), list) and found["enum"]:
            found["enum"] = [each for at, each in enumerate(found["enum"]) if each not in found["enum"][:at]]
        else:
            found.pop("enum", None)
        if "contentMediaType" in node and found.get("type") == "string":
            found.setdefault("format", "binary")  # as FastAPI writes an upload
        _null(found, node)
        _values(found, self.notes, place)
        return found


def _type(found: dict[str, Any], notes: Notes, place: str) -> None:
    kind = found.get("type")
    if kind == "file":
        found.update(type="string", format="binary")
    elif isinstance(kind, list):
        found["type"] = [each for each in kind if each in _TYPES] or found.pop("type")
    elif isinstance(kind, str) and kind not in _TYPES:
        notes.add("a type that JSON Schema does not have", f"{place} ({kind})")
        found.pop("type")
        if kind in _OTHER_TYPES:
            found["type"] = _OTHER_TYPES[kind]
    elif kind is None and "properties" in found:
        found["type"] = "object"


def _numbers(found: dict[str, Any]) -> None:
    """YAML 1.1 reads 1e-8 as a text."""
    for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        if isinstance(found.get(key), str):
            try:
                found[key] = float(found[key])
            except ValueError:
                continue


def _bounds(found: dict[str, Any]) -> None:
    """OpenAPI 3.0 has exclusive bounds as booleans beside the bound."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(exclusive), bool):
            is_exclusive = found.pop(exclusive)
            if is_exclusive and bound in found:
                found[exclusive] = found.pop(bound)


def _null(found: dict[str, Any], node: Mapping[str, Any]) -> None:
    if node.get("nullable") is not True:
        return
    if isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    elif "type" not in found and len(found) > 0:
        inner = {key: found.pop(key) for key in ("allOf", "anyOf", "oneOf") if key in found}
        if inner:
            found["anyOf"] = [inner, {"type": "null"}]
    if "enum" in found and None not in found["enum"]:
        found["enum"].append(None)


def _values(found: dict[str, Any], notes: Notes, place: str) -> None:
    """A keyword that does not compile goes, and a default or an example that its own schema refuses."""
    if not _compiles({key: each for key, each in found.items() if key not in ("default", "example")}):
        for key in (
            "pattern",
            "format",
            "enum",
            "multipleOf",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
        ):
            if key in found and not _compiles({key: found[key]}):
                notes.add(f"a {key} that cannot be used is left out", f"{place} ({found.pop(key)})")
    for key in ("default", "example"):
        if key in found and not fits(found[key], found):
            value = found.pop(key)
            if key == "default" and value is not None:
                notes.add("a default that its own schema refuses is left out", f"{place} ({value!r:.60})")


def _merged(found: dict[str, Any]) -> dict[str, Any]:
    """An `allOf` of plain objects as one object, so that its fields are fields of the body."""
    parts = found.get("allOf")
    if not parts or not all(set(each) <= _PLAIN for each in (*parts, {**found, "allOf": {}})):
        return found
    own = {key: each for key, each in found.items() if key != "allOf"}
    joined: dict[str, Any] = {}
    for each in (*parts, own):
        properties = {**joined.get("properties", {}), **each.get("properties", {})}
        required = [*dict.fromkeys([*joined.get("required", ()), *each.get("required", ())])]
        joined |= each
        joined |= {"properties": properties} if properties else {}
        joined |= {"required": required} if required else {}
    return joined


_PLAIN = {
    *("type", "properties", "required", "description", "title", "allOf", "additionalProperties"),
    *("example", "deprecated"),
}


def _compiles(schema: dict[str, Any]) -> bool:
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except (ValueError, TypeError, jsonschema_rs.ValidationError):
        return False
    return True


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a schema that compiles admits a value."""
    try:
        return bool(jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value))
    except (ValueError, TypeError, jsonschema_rs.ValidationError):
        return False
