"""Rules of the standards: OpenAPI 3.1 itself, and JSON Schemas that compile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from proofsheet.spec import pointers
from proofsheet.spec.expressions import is_expression, parse, parse_link
from proofsheet.spec.lint.context import Context, Found, Op, samples
from proofsheet.spec.lint.well_formed import reason


def openapi(context: Context) -> Iterator[Found]:
    """The document is valid OpenAPI 3.1, so that every other tool reads it too."""
    try:
        from openapi_spec_validator import OpenAPIV31SpecValidator  # slow to import, and optional
    except ImportError:
        yield Found("", "not checked: openapi-spec-validator is missing; pip install 'proofsheet[check]'")
        return
    for error in OpenAPIV31SpecValidator(context.source.value).iter_errors():
        path = getattr(error, "absolute_path", ())
        message = str(getattr(error, "message", error)).splitlines()[0]
        yield Found(pointers.join(*path), f"{message}; OpenAPI 3.1 does not allow it")


def schemas(context: Context) -> Iterator[Found]:
    """Every schema compiles, the two halves of a rule included."""
    for op in context.operations:
        for at, schema in _schemas(op):
            yield from _compiles(at, schema)


def _schemas(op: Op) -> Iterator[tuple[str, Any]]:
    yield from ((at + "/schema", content["schema"]) for at, _, content in op.bodies)
    for index, each in enumerate(op.node.get("parameters", ())):
        yield f"{op.pointer}/parameters/{index}/schema", each["schema"]
    for index, rule in enumerate(op.node.get("x-rules", ())):
        yield f"{op.pointer}/x-rules/{index}/when", rule["when"]
        yield f"{op.pointer}/x-rules/{index}/then", rule["then"]
    for sample in samples(op):
        yield sample.pointer.rpartition("/examples/")[0] + "/schema", sample.content.get("schema", {})
        for index, each in enumerate(sample.node.get("x-events", {}).get("each", ())):
            yield f"{sample.pointer}/x-events/each/{index}/when", each.get("when", {})


def _compiles(at: str, schema: Any) -> Iterator[Found]:
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except ValueError as error:
        problem = reason(error) if isinstance(error, jsonschema_rs.ValidationError) else str(error)
        yield Found(at, f"is no JSON Schema: {problem}")


def expressions(context: Context) -> Iterator[Found]:
    """Every runtime expression is in the closed set."""
    for place in context.of_kind("example", "media-type", "link", "callback"):
        for at, texts in _texts(place.node):
            for text in texts:
                yield from _parses(place.pointer + at, text, place.kind in ("link", "callback"))
    for place in context.of_kind("operation"):
        if "x-on" in place.node:  # of a callback, whose request is made of what was submitted
            for name, text in place.node.get("x-headers", {}).items():
                yield from _of_submission(place.pointer + pointers.join("x-headers", name), text)


def _texts(node: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for keyword in ("x-bind", "x-headers", "parameters"):
        for name, each in node.get(keyword, {}).items():
            text = each.get("source", each.get("if")) if isinstance(each, dict) else each
            if isinstance(text, str) and is_expression(text):
                yield pointers.join(keyword, name), [text]
            elif keyword == "x-bind":
                yield pointers.join(keyword, name), _embedded(str(text))
    yield "/x-content-type", _embedded(node.get("x-content-type", ""))
    for name in (each for each in node if "{$" in each):  # a callback's key
        yield pointers.join(name), _embedded(name)


def _embedded(template: str) -> list[str]:
    return [part.partition("}")[0] for part in template.split("{")[1:] if part.startswith("$")]


def _of_submission(at: str, text: Any) -> Iterator[Found]:
    if is_expression(text) and not text.startswith("$request."):
        yield Found(at, f"{text} is no part of the submission: expected one that begins with $request.")


def _parses(at: str, text: str, link: bool) -> Iterator[Found]:
    try:
        (parse_link if link else parse)(text)
    except ValueError as error:
        yield Found(at, f"{error}; the sources are listed in spec/expressions.py")
