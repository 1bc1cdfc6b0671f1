"""Captures what client libraries put on the wire for a form: `python tests/wire_forms/capture.py COMMAND…`.

Runs `COMMAND` with URL, PICTURE, FILENAME and PROMPT in its environment against a listener that answers 200,
and writes the request, byte for byte but for the address in its Host header, to the file that OUT names.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

FIELDS = {"PROMPT": "A lighthouse on a cliff – at dusk", "FILENAME": "bild ä.png"}
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


def request(sock: socket.socket) -> bytes:
    """One whole request; an Expect is answered with 100."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(1 << 16) or sys.exit("the client closed within its headers")
    head, _, body = data.partition(b"\r\n\r\n")
    if re.search(rb"(?i)\nexpect: 100-continue", head):
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = re.search(rb"(?i)\ncontent-length: (\d+)", head)
    while len(body) < int(length[1]) if length else not body.endswith(b"0\r\n\r\n"):
        body += sock.recv(1 << 16) or sys.exit("the client closed within its body")
    return head + b"\r\n\r\n" + body


def capture(command: list[str], picture: Path, out: Path) -> str:
    """Run a client once; returns what it says of itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    found: list[bytes] = []

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            found.append(request(sock))
            sock.sendall(ANSWER)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}/v2beta/stable-image/generate/ultra"
    env = {**os.environ, **FIELDS, "URL": url, "PICTURE": str(picture)}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=500)
    thread.join(20)
    if not found:
        sys.exit(f"{command}: sent nothing: {ended.stderr[-2000:]}")
    out.write_bytes(found[0].replace(b"127.0.0.1:%d" % port, b"127.0.0.1"))
    return ended.stdout.strip()


if __name__ == "__main__":
    here = Path(__file__).parent
    print(capture(sys.argv[1:], here / "picture.png", Path(os.environ["OUT"])))
