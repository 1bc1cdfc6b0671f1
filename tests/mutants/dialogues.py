"""Dialogues with a mock in this process: what the judge's client does over a WebSocket, without one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from mutants.events import Change

from proofsheet.contracts.case import ClientMessage
from proofsheet.contracts.client import http_client
from proofsheet.contracts.client.dialogue_client import Heard

LIMIT = 60.0  # seconds: longer than any of them can take


@contextmanager
def in_process(app: Any, change: Change) -> Iterator[None]:
    """For as long as this lasts, clients talk with an application, and hear what a damage leaves of it."""

    def talk(
        url: str, headers: Mapping[str, str], outgoing: Sequence[ClientMessage], patience: float
    ) -> Heard:
        heard = asyncio.run(asyncio.wait_for(_talk(app, _scope(url, headers), outgoing), LIMIT))
        return Heard(heard.status, heard.headers, heard.body, tuple(change(list(heard.messages))))

    with patch.object(http_client, "talk", talk):
        yield


def _scope(url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    protocols = [
        each.strip() for each in headers.get("sec-websocket-protocol", "").split(",") if each.strip()
    ]
    return {
        **{"type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws"},
        **{"path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode()},
        **{"root_path": "", "client": ("127.0.0.1", 1), "server": (parts.hostname, 80)},
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "subprotocols": protocols,
        "extensions": {"websocket.http.response": {}},
    }


async def _talk(app: Any, scope: dict[str, Any], outgoing: Sequence[ClientMessage]) -> Heard:
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    answered: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    incoming.put_nowait({"type": "websocket.connect"})
    running = asyncio.create_task(app(scope, incoming.get, answered.put))
    try:
        opened = await answered.get()
        if opened["type"] == "websocket.http.response.start":
            return _refusal(opened, await answered.get())
        if opened["type"] != "websocket.accept":
            return Heard(403, (), b"")
        return Heard(101, (), b"", tuple([each async for each in _answers(incoming, answered.get, outgoing)]))
    finally:
        incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await running


async def _answers(
    incoming: asyncio.Queue[dict[str, Any]], next_event: Callable[[], Any], outgoing: Sequence[ClientMessage]
) -> Any:
    """What comes after each of the messages, up to what is awaited."""
    for each in outgoing:
        if each.message is not None:
            incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(each.message)})
        message: Any = None
        while message is None or not any(one in each.until for one in map(str, message.values())):
            event = await next_event()
            if event["type"] == "websocket.close":
                return
            message = json.loads(event.get("text") or event["bytes"])
            yield message


def _refusal(start: dict[str, Any], body: dict[str, Any]) -> Heard:
    shown = tuple((name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"])
    return Heard(start["status"], shown, body.get("body", b""))
