"""Speech: each format decodes to its end, is as long as its text, and is the same for the same request."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import av
import pytest

from proofsheet.mockserver.media.audio.containers import MEDIA_TYPES
from proofsheet.mockserver.media.audio.flac_frames import numbered
from proofsheet.mockserver.media.audio.frames import sound
from proofsheet.mockserver.media.audio.score import spans, words
from proofsheet.mockserver.media.audio.speech import Speech, file, said_of

TEXT = "The quick brown fox jumped over the lazy dog, twice. Then it slept!"
SPEECH = Speech(TEXT, "alloy", 1.0, "audio/wav", 0, b"alloy", "createSpeech  alloy")
FRAME = 1024 / 24_000  # seconds of the longest frame of any format


def container(data: bytes, media_type: str) -> Any:
    """A file as FFmpeg opens it."""
    if media_type == "audio/pcm":
        return av.open(io.BytesIO(data), format="s16le", options={"sample_rate": "24000"})
    return av.open(io.BytesIO(data))


def decoded(data: bytes, media_type: str) -> tuple[float, int]:
    """How many seconds a file decodes to, and its loudest sample."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=24_000)
    count = peak = 0
    with container(data, media_type) as opened:
        for frame in (
            each for one in opened.decode(opened.streams.audio[0]) for each in resampler.resample(one)
        ):
            samples = memoryview(bytes(frame.planes[0])[: 2 * frame.samples]).cast("h")
            count += len(samples)
            peak = max(peak, *samples)
    return count / 24_000, peak


@pytest.fixture(params=MEDIA_TYPES)
def speech(request: pytest.FixtureRequest) -> Speech:
    return replace(SPEECH, media_type=request.param)


def test_a_file_decodes_to_what_its_description_says(speech: Speech) -> None:
    seconds, peak = decoded(file(speech), speech.media_type)
    assert seconds == pytest.approx(speech.seconds, abs=FRAME)
    assert peak > 3_000


def test_a_file_is_the_same_for_the_same_request(speech: Speech) -> None:
    assert file(speech) == file(replace(speech))
    assert file(speech) != file(replace(speech, identity=b"echo"))  # another voice is heard


def test_a_file_says_what_it_was_made_of(speech: Speech) -> None:
    if speech.media_type == "audio/pcm":  # which has room for samples and nothing else
        assert len(file(speech)) == round(speech.seconds * 48_000)
        return
    with container(file(speech), speech.media_type) as opened:
        tags = {**opened.streams.audio[0].metadata, **opened.metadata}
    said = said_of({name.lower(): text for name, text in tags.items()}["comment"])
    assert said == {"text": TEXT, "voice": "alloy", "speed": 1.0, "seed": 0}


def test_length_follows_the_text_and_the_speed() -> None:
    usual = SPEECH.seconds
    assert 3 < usual < 6  # about as people read
    assert replace(SPEECH, speed=2.0).seconds == pytest.approx(usual / 2, abs=0.02)
    assert replace(SPEECH, text=f"{TEXT} {TEXT}").seconds == pytest.approx(2 * usual, rel=0.1)


def test_a_frame_stands_at_any_number() -> None:
    one = numbered(sound("flac", 200.0, 0).steady, 0)
    for number in (1, 127, 128, 2_047, 2_048, 65_535, 65_536, 2_097_152):
        moved = numbered(one, number)
        extra = 0 if number < 128 else len(chr(min(number, 0x10FFFF)).encode()) - 1
        assert len(moved) == len(one) + extra + (number > 0x10FFFF)
        assert numbered(moved, 0) == one


@pytest.mark.parametrize("text", ["", " ", "…", "!", "你好，世界", "a\x00b", "x" * 1000, "\u202e", "🎺"])
def test_whatever_is_said_is_heard(text: str) -> None:
    for media_type in ("audio/mpeg", "audio/opus"):
        assert decoded(file(replace(SPEECH, text=text, media_type=media_type)), media_type)[1] > 1_000


def test_words_have_their_times() -> None:
    found = spans(TEXT, 10.0)
    assert [each for each, _, _ in found] == words(TEXT)
    assert found[0][1] == 0
    assert found[-1][2] == pytest.approx(10.0)
    times = [time for _, start, end in found for time in (start, end)]
    assert times == sorted(times)


def test_a_comment_of_another_maker_says_nothing() -> None:
    assert [said_of(each) for each in ("", "{}", '{"proofsheet": {"text": 3}}', "[" * 99_999, None)] == [
        None
    ] * 5
