"""Request bodies: which fields are files, lists or JSON, and what files must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from proofsheet.spec import media_types, pointers
from proofsheet.spec.given_schemas import SchemaRules, marked, schema_rules
from proofsheet.spec.transcription import Sound, sound

MULTIPART = "multipart/form-data"
FORMS = (MULTIPART, "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Picture:
    """What an uploaded picture must be; None where the document sets no bound. Sides in pixels."""

    formats: tuple[str, ...]
    min_side: int | None = None
    max_side: int | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None
    max_ratio: float | None = None  # of the longer side to the shorter one
    sizes: tuple[tuple[int, int], ...] = ()  # (width, height), any of them; none: any size within the bounds
    same_size_as: str | None = None  # another field of the form
    named: bool = True  # whether a refusal names the field
    or_empty: bool = False  # whether an empty text stands for none


@dataclass(frozen=True)
class Body:
    """A request body in one media type: its schema, which fields are files and what they must be."""

    media_type: str
    required: bool
    schema: Mapping[str, Any]
    files: frozenset[str] = frozenset()
    file_lists: frozenset[str] = frozenset()  # fields of a form that hold several files: parts of one name
    text_lists: frozenset[str] = frozenset()  # the same with texts
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the endings of their names
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    json_parts: frozenset[str] = frozenset()  # fields of a form that hold JSON
    part_names: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # by field, where its parts are called otherwise: the first is what clients write
    shutdowns: Mapping[str, Mapping[str, date]] = field(
        default_factory=dict
    )  # by field: value to the day from which on it is gone
    examples: tuple[Any, ...] = ()  # whole bodies that are admitted
    inner_pictures: tuple[tuple[tuple[str, ...], Picture], ...] = ()  # deep in the fields, by their place
    inner_sounds: tuple[tuple[tuple[str, ...], Sound], ...] = ()  # the same of sounds, as base64
    given_schemas: tuple[tuple[tuple[str, ...], SchemaRules], ...] = ()  # JSON Schemas that it may carry

    @property
    def is_form(self) -> bool:
        """Whether its fields are parts or parameters, whose values are texts."""
        return self.media_type in FORMS

    def part_name(self, field: str) -> str:
        """What clients call the parts of a field."""
        return self.part_names.get(field, (field,))[0]

    def schema_at(self, field: tuple[str, ...]) -> Mapping[str, Any] | None:
        """The schema of a field, however deep; None where the body has no such field."""
        found: Any = self.schema
        for token in field:
            found = found.get("items") if token == "*" else found.get("properties", {}).get(token)
            if not isinstance(found, Mapping):
                return None
        return found if isinstance(found, Mapping) else None

    @cached_property
    def fields_of_parts(self) -> Mapping[str, str]:
        """The field of each name that a part of a form may have."""
        properties = self.schema.get("properties", {})
        return {name: each for each in properties for name in self.part_names.get(each, (each,))}


def bodies(node: Any) -> tuple[Body, ...]:
    """From a `requestBody`: one in each media type that may be sent, the usual one first."""
    contents = node["content"].items() if node else ()
    return tuple(_body(media_type, content, node.get("required", False)) for media_type, content in contents)


def _body(media_type: str, content: Any, required: bool) -> Body:
    schema = content["schema"]
    properties = schema.get("properties", {})
    is_form = media_type in FORMS
    json_parts = frozenset(_json_parts(properties, content.get("encoding", {}))) if is_form else frozenset()
    file_lists = frozenset(
        name for name, each in properties.items() if each.get("items", {}).get("format") == "binary"
    )
    listed = (name for name, each in properties.items() if "items" in each)
    return Body(
        media_type=media_type,
        required=required,
        schema=schema,
        files=frozenset(name for name, each in properties.items() if each.get("format") == "binary"),
        shutdowns={
            name: {value: date.fromisoformat(day) for value, day in each["x-shutdown"].items()}
            for name, each in properties.items()
            if "x-shutdown" in each
        },
        file_lists=file_lists,
        text_lists=frozenset(listed) - file_lists - json_parts if is_form else frozenset(),
        documents={
            name: tuple(each["x-document"]["formats"])
            for name, each in properties.items()
            if "x-document" in each
        },
        sounds={name: sound(each["x-audio"]) for name, each in properties.items() if "x-audio" in each},
        pictures={name: _picture(node) for name, each in properties.items() for node in _pictures(each)},
        defaults={name: each["default"] for name, each in properties.items() if "default" in each},
        json_parts=json_parts,
        part_names={
            name: tuple(each["x-names"])
            for name, each in content.get("encoding", {}).items()
            if "x-names" in each
        },
        examples=tuple(each["value"] for each in content.get("examples", {}).values()),
        inner_pictures=tuple(
            (way, _picture(node)) for way, node in marked(schema, "x-picture") if _is_inner(way)
        ),
        inner_sounds=tuple((way, sound(node)) for way, node in marked(schema, "x-audio") if len(way) > 1),
        given_schemas=tuple((way, schema_rules(node)) for way, node in marked(schema, "x-json-schema")),
    )


def _is_inner(way: tuple[str, ...]) -> bool:
    """Whether a place is deeper than the members of a field, or of the items of one (`_pictures`)."""
    return sum(each != "*" for each in way) > 2


def _json_parts(properties: Any, encoding: Any) -> Iterator[str]:
    """The parts that are JSON: so says their encoding, and without one OpenAPI does of objects."""
    for name, each in properties.items():
        usual = "application/json" if each.get("type") == "object" else "text/plain"
        if media_types.is_json(encoding.get(name, {}).get("contentType", usual)):
            yield name


def _pictures(schema: Any) -> Iterator[Any]:
    """What a field's picture must be, or each of those in a list, or in the members of its objects."""
    for each in (schema, schema.get("items")):
        within = each.get("properties", {}).values() if isinstance(each, dict) else ()
        known = (one for one in (each, *within) if isinstance(one, dict))
        yield from (one["x-picture"] for one in known if "x-picture" in one)


def _picture(node: Any) -> Picture:
    bounds = {key.replace("-", "_"): each for key, each in node.items() if key.startswith("m")}
    sizes = tuple((width, height) for width, height in node.get("sizes", ()))
    other = next(iter(pointers.split(node.get("same-size-as", ""))), None)
    named, or_empty = node.get("named", True), node.get("or-empty", False)
    formats = tuple(node["formats"])
    return Picture(formats, **bounds, sizes=sizes, same_size_as=other, named=named, or_empty=or_empty)
