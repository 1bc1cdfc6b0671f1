"""What of a message's head passes, and what does not."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from proxied import Here, answering, get, read_head, to_the_end

from proofsheet.contracts.recorded.proxy_session import Findings

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Relays = Callable[..., Here]


def seen(relay: Relays, request: bytes, base: str = "", **options: object) -> tuple[bytes, bytes]:
    """What the upstream heard, and what the client got."""
    heard: list[bytes] = []

    def script(sock: socket.socket) -> None:
        heard.append(read_head(sock))
        sock.sendall(OK)
        to_the_end(sock)

    came, _ = relay(script, base=base, **options).ask(request)
    return heard[0], came


def test_order_case_and_repetition_of_headers_stay(relay: Relays) -> None:
    lines = ("X-b: 1", "x-A:2", "X-B: 3  ", "ACCEPT: */*", "Cookie: a=\xfc".encode().decode("latin-1"))
    head, _ = seen(relay, get("/a?b=%20c//d", *lines))
    first, host, *rest = head.split(b"\r\n")
    assert first == b"GET /a?b=%20c//d HTTP/1.1"
    assert host.startswith(b"Host: 127.0.0.1:")
    sent = [b"X-b: 1", b"x-A: 2", b"X-B: 3", b"ACCEPT: */*", lines[-1].encode()]
    assert rest == [*sent, b"Connection: close", b"", b""]


def test_the_answers_head_stays_too(relay: Relays) -> None:
    head = b"HTTP/1.1 418 I'm  a teapot\r\nset-Cookie: a\r\nX-One: \xff\r\nSet-cookie: b\r\ncontent-length: 0"
    came, orderly = relay(answering(head + b"\r\n\r\n")).ask(get())
    assert (came, orderly) == (head + b"\r\nConnection: close\r\n\r\n", True)


def test_what_is_of_one_connection_stays_behind(relay: Relays) -> None:
    lines = ("Keep-Alive: timeout=5", "TE: trailers", "Upgrade: websocket", "X-Hop: 1", "Proxy-Connection: x")
    head, _ = seen(relay, get("/", *lines, "Connection: X-Hop, upgrade, host", "X-Stays: 1"))
    names = [line.partition(b":")[0] for line in head.split(b"\r\n")[1:-2]]
    assert names == [b"Host", b"X-Stays", b"Connection"]
    answer = (
        b"HTTP/1.1 200 OK\r\nConnection: x-gone\r\nX-Gone: 1\r\nKeep-Alive: 5\r\nContent-Length: 0\r\n\r\n"
    )
    came, _ = relay(answering(answer)).ask(get())
    assert came == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def test_the_base_path_is_put_before_and_taken_off_again(relay: Relays) -> None:
    head, _ = seen(relay, get("/v1/x?y"), base="/sd/")
    assert head.startswith(b"GET /sd/v1/x?y HTTP/1.1\r\n")
    made = relay(answering(OK), base="/sd")
    made.ask(get("http://other.test/v1/x"))
    assert made.flow().url.endswith("/sd/v1/x")
    assert made.flow().path == "/v1/x"


def test_keep_host_sends_the_clients(relay: Relays) -> None:
    head, _ = seen(relay, get(), keep_host=True)
    assert b"Host: app.test\r\n" in head


def test_fields_are_added_to_answers_only_if_wanted(relay: Relays) -> None:
    assert b"findings" not in seen(relay, get())[1]
    findings = Findings(3)
    assert b"\r\nx-proofsheet-findings: 3\r\n" in seen(relay, get(), added_fields=findings.fields)[1]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"\x16\x03\x01 hello\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 505),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \x0b1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n", 400),
        (b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000, 431),
    ],
)
def test_a_request_that_could_be_read_in_two_ways_goes_nowhere(
    relay: Relays, request_: bytes, status: int
) -> None:
    made = relay(lambda sock: to_the_end(sock) and None)
    came, orderly = made.ask(request_)
    assert came.startswith(b"HTTP/1.1 %d " % status)
    assert b"Proofsheet proxy" in came
    assert orderly


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", b"no HTTP/1.1"),
        (b"HTTP/1.1 abc\r\n\r\n", b"no status line"),
        (b"HTTP/2 200\r\n\r\n", b"no status line"),
        (b"HTTP/1.1 200 OK\r\nno field\r\n\r\n", b"no header field"),
        (b"HTTP/1.1 200 O\rK: x\r\n\r\n", b"a control character"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"no Content-Length"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"not requested"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, b"is longer than"),
    ],
)
def test_garbage_is_a_502_that_says_whose_it_is(relay: Relays, answer: bytes, why: bytes) -> None:
    made = relay(answering(answer))
    came, _ = made.ask(get())
    assert came.startswith(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/problem+json\r\n")
    assert b"Proofsheet proxy" in came
    assert why in came
    assert why.decode() in made.logged[0]
    assert made.flow().status is None
    assert made.flow().end == "upstream-broke"


def test_a_folded_header_of_an_answer_is_unfolded(relay: Relays) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 0\r\n\r\n"
    assert b"\r\nX: a b\r\n" in relay(answering(answer)).ask(get())[0]


@pytest.mark.parametrize("said", [b"2\r\nContent-Length: 2", b"2, 2"])
def test_equal_lengths_become_one(relay: Relays, said: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %b\r\n\r\nok" % said
    came, _ = relay(answering(answer)).ask(get())
    assert came.lower().count(b"content-length: 2\r\n") == 1
    assert came.lower().count(b"content-length") == 1
    assert came.endswith(b"\r\n\r\nok")


def test_names_in_connection_are_found_behind_tabs(relay: Relays) -> None:
    head, _ = seen(relay, get("/", "Connection:\tx-one,\tx-two", "X-One: 1", "X-Two: 2", "X-Three: 3"))
    assert b"X-Three" in head
    assert b"X-One" not in head
    assert b"X-Two" not in head


def test_options_of_the_server_itself(relay: Relays) -> None:
    head, _ = seen(relay, get("http://up.test", method="OPTIONS"), base="/sd")
    assert head.startswith(b"OPTIONS * HTTP/1.1\r\n")


def test_thousands_of_headers_pass(relay: Relays) -> None:
    many = [f"X-{number}: a" for number in range(5000)]
    head, _ = seen(relay, get("/", *many))
    assert [line for line in head.decode().split("\r\n") if line.startswith("X-")] == many
