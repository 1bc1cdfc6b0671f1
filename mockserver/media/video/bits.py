"""Bits of an H.264 stream: read and written one syntax element after another (ITU-T H.264, 7.2 and 9.1)."""

from __future__ import annotations

import re

_HIDDEN = re.compile(rb"\x00\x00\x03(?=[\x00-\x03])")
_FORBIDDEN = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_ESCAPED, _PLAIN = b"\0\0\3", b"\0\0"


class Writer:
    """Bits that are collected; the first one written is the highest of the first byte."""

    def __init__(self) -> None:
        self._value = 1  # a bit before the first, so that leading zeros count

    @property
    def count(self) -> int:
        """How many bits there are."""
        return self._value.bit_length() - 1

    def fixed(self, value: int, bits: int) -> Writer:
        """u(n): a number in so many bits."""
        self._value = self._value << bits | value
        return self

    def golomb(self, value: int) -> Writer:
        """ue(v): a number as Exp-Golomb code."""
        return self.fixed(value + 1, 2 * (value + 1).bit_length() - 1)

    def rest_of(self, reader: Reader) -> Writer:
        """Whatever a reader has not read yet."""
        return self.fixed(*reader.rest())

    def aligned(self) -> Writer:
        """Zeros up to the next byte."""
        return self.fixed(0, -self.count % 8)

    def ended(self) -> bytes:
        """The bytes, after a one and zeros up to the next byte (rbsp_trailing_bits)."""
        return self.fixed(1, 1).aligned().whole()

    def trimmed(self) -> bytes:
        """The bytes; the bits end with those of an end, zeros of which may fall away or be added."""
        return self.aligned().whole().rstrip(b"\0")

    def whole(self) -> bytes:
        """The bytes; there are no bits beyond the last of them."""
        return self._value.to_bytes(self.count // 8 + 1, "big")[1:]


class Reader:
    """Bits that are read in order."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def fixed(self, bits: int) -> int:
        """u(n)."""
        self._left -= bits
        return self._value >> self._left & (1 << bits) - 1

    def golomb(self) -> int:
        """ue(v)."""
        zeros = 0
        while not self.fixed(1):
            zeros += 1
        return (1 << zeros | self.fixed(zeros)) - 1

    def rest(self) -> tuple[int, int]:
        """What is left, and how many bits that is."""
        return self._value & (1 << self._left) - 1, self._left


def hidden(data: bytes) -> bytes:
    """A unit's bytes such that no start code occurs in them."""
    return _FORBIDDEN.sub(_ESCAPED, data)


def shown(data: bytes) -> bytes:
    """The bytes of a unit as they were before start codes were hidden."""
    return _HIDDEN.sub(_PLAIN, data)
