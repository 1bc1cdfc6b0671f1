"""Transcripts: a speech of the double's own is read back, other sound is as long, hostile files end."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from families.rows import tone
from support import InProcess

from proofsheet.mockserver.media.audio import upload
from proofsheet.mockserver.media.audio.containers import MEDIA_TYPES
from proofsheet.mockserver.media.audio.speech import Speech, file
from proofsheet.mockserver.media.audio.upload import Audio, read_audio
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.transcripts import Transcript, transcript
from proofsheet.spec.choices import choice
from proofsheet.spec.load import Library
from proofsheet.spec.transcription import Transcription

TEXT = 'A lighthouse: "steady", it said.\nTwice! 灯台は静かだ。'
READABLE = tuple(each for each in MEDIA_TYPES if each != "audio/pcm")


@pytest.mark.parametrize("media_type", READABLE)
def test_a_speech_of_ones_own_is_transcribed_to_its_very_text(media_type: str) -> None:
    speech = Speech(TEXT, "alloy", 1.0, media_type, 0, b"x", "t")
    found = read_audio(file(speech))
    assert found.said is not None
    assert found.said["text"] == TEXT
    assert found.seconds == pytest.approx(speech.seconds, abs=0.05)
    assert heard(found, b"").text == TEXT


def heard(found: Audio | Unreadable, data: bytes, form: str = "json", translates: bool = False) -> Transcript:
    call = SimpleNamespace(sounds={"file": found}, fields={}, files={"file": SimpleNamespace(data=data)})
    return transcript(cast(Any, call), Transcription("file", choice(form), 10, translates))


def test_other_sound_has_as_many_words_as_are_said_in_its_time() -> None:
    short, long = tone(2.0), tone(20.0)
    one, other = heard(read_audio(short), short), heard(read_audio(long), long)
    assert len(one.text.split()) == 5
    assert len(other.text.split()) == 48
    assert one == heard(read_audio(short), short)
    assert "recording of 20.0 seconds" in other.text


def test_files_that_were_joined_are_as_long_as_both() -> None:
    one = Speech("One.", "alloy", 1.0, "audio/mpeg", 0, b"x", "t")
    found = read_audio(file(one) + file(one))
    assert found.seconds == pytest.approx(2 * one.seconds, abs=0.1)


def test_silence_says_nothing() -> None:
    found = heard(Audio("wav", 3.0, 0.0), b"x")
    assert (found.text, found.segments, found.words, found.written) == ("", [], [], "\n")


def test_a_translation_is_english() -> None:
    said = {"text": "灯台は静かだ。"}
    assert heard(Audio("mp3", 3.0, 0.3, said), b"x").text == "灯台は静かだ。"
    assert heard(Audio("mp3", 3.0, 0.3, said), b"x", translates=True).text.startswith("This")


def test_parts_cover_the_file_and_are_the_text() -> None:
    found = Transcript(f"{TEXT} {'word ' * 60}.", 30.0, "json")
    assert "".join(each.text for each in found.segments) == found.text
    assert (found.segments[0].start, found.segments[-1].end) == (0.0, 30.0)
    for before, after in zip(found.segments, found.segments[1:], strict=False):
        assert before.end == after.start
    assert [each.index for each in found.segments] == list(range(len(found.segments)))


def test_subtitles_have_hours() -> None:
    found = Transcript("One. Two.", 7_322.5, "srt")
    assert found.written.splitlines()[:3] == ["1", "00:00:00,000 --> 01:01:01,250", "One."]
    assert Transcript("One.", 1.0, "vtt").written == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nOne.\n\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "format"),
        (b"hello" * 9_000, "format"),
        (tone(1.0)[:44], "broken"),
        (b"OggS" * 9_000, "format"),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 9_000, "format"),
        (b"\0\0\0\x18ftypM4A " + b"\xff" * 9_000, "format"),
    ],
)
def test_what_is_no_sound_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as found:
        read_audio(data)
    assert found.value.reason == reason


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PATIENCE", 0.001)
    with pytest.raises(Unreadable, match="seconds to decode"):
        read_audio(tone(1.0))


def test_a_decoder_that_dies_is_a_broken_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    script = tmp_path / "dies.py"
    script.write_text("import os; os.abort()")
    monkeypatch.setattr(upload, "_READER", script)
    with pytest.raises(Unreadable, match="the decoder ended"):
        read_audio(tone(1.0))


@pytest.mark.parametrize("stream", ["false", "true"])
def test_likelihoods_come_to_who_includes_them(
    serve: Callable[..., InProcess], library: Library, stream: str
) -> None:
    mock = serve(library.load("openai-audio"))
    headers = {"authorization": "Bearer sk-a"}
    asked = {"model": "tts-1", "voice": "alloy", "input": "Hello there."}
    file = mock.post("/v1/audio/speech", json=asked, headers=headers).content
    for more, has in (({}, False), ({"include[]": "logprobs"}, True)):
        data = {"model": "gpt-4o-transcribe", "stream": stream, **more}
        path, files = "/v1/audio/transcriptions", {"file": ("a.mp3", file)}
        found = mock.post(path, data=data, files=files, headers=headers).text
        assert (has, has) == ('"logprobs":[{"token":"Hello"' in found, '"token":"."' in found), found
