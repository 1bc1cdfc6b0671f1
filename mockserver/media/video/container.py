"""Frames as an MP4 file that plays while it comes: what a player must know stands before the frames.

ISO/IEC 14496-12 (boxes), -15 (H.264 in them), -14 (AAC). Equal frames give equal bytes: no dates are written.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proofsheet.mockserver.media.audio.frames import CODECS, RATE

_UNITY = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_SCALE = 1000  # parts of a second in which the file's length is given
_TAGS = {"title": b"\xa9nam", "comment": b"\xa9cmt", "artist": b"\xa9ART"}
_AAC_24_KHZ_MONO = b"\x13\x08"  # its configuration (ISO/IEC 14496-3, 1.6.2)


@dataclass(frozen=True)
class Track:
    """Samples of one kind: each lasts `ticks` of `scale` in a second; `keys` can be shown by themselves."""

    kind: bytes  # vide or soun
    entry: bytes  # the box that says how samples are encoded
    samples: Sequence[bytes]
    scale: int
    ticks: int
    size: tuple[int, int] = (0, 0)  # pixels
    keys: Sequence[int] = ()  # numbers from 1 of those that stand for themselves; none: all do

    @property
    def seconds(self) -> float:
        return len(self.samples) * self.ticks / self.scale

    @property
    def chunks(self) -> list[Sequence[bytes]]:
        """The samples of a second each."""
        size = max(1, self.scale // self.ticks)
        return [self.samples[at : at + size] for at in range(0, len(self.samples), size)]


def video_track(
    sequence: bytes,
    picture: bytes,
    frames: Sequence[bytes],
    fps: int,
    size: tuple[int, int],
    keys: Sequence[int] = (1,),
) -> Track:
    """A track of H.264: the parameters of sequence and picture, and a unit for each frame."""
    lists = struct.pack(">BH", 0xE1, len(sequence)) + sequence + struct.pack(">BH", 1, len(picture)) + picture
    config = _box(b"avcC", b"\1" + sequence[1:4] + b"\xff" + lists)
    shape = struct.pack(">6xH16xHHIIIH32xHh", 1, *size, 72 << 16, 72 << 16, 0, 1, 24, -1)
    samples = [struct.pack(">I", len(each)) + each for each in frames]
    return Track(b"vide", _box(b"avc1", shape + config), samples, fps * 512, 512, size, keys)


def audio_track(frames: Sequence[bytes]) -> Track:
    """A track of frames of AAC, one channel."""
    specific = _descriptor(5, _AAC_24_KHZ_MONO)
    decoder = _descriptor(4, struct.pack(">BBBHII", 0x40, 0x15, 0, 0, 64_000, 64_000) + specific)
    config = _full(b"esds", _descriptor(3, b"\0\0\0" + decoder + _descriptor(6, b"\2")))
    entry = _box(b"mp4a", struct.pack(">6xH8xHHHHI", 1, 1, 16, 0, 0, RATE << 16) + config)
    return Track(b"soun", entry, frames, RATE, CODECS["aac"].samples)


def movie(tracks: Sequence[Track], tags: Mapping[str, str]) -> list[bytes]:
    """The pieces of the file: its type, what is in it, and the samples, a second of each track in turn."""
    kind = _box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    order = _interleaved(tracks)
    length = len(_index(tracks, tags, [[0] * len(each.chunks) for each in tracks]))
    places: list[list[int]] = [[] for _ in tracks]
    at = len(kind) + length + 8
    for number, chunk in order:
        places[number].append(at)
        at += sum(map(len, chunk))
    data = [each for _, chunk in order for each in chunk]
    head = struct.pack(">I4s", 8 + sum(map(len, data)), b"mdat")
    return [kind + _index(tracks, tags, places) + head, *data]


def _interleaved(tracks: Sequence[Track]) -> list[tuple[int, Sequence[bytes]]]:
    found = [
        (at, number, chunk) for number, each in enumerate(tracks) for at, chunk in enumerate(each.chunks)
    ]
    return [(number, chunk) for _, number, chunk in sorted(found, key=lambda each: each[:2])]


def _index(tracks: Sequence[Track], tags: Mapping[str, str], places: Sequence[Sequence[int]]) -> bytes:
    longest = round(max(each.seconds for each in tracks) * _SCALE)
    head = _full(
        b"mvhd",
        struct.pack(">IIIIIH10x", 0, 0, _SCALE, longest, 1 << 16, 1 << 8)
        + _UNITY
        + bytes(24)
        + struct.pack(">I", len(tracks) + 1),
    )
    parts = (
        _track(each, number, at) for number, (each, at) in enumerate(zip(tracks, places, strict=True), 1)
    )
    return _box(b"moov", head + b"".join(parts) + _user_data(tags))


def _track(track: Track, number: int, places: Sequence[int]) -> bytes:
    lasts, sounds = round(track.seconds * _SCALE), track.kind == b"soun"
    width, height = track.size
    head = struct.pack(">IIIII8xhhHH", 0, 0, number, 0, lasts, 0, int(sounds), int(sounds) << 8, 0)
    shown = _full(b"tkhd", head + _UNITY + struct.pack(">II", width << 16, height << 16), flags=3)
    ticks = len(track.samples) * track.ticks
    media = _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, track.scale, ticks, 0x55C4, 0))
    handler = _full(b"hdlr", b"\0" * 4 + track.kind + bytes(12) + b"proofsheet\0")
    kind = _full(b"smhd", bytes(4)) if sounds else _full(b"vmhd", bytes(8), flags=1)
    source = _box(b"dinf", _full(b"dref", struct.pack(">I", 1) + _full(b"url ", b"", flags=1)))
    inner = _box(b"minf", kind + source + _table(track, places))
    return _box(b"trak", shown + _box(b"mdia", media + handler + inner))


def _table(track: Track, places: Sequence[int]) -> bytes:
    sizes = [len(each) for each in track.samples]
    count, chunks = len(sizes), track.chunks
    parts = [
        _full(b"stsd", struct.pack(">I", 1) + track.entry),
        _full(b"stts", struct.pack(">III", 1, count, track.ticks)),
        _full(b"stsc", _runs([len(each) for each in chunks])),
        _full(b"stsz", struct.pack(f">II{count}I", 0, count, *sizes)),
        _full(b"stco", struct.pack(f">I{len(places)}I", len(places), *places)),
    ]
    if track.keys:
        parts.append(_full(b"stss", struct.pack(f">I{len(track.keys)}I", len(track.keys), *track.keys)))
    return _box(b"stbl", b"".join(parts))


def _runs(sizes: Sequence[int]) -> bytes:
    """From which chunk on a chunk has how many samples."""
    found = [(at, size) for at, size in enumerate(sizes, 1) if at == 1 or sizes[at - 2] != size]
    return struct.pack(">I", len(found)) + b"".join(struct.pack(">III", at, size, 1) for at, size in found)


def _user_data(tags: Mapping[str, str]) -> bytes:
    items = b"".join(
        _box(_TAGS[name], _box(b"data", struct.pack(">II", 1, 0) + text.encode("utf-8", "replace")))
        for name, text in tags.items()
    )
    handler = _full(b"hdlr", b"\0" * 4 + b"mdirappl" + bytes(9))
    return _box(b"udta", _full(b"meta", handler + _box(b"ilst", items)))


def _box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


def _full(kind: bytes, data: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags) + data)


def _descriptor(tag: int, data: bytes) -> bytes:
    return bytes((tag, len(data))) + data
