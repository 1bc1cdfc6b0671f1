"""What control requests and answers are made of: reading a request's parts, and refusing what is wrong."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from proofsheet.mockserver.replies import problem
from proofsheet.spec.security import WELL_FORMED

LARGEST_BODY = 1024 * 1024


class Wrong(ValueError):
    """A control request that cannot be carried out; the text says what was expected."""


def as_json(value: Any, status: int = 200) -> Response:
    text = json.dumps(value, ensure_ascii=False, default=float, allow_nan=False)
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def problem_response(status: int, title: str, detail: str) -> Response:
    made = problem(status, title, detail)
    return Response(made.body, made.status, media_type=made.media_type)


async def read_body(request: Request) -> dict[str, Any]:
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_BODY:
            raise Wrong(f"the body is larger than {LARGEST_BODY} bytes")
    try:
        value = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise Wrong(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise Wrong("the body must be a JSON object")
    return value


def only(body: dict[str, Any], *names: str) -> None:
    if unknown := sorted(set(body) - set(names)):
        raise Wrong(f"unknown: {', '.join(unknown)}; expected any of {', '.join(names)}")


def key_of(request: Request, body: dict[str, Any] | None = None) -> str | None:
    found = (body or {}).get("key")
    if found is not None and not (isinstance(found, str) and WELL_FORMED.fullmatch(found)):
        raise Wrong("key must be a string of 1 to 256 visible ASCII characters")
    header = request.headers.get("authorization", "").strip()
    return found or (header[7:].strip() if header.lower().startswith("bearer ") else header) or None


def needed_key(request: Request, body: dict[str, Any] | None = None) -> str:
    found = key_of(request, body)
    if found is None:
        raise Wrong("which key? send it as Authorization, or as `key` in the body")
    return found


def number_of(body: dict[str, Any], name: str) -> float:
    """A number; 0 where it is left out. Raises Wrong."""
    value = body.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
        raise Wrong(f"{name} must be a number, came {value!r}")
    return float(value)


def whole_of(body: dict[str, Any], name: str, default: int | None, least: int = 0) -> int | None:
    value = body.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Wrong(f"{name} must be a whole number of at least {least}, came {value!r}")
    return value


def query_number(request: Request, name: str, default: int) -> int:
    return _digits(name, request.query_params.get(name, str(default)))


def path_number(request: Request, name: str) -> int:
    return _digits(name, request.path_params[name])


def _digits(name: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise Wrong(f"{name} must be a whole number, came {text[:50]!r}")
    return int(text)


def text_of(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Wrong(f"{name} must be a string, came {value!r}")
    return value
