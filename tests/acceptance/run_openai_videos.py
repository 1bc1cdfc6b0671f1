"""OpenAI's own client against a double of its videos: made and polled, fetched, listed, remixed, deleted.

    .work/openai/bin/python run_openai_videos.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import openai
from cases import Cases

case = Cases()
Client = openai.OpenAI
warnings.simplefilter("ignore", DeprecationWarning)  # the client says that OpenAI's own API has ended


def made(client: Client, **more: Any) -> Any:
    """A job that has ended."""
    asked = {"model": "sora-2", "prompt": "A paper boat", "poll_interval_ms": 100, **more}
    return client.videos.create_and_poll(**asked)


def length(file: bytes) -> tuple[float, int, int]:
    """Seconds, width and height of an MP4, by its movie header and the first track's."""
    at = file.index(b"mvhd") + 16
    scale, lasts = struct.unpack(">II", file[at : at + 8])
    at = file.index(b"tkhd") + 80
    width, height = struct.unpack(">II", file[at : at + 8])
    return lasts / scale, width >> 16, height >> 16


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\xb0\x40\x20" * width) * height)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@case("a video is made, polled and fetched")
def _(client: Client) -> None:
    video = made(client, seconds="8", size="1280x720")
    assert (video.status, video.progress, video.error) == ("completed", 100, None)
    assert video.expires_at > video.completed_at >= video.created_at
    file = client.videos.download_content(video.id)
    file.write_to_file("boat.mp4")
    assert length(Path("boat.mp4").read_bytes()) == (8.0, 1280, 720)


@case("a thumbnail and a sprite sheet")
def _(client: Client) -> None:
    id = made(client).id
    assert client.videos.download_content(id, variant="thumbnail").read()[8:12] == b"WEBP"
    assert client.videos.download_content(id, variant="spritesheet").read()[:3] == b"\xff\xd8\xff"


@case("a picture to begin with, as a file and as a data URL")
def _(client: Client) -> None:
    file = ("first.png", png(720, 1280), "image/png")
    one = made(client, input_reference=file)
    url = "data:image/png;base64," + base64.b64encode(png(720, 1280)).decode()
    other = made(client, extra_body={"input_reference": {"image_url": url}})
    for each in (one, other):
        assert length(client.videos.download_content(each.id).read()) == (4.0, 720, 1280)


@case("a remix keeps its parent's size")
def _(client: Client) -> None:
    video = made(client, size="1280x720")
    remix = client.videos.remix(video.id, prompt="In the rain")
    assert (remix.remixed_from_video_id, remix.size) == (video.id, "1280x720")
    assert client.videos.poll(remix.id, poll_interval_ms=100).status == "completed"


@case("jobs are listed page by page")
def _(client: Client) -> None:
    ids = [client.videos.create(prompt=f"Boat {number}").id for number in range(5)]
    assert [each.id for each in client.videos.list(limit=2)] == ids[::-1]
    assert [each.id for each in client.videos.list(limit=2, order="asc")] == ids


@case("a job is deleted")
def _(client: Client) -> None:
    id = made(client).id
    assert client.videos.delete(id).deleted
    refused(openai.NotFoundError, lambda: client.videos.retrieve(id))


@case("a job that fails says why")
def _(client: Client) -> None:
    video = made(client, prompt="a boat mock:flagged")
    assert (video.status, video.error.code) == ("failed", "moderation_blocked")


@case("without waiting")
def _(client: Client) -> None:
    async def asked() -> str:
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key) as own:
            return (await own.videos.create_and_poll(prompt="A boat", poll_interval_ms=100)).status

    assert asyncio.run(asked()) == "completed"


@case("what is wrong raises what it raises")
def _(client: Client) -> None:
    make = client.videos.create
    refused(openai.BadRequestError, lambda: make(prompt=""))
    refused(openai.BadRequestError, lambda: make(prompt="A boat", seconds="5"))
    refused(openai.BadRequestError, lambda: make(prompt="A boat", size="1024x1792"))
    refused(openai.NotFoundError, lambda: client.videos.retrieve("video_0"))
    video = make(prompt="A boat")
    refused(openai.NotFoundError, lambda: client.videos.download_content(video.id))


def refused(kind: type[openai.APIStatusError], call: Any) -> None:
    came: Any = None
    try:
        call()
    except openai.OpenAIError as problem:
        came = problem
    assert isinstance(came, kind), f"{came!r} instead of {kind.__name__}"


if __name__ == "__main__":
    sys.exit(
        case.command(
            __doc__,
            lambda url, number: (
                Client(base_url=f"{url}/v1", api_key=f"sk-video-{number:04d}", max_retries=0),
            ),
        )
    )
