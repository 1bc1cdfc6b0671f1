"""What a request may cost: whether a target could take it for a good one, read as kindly as can be."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from proofsheet.contracts.fuzz import conversion
from proofsheet.contracts.fuzz.conversion import Request
from proofsheet.contracts.reports.form_parts import parts
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.schemas import Schema

Fields = dict[str, list[Any]]  # a field's name to every value that it was sent with


@dataclass(frozen=True)
class Caution:
    """One operation with its schemas compiled."""

    operation: Operation
    fields: tuple[tuple[Body, Mapping[str, Schema]], ...]  # of each body that may be sent
    paths: Mapping[str, Schema]

    def could_be_granted(self, asked: Request) -> bool:
        """Whether a target that overlooks all it can could grant this; then it could also charge for it.

        What is certainly refused: another method or path, no or another key, an unreadable body, a required
        field that is missing, a value that no reading of it admits. Rules between fields do not count.
        """
        if conversion.credential(asked, self.operation) != "valid" or not self._is_here(asked):
            return False
        if self.operation.body is None:
            return True
        found = fields(asked)
        return found is not None and any(self._are_taken(found, *each) for each in self.fields)

    def _is_here(self, asked: Request) -> bool:
        shape = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(self.operation.path))
        match = re.fullmatch(shape, asked.path.partition("?")[0])
        if match is None or asked.method != self.operation.method:
            return False
        return all(
            self._is_taken(self.paths[name], [unquote(value)]) for name, value in match.groupdict().items()
        )

    def _are_taken(self, found: Fields, body: Body, schemas: Mapping[str, Schema]) -> bool:
        present = {
            name: values for name, values in found.items() if any(each not in (None, "") for each in values)
        }
        if any(name not in present for name in body.schema.get("required", ())):
            return False
        return all(
            name in body.files or self._is_taken(schemas[name], values)
            for name, values in present.items()
            if name in schemas
        )

    @staticmethod
    def _is_taken(schema: Schema, values: list[Any]) -> bool:
        return any(_admits(schema, each) for value in values for each in _readings(value))


def caution(operation: Operation) -> Caution:
    """Compile what is asked of an operation's fields and path."""
    paths = {each.name: each.schema for each in operation.parameters if each.place == "path"}
    return Caution(
        operation,
        tuple((each, _compiled(each)) for each in operation.bodies),
        {name: Schema(dict(schema)) for name, schema in paths.items()},
    )


def _compiled(body: Body) -> dict[str, Schema]:
    return {name: Schema(dict(each)) for name, each in body.schema.get("properties", {}).items()}


def fields(asked: Request) -> Fields | None:
    """The fields of a body in whichever of three forms it is; None where nobody could read it."""
    kind = asked.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        form = parts(kind, asked.body)
        if form is None:
            return None
        found: Fields = {}
        for part in form:
            found.setdefault(part.name, []).append(part.value.decode("utf-8", "replace"))
        return found
    try:
        text = asked.body.decode("utf-8")
        if kind.startswith("application/x-www-form-urlencoded"):
            return {name: list(values) for name, values in parse_qs(text, keep_blank_values=True).items()}
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {name: [each] for name, each in value.items()} if isinstance(value, dict) else None


def _admits(schema: Schema, value: Any) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    try:
        return schema.is_valid(value)
    except (ValueError, TypeError):  # half of a surrogate pair and the like: who knows
        return True


def _readings(value: Any) -> Iterator[Any]:
    """A value, and what a kind reader could make of it: a text as number or JSON, a number as text."""
    yield value
    if isinstance(value, str):
        yield value.strip()
        for read in (int, float, json.loads):
            try:
                yield read(value)
            except (ValueError, RecursionError):
                continue
    elif isinstance(value, int | float):
        yield str(value)
        if math.isfinite(value) and value == int(value):  # 30.0 for 30
            yield int(value)
    elif isinstance(value, list):
        yield from value
