"""The judge's client of dialogues, where what answers is no WebSocket."""

from __future__ import annotations

import socket
import threading

import pytest

from proofsheet.contracts.client.dialogue_client import talk

WAIT = 20  # seconds: longer than it can take


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        b"SSH-2.0-server\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"",
    ],
)
def test_what_opens_no_websocket_is_not_reached(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(WAIT)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        with pytest.raises(OSError, match="no WebSocket was opened"):
            talk(f"http://127.0.0.1:{listening.getsockname()[1]}/talk", {}, (), WAIT)
        server.join(WAIT)
