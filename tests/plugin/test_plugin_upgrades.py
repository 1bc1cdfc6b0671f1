"""Clients that offer to upgrade to HTTP/2 (Java's does by default) are served as if they had not."""

from __future__ import annotations

import re
import socket
from functools import partial
from urllib.parse import urlsplit

import pytest
from waiting import PATIENCE, is_read, wait_until

from proofsheet.testing_client import Mock

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
BODY = b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na cat\r\n--x--\r\n'


def exchange(mock: Mock, *pieces: bytes) -> list[int]:
    """Send pieces one after another and close; the statuses of what comes back."""
    with socket.create_connection(("127.0.0.1", urlsplit(mock.url).port or 0), timeout=PATIENCE) as sock:
        for piece in pieces:
            sock.sendall(piece)
            wait_until(partial(is_read, sock))  # each piece on its own
        came = b""
        while more := sock.recv(1 << 20):
            came += more
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", came)]


def head(mock: Mock, line: str, *lines: str) -> bytes:
    return "\r\n".join([line, "Host: 127.0.0.1", f"Authorization: Bearer {mock.key}", *lines, ""]).encode()


def posted(mock: Mock, *lines: str) -> bytes:
    form = ("Content-Type: multipart/form-data; boundary=x", "Accept: application/json", *lines)
    return head(mock, "POST /v2beta/stable-image/generate/sd3 HTTP/1.1", *form)


@pytest.mark.parametrize("split", ["whole", "after the headers", "in the headers", "byte by byte"])
def test_the_body_after_an_offer_arrives(proofsheet_mock: Mock, split: str) -> None:
    start = posted(proofsheet_mock, f"Content-Length: {len(BODY)}") + OFFER + b"\r\n"
    last = head(proofsheet_mock, "GET /v1/user/balance HTTP/1.1", "Connection: close", "")
    pieces = {
        "whole": [start + BODY + last],
        "after the headers": [start, BODY, last],
        "in the headers": [start[:150], start[150:] + BODY[:20], BODY[20:] + last],
        "byte by byte": [*(bytes([each]) for each in start[-40:]), BODY, last],
    }[split]
    if split == "byte by byte":
        pieces[0] = start[:-40] + pieces[0]
    assert exchange(proofsheet_mock, *pieces) == [200, 200]
    proofsheet_mock.verify(operation="generateSd3", fields={"prompt": "a cat"}, status=200, count=1)


def test_a_chunked_body_after_an_offer_arrives(proofsheet_mock: Mock) -> None:
    start = posted(proofsheet_mock, "Transfer-Encoding: chunked") + OFFER.replace(
        b"Upgrade, ", b"close, Upgrade, "
    )
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    assert exchange(proofsheet_mock, start + b"\r\n" + chunks[:9], chunks[9:]) == [200]
    proofsheet_mock.verify(fields={"prompt": "a cat"}, count=1)


def test_connect_is_refused(proofsheet_mock: Mock) -> None:
    assert exchange(
        proofsheet_mock, b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"
    ) == [400]
