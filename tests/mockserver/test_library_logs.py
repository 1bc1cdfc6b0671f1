"""Nothing that a client sends makes a library write to the terminal: stderr stays empty."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from sample_requests import CORE, PROMPT, ULTRA, V1
from wire import Process, one_answer

from proofsheet import library_logs

Start = Callable[..., Process]
MULTIPART = "multipart/form-data; boundary=limes"
PART = b'--limes\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na cat'
BROKEN_FORMS = {
    "another boundary": b"--other\r\n\r\n",
    "no boundary at all": b"prompt=a+cat",
    "cut in the boundary": PART + b"\r\n--lim",
    "cut in a header": b"--limes\r\ncontent-dispo",
    "no colon in a header": b"--limes\r\ncontent-disposition form-data\r\n\r\nx\r\n--limes--\r\n",
    "a header of control characters": b"--limes\r\n\x00\x01: y\r\n\r\nx\r\n--limes--\r\n",
    "bare line feeds": (PART + b"\r\n--limes--\r\n").replace(b"\r\n", b"\n"),
    "an end without a beginning": b"--limes--\r\n",
    "bytes after the end": PART + b"\r\n--limes--\r\n" + b"x" * 5000,
    "nothing": b"",
    "zeros": bytes(5000),
}


def _picture(mode: str, side: tuple[int, int], kind: str) -> bytes:
    out = BytesIO()
    Image.new(mode, side).save(out, kind)
    return out.getvalue()


PICTURES = {
    "a bomb": _picture("1", (20_000, 20_000), "PNG"),
    "cut off": _picture("RGB", (64, 64), "PNG")[:-20],
    "a palette with transparency bytes": _picture("P", (64, 64), "GIF"),
    "broken EXIF": b"\xff\xd8\xff\xe1\x00\x20Exif\x00\x00II*\x00\xff\xff\xff\xff" + bytes(40),
    "a TIFF of nonsense": b"II*\x00\x08\x00\x00\x00" + b"\xff" * 200,
}
RAW = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01",
    "an unknown method": b"FROB / HTTP/1.1\r\nhost: x\r\n\r\n",
    "a length that is no number": b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
    "a chunk that is no number": b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "a WebSocket": b"GET /v1/realtime HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n",
}


def test_broken_requests_leave_stderr_empty(start: Start) -> None:
    server = start("--rate-limit", "off")
    for body in BROKEN_FORMS.values():
        answer = server.request("POST", CORE, content=body, headers={"content-type": MULTIPART})
        assert answer.status_code in (200, 400)
    for data in PICTURES.values():
        files = {"image": ("a.png", data), "prompt": (None, PROMPT), "strength": (None, "0.5")}
        assert server.request("POST", ULTRA, files=files).status_code in (200, 400)
    json = {"content-type": "application/json"}
    for body in (b"{", b"\xff\xfe", b"[" * 5000, b'{"text_prompts": NaN}'):
        assert server.request("POST", V1, content=body, headers=json).status_code == 400
    for data in RAW.values():
        with server.connect() as sock:
            sock.sendall(data)
            one_answer(sock)
    _leave_early(server)
    assert server.end() == 0
    server.stop()
    assert server.errors == []


def _leave_early(server: Process) -> None:
    """Clients that go away in the middle of a body, and in the middle of an answer."""
    head = f"POST {CORE} HTTP/1.1\r\nhost: x\r\nauthorization: sk-a\r\ncontent-type: {MULTIPART}\r\n"
    with server.connect() as sock:
        sock.sendall(head.encode() + b"content-length: 5000\r\n\r\n" + PART)
    with server.connect() as sock:
        body = PART + b"\r\n--limes--\r\n"
        sock.sendall(head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body)
        assert sock.recv(100).startswith(b"HTTP/1.1 200")


def test_a_broken_form_is_one_line_of_the_journal(server: Process) -> None:
    headers = {"content-type": MULTIPART, "authorization": "Bearer sk-broken-form"}
    body = BROKEN_FORMS["another boundary"]
    assert server.request("POST", CORE, content=body, headers=headers).status_code == 400
    [entry] = server.get("/_mock/journal", headers=headers).json()["entries"]
    assert (entry["status"], entry["outcome"]) == (400, "bad_request")
    assert "multipart/form-data" in entry["response"]


def test_only_an_unforeseen_failure_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        with warnings.catch_warnings():
            library_logs.quiet()
            library_logs.quiet()
            warnings.warn("a library's", stacklevel=1)
        assert len(root.handlers) == len(before) + 1
        log = logging.getLogger("a.library")
        log.warning("Expected boundary character 97, got 112 at index 4")
        log.error("no exception")
        for error in (ValueError("two\nlines"), ConnectionResetError("gone")):
            try:
                raise error
            except Exception:
                log.exception("caught")
    finally:
        root.handlers[:] = before
    said = capsys.readouterr().err
    assert said.startswith("proofsheet: unforeseen ValueError at test_library_logs.py:")
    assert said.endswith(": two lines (a.library)\n")
    assert said.count("\n") == 1
