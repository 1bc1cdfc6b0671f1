"""openapi-core, which reads routes, JSON answers and headers by itself.

It does not cast numeric multipart parts and takes no bytes for `format: binary` under 3.1
(python-openapi/openapi-core#854), so pictures and forms are judged by our own checks. It also wants the
servers to match the Host; the judged URL's origin and base path are put in their place.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.exceptions import ValidationError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from proofsheet.contracts.exchange import Exchange
from proofsheet.spec import media_types
from proofsheet.spec.document import Document


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


class Validator:
    """One document as openapi-core reads it."""

    def __init__(self, document: Document) -> None:
        raw = copy.deepcopy(dict(document.raw))
        raw["servers"] = [{"url": "/"}]
        config = Config(
            spec_validator_cls=None, path_finder_cls=_PathFinder
        )  # `spec lint` validates documents
        self._openapi = OpenAPI.from_dict(raw, config=config)

    def response_errors(self, exchange: Exchange, path: str) -> Iterator[str]:
        """What it has against the answer to a request for `path` of the document: headers, a JSON body."""
        response = _Response(
            exchange.status,
            exchange.media_type,
            Headers(list(exchange.headers)),
            exchange.body if exchange.media_type == "application/json" else b"",
        )
        try:
            for error in self._openapi.iter_apicall_response_errors(_request(exchange, path), response):
                if exchange.media_type == "application/json" or "eader" in type(error).__name__:
                    yield _message(error)
        except RecursionError:  # Python's parser of JSON has a limit
            yield "the JSON is nested too deeply to be read"


def _request(exchange: Exchange, path: str) -> _Request:
    headers = dict(exchange.request_headers)
    return _Request(
        host_url="http://proofsheet.invalid",
        path=path,
        method=exchange.method.lower(),
        content_type=media_types.parse(headers.get("content-type", "")).name,
        body=exchange.request_body,
        parameters=RequestParameters(
            query=ImmutableMultiDict(parse_qsl(urlsplit(exchange.url).query)),
            header=Headers(list(exchange.request_headers)),
            cookie=ImmutableMultiDict(),
        ),
    )


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
