"""Videos are judged: what others encode passes, harmless variations too, each broken file is found."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import httpx
import pytest
from judging import Judged
from PIL import Image, ImageDraw
from task_relays import Forward, holding

from proofsheet.contracts.checks import decoded_media, media_decoder
from proofsheet.contracts.checks.video import (
    StartsWith,
    VideoIsWhole,
    VideoLasts,
    VideoMoves,
    VideoRateIs,
    VideoShows,
    VideoSizeIs,
    VideoSounds,
)
from proofsheet.contracts.checks.video_facts import watch
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.plan.plan import plan
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

SIZE, FPS = (192, 128), 10


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("openai-videos")


def scene(at: float, moves: bool, colour: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", SIZE, (colour[0] // 3, colour[1] // 3, colour[2] // 3))
    left = 20 + int(120 * at) if moves else 20
    ImageDraw.Draw(image).ellipse((left, 30, left + 50, 80), fill=colour)
    return image


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are decoded in this process: starting another takes longer than most of them."""

    def run(command: Any, input: bytes, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(stdout=json.dumps(media_decoder.read(av, input, "video")))

    monkeypatch.setattr(decoded_media.subprocess, "run", run)


@cache
def clip(
    seconds: float = 1.0,
    codec: str = "libx264",
    moves: bool = True,
    colour: tuple[int, int, int] = (200, 120, 40),
    loud: float | None = 0.3,
    form: str = "mp4",
    flags: str = "+faststart",
) -> bytes:
    """A file as FFmpeg writes it, unlike the double's."""
    out = Path(tempfile.mkdtemp()) / "clip"  # the index comes first only where a file can be read again
    with av.open(
        str(out), "w", format=form, options={"movflags": flags} if form == "mp4" and flags else {}
    ) as file:
        stream: Any = file.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        sound: Any = (
            file.add_stream("aac" if form == "mp4" else "libopus", rate=48_000) if loud is not None else None
        )
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame.from_image(scene(number / FPS / seconds, moves, colour))
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
        for packet in heard(sound, seconds, loud or 0.0) if sound else ():
            file.mux(packet)
    return out.read_bytes()


def heard(stream: Any, seconds: float, loud: float) -> Iterator[Any]:
    for at in range(round(seconds * 48_000 / 960)):
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate, frame.pts = 48_000, at * 960
        wave = b"".join(
            round(32_767 * loud * ((each // 50) % 2)).to_bytes(2, "little") for each in range(960)
        )
        frame.planes[0].update(wave)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def answer(document: Document, body: bytes, kind: str = "video/mp4", status: int = 200) -> Answer:
    exchange = Exchange("GET", "http://x", (), b"", status, (("content-type", kind),), body)
    return Answer(exchange, document.operations["getVideoContent"])


def findings(expect: Expectation, given: Answer) -> list[str]:
    return list(expect.findings(given))


def test_what_others_encode_is_whole_and_read(document: Document) -> None:
    found = watch(clip())
    assert (found.problem, found.codec, found.width, found.height) == (None, "h264", *SIZE)
    assert (found.frames, found.seconds, found.fps) == (10, 1.0, 10.0)
    assert found.level is not None
    assert found.level > 0.1
    given = answer(document, clip())
    wanted = (
        VideoSizeIs("", *SIZE),
        VideoLasts("", 1.0),
        VideoRateIs("", 10),
        VideoShows(""),
        VideoMoves(""),
    )
    for each in (VideoIsWhole("", "video/mp4"), *wanted, VideoSounds("", True)):
        assert (each, findings(each, given)) == (each, [])


@pytest.mark.usefixtures("here")
def test_other_encodings_are_harmless(document: Document) -> None:
    webm = clip(codec="libvpx-vp9", form="webm")
    for data, kind in (
        (clip(flags=""), "video/mp4"),  # its index comes last
        (clip(flags="+frag_keyframe+empty_moov"), "video/mp4"),
        (clip(codec="libx265"), "video/mp4"),
        (clip() + b"\0\0\0\x08free", "video/mp4"),
        (webm, "video/webm"),
    ):
        assert findings(VideoIsWhole("", kind), answer(document, data, kind)) == []
    assert findings(VideoLasts("", 1.08), answer(document, clip())) == []
    assert findings(VideoSounds("", False), answer(document, clip(loud=None))) == []
    assert findings(VideoSounds("", False), answer(document, clip(loud=0.0))) == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: clip()[: len(clip()) // 2], "but the file"),
        (lambda: clip(flags="")[: -len(clip(flags="")) // 4], "but the file"),
        (lambda: clip().replace(b"moov", b"xxxx", 1), "does not decode"),
        (lambda: b"", "has 0 bytes"),
        (lambda: b"<!doctype html><title>502</title>" * 20, "does not decode"),
        (lambda: b'{"error": {"message": "no"}}', "does not decode"),
        (lambda: clip(codec="mpeg4"), "expected pictures in h264"),
        (lambda: clip(codec="libvpx-vp9", form="webm"), "expected video/mp4"),
    ],
)
def test_a_file_that_is_not_whole_or_another_is_found(data: Any, said: str, document: Document) -> None:
    found = findings(VideoIsWhole("", "video/mp4"), answer(document, data()))
    assert len(found) == 1
    assert said in found[0]
    assert findings(VideoIsWhole("", "video/mp4"), answer(document, b"{}", status=404)) != []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("expect", "data", "said"),
    [
        (VideoSizeIs("", 128, 192), clip, "expected 128 x 192 pixels, came 192 x 128"),
        (VideoLasts("", 1.25), clip, "expected 1.25 seconds, came 1"),
        (VideoRateIs("", 24), clip, "expected 24 frames a second, came 10"),
        (VideoShows(""), lambda: clip(colour=(3, 3, 3)), "of black"),
        (VideoMoves(""), lambda: clip(moves=False), "frames that are alike"),
        (VideoSounds("", True), lambda: clip(loud=0.0), "came silence"),
        (VideoSounds("", True), lambda: clip(loud=None), "it has no sound"),
        (VideoSounds("", False), clip, "expected no sound"),
    ],
)
def test_what_is_not_as_asked_is_found(expect: Any, data: Any, said: str, document: Document) -> None:
    found = findings(expect, answer(document, data()))
    assert len(found) == 1
    assert said in found[0]
    with pytest.raises(Unjudged):
        findings(expect, answer(document, b"no video"))
    assert findings(expect, answer(document, b"{}", status=404)) != []


@pytest.mark.usefixtures("here")
def test_a_first_frame_is_held_against_the_picture_that_was_given(document: Document) -> None:
    out, other = io.BytesIO(), io.BytesIO()
    scene(0, True, (200, 120, 40)).resize((640, 480)).save(out, "PNG")
    scene(0, True, (40, 120, 250)).save(other, "JPEG")
    assert findings(StartsWith("", out.getvalue()), answer(document, clip())) == []
    found = findings(StartsWith("", other.getvalue()), answer(document, clip()))
    assert "expected to begin with the given picture" in found[0]


def test_one_that_takes_too_long_or_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(decoded_media.PATIENCE, "video", 0.001)
    assert "seconds to decode" in str(watch(b"x" * 100).problem)
    monkeypatch.setitem(decoded_media.MOST, "video", 10)
    assert "100 bytes" in str(watch(b"x" * 100).problem)


def test_a_gateway_that_breaks_all_of_it_is_found(document: Document) -> None:
    """Another clip in place of every file: small, short, slow, black, still and silent, in another codec."""

    def broken(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        is_file = response.headers.get("content-type") == "video/mp4"
        return holding(response, clip(0.5, "mpeg4", False, (3, 3, 3), 0.0)) if is_file else response

    wanted = ("openai.createVideo.video", "openai.remixVideo.video")
    asked = plan(Source(document), "core", wanted)
    judged = Judged(document, asked, relay=broken, rate_limit=False).all()
    found = {name.split(".", 1)[1] for name in judged.told()}
    assert found == {each.id.split(".", 1)[1] for each in asked.requirements}
