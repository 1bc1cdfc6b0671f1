"""Bodies cut at any place are read the same; many at once do not meet."""

from __future__ import annotations

import itertools
import random
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proxied import Here, exactly, get, read_head

from proofsheet.relay.framing import BadFraming, Chunked

PIECES = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
CUTS = st.lists(st.integers(0, 999))
NEXT = b"HTTP/1.1 200 OK\r\n"


def fed(data: bytes, cuts: list[int]) -> tuple[int, bytes, bool]:
    """How much of `data`, fed in pieces, was the body's; its payload; whether it ended."""
    body, payload, taken = Chunked(), b"", 0
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        if body.done:
            break
        taken += body.feed(data[start:end])
        payload += b"".join(body.payload)
    return taken, payload, body.done


@given(
    pieces=PIECES,
    trailers=st.lists(st.sampled_from([b"A: b", b"Sum: 1"])),
    cuts=st.lists(st.integers(0, 999)),
)
@settings(max_examples=200, deadline=None)
def test_chunks_end_where_they_end(pieces: list[bytes], trailers: list[bytes], cuts: list[int]) -> None:
    chunks = b"".join(b"%x;e=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    raw = chunks + b"0\r\n" + b"".join(line + b"\r\n" for line in trailers) + b"\r\n"
    assert fed(raw + NEXT, cuts) == (len(raw), b"".join(pieces), True)
    assert fed(raw[:-1], cuts)[2] is False


@given(data=st.binary(max_size=60), cuts=CUTS)
@settings(max_examples=200, deadline=None)
def test_anything_is_chunks_or_is_refused(data: bytes, cuts: list[int]) -> None:
    try:
        taken, payload, _ = fed(data, cuts)
    except BadFraming:
        return
    assert len(payload) <= taken <= len(data)


@pytest.mark.parametrize("bad", [b"g\r\n", b"-1\r\n", b"\r\n", b"1\n", b"1 1\r\n", b"0x1\r\n", b"1" * 5000,
                                 b"1;a\rb\r\n", b"0\r\nA: b\n\r\n", b"0\r\n\r\r\n"])  # fmt: skip
def test_what_is_no_chunk(bad: bytes) -> None:
    with pytest.raises(BadFraming):
        Chunked().feed(bad)


def test_many_at_once_get_their_own_answers(relay: Callable[..., Here]) -> None:
    def script(sock: socket.socket) -> None:
        while True:
            head = read_head(sock)
            seed = int(head.split()[1][1:])
            body = random.Random(seed).randbytes(seed * 1000)
            assert exactly(sock, len(body)) == body
            size = len(body)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + body[::-1])

    made = relay(script)

    def ask(first: int) -> bool:
        with made.connect() as sock:
            for seed in range(first, 200, 16):
                body = random.Random(seed).randbytes(seed * 1000)
                head = get(f"/{seed}", f"Content-Length: {len(body)}", method="POST")
                sock.sendall(head.replace(b"Connection: close\r\n", b"") + body)
                read_head(sock)
                assert exactly(sock, len(body)) == body[::-1]
        return True

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(1, 17)))
    assert made.taps.room.used == 0
