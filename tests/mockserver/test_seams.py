"""What families to come need and none uses yet: streams, files of the double's own, values for a while."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sample_requests import opened
from shapes import client

from proofsheet.mockserver import faults
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.file_links import File, keep
from proofsheet.mockserver.media.image.picture import PNG, Picture
from proofsheet.mockserver.media.image.upload import read_upload
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.replies import Reply
from proofsheet.mockserver.settings import Settings
from proofsheet.mockserver.state.memory import Clock, MemoryState
from proofsheet.mockserver.state.protocol import State
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import read

PIECES = [b"data: one\n\n", b"data: two\n\n", b"data: [DONE]\n\n"]


class Wire:
    """Notes what is sent, and stands for the connection beneath."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed = ""

    async def __call__(self, message: Any) -> None:
        self.sent.append(dict(message))

    def get_extra_info(self, name: str) -> None:
        return None

    def close(self) -> None:
        self.closed = "closed"

    def abort(self) -> None:
        self.closed = "aborted"

    @property
    def bodies(self) -> list[bytes]:
        return [each["body"] for each in self.sent if each["type"] == "http.response.body"]


async def _stream() -> AsyncIterator[bytes]:
    for piece in PIECES:
        yield piece


def _sent(fault: str | None) -> Wire:
    wire = Wire()
    reply = Reply(200, ((b"content-type", b"text/event-stream"),), (), stream=_stream())
    scope = {"proofsheet.transport": wire}
    chosen = faults.parse(fault) if fault else None
    asyncio.run(faults.send(chosen, random.Random(1), reply, scope, wire))
    return wire


@pytest.mark.parametrize("fault", [None, "latency=0", "slow=0"])
def test_a_stream_is_sent_piece_by_piece(fault: str | None) -> None:
    wire = _sent(fault)
    assert wire.bodies == [*PIECES, b""]
    assert [each.get("more_body", False) for each in wire.sent[1:]] == [True, True, True, False]


def test_each_fault_hurts_a_stream() -> None:
    spoilt = _sent("malformed").bodies
    assert spoilt[0] != PIECES[0]
    assert len(spoilt[0]) == len(PIECES[0])
    assert spoilt[1:] == [*PIECES[1:], b""]
    cut = _sent("truncate")
    assert (cut.bodies, cut.closed) == (PIECES[:1], "closed")
    reset = _sent("reset")
    assert (reset.sent, reset.closed) == ([], "aborted")


def test_every_kind_of_artifact_has_a_medium() -> None:
    vocabulary = read(Library().home / "extensions.yaml").value["keywords"]["x-artifact"]["schema"]
    assert set(vocabulary["properties"]["kind"]["enum"]) == set(MEDIA)


class Served:
    """A double with one file of its own."""

    def __init__(self) -> None:
        self.time = 0.0
        state = MemoryState(lambda holder: None, clock=Clock(lambda: self.time))
        self.double = double((), Settings(), state)
        picture = Picture(64, 48, PNG, 7, b"x" * 32, "title", "prompt")
        self.path = keep(self.double, File("image", picture, PNG), seconds=600)

    def ask(self, method: str = "GET", path: str | None = None, **headers: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(Site(self.double))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                sent = {name.replace("_", "-"): value for name, value in headers.items()}
                return await http.request(method, path or self.path, headers=sent)

        return asyncio.run(send())


@pytest.fixture
def served() -> Served:
    return Served()


def test_a_file_is_what_its_description_says_and_any_page_may_read_it(served: Served) -> None:
    answer = served.ask()
    assert opened(answer.content).size == (64, 48)
    assert read_upload(answer.content).format == "png"
    assert answer.headers["content-type"] == PNG
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_file_is_not_sent_again_where_it_is_known(served: Served) -> None:
    tag = served.ask().headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = served.ask(if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
    assert served.ask(if_none_match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status", "span"),
    [
        ("bytes=0-9", 206, (0, 10)),
        ("Bytes=0-9", 206, (0, 10)),
        ("bytes=10-", 206, (10, None)),
        ("bytes=-5", 206, (-5, None)),
        ("bytes=5-999999", 206, (5, None)),
        ("bytes=999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=-", 200, (0, None)),
        (f"bytes=0-{'9' * 5000}", 200, (0, None)),  # more digits than Python reads
        ("bytes=1-2,4-5", 200, (0, None)),  # several parts: the whole is allowed instead
        ("lines=1-2", 200, (0, None)),
    ],
)
def test_a_part_of_a_file(served: Served, wanted: str, status: int, span: Any) -> None:
    whole = served.ask().content
    answer = served.ask(range=wanted)
    assert answer.status_code == status
    if span is None:
        assert answer.headers["content-range"] == f"bytes */{len(whole)}"
        return
    assert answer.content == whole[slice(*span)]
    if status == 206:
        first = span[0] % len(whole)
        assert (
            answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"
        )


def test_a_part_of_another_version_is_the_whole(served: Served) -> None:
    assert served.ask(range="bytes=0-1", if_range='"other"').status_code == 200


def test_a_file_ends_with_its_time_and_is_not_guessed(served: Served) -> None:
    assert served.ask(path=served.path[:-1]).status_code == 404
    refused = served.ask("POST")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    served.time = 599.9
    assert served.ask("HEAD", range="bytes=0-1").status_code == 200  # a range is of GET alone
    served.time = 600
    assert served.ask().status_code == 404
    served.double.state.remember(("kind", "id"), 1, 5)
    served.double.state.forget(("kind", "id"))
    assert served.double.state.recall(("kind", "id")) is None


def test_the_memory_of_this_process_is_a_state() -> None:
    def takes(state: State) -> int:
        return len([name for name in vars(State) if not name.startswith("_") and not hasattr(state, name)])

    assert takes(MemoryState(lambda holder: None)) == 0


def test_a_client_of_no_document_is_answered() -> None:
    async def ask() -> int:
        async with client() as http:
            return (await http.get("/anything")).status_code

    assert asyncio.run(ask()) == 404
