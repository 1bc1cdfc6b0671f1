"""Songs in place of those that were made: the first of all again, or one in which nothing is heard."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import av
from mutants.relay import Damage, Forward, Got, Sent, damage, on_answer

RATE, SAMPLES = 44_100, 1152
SONG = "audio/mpeg"


@damage("same-song")
def same_song() -> Damage:
    """The first song comes wherever one is fetched."""
    first: list[Got] = []

    def harm(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        if got.media_type != SONG or got.status != 200:
            return got
        first[:] = first or [got]
        return first[0]

    return harm


@on_answer("silent-song")
def silent_song(sent: Sent, got: Got, seconds: int) -> Got:
    return got.holding(silence(seconds)) if got.media_type == SONG else got


@cache
def silence(seconds: int) -> bytes:
    """A whole MP3 in which nothing is heard."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as file:
        sound: Any = file.add_stream("libmp3lame", rate=RATE)
        for number in range(seconds * RATE // SAMPLES):
            frame = av.AudioFrame(format="s16p", layout="mono", samples=SAMPLES)
            frame.sample_rate, frame.pts = RATE, number * SAMPLES
            frame.planes[0].update(bytes(2 * SAMPLES))
            file.mux(sound.encode(frame))
        file.mux(sound.encode(None))
    return out.getvalue()
