"""A script that decodes the audio on its standard input, strictly, and prints its seconds and level as JSON.

It is run by its path: importing the package would take longer than most files.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

_SECONDS, _MEMORY = 15, 1 << 30  # of processor time; bytes of data
_LONGEST = 4 * 3600 * 48_000  # samples
_FORMATS = {"opus": "ogg"}  # as FFmpeg calls them


def main() -> None:
    """Read, decode, print."""
    data = sys.stdin.buffer.read()
    import av

    _limit()
    try:
        found = _decoded(av, data, _FORMATS.get(sys.argv[1], sys.argv[1]))
    except (av.FFmpegError, ValueError, LookupError, MemoryError, OverflowError) as error:
        found = {"problem": f"does not decode: {type(error).__name__}"}
    print(json.dumps(found))  # noqa: T201 the answer of this process


def _limit() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    except (ImportError, OSError, ValueError):
        return  # not every system has these; the caller's patience is a limit everywhere


def _decoded(av: Any, data: bytes, name: str) -> dict[str, Any]:
    samples, level = 0, 0.0
    with av.open(io.BytesIO(data), format=name) as container:
        stream = container.streams.audio[0]
        stream.codec_context.options = {"err_detect": "explode"}
        to_floats = av.AudioResampler(format="flt", layout="mono")
        for frame in container.decode(stream):
            samples += frame.samples
            if samples > _LONGEST:
                return {"problem": "lasts longer than four hours"}
            for each in to_floats.resample(frame):
                floats = memoryview(bytes(each.planes[0])[: 4 * each.samples]).cast("f")
                level = max(level, max(floats, default=0.0), -min(floats, default=0.0))
        rate, told = stream.rate, stream.duration
        if name == "flac" and told and samples < round(told * stream.time_base * rate):
            return {"problem": f"ends after {samples} of {round(told * stream.time_base * rate)} samples"}
    return {"seconds": round(samples / rate, 4), "level": round(min(level, 1.0), 5)}


if __name__ == "__main__":
    main()
