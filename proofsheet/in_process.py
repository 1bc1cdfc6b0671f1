"""A double in the process of a test: no port, and transports for httpx, plain and asynchronous.

The double runs in the event loop of a thread of its own: tests with and without a loop are served alike.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import click
import httpx

from proofsheet.in_process_transport import Transport
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.chosen_settings import settings_of
from proofsheet.mockserver.cli import serve
from proofsheet.mockserver.double import double
from proofsheet.mockserver.named_documents import load_documents
from proofsheet.spec.load import HOME, Library
from proofsheet.testing_client import ControlError, Mock
from proofsheet.testing_server import said

URL = "http://proofsheet.test"  # a name that leads nowhere (RFC 6761, 6.2) without the transport
ELSEWHERE = (
    "host",
    "port",
    "workers",
    "reload",
    "quiet",
    "no-warm",
    "tls-cert",
    "tls-key",
    "tls",
    "tls-ca",
    "admin-key",
    "metrics",
    "log",
    "traces",
)  # options of a server


def mock(*names: str, **options: Any) -> InProcess:
    """A double of the named families, variants or vendors (all families if none) in this process.

    Options are those of `proofsheet serve`, with underscores: `credits=20, task_pace="looks",
    fault=["reset@0.1"]`. Raises ValueError, as the command would complain.
    """
    return InProcess(_site(names, options))


def _site(names: tuple[str, ...], options: dict[str, Any]) -> Site:
    arguments = [argument for name, value in options.items() for argument in _argument(name, value)]
    try:
        chosen = serve.make_context("serve", [*arguments, "--", *names]).params
        library = Library(chosen["home"] or HOME)
        documents = load_documents(library, names)
    except click.UsageError as problem:
        raise ValueError(problem.format_message()) from None
    settings = replace(settings_of("127.0.0.1", chosen), hosts=frozenset())
    return Site(double(documents, settings))


def _argument(name: str, value: Any) -> list[str]:
    dashed = name.replace("_", "-")
    if dashed in ELSEWHERE:
        raise ValueError(f"{name} is an option of a server, and there is none")
    if isinstance(value, bool):
        return [f"--{dashed}"] if value else []
    several = value if isinstance(value, list | tuple) else [value]
    return [f"--{dashed}={each}" for each in several]


class InProcess(Mock):
    """A double and the key of one test; used in a `with`, or ended by `close`.

    `transport` is for `httpx.Client` and `httpx.AsyncClient`, with the base URL `url`; `app` is the ASGI
    application. What `Mock` says of a double is said of this one.
    """

    def __init__(self, app: Site) -> None:
        super().__init__(URL, f"sk-proofsheet-{secrets.token_hex(12)}", self._asked)
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="proofsheet")
        self._thread.start()
        self.transport = Transport(app, self._loop)

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def with_key(self, key: str) -> Mock:
        """The same double as another key sees it."""
        return Mock(self.url, key, self._asked)

    def client(self, **options: Any) -> httpx.Client:
        """A client of this double that sends the key."""
        return httpx.Client(**self._usual(options))

    def async_client(self, **options: Any) -> httpx.AsyncClient:
        """The same, asynchronous."""
        return httpx.AsyncClient(**self._usual(options))

    def _usual(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"transport": self.transport, "base_url": self.url, "headers": self.headers, **options}

    def close(self) -> None:
        """End the double. What is under way ends with it; nothing happens if it has ended."""
        if self._loop.is_closed():
            return
        self._run(self.app.double.callbacks.close())
        self._run(_cancelled())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _asked(self, method: str, path: str, key: str | None, body: Any) -> bytes:
        """One request to the control surface, as `testing_server.control` makes it."""
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        content = None if body is None else json.dumps(body)
        request = httpx.Request(method, f"{self.url}/_mock{path}", headers=headers, content=content)
        response = self.transport.handle_request(request)
        answer = response.read()
        if response.is_error:
            text = answer.decode(errors="replace")
            raise ControlError(f"{method} /_mock{path}: {said(text) or f'status {response.status_code}'}")
        return answer


async def _cancelled() -> None:
    """End what else runs in the loop, and wait until it has."""
    others = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
