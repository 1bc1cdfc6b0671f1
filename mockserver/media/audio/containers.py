"""Frames as a file that players know, with what it says of itself: ADTS, MP3 with ID3, Ogg, FLAC, WAV."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from proofsheet.mockserver.media.audio.flac_frames import numbered
from proofsheet.mockserver.media.audio.frames import CODECS, RATE

Tags = Mapping[str, str]
_ID3 = {"title": "TIT2", "comment": "COMM", "artist": "TPE1"}
_RIFF = {"title": b"INAM", "comment": b"ICMT", "artist": b"IART"}
_PAGE = 50  # packets on a page of Ogg: a second
_OPUS_RATE = 48_000  # in which Opus counts, whatever it was made from
_OPUS_DELAY = 312  # samples at that rate before what was encoded
_VENDOR = "proofsheet mock"


def _id3(tags: Tags) -> bytes:
    frames = b""
    for name, text in tags.items():
        body = b"\x03" + (b"eng\0" if name == "comment" else b"") + text.encode()
        frames += _ID3[name].encode() + _synchsafe(len(body)) + b"\0\0" + body
    return b"ID3\x04\0\0" + _synchsafe(len(frames)) + frames


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def _mp3(frames: Sequence[bytes], tags: Tags) -> bytes:
    return _id3(tags) + b"".join(frames)


def _aac(frames: Sequence[bytes], tags: Tags) -> bytes:
    return _id3(tags) + b"".join(part for each in frames for part in (_adts(len(each)), each))


@lru_cache(maxsize=1024)
def _adts(size: int) -> bytes:
    """The header of a frame of AAC-LC (ISO/IEC 13818-7, 6.2): 24 kHz, one channel, no checksum."""
    fixed = 0xFFF << 44 | 1 << 40 | 1 << 38 | 6 << 34 | 1 << 30
    return (fixed | size + 7 << 13 | 0x7FF << 2).to_bytes(7, "big")


def _wav(frames: Sequence[bytes], tags: Tags) -> bytes:
    data = b"".join(frames)
    info = b"INFO" + b"".join(_chunk(_RIFF[name], text.encode() + b"\0") for name, text in tags.items())
    form = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    parts = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"LIST", info) + _chunk(b"data", data)
    return _chunk(b"RIFF", parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _comments(tags: Tags) -> bytes:
    found = [f"{name.upper()}={text}".encode() for name, text in tags.items()]
    vendor = _VENDOR.encode()
    count = struct.pack("<I", len(found))
    return struct.pack("<I", len(vendor)) + vendor + count + b"".join(map(_counted, found))


def _counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text


def _flac(frames: Sequence[bytes], tags: Tags) -> bytes:
    """The stream's facts, the tags, the frames (RFC 9639). The digest of all samples is unknown: zeros."""
    count = CODECS["flac"].samples
    bits = RATE << 44 | 15 << 36 | count * len(frames)
    facts = struct.pack(">HH", count, count) + b"\0" * 6 + bits.to_bytes(8, "big") + b"\0" * 16
    comments = _comments(tags)
    blocks = (
        b"\0" + len(facts).to_bytes(3, "big") + facts + b"\x84" + len(comments).to_bytes(3, "big") + comments
    )
    return b"fLaC" + blocks + b"".join(numbered(each, number) for number, each in enumerate(frames))


def _opus(frames: Sequence[bytes], tags: Tags) -> bytes:
    per_frame = CODECS["opus"].samples * _OPUS_RATE // RATE
    opening = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, _OPUS_DELAY, RATE, 0, 0)
    pages = [_page(0, 2, 0, [opening]), _page(1, 0, 0, [b"OpusTags" + _comments(tags)])]
    for number, at in enumerate(range(0, len(frames), _PAGE), 2):
        packets = frames[at : at + _PAGE]
        last = at + len(packets) == len(frames)
        pages.append(_page(number, 4 if last else 0, per_frame * (at + len(packets)), packets))
    return b"".join(pages)


def _page(number: int, flags: int, position: int, packets: Sequence[bytes]) -> bytes:
    """A page of Ogg (RFC 3533, 6), of packets that all end on it: at most 255 segments."""
    lacing = b"".join(b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) for each in packets)
    assert len(lacing) < 256
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, 1, number, 0, len(lacing)) + lacing
    page = head + b"".join(packets)
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(data: bytes) -> int:
    """Ogg's checksum: that of zlib with every byte and the result the other way round, and from zero."""
    crc = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)


_REVERSED = bytes(int(f"{each:08b}"[::-1], 2) for each in range(256))


def _pcm(frames: Sequence[bytes], tags: Tags) -> bytes:
    return b"".join(frames)


_FORMS: Mapping[str, tuple[str, Callable[[Sequence[bytes], Tags], bytes]]] = {
    "audio/mpeg": ("mp3", _mp3),
    "audio/aac": ("aac", _aac),
    "audio/opus": ("opus", _opus),
    "audio/flac": ("flac", _flac),
    "audio/wav": ("pcm", _wav),
    "audio/pcm": ("pcm", _pcm),
}
MEDIA_TYPES = tuple(_FORMS)


def codec_of(media_type: str) -> str:
    """The codec of the frames in a file of that type."""
    return _FORMS[media_type][0]


def file_of(media_type: str, frames: Sequence[bytes], tags: Tags) -> bytes:
    """The file that holds these frames, one at least, and says this of itself as far as its type can."""
    return _FORMS[media_type][1](frames, tags)
