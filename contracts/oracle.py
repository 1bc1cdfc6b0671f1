"""The second reader of a document: openapi-core for routes, JSON answers and headers.

openapi-core does not cast numeric multipart parts and takes no bytes for `format: binary` under 3.1
(python-openapi/openapi-core#854), so pictures and forms are judged by our own checks. It also wants the
servers to match the Host; the judged URL's origin and base path are put in their place.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.exceptions import ValidationError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from proofsheet.contracts.exchange import Exchange
from proofsheet.spec import media_types, pointers
from proofsheet.spec.document import Document, Operation


@dataclass  # openapi-core's protocol wants to assign
class _Request:
    """openapi-core's request protocol."""

    host_url: str
    path: str
    method: str
    content_type: str
    body: bytes | None
    parameters: RequestParameters


@dataclass
class _Response:
    """openapi-core's response protocol."""

    status_code: int
    content_type: str
    headers: Headers
    data: bytes | None = field(repr=False)


class _PathFinder(APICallPathFinder):
    """Looks a method and URL up once: a run asks for few, and often."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.find = lru_cache(1024)(super().find)  # type: ignore[method-assign]


class Oracle:
    """Reads one document for the judge, at the document's base paths and at `base`, a target's own."""

    def __init__(self, document: Document, base: str = "") -> None:
        self.document = document
        bases = {*document.bases, base.rstrip("/")}
        self._paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(base + each.path))), base, each)
            for base in sorted(bases, key=len, reverse=True)
            for each in sorted(document.operations.values(), key=lambda each: "{" in each.path)
        ]

    @cached_property
    def _openapi(self) -> OpenAPI:
        raw = copy.deepcopy(dict(self.document.raw))
        raw["servers"] = [{"url": "/"}]
        config = Config(
            spec_validator_cls=None, path_finder_cls=_PathFinder
        )  # `spec lint` validates documents
        return OpenAPI.from_dict(raw, config=config)

    def operation(self, exchange: Exchange) -> Operation | None:
        """The operation that an exchange asked for, if the document has it."""
        path = urlsplit(exchange.url).path
        method = "GET" if exchange.method == "HEAD" else exchange.method
        return next(
            (each for pattern, _, each in self._paths if each.method == method and pattern.fullmatch(path)),
            None,
        )

    def node(self, operation: Operation) -> Any:
        """The operation's plain data, references resolved."""
        return pointers.get(self.document.raw, operation.pointer)

    def response_errors(self, exchange: Exchange) -> Iterator[str]:
        """What openapi-core has against the answer: headers always, the body if it is JSON."""
        response = _Response(
            exchange.status,
            exchange.media_type,
            Headers(list(exchange.headers)),
            exchange.body if exchange.media_type == "application/json" else b"",
        )
        try:
            for error in self._openapi.iter_apicall_response_errors(self._request(exchange), response):
                if exchange.media_type == "application/json" or "eader" in type(error).__name__:
                    yield _message(error)
        except RecursionError:  # Python's parser of JSON has a limit
            yield "the JSON is nested too deeply to be read"

    def _request(self, exchange: Exchange) -> _Request:
        parts = urlsplit(exchange.url)
        headers = dict(exchange.request_headers)
        return _Request(
            host_url="http://proofsheet.invalid",
            path=self._without_base(parts.path),
            method=exchange.method.lower(),
            content_type=media_types.parse(headers.get("content-type", "")).name,
            body=exchange.request_body,
            parameters=RequestParameters(
                query=ImmutableMultiDict(parse_qsl(parts.query)),
                header=Headers(list(exchange.request_headers)),
                cookie=ImmutableMultiDict(),
            ),
        )

    def _without_base(self, path: str) -> str:
        base = next((base for pattern, base, _ in self._paths if pattern.fullmatch(path)), "")
        return path[len(base) :]


def _message(error: Exception) -> str:
    inner = error.__cause__ or error
    schema_errors = getattr(inner, "schema_errors", None)
    if isinstance(inner, ValidationError) or schema_errors:
        return "; ".join([_text(inner), *(each.message for each in schema_errors or ())])
    return _text(inner) or type(inner).__name__


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except UnicodeDecodeError:  # openapi-core shows the body it could not read, and cannot
        return f"{type(error).__name__}: the body is not UTF-8"
