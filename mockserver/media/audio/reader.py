"""A script that decodes the audio on its standard input and says as JSON what it is (see upload).

It is run by its path: importing the package would take longer than most files.
"""

from __future__ import annotations

import array
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MEMORY = 1 << 30  # bytes of address space beyond what is there already
_SECONDS = 15  # of processor time
_LONGEST = 4 * 3600  # seconds of sound
_RATE = 16_000


def main() -> None:
    """Read, decode, print."""
    data = sys.stdin.buffer.read()
    import av

    _limit()
    try:
        found = _read(av, data)
    except (av.FFmpegError, ValueError, LookupError, MemoryError, OverflowError) as error:
        kind = (
            "format" if isinstance(error, av.error.InvalidDataError) and _is_unknown(av, data) else "broken"
        )
        found = {"reason": kind, "problem": f"{type(error).__name__}: {error}"}
    print(json.dumps(found))  # noqa: T201 the answer of this process


def _limit() -> None:
    """Bound what decoding may take, where the system can."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + _MEMORY, held + _MEMORY))
    except (ImportError, OSError, ValueError):
        return  # Windows and macOS have not all of these; the caller's patience is a limit everywhere


def _is_unknown(av: Any, data: bytes) -> bool:
    try:
        av.open(io.BytesIO(data)).close()
    except av.FFmpegError:
        return True
    return False


def _read(av: Any, data: bytes) -> dict[str, Any]:
    with av.open(io.BytesIO(data)) as container:
        if not container.streams.audio:
            return {"reason": "format", "problem": "it holds no sound"}
        stream = container.streams.audio[0]
        tags = {name.lower(): text for name, text in (*stream.metadata.items(), *container.metadata.items())}
        samples = peak = 0
        for chunk in _samples(av, container, stream):
            samples += len(chunk)
            peak = max(peak, max(chunk, default=0), -min(chunk, default=0))
            if samples > _LONGEST * _RATE:
                return {"reason": "bomb", "problem": f"it lasts longer than {_LONGEST} seconds"}
        if not samples:
            return {"reason": "broken", "problem": "not a sample of it decodes"}
        return {
            "format": container.format.name,
            "seconds": round(samples / _RATE, 4),
            "level": round(min(peak / 32767, 1.0), 4),
            "comment": tags.get("comment", ""),
        }


def _samples(av: Any, container: Any, stream: Any) -> Iterator[array.array[int]]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    for frame in _frames(av, container, stream):
        frame.pts = None
        yield from map(_plain, resampler.resample(frame))
    yield from map(_plain, resampler.resample(None))


def _frames(av: Any, container: Any, stream: Any) -> Iterator[Any]:
    """Every frame that decodes; what lies between, as tags within a file that was joined, is passed over."""
    try:
        for packet in container.demux(stream):
            with contextlib.suppress(av.error.InvalidDataError):
                yield from packet.decode()
    except av.error.InvalidDataError:
        return


def _plain(frame: Any) -> array.array[int]:
    found = array.array("h")
    found.frombytes(bytes(frame.planes[0])[: frame.samples * 2])
    return found


if __name__ == "__main__":
    main()
