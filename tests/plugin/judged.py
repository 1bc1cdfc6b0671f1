"""What the tests of `pytest --proofsheet` share: targets, and projects of one folder that judge them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY = "sk-judge-0001"
DOCUMENT = "stability.pages-2024"  # a quarter of the requirements that the whole family has
MUST = "stability.textToImage.cfg_scale.maximum"
MAY = "stability.getBalance.method.delete"
PAID = "stability.generateCore.form.json"
CONFIG = """\
[pytest]
filterwarnings = error
addopts = -p no:cacheprovider --strict-markers
xfail_strict = true
"""


class SameAnswer(BaseHTTPRequestHandler):
    """The same few bytes of JSON, whatever is asked."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "7")
        self.end_headers()
        self.wfile.write(b'{"a":1}')

    do_POST = do_DELETE = do_OPTIONS = do_PUT = do_GET

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def same_answer() -> Iterator[str]:
    """The address of a target that keeps nothing of the contract."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SameAnswer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def records(path: Path) -> list[dict[str, Any]]:
    """The records of a report."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path: Path) -> int:
    """How many cases a run has written down so far: its last line may not be whole yet."""
    return path.read_text().count('\n{"kind":"case"') if path.exists() else 0


def cases(path: Path) -> list[str]:
    """The ids of the cases that were asked."""
    return [each["id"] for each in records(path) if each["kind"] == "case"]
