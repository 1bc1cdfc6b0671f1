"""What breaks within the double while a dialogue goes on: the client hears it in the API's own words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from support import InProcess

from proofsheet.mockserver.dialogue import connection
from proofsheet.spec.load import Library

SCOPE = {
    "type": "websocket",
    "path": "/talk",
    "raw_path": b"/talk",
    "root_path": "",
    "scheme": "ws",
    "query_string": b"",
    "headers": [(b"host", b"127.0.0.1"), (b"x-key", b"sk-talk-broken")],
    "subprotocols": [],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
    "http_version": "1.1",
    "extensions": {"websocket.http.response": {}},
}


async def answers(mock: InProcess, said: str, count: int) -> list[str]:
    """The names of the first messages after the greeting, once something was said."""
    sent, heard = asyncio.Queue[Any](), asyncio.Queue[Any]()
    sent.put_nowait({"type": "websocket.connect"})
    sent.put_nowait({"type": "websocket.receive", "text": json.dumps({"do": said})})
    talk = asyncio.ensure_future(mock.site(SCOPE, sent.get, heard.put))
    found: list[str] = []
    try:
        async with asyncio.timeout(60):
            while len(found) <= count:
                message = await heard.get()
                if message["type"] == "websocket.send":
                    found.append(json.loads(message["text"])["do"])
        sent.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await talk
    finally:
        talk.cancel()
    return found[1:]


@pytest.mark.parametrize(("place", "said"), [("reply", "answer"), ("act", "deaf")])
def test_a_bug_ends_in_the_apis_own_error(
    serve: Callable[..., InProcess],
    miniatures: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: str,
    said: str,
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a bug of ours")

    mock = serve(miniatures.load("talks"))
    monkeypatch.setattr(connection, place, broken)
    assert mock.run(answers(mock, said, 1)) == ["wrong"]
    assert "a bug of ours" in capsys.readouterr().err
