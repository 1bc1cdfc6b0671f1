"""JSON Schema 2020-12, as OpenAPI 3.1 has it, in the dialect of OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proofsheet.spec.export.losses import Losses

Schema = dict[str, Any]
Note = Callable[[str, str], None]  # where below the schema, and what

_TYPES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
}
_OF_TYPE = {
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    "string": ("minLength", "maxLength", "pattern"),
}
_LISTS = ("allOf", "anyOf", "oneOf")
_UNKNOWN = (
    "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties", "propertyNames",
    "prefixItems", "contains", "minContains", "maxContains", "unevaluatedItems", "unevaluatedProperties",
    "contentSchema", "$schema", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$defs", "$comment",
    "$vocabulary",
)  # fmt: skip
_NULL: Schema = {"enum": [None], "nullable": True}


def as_30(node: Schema, pointer: str, losses: Losses) -> Schema:
    """The schema at `pointer` in the dialect of 3.0. Its subschemas are in it already."""
    made = dict(node)

    def note(at: str, what: str) -> None:
        losses.note(pointer + at, what)

    for step in _STEPS:
        step(made, note)
    return _siblings_of_reference(made)


def _types(made: Schema, note: Note) -> None:
    types = made.get("type")
    if types == "null":
        types = ["null"]
    if not isinstance(types, list):
        return
    del made["type"]
    others, null = [each for each in types if each != "null"], "null" in types
    if not others:
        made.update(_NULL)
    elif len(others) == 1:
        made.update({"type": others[0], **({"nullable": True} if null else {})})
    else:
        branches = [
            {"type": each, **_taken(made, each), **({"nullable": True} if null else {})} for each in others
        ]
        if "anyOf" in made:
            made["allOf"] = [*made.get("allOf", ()), {"anyOf": branches}]
        else:
            made["anyOf"] = branches


def _taken(made: Schema, name: str) -> Schema:
    """What says something of one type alone, out of `made`: beside other types 3.0 does not admit it."""
    return {word: made.pop(word) for word in _OF_TYPE.get(name, ()) if word in made}


def _null_branches(made: Schema, note: Note) -> None:
    for name in ("anyOf", "oneOf"):
        branches = made.get(name, [])
        others = [each for each in branches if each != _NULL]
        if not others or len(others) == len(branches):
            continue
        made["nullable"] = True
        if len(others) == 1:
            del made[name]
            made["allOf"] = [*made.get("allOf", ()), *others]
        else:
            made[name] = others
        note(f"/{name}", "null is said by `nullable` beside a list of schemas, which some tools pass over")


def _constants(made: Schema, note: Note) -> None:
    if "const" in made:
        value = made.pop("const")
        made.setdefault("enum", [value])
        if type(value) in _TYPES:
            made.setdefault("type", _TYPES[type(value)])


def _examples(made: Schema, note: Note) -> None:
    examples = made.pop("examples", [])
    if isinstance(examples, list) and examples:
        made.setdefault("example", examples[0])
        if len(examples) > 1:
            note("/examples", "all but the first dropped: a schema of OpenAPI 3.0 has one example")


def _exclusive(made: Schema, note: Note) -> None:
    for name, plain, closer in (("exclusiveMinimum", "minimum", max), ("exclusiveMaximum", "maximum", min)):
        bound = made.get(name)
        if isinstance(bound, bool) or bound is None:
            continue
        other = made.get(plain, bound)
        made[plain] = closer(bound, other)
        if made[plain] == bound:
            made[name] = True
        else:
            del made[name]


def _contents(made: Schema, note: Note) -> None:
    encoding, media_type = made.pop("contentEncoding", None), made.pop("contentMediaType", None)
    if encoding == "base64":
        made.setdefault("format", "byte")
    elif encoding:
        note("/contentEncoding", f"{encoding} dropped: OpenAPI 3.0 knows base64 only")
    elif media_type:
        made.setdefault("type", "string")
        made.setdefault("format", "binary")
    if media_type and media_type != "application/octet-stream":
        note("/contentMediaType", f"{media_type} dropped: OpenAPI 3.0 has no such thing")


def _booleans(made: Schema, note: Note) -> None:
    for name in ("items", "not"):
        if name in made:
            made[name] = _schema(made[name])
    for name in (each for each in _LISTS if each in made):
        made[name] = [_schema(each) for each in made[name]]
    if "properties" in made:
        made["properties"] = {name: _schema(each) for name, each in made["properties"].items()}


def _schema(value: Any) -> Any:
    return ({} if value else {"not": {}}) if isinstance(value, bool) else value


def _items(made: Schema, note: Note) -> None:
    if "prefixItems" in made:
        made["items"] = {}  # its own loss is noted with the unknown
    elif made.get("type") == "array":
        made.setdefault("items", {})


def _unknown(made: Schema, note: Note) -> None:
    for name in _UNKNOWN:
        if name in made:
            del made[name]
            note(f"/{name}", f"{name} dropped: schemas of OpenAPI 3.0 have no such keyword")


def _siblings_of_reference(made: Schema) -> Schema:
    if "$ref" not in made or len(made) == 1:
        return made
    rest = {name: each for name, each in made.items() if name not in ("$ref", "allOf")}
    return {"allOf": [{"$ref": made["$ref"]}, *made.get("allOf", ())], **rest}


_STEPS: tuple[Callable[[Schema, Note], None], ...] = (
    _types,
    _null_branches,
    _constants,
    _examples,
    _exclusive,
    _contents,
    _items,
    _booleans,
    _unknown,
)
