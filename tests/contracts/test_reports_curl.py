"""curl lines: a real curl sends what was sent."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from waiting import PATIENCE

from proofsheet.contracts.case import BOUNDARY, Part, multipart
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.reports.curl import curl
from proofsheet.contracts.reports.form_parts import parts

KEY = "sk-a-very-secret-key-0001"
NASTY = 'it\'s "$HOME" `id` $(id) \\ ; & | \u202e é 火 \x1b[2J\n<next>\t%00'


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that keeps what it is sent."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = do_HEAD = do_OPTIONS = answer

        def log_message(self, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def exchange(
    url: str, method: str = "POST", body: bytes = b"", headers: dict[str, str] | None = None, **options: Any
) -> Exchange:
    sent = {"host": "x", "user-agent": "python-httpx", "authorization": f"Bearer {KEY}", **(headers or {})}
    return Exchange(method, url, tuple(sent.items()), body, 200, (), b"", **options)


def form(url: str, *sent: Part, **headers: str) -> Exchange:
    media_type = f"multipart/form-data; boundary={BOUNDARY}"
    return exchange(url, body=multipart(sent), headers={"content-type": media_type, **headers})


@pytest.fixture
def again(echo: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> Any:
    """Runs the line of an exchange in a shell; gives what the server saw."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("there is no curl, or no bash")

    def run(made: Exchange) -> dict[str, Any]:
        line = curl(made, [KEY])
        assert KEY not in line
        assert line.isprintable()
        environment = {"KEY": KEY, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        command = ["bash", "-c", line]
        subprocess.run(
            command, env=environment, cwd=tmp_path, check=True, capture_output=True, timeout=2 * PATIENCE
        )
        found: dict[str, Any] = echo[1].pop()
        assert found["method"] == made.method
        assert found["headers"]["authorization"] == f"Bearer {KEY}"
        return found

    return run


@pytest.fixture
def url(echo: tuple[str, list[dict[str, Any]]]) -> str:
    return f"{echo[0]}/v1/draw"


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "two words",
        "",
        NASTY,
        "@/etc/passwd",
        "</etc/passwd",
        '"quoted"',
        "a;type=text/html",
        "x" * 1999,
    ],
)
def test_a_form_is_sent_again(again: Any, url: str, value: str) -> None:
    made = form(url, Part("prompt", value.encode()), Part("seed", b"7"))
    found = again(made)
    came = parts(found["headers"]["content-type"], found["body"])
    assert came is not None
    assert [(each.name, each.text) for each in came] == [("prompt", value), ("seed", "7")]
    assert "accept" not in found["headers"]


def test_a_long_value_of_one_character_needs_no_file(again: Any, url: str) -> None:
    made = form(url, Part("seed", b"7"), Part("prompt", b"x" * 10_001), accept="image/*")
    found = again(made)
    came = parts(found["headers"]["content-type"], found["body"])
    assert came is not None
    assert [(each.name, each.value) for each in came] == [("seed", b"7"), ("prompt", b"x" * 10_001)]
    assert found["headers"]["accept"] == "image/*"


def test_other_long_values_and_files_are_hints_with_their_sizes(url: str) -> None:
    line = curl(form(url, Part("prompt", b"ab" * 3000), Part("image", b"\x89PNG", "../a b.png", "image/png")))
    assert "-F 'prompt=<prompt.txt'" in line
    assert "-F 'image=@__a_b.png;type=image/png'" in line
    assert line.endswith("# prompt.txt: 6,000 bytes; __a_b.png: 4 bytes")
    assert "body.bin: 2,002 bytes" in curl(exchange(url, body=b"ab" * 1001))


@pytest.mark.parametrize("body", [{"text": NASTY}, ["@x"], "plain", {"deep": [None, 1.5]}])
def test_json_is_sent_again(again: Any, url: str, body: Any) -> None:
    sent = json.dumps(body, ensure_ascii=False).encode()
    found = again(exchange(url, body=sent, headers={"content-type": "application/json", "accept": "*/*"}))
    assert found["body"] == sent
    assert found["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize("body", [b"@file", NASTY.encode(), b"prompt"])
def test_anything_else_is_sent_again(again: Any, url: str, body: bytes) -> None:
    found = again(exchange(url, body=body, headers={"content-type": "text/plain"}))
    assert (found["body"], found["headers"]["content-type"]) == (body, "text/plain")


def test_a_broken_form_is_sent_as_it_is(again: Any, url: str) -> None:
    headers = {"content-type": "multipart/form-data; boundary=one"}
    found = again(exchange(url, body=b"--two\r\nnothing", headers=headers))
    assert found["body"] == b"--two\r\nnothing"
    assert found["headers"]["content-type"] == headers["content-type"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD", "OPTIONS"])
def test_methods_paths_and_headers_stay(again: Any, url: str, method: str) -> None:
    hostile = "$(touch owned) `id` 'x' \"y\""
    found = again(exchange(url + "/../[a]{b}?q='", method, headers={"x-one": hostile, "x-empty": ""}))
    assert found["path"] == "/v1/draw/../[a]{b}?q='"
    assert (found["headers"]["x-one"], found["headers"]["x-empty"]) == (hostile, "")


def test_a_header_around_the_key_is_quoted(again: Any, url: str) -> None:
    found = again(exchange(url, "GET", headers={"x-key": f'`id` "{KEY}" $HOME'}))
    assert found["headers"]["x-key"] == f'`id` "{KEY}" $HOME'
