"""A script that decodes the audio or video on its standard input, strictly, and prints what it is as JSON.

It is run by its path: importing the package would take longer than most files. Its arguments are `audio` and
FFmpeg's name of the format, or `video`.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from typing import Any

_LIMITS = {"audio": (15, 1 << 30), "video": (30, 2 << 30)}  # seconds of processor time; bytes of data
_LONGEST = 4 * 3600 * 48_000  # samples
_MOST_FRAMES, _MOST_PIXELS = 40_000, 40_000_000
_SMALL = 64  # pixels of the sides at which frames are looked at
_EVERY = 4  # frames of which one is looked at


def main() -> None:
    """Read, decode, print."""
    data = sys.stdin.buffer.read()
    import av

    _limit(*_LIMITS[sys.argv[1]])
    print(json.dumps(read(av, data, *sys.argv[1:])))  # noqa: T201 the answer of this process


def read(av: Any, data: bytes, kind: str, form: str | None = None) -> dict[str, Any]:
    """The facts of a file, or its `problem`; `av` is PyAV."""
    try:
        with av.open(io.BytesIO(data), format=form) as container:
            return _video(av, data, container) if kind == "video" else _audio(av, container)
    except (av.FFmpegError, ValueError, LookupError, MemoryError, OverflowError) as error:
        return {"problem": f"does not decode: {type(error).__name__}"}


def _limit(seconds: int, memory: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    except (ImportError, OSError, ValueError):
        return  # not every system has these; the caller's patience is a limit everywhere


def _audio(av: Any, container: Any) -> dict[str, Any]:
    stream = container.streams.audio[0]
    stream.codec_context.options = {"err_detect": "explode"}
    level, samples = _loudest(av, container, stream)
    if samples > _LONGEST:
        return {"problem": "lasts longer than four hours"}
    rate, declared = stream.rate, stream.duration
    if container.format.name == "flac" and declared and samples < round(declared * stream.time_base * rate):
        return {"problem": f"ends after {samples} of {round(declared * stream.time_base * rate)} samples"}
    return {"seconds": round(samples / rate, 4), "level": level}


def _loudest(av: Any, container: Any, stream: Any) -> tuple[float, int]:
    """The loudest sample, from 0 to 1, and how many there are, within the limit."""
    to_floats, level, samples = av.AudioResampler(format="flt", layout="mono"), 0.0, 0
    for frame in container.decode(stream):
        samples += frame.samples
        if samples > _LONGEST:
            break
        for each in to_floats.resample(frame):
            floats = memoryview(bytes(each.planes[0])[: 4 * each.samples]).cast("f")
            level = max(level, max(floats, default=0.0), -min(floats, default=0.0))
    return round(min(level, 1.0), 5), samples


def _video(av: Any, data: bytes, container: Any) -> dict[str, Any]:
    if not container.streams.video:
        return {"problem": "holds no pictures"}
    stream = container.streams.video[0]
    if stream.width * stream.height > _MOST_PIXELS:
        return {"problem": f"has {stream.width} x {stream.height} pixels"}
    stream.codec_context.options = {"err_detect": "explode"}
    stream.codec_context.thread_count = 1
    looks = _Looks()
    for frame in container.decode(stream):
        looks.take(frame)
        if looks.count > _MOST_FRAMES:
            return {"problem": f"has more than {_MOST_FRAMES} frames"}
    if not looks.count or looks.count < stream.frames:
        return {"problem": f"ends after {looks.count} of {stream.frames} frames"}
    rate = float(stream.average_rate or 0)
    return {
        "container": container.format.name,
        "codec": stream.codec_context.name,
        "width": stream.width,
        "height": stream.height,
        "frames": looks.count,
        "fps": round(rate, 3),
        "seconds": round(looks.count / rate, 4) if rate else 0.0,
        "level": _level(av, data),
        **looks.facts,
    }


class _Looks:
    """What the frames show, small and in grey: how bright and how unlike each other their points are."""

    def __init__(self) -> None:
        self.count = self.brightest = self.spread = self.moved = 0
        self.first = b""
        self.grey = b""

    def take(self, frame: Any) -> None:
        self.count += 1
        if self.count % _EVERY != 1:
            return
        small = frame.reformat(_SMALL, _SMALL, "rgb24", interpolation="AREA")
        points = bytes(small.planes[0])[: 3 * _SMALL * _SMALL]
        grey = points[1::3]
        self.brightest = max(self.brightest, max(points))
        self.spread = max(self.spread, max(grey) - min(grey))
        if not self.first:
            self.first, self.grey = points, grey
        self.moved = max(self.moved, max(abs(one - two) for one, two in zip(grey, self.grey, strict=True)))

    @property
    def facts(self) -> dict[str, Any]:
        first = base64.b64encode(self.first).decode()
        return {"brightest": self.brightest, "spread": self.spread, "moved": self.moved, "first": first}


def _level(av: Any, data: bytes) -> float | None:
    """The loudest sample of a video; None where there is no sound at all."""
    with av.open(io.BytesIO(data)) as container:
        streams = container.streams.audio
        return _loudest(av, container, streams[0])[0] if streams else None


if __name__ == "__main__":
    main()
