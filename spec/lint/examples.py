"""Rules about examples: each must be an instance of what it is an example of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from proofsheet.spec import pointers
from proofsheet.spec.lint import binding
from proofsheet.spec.lint.context import Context, Found, Op, Sample, samples
from proofsheet.spec.lint.well_formed import reason


def responses(context: Context) -> Iterator[Found]:
    """Every response example satisfies its schema once its binds are filled in."""
    for op in context.operations:
        for sample in samples(op):
            value = binding.bound(op, sample.node)
            for message in _breaks(sample.content.get("schema", {}), value):
                yield Found(f"{sample.pointer}/value", f"{sample.name}, bound, breaks its schema: {message}")


def binds(context: Context) -> Iterator[Found]:
    """A bind leads to a place in its example's value."""
    for op in context.operations:
        for sample in samples(op):
            for pointer in sample.node.get("x-bind", {}):
                if not any(True for _ in pointers.find(sample.node["value"], pointers.split(pointer))):
                    at = f"{sample.pointer}/x-bind{pointers.join(pointer)}"
                    yield Found(
                        at, f"{pointer} is nowhere in the value of {sample.name}; give it a value there"
                    )


def headers(context: Context) -> Iterator[Found]:
    """A header of an example is declared by the response, and fits its schema."""
    for op in context.operations:
        for sample in samples(op):
            yield from _headers(op, sample)


def _headers(op: Op, sample: Sample) -> Iterator[Found]:
    declared = {name.lower(): each for name, each in sample.response.get("headers", {}).items()}
    for name, value in sample.node.get("x-headers", {}).items():
        at = f"{sample.pointer}/x-headers{pointers.join(name)}"
        if name.lower() not in declared:
            known = ", ".join(declared) or "no headers"
            yield Found(at, f"the response {sample.status} declares {known}, and not {name}; declare it")
            continue
        schema = declared[name.lower()].get("schema", {})
        for message in _breaks(schema, binding.header(op, value, schema)):
            yield Found(at, f"the header {name} breaks its schema: {message}")


def requests(context: Context) -> Iterator[Found]:
    """Every request example satisfies the request's schema and the operation's rules."""
    for op in context.operations:
        for at, _, content in op.bodies:
            for name, example in content.get("examples", {}).items():
                where = f"{at}/examples{pointers.join(name)}/value"
                yield from _request(op, content["schema"], example["value"], name, where)


def _request(op: Op, schema: Any, value: Any, name: str, where: str) -> Iterator[Found]:
    for message in _breaks(schema, value):
        yield Found(where, f"the request example {name} breaks its schema: {message}")
    facts = _facts(op, schema, value)
    for rule in op.node.get("x-rules", ()):
        if not list(_breaks(rule["when"], facts)):
            for message in _breaks(rule["then"], facts):
                yield Found(where, f"the request example {name} breaks the rule {rule['name']!r}: {message}")


def _facts(op: Op, schema: Any, value: Any) -> Any:
    """What rules look at: the body with its defaults, the path and the wanted media type."""
    if not isinstance(value, dict):
        return value
    defaults = {
        key: each["default"] for key, each in schema.get("properties", {}).items() if "default" in each
    }
    path = {each["name"]: _typical(each["schema"]) for each in op.parameters("path")}
    wanted = op.rules.get("x-negotiation", {}).get("default", "*/*")
    return {**defaults, **value, "$sent": value, "$path": path, "$representation": wanted}


def _typical(schema: Mapping[str, Any]) -> Any:
    return schema.get("example", next(iter(schema.get("enum", ())), "x"))


def values(context: Context) -> Iterator[Found]:
    """A schema's default and examples are instances of it."""
    for place in context.of_kind("schema"):
        schema = pointers.get(context.resolved, place.pointer)
        found = [("/" + key, place.node[key]) for key in ("default", "example") if key in place.node]
        found += [(f"/examples/{index}", each) for index, each in enumerate(_listed(place.node))]
        for at, value in found:
            for message in _breaks(schema, value):
                yield Found(place.pointer + at, f"{at[1:]} breaks its own schema: {message}")


def _listed(node: Mapping[str, Any]) -> list[Any]:
    listed = node.get("examples", [])
    return listed if isinstance(listed, list) else []


def _breaks(schema: Any, value: Any) -> Iterator[str]:
    try:
        validator = jsonschema_rs.Draft202012Validator(schema)
    except ValueError:
        return  # the rule about schemas says so
    for error in validator.iter_errors(value):
        field = pointers.join(*error.instance_path)
        yield f"{field}: {reason(error)}" if field else reason(error)
