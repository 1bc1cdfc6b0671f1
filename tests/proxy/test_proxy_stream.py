"""Bodies, and how connections end: as they would without the proxy."""

from __future__ import annotations

import fcntl
import hashlib
import random
import socket
import sys
import termios
import threading
from collections.abc import Callable

import pytest
from proxied import Here, Script, answering, exactly, get, read_head, reset, to_the_end
from waiting import PATIENCE, wait_until

Relays = Callable[..., Here]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def body_of(came: bytes) -> bytes:
    return came.partition(b"\r\n\r\n")[2]


def noise(count: int) -> bytes:
    return random.Random(count).randbytes(count)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 3_000_001])
def test_bodies_are_the_same_bytes_both_ways(relay: Relays, size: int) -> None:
    sent, heard = noise(size), []

    def script(sock: socket.socket) -> None:
        read_head(sock)
        heard.append(exactly(sock, size))
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % size)
        sock.sendall(sent[::-1])

    made = relay(script)
    head = get("/", f"Content-Length: {size}", method="POST")
    came, orderly = made.ask(head + sent)
    assert orderly
    assert digest(body_of(came)) == digest(sent[::-1])
    assert digest(heard[0]) == digest(sent)
    assert digest(made.flow().body or b"") == digest(sent[::-1])
    assert digest(made.flow().request_body or b"") == digest(sent)
    assert made.taps.room.used == 0


def test_chunks_extensions_and_trailers_pass_as_they_are(relay: Relays) -> None:
    raw = b'5;name="v"\r\nhello\r\n00a \r\n, chunked!\r\n0;last\r\nX-Sum: 1\r\nx-two: 2\r\n\r\n'
    made = relay(answering(CHUNKED + raw))
    came, orderly = made.ask(get())
    assert (body_of(came), orderly) == (raw, True)
    assert made.flow().body == b"hello, chunked!"


def test_chunks_that_come_byte_by_byte(relay: Relays) -> None:
    raw = b"3\r\nabc\r\n0\r\nX: y\r\n\r\n"

    def script(sock: socket.socket) -> None:
        read_head(sock)
        for byte in CHUNKED + raw:
            sock.sendall(bytes([byte]))

    made = relay(script)
    assert body_of(made.ask(get())[0]) == raw
    assert made.flow().body == b"abc"


def test_a_chunked_upload_passes_as_it_is(relay: Relays) -> None:
    raw, heard = b"4;x\r\nabcd\r\n0\r\nA: b\r\n\r\n", []

    def script(sock: socket.socket) -> None:
        read_head(sock)
        heard.append(exactly(sock, len(raw)))
        sock.sendall(OK)

    made = relay(script)
    assert made.ask(get("/", "Transfer-Encoding: chunked", method="POST") + raw)[0].endswith(b"ok")
    assert heard == [raw]
    assert made.flow().request_body == b"abcd"


def test_a_client_of_http_1_0_gets_no_chunks(relay: Relays) -> None:
    came, _ = relay(answering(CHUNKED + b"2\r\nok\r\n0\r\n\r\n")).ask(b"GET / HTTP/1.0\r\n\r\n")
    head, _, body = came.partition(b"\r\n\r\n")
    assert (b"Transfer-Encoding" in head, body) == (False, b"ok")


def test_a_body_until_the_end_of_the_connection(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + noise(100_000))

    came, orderly = relay(script).ask(get())
    assert (digest(body_of(came)), orderly) == (digest(noise(100_000)), True)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: x\r\n\r\n"),
    ],
)
def test_answers_without_a_body_do_not_wait_for_one(relay: Relays, method: str, answer: bytes) -> None:
    made = relay(answering(answer, OK))
    with made.connect() as sock:
        for _ in range(2):
            sock.sendall(f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            read_head(sock)
    assert made.flow(2).status == 200


def test_expect_100_continue(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        assert b"\r\nExpect: 100-continue\r\n" in read_head(sock)
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        exactly(sock, 4)
        sock.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK)
        to_the_end(sock)

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(get("/", "Content-Length: 4", "Expect: 100-continue", method="POST"))
        assert read_head(sock) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"body")
        assert read_head(sock) == b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        assert to_the_end(sock)[0].endswith(b"ok")
    assert made.flow().status == 200


def test_a_refusal_before_the_body_reaches_a_client_that_still_sends(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nno!")
        sock.shutdown(socket.SHUT_WR)
        to_the_end(sock)

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(get("/", "Content-Length: 9000000", method="POST"))
        assert exactly(sock, 16) == b"HTTP/1.1 413 Too"
        sock.sendall(noise(3_000_000))
        assert to_the_end(sock)[0].endswith(b"no!")


# breaking off


def half(sock: socket.socket) -> None:
    read_head(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)


def half_chunked(sock: socket.socket) -> None:
    read_head(sock)
    sock.sendall(CHUNKED + b"ff\r\nabc")


def half_until_close(sock: socket.socket) -> None:
    read_head(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500)


def unsent(sock: socket.socket) -> int:
    """Bytes that have been written and not yet been acknowledged."""
    return int.from_bytes(fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4), sys.byteorder)


def then_reset(script: Script) -> Script:
    def play(sock: socket.socket) -> None:
        script(sock)
        wait_until(lambda: unsent(sock) == 0)  # a reset would discard it
        reset(sock)

    return play


@pytest.mark.parametrize(("script", "kept"), [(half, 500), (half_chunked, 3)])
def test_a_half_body_stays_half(relay: Relays, script: Script, kept: int) -> None:
    made = relay(script)
    came, _ = made.ask(get())
    assert came.startswith(b"HTTP/1.1 200 OK")
    assert len(made.flow().body or b"") == kept
    assert made.flow().end == "upstream-broke"
    assert b"\r\n0\r\n" not in came, "the chunks must not look ended"
    assert "in the middle of its answer" in made.logged[0]


@pytest.mark.parametrize("script", [half, half_chunked, half_until_close], ids=lambda each: each.__name__)
def test_a_reset_in_the_middle_is_a_reset(relay: Relays, script: Script) -> None:
    made = relay(then_reset(script))
    came, orderly = made.ask(get())
    assert not orderly
    assert came.startswith(b"HTTP/1.1 200 OK")
    assert made.flow().end == "upstream-broke"


def test_a_half_answer_to_http_1_0_does_not_end_in_good_order(relay: Relays) -> None:
    came, orderly = relay(half_chunked).ask(b"GET / HTTP/1.0\r\n\r\n")
    assert (body_of(came), orderly) == (b"abc", False)


def test_broken_chunks_break_off(relay: Relays) -> None:
    made = relay(answering(CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n"))
    _, orderly = made.ask(get())
    assert not orderly
    assert "a chunk is longer than it says" in made.flow().note


@pytest.mark.parametrize("end", [socket.socket.close, reset], ids=["close", "reset"])
def test_no_answer_is_no_answer(relay: Relays, end: Callable[[socket.socket], None]) -> None:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        end(sock)

    made = relay(script)
    assert made.ask(get()) == (b"", end is not reset)
    assert made.flow().status is None


def test_a_slow_answer_comes_as_slowly_as_it_is(relay: Relays) -> None:
    go = threading.Event()

    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        assert go.wait(PATIENCE)
        sock.sendall(b"def")

    with relay(script).connect() as sock:
        sock.sendall(get())
        read_head(sock)
        assert exactly(sock, 3) == b"abc"  # before the rest is even sent
        go.set()
        assert to_the_end(sock) == (b"def", True)


# keeping connections


def test_more_than_the_length_says_is_no_part_of_the_answer(relay: Relays) -> None:
    with relay(answering(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")).connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert to_the_end(sock)[0].endswith(b"\r\n\r\nok")


def test_an_answer_to_nothing_ends_the_connection(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(OK)
        wait_until(lambda: made.taker.flows)
        sock.sendall(OK)
        to_the_end(sock)

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert to_the_end(sock)[0].count(b"HTTP/1.1") == 1


def test_a_connection_is_used_again_and_closed_when_the_upstream_closes_it(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        for _ in range(3):
            read_head(sock)
            sock.sendall(OK)

    made = relay(script)
    with made.connect() as sock:
        for _ in range(3):
            sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"Connection" not in read_head(sock)
            assert exactly(sock, 2) == b"ok"
        assert to_the_end(sock) == (b"", True)
    assert len(made.taker.flows) == 3


def test_requests_sent_ahead_are_answered_in_order(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        for number in range(20):
            assert read_head(sock).startswith(b"GET /%d " % number)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n%02d" % number)
        to_the_end(sock)

    ahead = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(20))
    with relay(script).connect() as sock:
        sock.sendall(ahead)
        for number in range(20):
            read_head(sock)
            assert exactly(sock, 2) == b"%02d" % number


def test_the_upstreams_close_is_passed_on(relay: Relays) -> None:
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    with relay(answering(answer)).connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"\r\nConnection: close\r\n" in read_head(sock)
        assert to_the_end(sock) == (b"ok", True)


def test_a_client_that_leaves_takes_its_request_with_it(relay: Relays) -> None:
    left = threading.Event()

    def script(sock: socket.socket) -> None:
        read_head(sock)
        to_the_end(sock)
        left.set()

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_until(lambda: any(each.copy for each in made.relay.clients))
    assert left.wait(PATIENCE)
    assert made.flow().end == "client-left"


def test_a_client_that_has_only_said_all_gets_its_answer(relay: Relays) -> None:
    with relay(answering(OK)).connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        assert to_the_end(sock)[0].endswith(b"ok")


def test_nothing_is_sent_twice(relay: Relays, upstream: Callable[[Script], object]) -> None:
    heard = []

    def script(sock: socket.socket) -> None:
        heard.append(read_head(sock))

    made = relay(script)
    assert made.ask(get("/", "Content-Length: 0", method="POST")) == (b"", True)
    assert len(heard) == 1


# what a hostile side may try


def test_bad_chunks_behind_the_beginning_of_an_answer_put_no_word_of_ours_into_it(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun")
        to_the_end(sock)

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        read_head(sock)
        assert exactly(sock, 5) == b"begun"
        sock.sendall(b"no chunk\r\n")
        assert to_the_end(sock) == (b"", False)
    assert made.taps.counts["own"] == 0


def test_a_second_answer_to_one_request_does_not_pass(relay: Relays) -> None:
    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(OK)
        exactly(sock, 1)  # the client has the first
        sock.sendall(OK.replace(b"ok", b"no"))
        to_the_end(sock)

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        read_head(sock)
        assert exactly(sock, 2) == b"ok"
        sock.sendall(b"x")
        assert to_the_end(sock)[0] == b""
    assert made.flow().body == b"ok"


SHORT = 0.5  # seconds; what is to be in time has come before the relay takes the connection


@pytest.mark.parametrize(("begun", "came"), [(b"", b""), (b"GET / HTTP/1.1\r\nX: ", b"HTTP/1.1 408 ")])
def test_a_client_that_asks_nothing_is_let_go(relay: Relays, begun: bytes, came: bytes) -> None:
    made = relay(answering(OK), patience=SHORT, starts=False)
    with made.connect() as sock:
        sock.sendall(begun)
        made.start()
        answer, orderly = to_the_end(sock)
    assert orderly
    assert answer[:13] == came
    assert not made.taker.flows


def test_an_answer_may_take_longer_than_a_head(relay: Relays) -> None:
    let_go = threading.Event()

    def script(sock: socket.socket) -> None:
        read_head(sock)
        assert let_go.wait(PATIENCE)  # another client has lost the relay's patience by then
        sock.sendall(OK)
        to_the_end(sock)

    made = relay(script, patience=SHORT, starts=False)
    with made.connect() as waiting:
        waiting.sendall(get())
        made.start()
        wait_until(lambda: any(each.copy for each in made.relay.clients))
        assert made.ask(b"") == (b"", True)
        let_go.set()
        assert to_the_end(waiting)[0].endswith(b"ok")
