"""A receiver of callbacks on loopback: it notes what comes and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from waiting import PATIENCE

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"
TAKEN = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Received:
    """One request: its first line, its headers by lower-case name, its JSON."""

    line: str
    headers: dict[str, str]
    body: Any


class Receiver:
    """Start it in the loop that the double runs in. Of several answers each is given once, the last for ever.

    An answer that is None never comes.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self.received: list[Received] = []
        self._answers = list(answers or (TAKEN,))
        self._changed = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            with suppress(asyncio.IncompleteReadError):  # who gave up before it had said anything
                await self._answer(reader, writer)
        finally:
            self._serving.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        async with self._changed:
            self.received.append(Received(head[0], headers, json.loads(body)))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            self._changed.notify_all()
        if answer is None:
            await reader.read()  # until the other side gives up
        else:
            writer.write(answer)
            await writer.drain()

    async def until(self, count: int) -> list[Received]:
        """What came, once so many have."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        under_way = tuple(self._serving)
        for each in under_way:
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is gone
