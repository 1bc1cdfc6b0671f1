"""Videos in place of the one that was asked for: of a size, length and rate; black, still or silent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import av
from mutants.relay import Got, Sent, on_answer
from PIL import Image

RATE, SAMPLES = 48_000, 960


@on_answer("another-video")
def another(sent: Sent, got: Got, size: str = "720x1280", **options: Any) -> Got:
    """Every MP4 is another film; what is not said of it is as asked for by default."""
    if got.media_type != "video/mp4":
        return got
    width, height = map(int, size.split("x"))
    return got.holding(film((width, height), **options))


@on_answer("video-index-lost")
def index_lost(sent: Sent, got: Got) -> Got:
    """An MP4 without a box `moov`, so that nobody finds its frames (FFmpeg reads one called `free`)."""
    return got.holding(got.body.replace(b"moov", b"lost")) if got.media_type == "video/mp4" else got


@cache
def film(
    size: tuple[int, int],
    seconds: int = 4,
    fps: int = 30,
    shade: int = 200,
    moves: bool = True,
    loud: float = 0.3,
) -> bytes:
    """An MP4 with a bar on a ground of a shade (0: nothing is seen), and a tone."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        pictures: Any = file.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        pictures.width, pictures.height, pictures.pix_fmt = *size, "yuv420p"
        sound: Any = file.add_stream("aac", rate=RATE)
        for number in range(seconds * fps):
            at = number / (seconds * fps) if moves else 0.0
            file.mux(pictures.encode(av.VideoFrame.from_image(_frame(size, shade, at))))
        file.mux(pictures.encode(None))
        for frame in _tone(seconds, loud):
            file.mux(sound.encode(frame))
        file.mux(sound.encode(None))
    return out.getvalue()


def _frame(size: tuple[int, int], shade: int, at: float) -> Image.Image:
    """A bar before a ground that grows lighter from top to bottom."""
    light = Image.linear_gradient("L").resize(size).point([each * shade // 255 for each in range(256)])
    made = Image.merge("RGB", (light, light, light))
    left, wide = int(at * size[0] * 0.75), size[0] // 4
    made.paste((shade // 4, shade // 2, shade), (left, 0, left + wide, size[1]))
    return made


def _tone(seconds: int, loud: float) -> Iterator[Any]:
    wave = b"".join(int(32_000 * loud * (each // 50 % 2)).to_bytes(2, "little") for each in range(SAMPLES))
    for number in range(seconds * RATE // SAMPLES):
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.sample_rate, frame.pts = RATE, number * SAMPLES
        frame.planes[0].update(wave)
        yield frame
