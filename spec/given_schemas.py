"""JSON Schemas that a request carries (`x-json-schema`): what an API asks of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.schemas import Flaw, name, type_name, types

Path = tuple[str | int, ...]
_DEEPEST = 60  # levels of a schema that are looked at
_MAPS = ("properties", "$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_TYPES = frozenset(("string", "integer", "number", "boolean", "object", "array", "null"))
_SCHEMA = ("object", "boolean")
_FORMS = {  # of what a keyword is, where it is a schema's
    **dict.fromkeys(_MAPS, ("object",)),
    **dict.fromkeys((*_LISTS, "required", "enum"), ("array",)),
    **dict.fromkeys(("additionalProperties", "not"), _SCHEMA),
    "items": (*_SCHEMA, "array"),  # an array up to draft 2019-09
}


@dataclass(frozen=True)
class SchemaRules:
    """What a schema in a request must keep to.

    `subject` and `code` say what is wrong in the API's words, `field` what a refusal names, if not the place.
    It is a schema at all, and with `items` an array says of what. The rest holds where the member `when`
    beside it is true: objects admit no others (`closed`) and require all of their properties (`complete`),
    some keywords are `without` meaning, the root is an object, and there are at most so many levels of
    objects, properties and values.
    """

    subject: str
    name: str
    when: str
    field: str | None = None
    code: Any = None
    items: bool = False
    closed: bool = False
    complete: bool = False
    without: frozenset[str] = frozenset()
    root: bool = False
    depth: int | None = None
    properties: int | None = None
    values: int | None = None

    def flaw(self, schema: Any, siblings: Mapping[str, Any], path: Path) -> Flaw | None:
        """The first thing that is wrong with a schema that stands at `path`, beside its siblings."""
        found = next(self._broken(schema, siblings.get(self.when) is True), None)
        if found is None:
            return None
        kind, params = found
        said = {**params, "subject": self.subject.replace("{name}", str(siblings.get(self.name)))}
        return Flaw(kind, self.field or name(list(path)), {**said, "$code": self.code}, path)

    def _broken(self, schema: Any, strict: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        counted, listed = 0, 0
        if strict and self.root and (types(schema) != ("object",) or "anyOf" in schema):
            yield "schema-root", {"value": ", ".join(types(schema)) or "None"}
        for way, depth, each in _schemas(schema, (), 0):
            context = {"context": repr(tuple(map(str, way)))}
            yield from ((kind, {**context, **more}) for kind, more in _malformed(each))
            if self.items and "array" in types(each) and not {"items", "prefixItems"} & set(each):
                yield "schema-items", context
            if not strict:
                continue
            yield from ((kind, {**context, **more}) for kind, more in self._strictly(each))
            if self.depth is not None and depth > self.depth:
                yield "schema-depth", {"value": depth, "limit": self.depth}
            counted += len(_map(each, "properties"))
            listed += len(each["enum"]) if isinstance(each.get("enum"), list) else 0
        if self.properties is not None and counted > self.properties:
            yield "schema-properties", {"value": counted, "limit": self.properties}
        if self.values is not None and listed > self.values:
            yield "schema-values", {"value": listed, "limit": self.values}

    def _strictly(self, schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for keyword in schema:
            if keyword in self.without:
                yield "schema-keyword", {"value": keyword}
        known = _map(schema, "properties")
        is_object = "object" in types(schema) or known
        if self.closed and is_object and schema.get("additionalProperties") is not False:
            yield "schema-closed", {}
        required = schema.get("required")
        missing = [each for each in known if not isinstance(required, list) or each not in required]
        if self.complete and missing:
            yield "schema-complete", {"value": missing[0]}


def _malformed(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Keywords that are of another type than a schema's, and types that there are not."""
    sent = schema.get("type", [])
    named = sent if isinstance(sent, list) else [sent]
    if not all(isinstance(each, str) and each in _TYPES for each in named):
        yield "schema-unfit", {"value": repr(sent)}
    members = [(each, _SCHEMA) for keyword in _MAPS for each in _map(schema, keyword).values()]
    stated = [(schema[keyword], kinds) for keyword, kinds in _FORMS.items() if keyword in schema]
    for value, kinds in (*stated, *members):
        if type_name(value) not in kinds:
            yield "schema-type", {"value": repr(value), "options": ", ".join(map(repr, kinds))}


def _schemas(schema: Any, way: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], int, Any]]:
    """The schema and all within it: the way to each, and how many objects stand around it and are it."""
    if not isinstance(schema, dict) or len(way) > 2 * _DEEPEST:
        return
    depth += bool("object" in types(schema) or _map(schema, "properties"))
    yield way, depth, schema
    for keyword in _MAPS:
        for key, each in _map(schema, keyword).items():
            yield from _schemas(each, (*way, keyword, key), 0 if keyword != "properties" else depth)
    for keyword in ("items", "additionalProperties", "not"):
        yield from _schemas(schema.get(keyword), (*way, keyword), depth)
    for keyword in _LISTS:
        found = schema.get(keyword)
        for number, each in enumerate(found if isinstance(found, list) else ()):
            yield from _schemas(each, (*way, keyword, str(number)), depth)


def _map(schema: Mapping[str, Any], keyword: str) -> Mapping[str, Any]:
    found = schema.get(keyword)
    return found if isinstance(found, dict) else {}


def schema_rules(node: Mapping[str, Any]) -> SchemaRules:
    """Read `x-json-schema`."""
    strict = node.get("strict", {})
    return SchemaRules(
        subject=node["subject"],
        name=node.get("name", "name"),
        when=strict.get("when", ""),
        field=node.get("field"),
        code=node.get("code"),
        items=node.get("items", False),
        without=frozenset(strict.get("without", ())),
        **{key: strict[key] for key in _STRICT if key in strict},
    )


_STRICT = ("closed", "complete", "root", "depth", "properties", "values")


def marked(schema: Any, keyword: str, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Where in a body's schema a keyword stands, as tokens of a pointer (`*` for items), and what it says."""
    if not isinstance(schema, dict):
        return
    if keyword in schema:
        yield way, schema[keyword]
    for member, each in schema.get("properties", {}).items():
        yield from marked(each, keyword, (*way, member))
    yield from marked(schema.get("items"), keyword, (*way, "*"))


def given_schema_flaws(rules: tuple[tuple[tuple[str, ...], SchemaRules], ...], fields: Any) -> Iterator[Flaw]:
    """What is wrong with the schemas that a request carries, one thing each."""
    for tokens, each in rules:
        for path, holder in pointers.find_places(fields, tokens[:-1]):
            if isinstance(holder, dict) and isinstance(schema := holder.get(tokens[-1]), dict):
                found = each.flaw(schema, holder, (*path, tokens[-1]))
                if found is not None:
                    yield found
