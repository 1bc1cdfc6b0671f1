"""Music is real files: as long as described, with a tune of its own, in parts, joined, in a video."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import lru_cache
from typing import Any

import av
import pytest

from proofsheet.mockserver.follow_up_music import followed
from proofsheet.mockserver.media.audio.music import Music, Part, file
from proofsheet.mockserver.media.audio.style import style
from proofsheet.mockserver.media.image.picture import JPEG, Picture
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.media.playable import BARS, shown
from proofsheet.mockserver.media.video.video import pieces
from proofsheet.mockserver.tasks.ids import artifact_id, tasks_of
from proofsheet.spec.follow_up import FollowUp


def described(seconds: float = 12.0, seed: int = 0, tags: str = "upbeat pop", **more: Any) -> Music:
    identity = b"x" * 32
    picture = Picture(64, 64, JPEG, seed, identity, "title", "a prompt — mit Umlaut")
    return Music(picture, seconds, style([tags], identity), **{"is_sung": True, **more})


@lru_cache
def made(music: Music) -> bytes:
    return file(music)


@lru_cache
def samples(data: bytes) -> list[float]:
    """Strictly decoded."""
    with av.open(io.BytesIO(data)) as container:
        container.streams.audio[0].codec_context.options = {"err_detect": "explode"}
        to_floats = av.AudioResampler(format="flt", layout="mono")
        heard = [one for each in container.decode(audio=0) for one in to_floats.resample(each)]
    found: list[float] = []
    for each in heard:
        found += memoryview(bytes(each.planes[0])[: 4 * each.samples]).cast("f")
    return found


def loudest(data: bytes) -> float:
    return max(map(abs, samples(data)))


@pytest.mark.parametrize("kind", ["audio/mpeg", "audio/wav", "audio/flac"])
def test_it_is_as_long_as_it_is_said_to_be_and_is_heard(kind: str) -> None:
    data = made(described(6.0, media_type=kind))
    assert len(samples(data)) / 24_000 == pytest.approx(6.0, abs=0.05)
    assert 0.2 < loudest(data) < 0.95


def test_equal_descriptions_give_equal_files_and_another_seed_another_tune() -> None:
    assert file(described()) == made(described())
    one, other = made(described()), made(described(seed=1))
    assert len(one) == pytest.approx(len(other), abs=10)
    assert one != other


def test_styles_decide_about_tempo_mood_and_instrument() -> None:
    slow, fast = style(["slow sad piano ballad"], b"x"), style(["fast happy techno"], b"x")
    assert slow.beats < 100 < fast.beats
    assert (slow.is_minor, slow.voice) == (True, "pluck")
    assert (fast.is_minor, fast.voice) == (False, "reed")
    assert style(["90 BPM"], b"x").beats == 90
    assert style(["999 bpm"], b"x").beats == 180
    assert style(["悲伤 吉他"], b"x").is_minor


def test_a_continuation_joined_with_its_beginning_is_as_long_as_the_sum_and_begins_alike() -> None:
    before, own = described(20.0), described(9.0, seed=5)
    next_one = followed(before, FollowUp("continue", at=("at",)), own, {"at": 6.0})
    whole = followed(next_one, FollowUp("join"), own, {})
    assert (next_one.seconds, whole.seconds) == (9.0, 15.0)
    data = made(whole)
    assert len(samples(data)) / 24_000 == pytest.approx(15.0, abs=0.06)
    assert samples(data)[:24_000] == pytest.approx(samples(made(before))[:24_000], abs=1e-4)
    assert followed(before, FollowUp("continue", at=("at",)), own, {"at": 99}).origin == Part(
        before, 0.0, 20.0
    )


def test_a_cover_has_the_tune_in_another_style() -> None:
    before, own = described(), described(seed=3, tags="techno")
    cover = followed(before, FollowUp("cover"), own, {})
    assert (cover.own_tune, cover.seconds, cover.style) == (before.own_tune, before.seconds, own.style)
    assert made(cover) != made(before)


def test_a_player_shows_how_loud_its_parts_are() -> None:
    whole = described(60.0)
    joined = followed(replace(whole, origin=Part(whole, 0.0, 30.0)), FollowUp("join"), whole, {})
    for music in (whole, joined):
        found = shown(music, "/x")
        assert found is not None
        assert found["seconds"] == music.seconds
        assert len(found["levels"]) == BARS
        assert all(0.2 < each <= 1 for each in found["levels"])
        assert len({*found["levels"]}) > 3


def test_it_says_what_it_was_made_of() -> None:
    with av.open(io.BytesIO(made(described(words="la la")))) as container:
        assert "mit Umlaut" in container.metadata["comment"]
        assert '"words": "la la"' in container.metadata["comment"]


def test_its_video_shows_the_cover_and_sounds_like_it() -> None:
    music = described(3.0)
    video: Any = music.still("video")
    with av.open(io.BytesIO(b"".join(pieces(video, Renderer().draw)))) as container:
        assert container.streams.video[0].frames == 6
        assert float(container.duration or 0) / 1e6 == pytest.approx(3.0, abs=0.05)
    assert music.still("cover") == music.picture
    assert replace(music, seconds=1.0).filtered().seconds == 1.0


@pytest.mark.parametrize(
    "task", ["736a6f88-bd29-4b1e-b110-37132a5325ac", "1764547200123456", "3f0c2a7be16d4d58a9b04c6f21e87d35"]
)
def test_ids_of_artifacts_lead_back_to_the_task(task: str) -> None:
    first, second = artifact_id(task, 0), artifact_id(task, 1)
    assert len({task, first, second}) == 3
    assert (task, 1) in list(tasks_of(second.upper()))
    assert (task, 0) in list(tasks_of(first))
    assert list(tasks_of("nobody")) == []
