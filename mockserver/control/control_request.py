"""What control requests and answers are made of: reading a request's parts, and refusing what is wrong."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from starlette.requests import Request
from starlette.responses import Response

from proofsheet.mockserver.replies import problem
from proofsheet.spec.yaml_reader import read

LARGEST_BODY = 1024 * 1024
_LONGEST = 100  # characters of a value that a message shows
_SCHEMAS = Path(__file__).parent / "request_bodies.yaml"


class Wrong(ValueError):
    """A control request that cannot be carried out; the text says what was expected."""


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each route's body, by method and path."""
    table = dict(read(_SCHEMAS).value)
    shared = table.pop("$defs")
    return {route: {**schema, "$defs": shared} for route, schema in table.items()}


@cache
def _validator(route: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schemas()[route])


def as_json(value: Any, status: int = 200) -> Response:
    text = json.dumps(value, ensure_ascii=False, default=float, allow_nan=False)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def problem_response(status: int, title: str, detail: str) -> Response:
    made = problem(status, title, detail)
    return Response(made.body, made.status, media_type=made.media_type)


async def read_body(request: Request) -> dict[str, Any]:
    """The body, as its route's schema has it; an empty one is an empty object. Raises Wrong."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_BODY:
            raise Wrong(f"the body is larger than {LARGEST_BODY} bytes")
    route = f"{request.method} {_template(request)}"
    try:
        value = json.loads(data or b"{}", parse_constant=_no_constant)
        error = next(_validator(route).iter_errors(value), None)
    except (ValueError, RecursionError) as broken:
        raise Wrong(f"the body is no JSON: {broken}") from None
    if error is not None:
        raise Wrong(f"{_explained(error, schemas()[route])}; GET /_mock/schemas has every body")
    found: dict[str, Any] = value
    return found


def _template(request: Request) -> str:
    """The path with the names of its parameters in place of their values."""
    path: str = request.scope["path"]
    for name, value in request.path_params.items():
        path = path.removesuffix(value) + f"{{{name}}}"
    return path


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _explained(error: jsonschema_rs.ValidationError, schema: dict[str, Any]) -> str:
    """What was expected, what came, and where."""
    members, way = schema["properties"], [str(each) for each in error.instance_path]
    details = error.kind.as_dict()
    if error.kind.name == "additionalProperties":
        return f"unknown: {', '.join(details['unexpected'])}; expected any of {', '.join(members)}"
    if error.kind.name == "required":
        name = str(details["property"])
        return f"{name} is missing: expected {members[name]['description']}"
    if error.kind.name in ("minProperties", "maxProperties"):
        return f"expected one of {', '.join(members)}, came {json.dumps(error.instance)[:_LONGEST]}"
    came = json.dumps(error.instance, ensure_ascii=False)[:_LONGEST]
    if not way:
        return f"the body: expected a JSON object, came {came}"
    member = members[way[0]]
    if "$ref" in member:
        member = schema["$defs"][member["$ref"].rpartition("/")[2]]
    return f"{'.'.join(way)}: expected {member['description']}, came {came}"


def key_of(request: Request, body: dict[str, Any] | None = None) -> str | None:
    found: str | None = (body or {}).get("key")
    header = request.headers.get("authorization", "").strip()
    return found or (header[7:].strip() if header.lower().startswith("bearer ") else header) or None


def needed_key(request: Request, body: dict[str, Any] | None = None) -> str:
    found = key_of(request, body)
    if found is None:
        raise Wrong("which key? send it as Authorization, or as `key` in the body")
    return found


def query_number(request: Request, name: str, default: int) -> int:
    return _digits(name, request.query_params.get(name, str(default)))


def path_number(request: Request, name: str) -> int:
    return _digits(name, request.path_params[name])


def _digits(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise Wrong(f"{name} must be a whole number, came {text[:50]!r}")
    return int(text)
