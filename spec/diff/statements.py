"""A document as a flat list of statements, so that two documents can be laid beside each other.

A statement has a place (the operation, and the way inside it) and a keyword; the keyword `""` says that the
place exists. Everything that can hold several things is a set or has a place for each of them: the order
of a document says nothing, but for `x-precedence`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.build import operations, with_policy

Place = tuple[str, ...]
DOCUMENTARY = "documentary"
_WORDS = ("title", "description", "summary", "example", "examples", "deprecated", "x-evidence")
_WHOLE = ("allOf", "not", "additionalProperties")  # compared as they stand


@dataclass(frozen=True)
class Statement:
    """`value` of a keyword at a place; `group` and `kind` name the rule that classes a difference in it."""

    operation: str
    place: Place
    keyword: str
    value: Any
    group: str  # request | answer | operation | document
    kind: str

    @property
    def key(self) -> tuple[str, Place, str]:
        """What is the same in two documents that speak of the same thing."""
        return self.operation, self.place, self.keyword


def statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    """Everything that a document without references states."""
    yield from _document(document)
    for path, method, node in operations(document):
        name = str(node.get("operationId") or f"{method.upper()} {path}")
        ruled = with_policy(document, node)
        yield Statement(name, (), "", f"{method.upper()} {path}", "operation", "operation")
        yield from _words(name, (), node)
        yield from _security(name, document, node)
        yield from _policy(name, ruled)
        yield from _cost(name, node.get("x-cost"))
        yield from _artifact(name, node.get("x-artifact"))
        yield from _rules(name, node.get("x-rules", ()))
        yield from _request(name, node)
        yield from _answers(name, node.get("responses", {}))
        yield from _refusals(name, ruled, node.get("responses", {}))


def _document(document: Mapping[str, Any]) -> Iterator[Statement]:
    urls = frozenset(each["url"] for each in document.get("servers", ()))
    yield Statement("", (), "servers", urls, "document", "servers")
    for key in ("title", "version", "summary", "description"):
        if key in document.get("info", {}):
            yield Statement("", ("info",), key, document["info"][key], "document", key)


def _words(name: str, place: Place, node: Mapping[str, Any]) -> Iterator[Statement]:
    for key in _WORDS:
        if key in node and not (key == "examples" and isinstance(node[key], dict)):
            value = _grade(node[key]) if key == "x-evidence" else _plain(node[key])
            yield Statement(name, place, key, value, DOCUMENTARY, key)


def _grade(evidence: Mapping[str, Any]) -> str:
    grades = ("documented", "official", "observed", "inherited", "assumed")
    return next((each for each in grades if each in evidence), "none")


def _plain(value: Any) -> Any:
    """Objects and lists as text, without what is only said about them."""
    if isinstance(value, dict | list):
        return json.dumps(_bare(value), sort_keys=True, ensure_ascii=False)
    return value


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if key not in _WORDS}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _security(name: str, document: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Statement]:
    alternatives = node.get("security", document.get("security", ()))
    ways = frozenset(" and ".join(sorted(each)) or "none" for each in alternatives)
    yield Statement(name, (), "security", ways, "operation", "security")


def _policy(name: str, node: Mapping[str, Any]) -> Iterator[Statement]:
    for key in (
        "x-max-body-bytes",
        "x-empty-parts",
        "x-part-names",
        "x-precedence",
        "x-latency",
        "x-credit-usd",
    ):
        if key in node:
            yield Statement(name, (), key, _plain(node[key]), "operation", key)
    for key in ("requests", "window", "penalty"):
        if key in node.get("x-rate-limit", {}):
            yield Statement(name, ("rate limit",), key, node["x-rate-limit"][key], "operation", key)
    for key in ("default", "unsupported"):
        if key in node.get("x-negotiation", {}):
            value = node["x-negotiation"][key]
            yield Statement(name, ("accept",), key, value, "operation", f"accept-{key}")
    yield from _wording(name, node)


def _wording(name: str, node: Mapping[str, Any]) -> Iterator[Statement]:
    for key, value in node.get("x-wording", {}).items():
        yield Statement(name, (f"words of {key}",), "says", value, "operation", "wording")
    for key, value in node.get("x-codes", {}).items():
        yield Statement(name, (f"code of {key}",), "is", value, "operation", "code")


def _cost(name: str, node: Mapping[str, Any] | None) -> Iterator[Statement]:
    if node is None:
        return
    credits = node.get("credits")
    table = credits.get("table", {}) if isinstance(credits, dict) else {"": credits}
    for value, price in table.items():
        place = ("cost", value) if value else ("cost",)
        yield Statement(name, place, "credits", price, "operation", "credits")
    yield Statement(name, ("cost",), "charged", frozenset(node.get("charged", ())), "operation", "charged")
    if "per" in node:
        yield Statement(name, ("cost",), "per", node["per"], "operation", "per")


def _artifact(name: str, node: Mapping[str, Any] | None) -> Iterator[Statement]:
    if node is None:
        return
    for key in ("size", "media"):
        choice = node.get(key)
        table = choice.get("table", {"": choice}) if isinstance(choice, dict) else {"": choice}
        for value, made in table.items():
            place = ("picture", value) if value else ("picture",)
            yield Statement(name, place, key, _plain(made), "operation", key)
    if "seed" in node:
        maximum = node["seed"].get("maximum")
        yield Statement(name, ("picture", "seed"), "maximum", maximum, "operation", "seed-maximum")


def _rules(name: str, rules: Any) -> Iterator[Statement]:
    for each in rules:
        place = (f"rule {each.get('name')!r}",)
        yield Statement(name, place, "", _plain([each.get("when"), each.get("then")]), "operation", "rule")
        for key in ("outcome", "says"):
            if key in each:
                yield Statement(name, place, key, each[key], "operation", "wording")


def _request(name: str, node: Mapping[str, Any]) -> Iterator[Statement]:
    for each in node.get("parameters", ()):
        place = (f"{each['in']} parameter {each['name'].lower()}",)
        yield Statement(name, place, "", True, "request", "parameter")
        yield from _words(name, place, each)
        needed = frozenset({each["name"].lower()} if each.get("required") else ())
        yield Statement(name, place, "required", needed, "request", "required")
        yield from _schema(name, place, each.get("schema", {}), "request")
    for media_type, content in node.get("requestBody", {}).get("content", {}).items():
        place = (f"body {media_type}",)
        yield Statement(name, place, "", True, "request", "media-type")
        yield from _schema(name, place, content.get("schema", {}), "request")


def _answers(name: str, responses: Mapping[str, Any]) -> Iterator[Statement]:
    for status, response in responses.items():
        place: Place = (f"answer {status}",)
        kind = "success" if status.startswith("2") else "status"
        yield Statement(name, place, "", True, "answer", kind)
        yield from _words(name, place, response)
        for header in response.get("headers", {}):
            yield Statement(name, (*place, f"header {header.lower()}"), "", True, "answer", "header")
        for media_type, content in response.get("content", {}).items():
            inner = (*place, media_type)
            yield Statement(name, inner, "", True, "answer", "media-type")
            yield from _schema(name, inner, content.get("schema", {}), "answer")
            for outcome, example in (content.get("examples") or {}).items():
                yield from _outcome(name, (*inner, f"outcome {outcome}"), example)


def _outcome(name: str, place: Place, example: Mapping[str, Any]) -> Iterator[Statement]:
    yield Statement(name, place, "", True, "answer", "outcome")
    yield Statement(name, place, "value", _plain(example.get("value")), "answer", "value")
    yield Statement(name, place, "headers", _plain(example.get("x-headers", {})), "answer", "headers")
    yield from _words(name, place, example)


def _refusals(name: str, ruled: Mapping[str, Any], responses: Mapping[str, Any]) -> Iterator[Statement]:
    statuses = {
        outcome: status
        for status, response in responses.items()
        for content in response.get("content", {}).values()
        for outcome in content.get("examples") or {}
    }
    for gate, outcome in ruled.get("x-refusals", {}).items():
        place = (f"refusal of {gate}",)
        yield Statement(name, place, "", True, DOCUMENTARY, "refusal")
        yield Statement(name, place, "status", statuses.get(outcome, "none"), "answer", "refused-as")
        yield Statement(name, place, "outcome", outcome, "answer", "refused-with")


def _schema(name: str, place: Place, schema: Any, group: str) -> Iterator[Statement]:
    if not isinstance(schema, dict):
        return
    yield from _words(name, place, schema)
    several = (each for key in ("anyOf", "oneOf") for each in schema.get(key, ()))
    if forms := [each for each in several if isinstance(each, dict)]:
        yield Statement(name, place, "forms", frozenset(map(_form, forms)), group, "forms")
        schema = {**schema, **_united(forms)}
    yield from _keywords(name, place, schema, group)
    for field, each in schema.get("properties", {}).items():
        inner = (*place, f"field {field}")
        yield Statement(name, inner, "", True, group, "field")
        yield from _schema(name, inner, each, group)
    if isinstance(schema.get("items"), dict):
        yield from _schema(name, (*place, "each item"), schema["items"], group)


def _form(schema: Mapping[str, Any]) -> str:
    """One of several forms, by what tells it from the others."""
    fields = ", ".join(schema.get("properties", ()))
    return f"{{{fields}}}" if fields else str(schema.get("type", "anything"))


def _united(forms: list[dict[str, Any]]) -> dict[str, Any]:
    """What can be said of a value in any of these forms: the fields of all, and what all of them require."""
    required = set.intersection(*(set(each.get("required", ())) for each in forms))
    types = {str(each["type"]) for each in forms if "type" in each}
    fields = {name: field for each in reversed(forms) for name, field in each.get("properties", {}).items()}
    made: dict[str, Any] = {"properties": fields} if fields else {}
    if required:
        made["required"] = sorted(required)
    return {**made, "type": types.pop()} if len(types) == 1 else made


def _keywords(name: str, place: Place, schema: Mapping[str, Any], group: str) -> Iterator[Statement]:
    for key, value in {**schema, **schema.get("x-picture", {})}.items():
        if key in ("properties", "items", "x-picture", "anyOf", "oneOf", *_WORDS):
            continue
        many = isinstance(value, list) and key not in _WHOLE
        made = frozenset(map(_plain, value)) if many else _plain(value)
        yield Statement(name, place, key, made, group, key)
