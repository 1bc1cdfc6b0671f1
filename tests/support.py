"""What tests share: a double in this process, every one of whose answers is judged against its document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Any

import httpx

from proofsheet.contracts.checks import judge
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.oracle import Oracle
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import Settings
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

KEY = "sk-test-0001"


def documents() -> list[str]:
    """Every document but a vendor's further ones, which are parts of other documents under other servers."""
    library = Library()
    further = {part for vendor in library.vendors() for part in library.sold_as(vendor)[1:]}
    return [name for name in library.names() if name not in further]


def exchange_of(response: httpx.Response) -> Exchange:
    """A finished httpx response as an exchange."""
    request = response.request
    return Exchange(
        method=request.method,
        url=str(request.url),
        request_headers=tuple((name.lower(), value) for name, value in request.headers.items()),
        request_body=request.read(),
        status=response.status_code,
        headers=tuple((name.lower(), value) for name, value in response.headers.items()),
        body=response.content,
    )


class Judged:
    """Judges every answer of a client against the document it is served from."""

    def __init__(self, documents: tuple[Document, ...]) -> None:
        self.oracles = [Oracle(document) for document in documents]
        self.seen = 0

    def __call__(self, response: httpx.Response) -> None:
        if response.headers.get("content-type") == "application/problem+json":
            assert response.status_code < 500, response.text  # the double speaks of itself, and not of a bug
            return
        exchange = exchange_of(response)
        findings = [finding for oracle in self.oracles for finding in judge(exchange, oracle)]
        assert not findings, findings
        self.seen += 1


DAY = "2026-11-15"  # on which every model that the tests name is there, whenever they run
NOON = datetime.fromisoformat(f"{DAY}T12:00:00+00:00").timestamp()


class InProcess:
    """A double without sockets. `get`, `post`, `request` wait for the answer and judge it."""

    def __init__(self, documents: tuple[Document, ...], **settings: Any) -> None:
        self.double = double(documents, Settings(**{"check_replies": True, "date": NOON, **settings}))
        self.site = Site(self.double)
        self.judged = Judged(documents)
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.site), base_url="http://127.0.0.1", timeout=500
        )

    def close(self) -> None:
        self._runner.run(self.double.callbacks.close())
        self._runner.run(self._client.aclose())
        self._runner.close()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await awaitable

        return self._runner.run(wait())

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, judged; several may run at once under `run`."""
        headers = {"authorization": f"Bearer {KEY}", **options.pop("headers", {})}
        sent = {name: value for name, value in headers.items() if value is not None}
        response = await self._client.request(method, path, headers=sent, **options)
        self.judged(response)
        return response

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        response: httpx.Response = self.run(self.send(method, path, **options))
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def form(self, path: str, fields: dict[str, str], **options: Any) -> httpx.Response:
        """A multipart form of text fields; `files` may be among the options."""
        parts = {name: (None, value) for name, value in fields.items()}
        return self.post(path, files={**parts, **options.pop("files", {})}, **options)
