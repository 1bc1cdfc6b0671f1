"""What happens beside the stream never holds it up: copies are bounded, and dropped before traffic is."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable

import pytest
from proxied import Here, Script, answering, exactly, get, read_head, running, to_the_end
from waiting import PATIENCE, wait_until

from proofsheet.relay import exchange_copy

Relays = Callable[..., Here]
MEGABYTE = bytes(range(256)) * 4096
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def large(count: int) -> Script:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (count * len(MEGABYTE)))
        for _ in range(count):
            sock.sendall(MEGABYTE)

    return script


def test_no_room_at_the_judge_drops_a_judgement_and_no_traffic(relay: Relays) -> None:
    made = relay(answering(OK))
    made.taker.is_full = True
    assert made.ask(get())[0].endswith(b"ok")
    wait_until(lambda: made.taps.counts["exchanges"])
    assert made.taps.counts["unjudged"] == 1
    assert made.taker.flows == []
    assert made.taps.room.used == 0


def test_copies_under_way_fill_the_room_and_later_ones_go_without(relay: Relays) -> None:
    """Two large answers are under way, each with its last byte missing, when a third begins."""
    last = threading.Event()

    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(MEGABYTE) + 1) + MEGABYTE)
        assert last.wait(PATIENCE)
        sock.sendall(b".")

    made = relay(script, room=int(2.5 * len(MEGABYTE)))
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(made.connect()) for _ in range(3)]
        for sock in socks:
            sock.sendall(get())
            read_head(sock)
            exactly(sock, len(MEGABYTE))
        assert 2 * len(MEGABYTE) < made.taps.room.used < int(2.5 * len(MEGABYTE))
        last.set()
        for sock in socks:
            assert exactly(sock, 1) == b"."
    flows = [made.flow(number) for number in (1, 2, 3)]
    assert sorted(each.body is None for each in flows) == [False, False, True]
    assert [each.note for each in flows if each.body is None] == [exchange_copy.NO_ROOM]
    wait_until(lambda: made.taps.room.used == 0)


def test_a_body_that_is_too_large_is_not_kept_and_passes(
    relay: Relays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_copy, "LARGEST", 100_000)
    made = relay(large(2))
    came, _ = made.ask(get())
    assert came.endswith(MEGABYTE * 2)
    assert made.flow().body is None
    assert made.taps.room.used == 0


def test_chunks_of_a_byte_take_no_more_room_than_is_counted() -> None:
    room = exchange_copy.Room(10_000)
    body = exchange_copy.Body(room)
    body.add([b"x"] * 1000)
    assert (len(body.pieces), body.size) == (1, 1000)
    for _ in range(1000):
        body.add([b"x"])
    assert body.why == exchange_copy.NO_ROOM
    assert room.used == 0


def test_a_client_that_does_not_read_holds_the_upstream_up(relay: Relays) -> None:
    sent = []

    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (200 * len(MEGABYTE)))
        sock.settimeout(0.5)
        for _ in range(200):
            sock.sendall(MEGABYTE)
            sent.append(1)

    stopped = threading.Event()

    def play(sock: socket.socket) -> None:
        try:
            script(sock)
        except TimeoutError:
            stopped.set()

    with relay(play).connect() as sock:
        sock.sendall(get())
        assert stopped.wait(PATIENCE), "the upstream could send all of it to a client that reads nothing"
    assert len(sent) < 50


def test_an_upstream_that_does_not_read_holds_the_client_up(relay: Relays) -> None:
    done = threading.Event()

    def script(sock: socket.socket) -> None:
        read_head(sock)
        assert done.wait(PATIENCE)

    with relay(script).connect() as sock:
        sock.sendall(get("/", f"Content-Length: {200 * len(MEGABYTE)}", method="POST"))
        sock.settimeout(0.5)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 200:
                sock.sendall(MEGABYTE)
                sent += 1
        done.set()
    assert sent < 50


def test_200_megabytes_pass_at_constant_memory(upstream: Callable[[Script], object]) -> None:
    def script(sock: socket.socket) -> None:
        large(200)(sock)
        to_the_end(sock)

    port = upstream(script).port  # type: ignore[attr-defined]
    with running("--upstream", f"http://127.0.0.1:{port}") as proxy:
        before, most = proxy.memory(), 0
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=500) as sock:
            sock.sendall(get())
            read_head(sock)
            seen = hashlib.sha256()
            for _ in range(200):
                seen.update(exactly(sock, len(MEGABYTE)))
                most = max(most, proxy.memory())
            assert to_the_end(sock) == (b"", True)
    expected = hashlib.sha256()
    for _ in range(200):
        expected.update(MEGABYTE)
    assert seen.digest() == expected.digest()
    assert most - before < 2 * exchange_copy.ROOM
