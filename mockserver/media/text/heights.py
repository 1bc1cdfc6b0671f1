"""How deep a value of a JSON Schema is nested at least: for schemas that refer to themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.schemas import types

_MOST_REFERENCES = 500


class Heights:
    """The least height of each schema within a root; infinite where every value would go on without end."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._of: dict[str, float] = dict.fromkeys(_references(root), math.inf)
        if len(self._of) > _MOST_REFERENCES:
            self._of = dict.fromkeys(self._of, 1.0)  # as if none led back
            return
        for _ in range(len(self._of)):
            found = {each: self.of(self._target(each)) for each in self._of}
            if found == self._of:
                break
            self._of = found

    def _target(self, reference: str) -> Any:
        try:
            return pointers.get(self._root, reference.removeprefix("#"))
        except (KeyError, ValueError):
            return {}

    def of(self, schema: Any) -> float:
        """The least height of a value: 0 for one that holds no others."""
        if not isinstance(schema, dict) or "const" in schema or "enum" in schema:
            return 0
        known = [self._of.get(str(schema["$ref"]), 0.0)] if "$ref" in schema else []
        known += [self.of(each) for each in _list(schema, "allOf")]
        for keyword in ("anyOf", "oneOf"):
            if found := _list(schema, keyword):
                known.append(min(self.of(each) for each in found))
        return max([*known, self._own(schema)])

    def _own(self, schema: Mapping[str, Any]) -> float:
        kinds = types(schema)
        if any(each not in ("object", "array") for each in kinds):
            return 0
        within: list[Any] = []
        properties, required = schema.get("properties"), schema.get("required")
        if isinstance(properties, dict) and isinstance(required, list):
            within += [properties[each] for each in required if isinstance(each, str) and each in properties]
        if "array" in kinds and schema.get("minItems", 0):
            within += [*_list(schema, "prefixItems"), schema.get("items")]
        return 1 + max(map(self.of, within)) if within else 0


def _list(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _references(each)
