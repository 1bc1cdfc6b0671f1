"""FLAC frames that know their number (RFC 9639, 9): what was encoded once stands anywhere in a file.

A frame's number is in its header, and two checksums cover it. They are linear: that of what follows the
header is worked out once, and moved on by the header's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SIZE_BYTES = {6: 1, 7: 2}  # that follow the number, by the code of the frame's size
_RATE_BYTES = {12: 1, 13: 2, 14: 2}  # by that of the sample rate


@dataclass(frozen=True)
class _Part:
    """What is the same at every number: its header, the rest, and what that does to a checksum."""

    before: bytes
    after: bytes
    rest: bytes
    checksum: int  # of the rest alone
    shifted: tuple[int, ...]  # what becomes of each bit of a checksum over the length of the rest


def numbered(frame: bytes, number: int) -> bytes:
    """The frame with another number."""
    part = _part(frame)
    head = part.before + _utf8(number) + part.after
    head += bytes([_over(head, 0, _CRC8, 0)])
    crc = _over(head, 0, _CRC16, 8)
    moved = part.checksum
    for bit, shifted in enumerate(part.shifted):
        moved ^= shifted if crc >> bit & 1 else 0
    return head + part.rest + moved.to_bytes(2, "big")


@lru_cache(maxsize=4096)
def _part(frame: bytes) -> _Part:
    first = frame[4]
    at = 5 if first < 0x80 else 4 + f"{first:08b}".index("0")
    end = at + _SIZE_BYTES.get(frame[2] >> 4, 0) + _RATE_BYTES.get(frame[2] & 15, 0)
    rest = frame[end + 1 : -2]
    return _Part(
        before=frame[:4],
        after=frame[at:end],
        rest=rest,
        checksum=_over(rest, 0, _CRC16, 8),
        shifted=tuple(_over(bytes(len(rest)), 1 << bit, _CRC16, 8) for bit in range(16)),
    )


def _over(data: bytes, crc: int, table: tuple[int, ...], more: int) -> int:
    """The checksum of data that follows a checksum, of eight bits and so many more."""
    for each in data:
        crc = (crc << 8 & ((1 << more + 8) - 1)) ^ table[crc >> more ^ each]
    return crc


def _table(polynomial: int, more: int) -> Iterator[int]:
    top, most = 1 << more + 7, (1 << more + 8) - 1
    for number in range(256):
        crc = number << more
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & most
        yield crc


def _utf8(number: int) -> bytes:
    """A number written as UTF-8 writes a character; Python's own knows no more than that of characters."""
    if number < 0x80:
        return bytes([number])
    tail = b""
    while number >= 0x40 >> len(tail):
        tail = bytes([0x80 | number & 0x3F]) + tail
        number >>= 6
    return bytes([0xFF00 >> len(tail) + 1 & 0xFF | number]) + tail


_CRC8 = tuple(_table(0x07, 0))
_CRC16 = tuple(_table(0x8005, 8))
