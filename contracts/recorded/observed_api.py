"""An OpenAPI document of what recorded traffic shows: paths, bodies, statuses; types and never values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from proofsheet.contracts.recorded.sample_schemas import Samples
from proofsheet.spec.importing.credentials import KEYS
from proofsheet.traffic.content_coding import Undecodable, plain
from proofsheet.traffic.credential_fields import is_credential_member
from proofsheet.traffic.flow import Flow, header, media_type
from proofsheet.traffic.multipart import Malformed, parts

# A part of a path that names one thing and is no word of the API: a number, a UUID, a long text with digits.
_ID = re.compile(
    r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{16,}|(?=.*\d)[A-Za-z0-9_-]{16,}|[a-z]+_(?=.*\d)\w{8,}"
)


class NothingSeen(ValueError):
    """The traffic has no call that was answered."""


@dataclass
class _Seen:
    """What was seen of one operation."""

    query: set[str] = field(default_factory=set)
    bodies: dict[str, Samples] = field(default_factory=dict)
    required: dict[str, set[str]] = field(default_factory=dict)  # by media type: fields that every body had
    answers: dict[int, dict[str, Samples]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)  # fields that held one
    keys: set[str] = field(default_factory=set)  # headers that held a credential


def observed_api(flows: Iterable[Flow], title: str) -> dict[str, Any]:
    """The document. Raises NothingSeen."""
    origins: dict[str, int] = {}
    seen: dict[tuple[str, str], _Seen] = {}
    for flow in flows:
        if flow.status is None or flow.end != "complete" or flow.method not in _METHODS:
            continue
        url = urlsplit(flow.url)
        origin = f"{url.scheme}://{url.netloc}"
        origins[origin] = origins.get(origin, 0) + 1
        _look(flow, seen.setdefault((templated(url.path), flow.method.lower()), _Seen()))
    if not seen:
        raise NothingSeen("no call in it was answered, so there is nothing to serve")
    paths: dict[str, Any] = {}
    for (path, method), each in sorted(seen.items()):
        paths.setdefault(path, {})[method] = _operation(path, each)
    servers = [{"url": each} for each in sorted(origins, key=lambda name: -origins[name])]
    keys = sorted({key for each in seen.values() for key in each.keys})
    return {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "servers": servers, "paths": paths,
            "components": {"securitySchemes": {_name(key): _scheme(key) for key in keys[:1]}}}  # fmt: skip


_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH")


def templated(path: str) -> str:
    """A path with {id} in place of what names one thing."""
    tokens, count = [], 0
    for token in path.split("/"):
        if token and _ID.fullmatch(token):
            count += 1
            token = "{id}" if count == 1 else f"{{id{count}}}"
        tokens.append(token)
    return "/".join(tokens) or "/"


def _look(flow: Flow, seen: _Seen) -> None:
    seen.query |= {name for name, _ in parse_qsl(flow.query) if not is_credential_member(name)}
    seen.keys |= {name.lower() for name, _ in flow.request_headers if name.lower() in KEYS}
    if flow.request_body:
        kind = media_type(flow.request_headers)
        fields = _fields(kind, flow)
        if fields is not None:
            seen.files |= (
                {name for name, each in fields.items() if each is _FILE}
                if isinstance(fields, dict)
                else set()
            )
            seen.bodies.setdefault(kind, Samples()).add(fields)
            if isinstance(fields, dict):
                known = seen.required.setdefault(kind, {*fields})
                known &= {*fields}
    answers = seen.answers.setdefault(flow.status or 0, {})
    kind = media_type(flow.headers)
    if kind:
        samples = answers.setdefault(kind, Samples())
        if kind.endswith("json") and (value := _json(_body(flow))) is not None:
            samples.add(value)


def _body(flow: Flow) -> bytes:
    try:
        return plain(flow.headers, flow.body or b"")[1]
    except Undecodable:
        return b""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _fields(kind: str, flow: Flow) -> Any:
    """The fields of a request; a file is marked as one. None where they cannot be read."""
    body = flow.request_body or b""
    if kind.endswith("json"):
        return _json(body)
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("latin-1")))
    if kind == "multipart/form-data":
        try:
            found = parts(header(flow.request_headers, "content-type"), body)
        except Malformed:
            return None
        return {each.name: _FILE if each.filename else "text" for each in found}
    return None


_FILE = "(file)"


def _operation(path: str, seen: _Seen) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in sorted(seen.query)]
    made: dict[str, Any] = {"parameters": parameters, "responses": dict(_responses(seen))}
    content = {kind: {"schema": _request(kind, samples, seen)} for kind, samples in seen.bodies.items()}
    return {**made, "requestBody": {"required": True, "content": content}} if content else made


def _request(kind: str, samples: Samples, seen: _Seen) -> dict[str, Any]:
    schema = {**samples.schema}
    for name in seen.files & {*schema.get("properties", {})}:
        schema["properties"][name] = {"type": "string", "format": "binary"}
    required = sorted(seen.required.get(kind, ()))
    return {**schema, "required": required} if required else schema


def _responses(seen: _Seen) -> Iterator[tuple[str, Any]]:
    for status, answers in sorted(seen.answers.items()):
        content = {kind: {"schema": samples.schema} for kind, samples in answers.items()}
        yield str(status), {"description": "As it was seen.", **({"content": content} if content else {})}


def _name(key: str) -> str:
    return re.sub(r"\W", "-", key)


def _scheme(key: str) -> dict[str, Any]:
    return (
        {"type": "http", "scheme": "bearer"}
        if key == "authorization"
        else {"type": "apiKey", "in": "header", "name": key}
    )
