"""What an operation takes: parameters and bodies, with a whole example of each body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.importing.answers import MADE_UP, examples
from proofsheet.spec.importing.credentials import KEYS
from proofsheet.spec.importing.notes import Notes
from proofsheet.spec.importing.schemas import Schemas, fits
from proofsheet.spec.importing.stand_ins import value

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_COMPOSED = ("anyOf", "oneOf", "allOf", "items", "properties", "pattern", "not")
_NO_PARAMETERS = {"accept", "content-type", "content-length", "user-agent", "host", *KEYS}


@dataclass
class RequestReader:
    """Reads what one operation at `place` takes; `cited` is the evidence of what the document says."""

    schemas: Schemas
    notes: Notes
    place: str
    cited: Mapping[str, Any]

    def parameters(self, path: str, item: Any, operation: Any) -> list[dict[str, Any]]:
        """Those of the path and of the operation, which has the last word; and what its path has beside."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for holder in (item, operation):
            listed = holder.get("parameters")
            for each in listed if isinstance(listed, list) else ():
                made = self._parameter(self.schemas.followed(each, self.place), path)
                if made:
                    found[made["in"], made["name"]] = made
        for name in re.findall(r"\{([^{}]+)\}", path):
            if ("path", name) not in found:
                self.notes.add(
                    "a parameter of the path is not declared; any text is taken", f"{self.place} ({name})"
                )
                schema = {"type": "string", "example": "example"}
                head = {"name": name, "in": "path", "required": True, "description": name, "schema": schema}
                found["path", name] = {**head, "x-evidence": {"assumed": "it stands in the path"}}
        return [*found.values()]

    def _parameter(self, node: Mapping[str, Any], path: str) -> dict[str, Any] | None:
        name, place = node.get("name"), node.get("in")
        if not isinstance(name, str) or place not in ("path", "query", "header"):
            return None
        if place == "header" and name.lower() in _NO_PARAMETERS:
            return None
        name = identifier(name) if place == "path" else name
        if place == "path" and "{" + name + "}" not in path:
            self.notes.add("a parameter is not in its path and is left out", f"{self.place} ({name})")
            return None
        content = node.get("content")
        inner: Any = next(iter(content.values()), {}) if isinstance(content, dict) else {}
        schema = self.schemas.whole(
            node.get("schema") or inner.get("schema") or {"type": "string"}, self.place
        )
        if place != "path" and not _is_scalar(schema):
            self.notes.add("a parameter that is no single value is taken as a text", f"{self.place} ({name})")
            schema = {"type": "string"}
        if place == "path" and "example" not in schema:
            found = node["example"] if fits(node.get("example"), schema) else value(schema)
            if found is None:
                self.notes.add(
                    "no value of a path parameter was found; any text is taken", f"{self.place} ({name})"
                )
                schema, found = {"type": "string"}, "example"
            schema["example"] = found
        head = {"name": name, "in": place, "required": place == "path" or node.get("required") is True}
        words = {"description": str(node.get("description") or name)}
        return {**head, **words, "schema": schema, "x-evidence": {**self.cited}}

    def body(self, node: Any) -> dict[str, Any] | None:
        """The request body in each media type that can be read; None without one."""
        declared = self.schemas.followed(node, self.place).get("content") if node else None
        content = dict(self._content(declared)) if isinstance(declared, dict) else {}
        if not content:
            return None
        required = self.schemas.followed(node, self.place).get("required")
        return {"required": required is not False, "content": content}

    def _content(self, declared: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for written, node in declared.items():
            media_type = str(written).partition(";")[0].strip().lower()
            media_type = "application/json" if media_type == "*/*" else media_type
            if media_type not in FORMS and not media_type.endswith("json"):
                self.notes.add(f"a body of {media_type} is not read; anything is taken", self.place)
                yield media_type, {"schema": {"type": "string", "format": "binary"}}
            else:
                yield media_type, self._media(media_type, node if isinstance(node, dict) else {})

    def _media(self, media_type: str, node: Mapping[str, Any]) -> dict[str, Any]:
        schema = self.schemas.whole(node.get("schema") or {}, self.place)
        for name, each in schema.get("properties", {}).items():
            each.setdefault("description", name)
            each["x-evidence"] = {**self.cited}
        _with_examples(schema)
        made: dict[str, Any] = {"schema": {**schema, "x-evidence": {**self.cited}}}
        shown = next((each for each in examples(node) if fits(each, schema)), None)
        if shown is None and next(examples(node), None) is not None:
            self.notes.add("an example of a request breaks its own schema and is not used", self.place)
        example = shown if shown is not None else value(schema, whole=False)
        if example is None or (media_type in FORMS and _has_files(schema)):
            if example is None:
                self.notes.add("no request that fits the schema was found; write an example", self.place)
            return made
        evidence = {**self.cited} if shown is not None else {**MADE_UP}
        return {
            **made,
            "examples": {
                "plain": {"summary": "As little as may be", "value": example, "x-evidence": evidence}
            },
        }


def _is_scalar(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type", "string")
    return not {"array", "object"} & {*([kinds] if isinstance(kinds, str) else kinds)}


def _with_examples(schema: Mapping[str, Any]) -> None:
    """Give each required field whose values are not plain a whole one, so that nobody has to guess."""
    for name in schema.get("required", ()):
        field = schema.get("properties", {}).get(name, {})
        if not {"example", "default", "enum", "const"} & {*field} and {*_COMPOSED} & {*field}:
            found = value(field, whole=False)
            if fits(found, field):
                field["example"] = found


def _has_files(schema: Mapping[str, Any]) -> bool:
    properties = schema.get("properties", {})
    return any(properties.get(name, {}).get("format") == "binary" for name in schema.get("required", ()))


def identifier(name: str) -> str:
    """The name of a path's parameter as a name that is one in any language."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII)
    return found if found[:1].isalpha() or found[:1] == "_" else f"p_{found}"
