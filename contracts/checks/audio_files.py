"""Audio files read strictly by their own bytes: which format they are of, and whether they are whole."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

_ID3 = b"ID3"
_BIT_RATES = {  # kilobits a second by the index in a header, of MPEG-1 and of MPEG-2 and 2.5, layer III
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_UNKNOWN = (0, 0xFFFFFFFF)  # the size of what was written before its end was known


def format_of(data: bytes) -> str:
    """mp3, aac, opus, flac or wav by how a file begins; pcm for what begins like none of them."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] == b"OggS":
        return "opus" if b"OpusHead" in data[:100] else "ogg"
    at = _after_id3(data)
    if len(data) > at + 1 and data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0:
        return "aac" if data[at + 1] & 0x06 == 0 else "mp3"
    return "mp3" if data[:3] == _ID3 else "pcm"


def cut_off(data: bytes) -> str | None:
    """What is missing at the end of a file, or stands there instead; None if it is whole."""
    check = _ENDS.get(format_of(data))
    try:
        return next(check(data), None) if check else None
    except (struct.error, IndexError):
        return "it ends within a header"


def _after_id3(data: bytes) -> int:
    if data[:3] != _ID3 or len(data) < 10:
        return 0
    return 10 + sum((each & 127) << shift for each, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))


def _mp3(data: bytes) -> Iterator[str]:
    at, end = _after_id3(data), len(data) - (128 if data[-128:-125] == b"TAG" else 0)
    while at < end and data[at : at + 8] != b"APETAGEX":
        size = _mp3_frame(data, at)
        if size is None:
            yield f"no frame begins at byte {at} of {len(data)}"
            return
        at += size
    if at > end:
        yield f"the last frame lacks {at - end} bytes"


def _mp3_frame(data: bytes, at: int) -> int | None:
    """The length of the frame that begins there; None if none does."""
    head = int.from_bytes(data[at : at + 4])
    version, index, rate = head >> 19 & 3, head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or head >> 17 & 3 != 1 or index in (0, 15) or rate == 3:
        return None
    first = version == 3
    kilobits = _BIT_RATES[first][index]
    return (144 if first else 72) * kilobits * 1000 // _RATES[version][rate] + (head >> 9 & 1)


def _aac(data: bytes) -> Iterator[str]:
    at = _after_id3(data)
    while at < len(data):
        head = int.from_bytes(data[at : at + 7].ljust(7, b"\0"))
        size = head >> 13 & 0x1FFF
        if head >> 44 != 0xFFF or size < 7:
            yield f"no frame begins at byte {at} of {len(data)}"
            return
        at += size
    if at > len(data):
        yield f"the last frame lacks {at - len(data)} bytes"


def _ogg(data: bytes) -> Iterator[str]:
    at, flags = 0, 0
    while at < len(data):
        if data[at : at + 4] != b"OggS":
            yield f"no page begins at byte {at} of {len(data)}"
            return
        flags, count = data[at + 5], data[at + 26]
        at += 27 + count + sum(data[at + 27 : at + 27 + count])
    if at > len(data):
        yield f"the last page lacks {at - len(data)} bytes"
    elif not flags & 4:
        yield "no page says that it is the last"


def _wav(data: bytes) -> Iterator[str]:
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            if size not in _UNKNOWN and at + 8 + size > len(data):
                yield f"{at + 8 + size - len(data)} bytes of its samples are missing"
            return
        at += 8 + size + size % 2
    yield "there is no chunk of samples"


def _pcm(data: bytes) -> Iterator[str]:
    if len(data) % 2:
        yield "its last sample has one byte"


_ENDS: Mapping[str, Callable[[bytes], Iterator[str]]] = {
    "mp3": _mp3,
    "aac": _aac,
    "opus": _ogg,
    "ogg": _ogg,
    "wav": _wav,
    "pcm": _pcm,
}
