"""A recorded stream keeps when its pieces came, and is answered again at that pace or another."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from proxied import Here, get, read_head
from waiting import PATIENCE, wait_until

from proofsheet.mockserver.app import Site
from proofsheet.mockserver.cli import serve
from proofsheet.mockserver.double import double
from proofsheet.mockserver.recorded_answers import is_recording
from proofsheet.mockserver.settings import Settings
from proofsheet.mockserver.tasks.pace import IMMEDIATE, Pace
from proofsheet.spec.load import Library
from proofsheet.traffic import transcript
from proofsheet.traffic.arrivals import MOST, ArrivalLog
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.recorder import Recorder

MINIATURE = Path(__file__).parents[1] / "miniature"
KEY = ("X-Key", "key-123456789")
ASKED: dict[str, Any] = {"messages": [{"from": "me", "says": "Tell me of whales"}], "stream": True}
PIECES = [b'data: {"piece": "Wha"}\n\n', b'data: {"piece": "les"}\n\n', b"data: over\n\n"]
TALK = Flow(
    method="POST",
    url="http://up.test/talk",
    request_headers=(KEY, ("Content-Type", "application/json")),
    request_body=json.dumps(ASKED).encode(),
    status=200,
    headers=(("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")),
    body=b"".join(PIECES),
    arrivals=((0, 10.0), (len(PIECES[0]), 30.0), (len(PIECES[0]) * 2, 40.0)),
)


def recorded(folder: Path, *flows: Flow) -> Path:
    recorder = Recorder(folder, "http://up.test")
    for each in flows:
        recorder.record(each)
    recorder.close()
    return folder


def answer(folder: Path, pace: Pace = IMMEDIATE, **changed: Any) -> tuple[httpx.Response, float]:
    """What the double answers by a recording, and how many seconds it took."""
    document = Library(MINIATURE).load("streams")
    site = Site(double((document,), Settings(replay=folder, pace=pace)))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(site)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/talk", json={**ASKED, **changed}, headers=dict([KEY]))

    began = time.perf_counter()
    found = asyncio.run(ask())
    return found, time.perf_counter() - began


def test_the_relay_notes_when_each_piece_came(relay: Callable[..., Here]) -> None:
    has_first = threading.Event()

    def script(sock: socket.socket) -> None:
        read_head(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert has_first.wait(PATIENCE)
        sock.sendall(b"4\r\nlast\r\n0\r\n\r\n")

    made = relay(script)
    with made.connect() as sock:
        sock.sendall(get())
        read_head(sock)
        assert sock.recv(1000)
        began = time.monotonic()
        wait_until(lambda: time.monotonic() > began + 0.02)
        has_first.set()
        while sock.recv(1000):
            continue
    flow = made.flow()
    (start, first), (offset, last) = flow.arrivals
    assert (flow.body, start, offset) == (b"firstlast", 0, 5)
    assert 20 - 0.1 <= last - first <= last <= flow.milliseconds  # they are noted to a tenth


def test_pieces_are_noted_in_bounded_room() -> None:
    log = ArrivalLog()
    for number in range(3 * MOST):
        log.add(number * 10, number * 1.5)
    assert MOST / 4 < len(log.noted) <= MOST
    assert log.noted[0] == (0, 0.0)
    assert all(milliseconds == offset * 0.15 for offset, milliseconds in log.noted)


def test_arrivals_are_written_and_read_and_broken_ones_refused(tmp_path: Path) -> None:
    recorded(tmp_path, TALK)
    (entry,) = transcript.entries(tmp_path)
    assert isinstance(entry, transcript.Entry)
    assert entry.flow().arrivals == TALK.arrivals
    for broken in ([[3, 1]], [[0, 5], [4, 1]], [[0, 1], [10**6, 2]], [[0, -1]], [0], "x", 7):
        entry.record["answer"]["arrivals"] = broken
        with pytest.raises(BadTraffic, match="no exchange"):
            entry.flow()
    del entry.record["answer"]["arrivals"]  # as transcripts had it before
    assert entry.flow().arrivals == ()


def test_arrivals_go_with_the_offsets_that_they_name(tmp_path: Path) -> None:
    """A body that is unpacked to take a credential out of it has other offsets."""
    import gzip

    packed = gzip.compress(b"you sent key-123456789 " * 9)
    headers = (("Content-Type", "text/plain"), ("Content-Encoding", "gzip"))
    recorded(tmp_path, replace(TALK, headers=headers, body=packed, arrivals=((0, 1.0),)))
    (entry,) = transcript.entries(tmp_path)
    assert isinstance(entry, transcript.Entry)
    assert entry.flow().arrivals == ()


@pytest.mark.parametrize(
    ("pace", "least"),
    [(Pace("real", None), 0.04), (Pace("real*5", None, factor=5.0), 0.2), (IMMEDIATE, 0.0)],
    ids=lambda value: getattr(value, "text", ""),
)
def test_a_recorded_stream_comes_again_at_a_chosen_pace(tmp_path: Path, pace: Pace, least: float) -> None:
    found, seconds = answer(recorded(tmp_path, TALK), pace)
    assert (found.content, found.headers["content-type"]) == (TALK.body, "text/event-stream")
    assert "content-length" not in found.headers
    assert seconds >= least


def test_a_request_that_says_the_same_is_known_again(tmp_path: Path) -> None:
    recorded(tmp_path, TALK)
    assert answer(tmp_path, most=100, seed=3)[0].content == TALK.body
    for other in (
        {"messages": [{"from": "me", "says": "Tell me of cats"}]},
        {"tools": [{"name": "look"}]},
        {"stream": False},
        {"as": "object"},
    ):
        assert answer(tmp_path, **other)[0].content != TALK.body, other


def test_answers_may_be_a_recording(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "traffic", TALK)
    (file,) = transcript.files(folder)
    assert [is_recording(each) for each in (folder, file, tmp_path)] == [True, True, False]
    whole = file.read_bytes()
    file.write_bytes(whole[: whole.index(b"\n") + 1])
    arguments = ["streams", "--spec", str(MINIATURE), "--port", "0"]
    for options in (["--answers", str(folder)], ["--answers", str(folder), "--replay", str(folder)]):
        done = CliRunner().invoke(serve, [*arguments, *options])
        assert (done.exit_code, "--answers" in done.output) == (2, True), done.output
