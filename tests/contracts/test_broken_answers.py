"""Answers that break HTTP: each is an answer, with its status, its headers and what came of its body."""

from __future__ import annotations

import gzip
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from raw_server import RawServer, Wire, response
from waiting import PATIENCE

from proofsheet.contracts.client.http_client import HttpClient, Unreachable
from proofsheet.contracts.client.recording_transport import Connections, Limits, Reception
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

LONG = Limits(first=PATIENCE, stall=PATIENCE, whole=2 * PATIENCE)
JSON = b'{"credits": 5.0}'


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("stability")


def exchanged(document: Document, *raw: bytes, method: str | None = None) -> Exchange:
    """What the client makes of these bytes, sent in answer to the second request of a connection."""

    def answer(wire: Wire, sent: bytes) -> bool | None:
        if wire.served == 0 and wire.number == 1:
            wire.send(response(JSON))
            return True
        for piece in raw:
            wire.send(piece)
        return None

    with RawServer(answer) as server, client(document, server) as sender:
        case = case_of(document.operations["getBalance"], "x", {}, ())
        assert sender.send(case).broken is None
        return sender.send(case.sending(method=method))


@contextmanager
def client(document: Document, server: RawServer, **options: Any) -> Iterator[HttpClient]:
    """An HTTP client for a raw server."""
    made = HttpClient(document, Target(server.url, "sk-0123456789"), **{"limits": LONG, **options})
    with closing(made):
        yield made


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-id: 7\r\n\r\n"
BROKEN = {
    "content-length-too-large": (response(JSON, "x-id: 7", length=1000), "cut", "content-length: 1000"),
    "chunks-cut": (CHUNKED + b"10\r\n" + JSON + b"\r\n", "cut", "transfer-encoding: chunked"),
    "chunk-cut": (CHUNKED + b"20\r\n" + JSON, "cut", "transfer-encoding: chunked"),
    "chunk-size": (CHUNKED + b"10\r\n" + JSON + b"\r\nzz\r\n", "chunks", "transfer-encoding: chunked"),
    "not-gzip": (response(JSON, "x-id: 7", "content-encoding: gzip"), "coding", "content-encoding: gzip"),
    "gzip-cut": (response(gzip.compress(JSON)[:-9], "x-id: 7", "content-encoding: gzip"), "coding", "gzip"),
    "other-coding": (response(JSON, "x-id: 7", "content-encoding: br"), "coding", "content-encoding: br"),
    "two-lengths": (response(JSON, "x-id: 7", "content-length: 3"), "head", "content-length: 3"),
    "header-name": (response(JSON, "x-id: 7", "not a header: 1"), "head", "content-length: 16"),
    "length-no-number": (response(JSON, "x-id: 7").replace(b" 16", b" many"), "head", "many"),
    "content-length-too-small": (response(JSON, "x-id: 7", length=10), "surplus", "content-length: 10"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_status_headers_and_body_of_a_broken_answer_are_kept(document: Document, name: str) -> None:
    raw, kind, declared = BROKEN[name]
    found = exchanged(document, raw)
    assert found.broken is not None
    assert (found.status, found.header("x-id"), found.broken.kind) == (200, "7", kind)
    assert declared in str(found.broken)
    assert re.search(r" bytes in \d+\.\d", str(found.broken))
    if name not in ("gzip-cut", "content-length-too-small"):
        assert found.body == JSON


HARMLESS = {
    "plain": response(JSON),
    "until-close": b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + JSON,
    "http-1.0": b"HTTP/1.0 200 OK\r\n\r\n" + JSON,
    "chunks": CHUNKED + b"10;ext=1\r\n" + JSON + b"\r\n0\r\ntrailer: 1\r\n\r\n",
    "gzip": response(gzip.compress(JSON), "content-encoding: gzip"),
    "x-gzip": response(gzip.compress(JSON), "content-encoding: X-GZIP"),
    "gzip-in-two-members": response(
        gzip.compress(JSON[:5]) + gzip.compress(JSON[5:]), "content-encoding: gzip"
    ),
    "deflate": response(zlib.compress(JSON), "content-encoding: deflate"),
    "raw-deflate": response(zlib.compress(JSON, wbits=-15), "content-encoding: deflate"),
    "same-length-twice": response(JSON, "content-length: 16"),
    "no-reason": response(JSON, status="200"),
    "lone-line-feeds": response(JSON).replace(b"\r\n", b"\n"),
    "interim": b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n" + response(JSON),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_http_leaves_open_is_not_broken(document: Document, name: str) -> None:
    found = exchanged(document, HARMLESS[name])
    assert found.broken is None
    assert (found.status, found.body) == (200, JSON)


def test_answers_without_a_body_are_whole(document: Document) -> None:
    assert exchanged(document, b"HTTP/1.1 204 No Content\r\n\r\n").broken is None
    head = response(JSON).removesuffix(JSON)
    assert exchanged(document, head, method="HEAD").broken is None


def test_a_body_after_head_is_surplus(document: Document) -> None:
    found = exchanged(document, response(JSON), method="HEAD")
    assert found.broken is not None
    assert found.broken.kind == "surplus"
    assert "16 bytes follow the end of the answer: the answer to HEAD has no body" in str(found.broken)


def test_what_follows_an_answer_is_not_taken_for_the_next(document: Document) -> None:
    def answer(wire: Wire, sent: bytes) -> bool:
        wire.send(response(JSON, length=10))
        return True

    with RawServer(answer) as server, client(document, server) as sender:
        case = case_of(document.operations["getBalance"], "x", {}, ())
        kinds = [found.broken and found.broken.kind for found in (sender.send(case), sender.send(case))]
    assert kinds == ["surplus", "surplus"]
    assert server.connections == 2


def test_what_follows_is_looked_for_before_another_thread_may_have_the_connection(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport, idle = Connections(are_kept=True), []
    linger = Reception.linger

    def looked_for(reception: Reception, seconds: float) -> None:
        idle.append([each.is_idle() for each in transport._pool.connections])
        linger(reception, seconds)

    monkeypatch.setattr(Reception, "linger", looked_for)
    with RawServer(whole) as server, client(document, server, transport=transport) as sender:
        case = case_of(document.operations["getBalance"], "x", {}, ())
        found = [sender.send(case).broken for _ in range(2)]
    assert (found, idle, server.connections) == ([None, None], [[False], [False]], 1)


def whole(wire: Wire, sent: bytes) -> bool:
    wire.send(response(JSON))
    return True


def test_a_status_line_that_cannot_be_read_is_an_answer_where_others_were(document: Document) -> None:
    found = exchanged(document, b"SSH-2.0-OpenSSH_9.6\r\n")
    assert found.broken is not None
    assert (found.status, found.broken.kind) == (0, "head")
    assert "SSH-2.0" in str(found.broken)


def test_what_never_spoke_http_is_no_target(document: Document) -> None:
    def answer(wire: Wire, sent: bytes) -> None:
        wire.send(b"SSH-2.0-OpenSSH_9.6\r\n")

    with (
        RawServer(answer) as server,
        client(document, server) as sender,
        pytest.raises(Unreachable, match=r"does not speak HTTP.*SSH-2\.0"),
    ):
        sender.send(case_of(document.operations["getBalance"], "x", {}, ()))


def stop(wire: Wire) -> None:
    wire.send(response(JSON, length=100))
    wire.wait_for_close()


def drip(wire: Wire) -> None:
    wire.send(response(JSON, length=10**9))
    wire.socket.settimeout(0.02)
    while True:  # ends with an OSError when the client has left
        wire.send(b"x")
        try:
            if not wire.socket.recv(1):
                return
        except TimeoutError:
            pass


@pytest.mark.parametrize(
    ("way", "limits", "says"),
    [
        (stop, replace(LONG, stall=0.3), "nothing more came for 0.3 s"),
        (drip, replace(LONG, whole=0.6), "not complete 0.6 s after its first byte"),
    ],
)
def test_an_answer_that_stops_or_drips_is_given_up(
    document: Document, way: Callable[[Wire], None], limits: Limits, says: str
) -> None:
    with (
        RawServer(lambda wire, sent: way(wire)) as server,
        client(document, server, limits=limits) as sender,
    ):
        found = sender.send(case_of(document.operations["getBalance"], "x", {}, ()))
    assert found.broken is not None
    assert (found.status, found.broken.kind) == (200, "slow")
    assert says in str(found.broken)
    assert found.broken.size >= len(JSON)


def test_silence_is_no_answer(document: Document) -> None:
    with (
        RawServer(lambda wire, sent: wire.wait_for_close()) as server,
        client(document, server, limits=Limits(first=0.2)) as sender,
        pytest.raises(Unreachable, match="nothing came in 0"),
    ):
        sender.send(case_of(document.operations["getBalance"], "x", {}, ()))


def test_who_waits_is_told(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofsheet.contracts.client.recording_transport.NOTICE", 0.05)
    words: list[tuple[str, float]] = []
    told = threading.Event()

    def notice(case: Any, seconds: float) -> None:
        words.append((case.id, seconds))
        if len(words) >= 2:
            told.set()

    def answer(wire: Wire, sent: bytes) -> None:
        assert told.wait(PATIENCE)
        wire.send(response(JSON))

    with RawServer(answer) as server, client(document, server, notice=notice) as sender:
        assert sender.send(case_of(document.operations["getBalance"], "waited-for", {}, ())).broken is None
    assert {name for name, _ in words} == {"getBalance/waited-for"}
    assert sorted(words) == words


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(document: Document) -> None:
    """The server closes after each answer, without having said so."""
    with (
        RawServer(lambda wire, sent: wire.send(response(JSON))) as server,
        client(document, server) as sender,
    ):
        case = case_of(document.operations["getBalance"], "x", {}, ())
        for _ in range(3):
            server.closed.clear()
            assert sender.send(case).body == JSON
            assert server.closed.wait(PATIENCE)
        assert len(server.requests) == 3


def test_a_connection_that_closes_under_a_free_request_is_opened_anew(document: Document) -> None:
    """The race that no look at the socket can win: it is closed when the request is on its way."""

    def answer(wire: Wire, sent: bytes) -> bool | None:
        if wire.served:
            return None
        wire.send(response(JSON))
        return True

    with RawServer(answer) as server, client(document, server) as sender:
        operation = document.operations["generateCore"]
        refused = case_of(operation, "x", smallest(operation), ())
        assert [sender.send(refused).body for _ in range(3)] == [JSON] * 3
    assert len(server.requests) == 4  # one was sent twice


def test_a_paid_request_has_a_connection_of_its_own_and_is_sent_once(document: Document) -> None:
    def answer(wire: Wire, sent: bytes) -> bool | None:
        if sent.startswith(b"POST"):
            return None
        wire.send(response(JSON))
        return True

    with RawServer(answer) as server, client(document, server) as sender:
        operation = document.operations["generateCore"]
        sender.send(case_of(document.operations["getBalance"], "x", {}, ()))
        with pytest.raises(Unreachable) as lost:
            sender.send(case_of(operation, "paid", smallest(operation), (), pays=True))
    assert lost.value.sent
    assert server.connections == 2
    assert [each[:4] for each in server.requests] == [b"GET ", b"POST"]
