"""Songs are judged: what others encode passes, and so do harmless variations; each broken file is found."""

from __future__ import annotations

import copy
import io
import json
from functools import cache
from types import SimpleNamespace
from typing import Any

import av
import pytest

from proofsheet.contracts.checks import decoded_media, media_decoder
from proofsheet.contracts.checks.music import SongIsWhole, SongsDiffer, SongsLast
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import Look, Trail
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

RATE, SAMPLES = 44_100, 1152
LINKS = ("https://files.test/1.mp3", "https://files.test/2.mp3")


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("suno")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are decoded in this process: starting another takes longer than most of them."""

    def run(command: Any, input: bytes, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(stdout=json.dumps(media_decoder.read(av, input, "audio")))

    monkeypatch.setattr(decoded_media.subprocess, "run", run)


@cache
def song(seconds: float = 2.0, loud: int = 12_000, period: int = 100, bit_rate: int = 128_000) -> bytes:
    """An MP3 as LAME writes it, unlike the double's."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as file:
        file.metadata["title"] = "Another title"
        sound: Any = file.add_stream("libmp3lame", rate=RATE)
        sound.bit_rate = bit_rate
        wave = b"".join((loud * (each // period % 2)).to_bytes(2, "little") for each in range(SAMPLES))
        for number in range(round(seconds * RATE / SAMPLES)):
            frame = av.AudioFrame(format="s16p", layout="mono", samples=SAMPLES)
            frame.sample_rate, frame.pts = RATE, number * SAMPLES
            frame.planes[0].update(wave)
            file.mux(sound.encode(frame))
        file.mux(sound.encode(None))
    return out.getvalue()


def exchange(url: str, body: bytes, kind: str = "audio/mpeg", status: int = 200) -> Exchange:
    return Exchange("GET", url, (), b"", status, (("content-type", kind),), body)


def ended(document: Document, files: tuple[bytes, ...], lengths: tuple[Any, ...]) -> Answer:
    """The answers about a task that made these files and says that they are so long."""
    view = document.operations["fetchTask"]
    body = copy.deepcopy(view.outcomes["success"].representations["application/json"].value)
    (clip,) = body["data"]["data"][:1]
    clips = [copy.deepcopy(clip) for _ in files]
    for each, link, length in zip(clips, LINKS, lengths, strict=False):
        each["audio_url"], each["metadata"]["duration"] = link, length
    body["data"]["data"] = clips
    shown = exchange("https://x.test/suno/fetch/1", json.dumps(body).encode(), "application/json")
    looks = [Look("end", view, shown)]
    looks += [Look("file", view, exchange(link, each)) for link, each in zip(LINKS, files, strict=False)]
    trail = Trail(document.operations["submitMusic"], view, "1", {}, tuple(looks))
    return Answer(shown, view, (), trail)


def of_file(document: Document, body: bytes) -> list[str]:
    answer = Answer(exchange(LINKS[0], body), document.operations["fetchTask"])
    return list(SongIsWhole("r", "mp3").of_success(answer))


def findings(check: type[Expectation], answer: Answer) -> list[str]:
    return list(check("r").findings(answer))


@pytest.mark.parametrize("body", [song(), song(bit_rate=64_000), song() + b"TAG" + bytes(125)])
def test_a_whole_song_passes_whoever_encoded_it(document: Document, body: bytes) -> None:
    assert of_file(document, body) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (song()[: len(song()) // 2], "the last frame lacks"),
        (b"<html>Not ready</html>", "expected"),
        (song(loud=0), "came silence"),
        (b"", "expected"),
    ],
)
def test_what_is_no_song_is_found(document: Document, body: bytes, says: str) -> None:
    found = of_file(document, body)
    assert len(found) == 1
    assert says in found[0]


def test_a_song_is_as_long_as_the_view_says(document: Document) -> None:
    files = (song(), song(3.0))
    assert findings(SongsLast, ended(document, files, (2.0, 3.0))) == []
    assert findings(SongsLast, ended(document, files, (2, 3.9))) == [], "rounded, or padded by an encoder"
    found = findings(SongsLast, ended(document, files, (2.0, 6.0)))
    assert len(found) == 1
    assert f"expected 6.0 seconds at {LINKS[1]}" in found[0]
    assert "expected '3:00'" in findings(SongsLast, ended(document, files, ("3:00", 3.0)))[0]


def test_a_length_that_cannot_be_measured_is_not_judged(document: Document) -> None:
    with pytest.raises(Unjudged):
        findings(SongsLast, ended(document, (song()[:500], song()), (2.0, 2.0)))


def test_the_songs_of_a_task_are_not_the_same(document: Document) -> None:
    assert findings(SongsDiffer, ended(document, (song(), song(period=70)), (2.0, 2.0))) == []
    found = findings(SongsDiffer, ended(document, (song(), song()), (2.0, 2.0)))
    assert len(found) == 1
    assert f"{LINKS[0]} and {LINKS[1]}" in found[0]
    with pytest.raises(Unjudged):
        findings(SongsDiffer, ended(document, (song(),), (2.0,)))
