"""Small promises of every answer that gateways break: its id, its type in full, its keys, clean JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Representation

_ID = "$call.id"


def _declared(exchange: Exchange, operation: Operation) -> list[Representation]:
    """Every representation that an answer of this status and media type may be."""
    return [
        each.representations[exchange.media_type]
        for each in operation.outcomes.values()
        if each.status == exchange.status and exchange.media_type in each.representations
    ]


def _value(exchange: Exchange) -> Any:
    try:
        return json.loads(exchange.body) if exchange.media_type == "application/json" else None
    except (ValueError, RecursionError):
        return None


def call_is_named(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The header that holds the call's id is there, and the body's id is the same where it holds one."""
    for name in id_headers(_declared(exchange, operation)):
        came = exchange.header(name)
        if not came:
            yield Finding("call-named", operation.id, f"the header {name} is missing", operation.pointer)
        elif problem := _other_id(exchange, operation, name, came):
            yield Finding("call-named", operation.id, problem, operation.pointer)


def id_headers(representations: list[Representation]) -> list[str]:
    """The headers that hold the call's id in all of these."""
    found = [
        {name.lower() for name, each in one.headers if not isinstance(each, str) and each.text == _ID}
        for one in representations
    ]
    return sorted(set.intersection(*found)) if found else []


def _other_id(exchange: Exchange, operation: Operation, header: str, came: str) -> str | None:
    for one in _declared(exchange, operation):
        places = [tokens for tokens, each in one.binds if each.text == _ID and tokens]
        said = [each for place in places for each in pointers.find(_value(exchange), place)]
        if not places or came in said:
            return None
    return f"{header} is {came}, the body's id another"


def type_is_whole(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """The Content-Type has the parameters that the document gives it."""
    wanted = [each.content_type for each in _declared(exchange, operation) if ";" in each.content_type]
    came = exchange.header("content-type") or ""
    patterns = [re.sub(r"\\\{.+?\\\}", r"[^;]+", re.escape(each)) for each in wanted]
    if patterns and not any(re.fullmatch(each, came) for each in patterns):
        message = f"expected Content-Type {wanted[0]}, came {came}"
        yield Finding("type-whole", operation.id, message, operation.pointer)


def keys_are_declared(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """A JSON body has no key that its schema does not list."""
    for one in _declared(exchange, operation)[:1]:
        for key in _strangers(_value(exchange), one.schema):
            message = f"the key {key} is not declared for {exchange.status}"
            yield Finding("keys-declared", operation.id, message, operation.pointer)


def _strangers(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    known = schema.get("properties")
    if isinstance(value, dict) and known:
        for key, each in value.items():
            yield from _strangers(each, known[key]) if key in known else (key,)
    if isinstance(value, list) and value:
        yield from _strangers(value[0], schema.get("items", {}))


def json_is_clean(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """No byte order mark stands before JSON: RFC 8259 forbids it, and many parsers fail on it."""
    if exchange.media_type == "application/json" and exchange.body.startswith(b"\xef\xbb\xbf"):
        yield Finding("json-clean", operation.id, "a byte order mark stands before JSON", operation.pointer)
