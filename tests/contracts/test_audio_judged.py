"""Audio is judged: what keeps the document passes, harmless variations too, each way to break it is found."""

from __future__ import annotations

import base64
import io
import json
import struct
import wave
from array import array
from collections.abc import Sequence
from dataclasses import replace
from math import sin
from typing import Any

import av
import httpx
import pytest
from judging import Judged
from task_relays import Forward, holding, saying

from proofsheet.contracts.checks.audio import (
    AudioInEvents,
    AudioIs,
    DurationIs,
    IsTranscribed,
    LastsAbout,
    SaidInTime,
    Subtitles,
    TextInEvents,
    WordsInOrder,
)
from proofsheet.contracts.checks.audio_facts import AudioFacts, listen
from proofsheet.contracts.checks.audio_files import cut_off, format_of
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.plan.plan import plan
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

RATE = 24_000


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("openai-audio")


def sound(seconds: float = 2.0, loud: int = 9_000) -> array[int]:
    return array("h", (int(loud * sin(at * 0.06)) for at in range(round(seconds * RATE))))


def wav(samples: array[int]) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return out.getvalue()


def encoded(container: str, codec: str, samples: array[int], rate: int = RATE, **options: str) -> bytes:
    """A file as FFmpeg writes it, unlike the double's."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, options=options)
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.sample_rate, frame.pts = RATE, 0
        frame.planes[0].update(samples.tobytes())
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return out.getvalue()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    said = sound()
    return {
        "mp3": encoded("mp3", "libmp3lame", said),
        "aac": encoded("adts", "aac", said),
        "opus": encoded("ogg", "libopus", said, 48_000),
        "flac": encoded("flac", "flac", said),
        "wav": wav(said),
        "pcm": said.tobytes(),
    }


def test_what_others_encode_is_whole(files: dict[str, bytes]) -> None:
    for kind, data in files.items():
        found = listen(data)
        assert (kind, found.problem, found.format) == (kind, None, kind)
        assert found.seconds == pytest.approx(2.0, abs=0.1)
        assert found.level > 0.1


def test_what_others_write_otherwise_is_harmless(files: dict[str, bytes]) -> None:
    streamed = files["wav"].replace(struct.pack("<I", 2 * 2 * RATE), b"\xff" * 4)
    assert streamed != files["wav"]
    varied = encoded("mp3", "libmp3lame", sound(), 44_100, abr="1")
    for data in (streamed, varied, files["mp3"] + b"TAG".ljust(128, b"\0")):
        assert cut_off(data) is None


def test_half_a_file_is_found(files: dict[str, bytes]) -> None:
    for kind, data in files.items():
        half = data[: len(data) // 2 // 2 * 2 + 1]
        if kind == "flac":
            assert listen(half).problem
        else:
            assert (kind, cut_off(half) is not None) == (kind, True)


def test_what_follows_the_last_frame_is_found(files: dict[str, bytes]) -> None:
    assert [cut_off(files[kind] + b"<html>") is None for kind in ("mp3", "aac", "opus")] == [False] * 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"error": {"message": "no"}}',
        b"<!doctype html><title>502</title>",
        b"RIFF\xff\xff\xff\xffWAVEdata",
        b"OggS" * 2_000,
        b"fLaC" + b"\0" * 9_000,
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\xff" * 9_000,
        b"\xff\xfb\x90\0" * 500,
    ],
)
def test_what_is_no_audio_is_a_finding_and_no_error(data: bytes) -> None:
    assert listen(data).problem


def answer(
    document: Document, operation: str, body: bytes | str | Any, kind: str = "application/json"
) -> Answer:
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body)
    raw = data.encode() if isinstance(data, str) else data
    exchange = Exchange("POST", "http://t.test/x", (), b"", 200, (("content-type", kind),), raw)
    return Answer(exchange, document.operations[operation])


def findings(check: Expectation, given: Answer) -> list[str]:
    return list(check.findings(given))


def test_a_format_and_silence_are_heard(document: Document, files: dict[str, bytes]) -> None:
    def of(data: bytes, kind: str = "audio/mpeg") -> Answer:
        return answer(document, "createSpeech", data, kind)

    assert findings(AudioIs("", "wav"), of(files["wav"], "audio/x-wav")) == []
    assert findings(AudioIs("", "pcm"), of(files["pcm"])) == []
    assert findings(AudioIs("", "mp3"), of(files["wav"])) == ["expected mp3, came wav"]
    assert "silence" in findings(AudioIs("", "wav"), of(wav(sound(1.0, 0))))[0]
    assert "pcm" in findings(AudioIs("", "pcm"), of(b'{"detail": "no"} '))[0]


def test_the_length_of_a_speech_is_held_against_its_text(document: Document) -> None:
    given = answer(document, "createSpeech", sound(6.0).tobytes())
    assert findings(SaidInTime("", 90, 1.0), given) == []
    assert findings(SaidInTime("", 130, 1.0), given) == []  # people and voices differ
    assert "came 6.0" in findings(SaidInTime("", 90, 4.0), given)[0]  # the speed was ignored
    assert "came 6.0" in findings(SaidInTime("", 900, 1.0), given)[0]  # the text was cut


def test_the_length_of_music_is_held_against_what_was_asked_for(document: Document) -> None:
    given = answer(document, "createSpeech", wav(sound(3.1)), "audio/wav")
    assert findings(LastsAbout("", 3.0), given) == []
    assert findings(LastsAbout("", 190.0), given) == ["expected 190 seconds, came 3.10"]
    with pytest.raises(Unjudged):
        findings(LastsAbout("", 3.0), answer(document, "createSpeech", b"no sound", "audio/wav"))


def events(*data: Any) -> str:
    return "".join(f"data: {json.dumps(each)}\n\n" for each in data)


def delta(data: bytes) -> dict[str, str]:
    return {"type": "speech.audio.delta", "audio": base64.b64encode(data).decode()}


def test_a_file_in_events_is_put_together(document: Document, files: dict[str, bytes]) -> None:
    done = {"type": "speech.audio.done", "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}}
    data, check = files["wav"], AudioInEvents("", "wav")

    def of(*pieces: dict[str, str]) -> list[str]:
        return findings(
            check, answer(document, "createSpeech", events(*pieces, done), "text/event-stream; charset=utf-8")
        )

    assert of(delta(data[:3_000]), delta(data[3_000:])) == []
    assert of(*(delta(data[at : at + 5_001]) for at in range(0, len(data), 5_001))) == []
    assert "missing" in of(delta(data[:3_000]))[0]
    assert of() == ["no piece of a file came"]
    assert "no base64" in of({"type": "speech.audio.delta", "audio": "data:audio/wav;base64,AAAA"})[0]


VERBOSE = {
    "task": "transcribe",
    "language": "english",
    "duration": 2.0,
    "text": "One two. Three.",
    "segments": [
        {"id": 0, "start": 0.0, "end": 1.0, "text": "One two."},
        {"id": 1, "start": 1.2, "end": 2.0, "text": "Three."},
    ],
    "words": [{"word": "One", "start": 0.0, "end": 0.4}, {"word": "two", "start": 0.4, "end": 0.9}],
    "usage": {"type": "duration", "seconds": 2},
}


def with_segments(*times: Sequence[Any]) -> dict[str, Any]:
    return {**VERBOSE, "segments": [{"id": 0, "start": at, "end": to, "text": "x"} for at, to in times]}


@pytest.mark.parametrize(
    ("check", "body", "said"),
    [
        (IsTranscribed(""), VERBOSE, ""),
        (IsTranscribed(""), {"text": ""}, ""),  # a melody need not be taken for words
        (IsTranscribed(""), {"text": None}, "expected a text"),
        (IsTranscribed(""), {"transcript": "One"}, "expected a text"),
        (DurationIs("", 2.0), VERBOSE, ""),
        (DurationIs("", 2.0), {**VERBOSE, "duration": 2.112}, ""),  # as it was decoded
        (DurationIs("", 2.0), {**VERBOSE, "usage": {"type": "tokens"}}, ""),
        (DurationIs("", 2.0), {**VERBOSE, "duration": 0}, "expected a duration of 2 seconds, came 0"),
        (DurationIs("", 2.0), {**VERBOSE, "duration": "2.0"}, "came '2.0'"),
        (DurationIs("", 2.0), {"text": "One"}, "expected how long"),
        (DurationIs("", 2.0), {**VERBOSE, "usage": {"seconds": 30}}, "came 30"),
        (WordsInOrder("", "segment", 2.0), VERBOSE, ""),
        (
            WordsInOrder("", "segment", 2.0),
            with_segments((0, 1.5), (1.4, 2.2)),
            "",
        ),  # they may overlap a little
        (WordsInOrder("", "segment", 2.0), {**VERBOSE, "segments": [], "text": ""}, ""),
        (WordsInOrder("", "segment", 2.0), {**VERBOSE, "segments": []}, "came none"),
        (WordsInOrder("", "segment", 2.0), with_segments((1, 2), (0, 1)), "begins at 0, before"),
        (WordsInOrder("", "segment", 2.0), with_segments((0, 1), (2, 1)), "goes from 2 to 1"),
        (WordsInOrder("", "segment", 2.0), with_segments((0, 9)), "after 2 seconds"),
        (WordsInOrder("", "segment", 2.0), with_segments((0, None)), "goes from 0 to None"),
        (WordsInOrder("", "word", 2.0), VERBOSE, ""),
        (WordsInOrder("", "word", 2.0), {**VERBOSE, "words": []}, "each word"),
    ],
)
def test_times_are_held_against_the_file(
    check: Expectation, body: Any, said: str, document: Document
) -> None:
    found = findings(check, answer(document, "createTranscription", body))
    assert (said in found[0]) if said else found == []


SRT = "1\n00:00:00,000 --> 00:00:01,000\nOne two.\n\n2\n00:00:01,200 --> 00:00:02,000\nThree.\n\n"
VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nOne two.\n\n00:01.200 --> 00:02.000 align:start\nThree.\n"


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("srt", SRT, ""),
        ("srt", SRT.replace("\n", "\r\n"), ""),
        ("srt", "\ufeff" + SRT, ""),
        ("srt", "", ""),
        ("srt", VTT, "came WebVTT"),
        ("srt", SRT.replace(",", "."), "expected cue 1 to go"),
        ("srt", SRT.replace("\n2\n", "\n3\n"), "cue 2 to be numbered"),
        ("srt", "One two. Three.", "expected cues"),
        ("vtt", VTT, ""),
        ("vtt", "WEBVTT\n", ""),
        ("vtt", VTT.replace("\n\n00:00:00", "\nKind: captions\n\nfirst\n00:00:00"), ""),
        ("vtt", SRT, "expected WEBVTT"),
        ("vtt", "WEBVTTX\n\n", "expected WEBVTT"),
        ("vtt", VTT.replace("00:01.200", "00:09.200"), "goes from 9.2"),
        ("vtt", VTT.replace("00:02.000", "01:02.000"), "after 2 seconds"),
        ("vtt", VTT.replace(".000", ",000"), "expected cue 1 to go"),
    ],
)
def test_subtitles_are_read(form: str, text: str, said: str, document: Document) -> None:
    found = findings(Subtitles("", form, 2.0), answer(document, "createTranscription", text, "text/plain"))
    assert (said in found[0]) if said else found == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((("delta", "One"), ("delta", " two"), ("done", "One two")), ""),
        ((("delta", " One two "), ("done", "One two")), ""),
        ((("done", "One two"),), "expected pieces"),
        ((("delta", "One"), ("done", "One two")), "those of 'One'"),
        ((("delta", "One"),), "one event with the whole text"),
        ((("done", "One"), ("delta", "One")), "in the last event"),
    ],
)
def test_a_text_in_events_is_put_together(data: Any, said: str, document: Document) -> None:
    name = {"delta": "delta", "done": "text"}
    body = events(*({"type": f"transcript.text.{kind}", name[kind]: text} for kind, text in data))
    found = findings(TextInEvents(""), answer(document, "createTranscription", body, "text/event-stream"))
    assert (said in found[0]) if said else found == []


def broken(request: httpx.Request, forward: Forward) -> httpx.Response:
    """A gateway that mutes speech, cuts its stream, and forgets the times of what was said."""
    response = forward(request)
    kind = response.headers.get("content-type", "")
    if response.status_code != 200:
        return response
    if kind == "application/json":
        body = response.json()
        told = {**body, "duration": 0.0, "segments": []} if "duration" in body else {"transcript": "x"}
        return saying(response, told)
    if kind.startswith("text/event-stream"):
        return holding(response, b"\n\n".join(response.content.split(b"\n\n")[1:]))
    if kind.startswith("text/plain"):
        return holding(response, response.content.replace(b"-->", b"->"))
    return holding(response, wav(sound(0.2, 0)) if "wav" in kind else response.content[:-7])


def test_a_gateway_that_breaks_all_of_it_is_found(document: Document) -> None:
    wanted = ("openai.createSpeech.speech", "openai.createTranscription.transcript")
    asked = plan(Source(document), "core", wanted)
    judged = Judged(document, asked, relay=broken, rate_limit=False).all()
    found = {name.split(".", 2)[2] for name in judged.told()}
    assert found == {each.id.split(".", 2)[2] for each in asked.requirements}


def test_one_of_several_texts_in_a_form_has_no_other_kind(document: Document) -> None:
    names = plan(Source(document), "extended").requirements
    of_names = [each.id for each in names if ".known_speaker_names." in each.id]
    assert of_names
    assert not any(each.endswith(".items.kind") for each in of_names)


def test_a_format_is_known_by_its_first_bytes() -> None:
    heads = {b"RIFF\0\0\0\0WAVE": "wav", b"fLaC": "flac", b"\xff\xfb\x90\0": "mp3", b"\xff\xf1\x50": "aac"}
    assert [format_of(each) for each in heads] == list(heads.values())
    assert replace(AudioFacts(), format="x").format == "x"
