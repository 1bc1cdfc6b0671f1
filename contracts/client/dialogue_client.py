"""A dialogue with the target over a WebSocket: what the judge says in turn, and all that it is shown."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.case import ClientMessage

MOST = 20_000  # messages that are taken of one dialogue
LARGEST = 16 * 1024 * 1024  # bytes of one


@dataclass(frozen=True)
class Heard:
    """What came: the status of the handshake with its headers and body, the messages, how it was closed."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    messages: tuple[Any, ...] = ()
    closed: int | None = None


def talk(url: str, headers: Mapping[str, str], outgoing: Sequence[ClientMessage], patience: float) -> Heard:
    """Open a dialogue, and say each thing once what came before has led to what was awaited.

    `patience` is how many seconds are waited for each. A text that is no JSON is taken as it is.
    Raises OSError and TimeoutError where nothing can be opened.
    """
    from websockets.exceptions import (  # loaded where there are dialogues
        ConnectionClosed,
        InvalidStatus,
        WebSocketException,
    )
    from websockets.sync.client import connect

    protocols: list[Any] = [
        each.strip() for each in headers.get("sec-websocket-protocol", "").split(",") if each.strip()
    ]
    sent = {name: each for name, each in headers.items() if name != "sec-websocket-protocol"}
    messages: list[Any] = []
    try:
        with connect(
            "ws" + url.removeprefix("http"),
            additional_headers=sent,
            subprotocols=protocols or None,
            open_timeout=patience,
            max_size=LARGEST,
            proxy=None,
            compression=None,
        ) as socket:
            answered = socket.response.headers.raw_items() if socket.response else ()
            shown = tuple((name.lower(), value) for name, value in answered)
            try:
                for each in outgoing:
                    if each.message is not None:
                        socket.send(json.dumps(each.message))
                    _listen(socket, each.until, messages, patience)
            except ConnectionClosed as closed:
                return Heard(101, shown, b"", tuple(messages), closed.rcvd.code if closed.rcvd else 1006)
            except TimeoutError:
                pass  # what is missing is a finding
            return Heard(101, shown, b"", tuple(messages))
    except InvalidStatus as refused:
        response = refused.response
        shown = tuple((name.lower(), value) for name, value in response.headers.raw_items())
        return Heard(response.status_code, shown, bytes(response.body or b""))
    except WebSocketException as broken:  # an answer in HTTP/1.0, another handshake than was asked for
        raise OSError(f"no WebSocket was opened: {broken}") from None


def _listen(socket: Any, until: frozenset[str], messages: list[Any], patience: float) -> None:
    """Take what comes until one of these comes. Raises ConnectionClosed, TimeoutError."""
    ends = time.monotonic() + patience
    while len(messages) < MOST:
        text = socket.recv(timeout=max(0.0, ends - time.monotonic()))
        try:
            messages.append(json.loads(text))
        except (ValueError, RecursionError):
            messages.append(text)
        last = messages[-1]
        if isinstance(last, dict) and any(each in until for each in map(str, last.values())):
            return
