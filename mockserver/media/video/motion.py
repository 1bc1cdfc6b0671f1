"""What moves in a video: a mark that goes its way over the first frame, which is shown around it.

No bit of these frames depends on the picture. Each copies the first one (skipped macroblocks) but for the
mark, whose pixels stand in it as they are (I_PCM), so frames can be put together in any number and order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from proofsheet.mockserver.media.video.bits import Writer, hidden
from proofsheet.mockserver.media.video.key_frame import POC_BITS, KeyFrame

SIDE = 2  # macroblocks of the mark
_SLICE = b"\x01"  # a unit that no other refers to
_PCM = 30  # mb_type I_PCM in a P slice (table 7-13, behind the five of P)
_COLOURS = ((81, 90, 240), (145, 54, 34), (41, 240, 110), (210, 16, 146), (106, 202, 222), (170, 166, 16))
_LAPS = (11, 7)  # parts of a second that the mark takes for one block across and down


def moving(key: KeyFrame, count: int, fps: int, seed: int, before: int = 0) -> Iterator[bytes]:
    """The units of the frames behind a key frame, which are `count` with it; `before` it went so many."""
    for number in range(1, count):
        yield _frame(key, number, place(key.blocks, (before + number) / fps, seed), colour(seed))


def colour(seed: int) -> int:
    """Which colour the mark has."""
    return seed % len(_COLOURS)


def place(blocks: tuple[int, int], seconds: float, seed: int) -> tuple[int, int]:
    """The column and row of macroblocks where the mark is: it goes to and fro, from where the seed says."""
    across, down = (max(each - SIDE, 0) for each in blocks)
    return (
        _bounced(int(seconds * _LAPS[0]) + seed % 97, across),
        _bounced(int(seconds * _LAPS[1]) + seed % 89, down * 2 // 3),
    )


def _bounced(step: int, most: int) -> int:
    at = step % (2 * most) if most else 0
    return min(at, 2 * most - at)


def _frame(key: KeyFrame, number: int, at: tuple[int, int], kind: int) -> bytes:
    """A P slice of the whole picture (7.3.3 and 7.3.4)."""
    columns, rows = key.blocks
    made = Writer().golomb(0).golomb(5).golomb(0).fixed(1, key.number_bits)
    made.fixed(2 * number % (1 << POC_BITS), POC_BITS)
    made.fixed(0, 2).golomb(0).golomb(
        1
    )  # one reference, the usual one; no change of quantiser; no deblocking
    data, before = b"", 0
    for row in range(min(SIDE, rows)):
        for column in range(min(SIDE, columns)):
            here = (at[1] + row) * columns + at[0] + column
            data += made.golomb(here - before).golomb(_PCM).aligned().whole() + _pixels(kind, row, column)
            made, before = Writer(), here + 1
    left = columns * rows - before
    return _SLICE + hidden(data + (made.golomb(left) if left else made).ended())


@lru_cache(maxsize=64)
def _pixels(kind: int, row: int, column: int) -> bytes:
    """A quarter of the mark: a ring with a light middle, in YCbCr 4:2:0."""
    light, blue, red = _COLOURS[kind]
    middle = 8 * SIDE
    luma = bytearray()
    for y in range(16 * row, 16 * row + 16):
        for x in range(16 * column, 16 * column + 16):
            away = max(abs(x - middle + 0.5), abs(y - middle + 0.5)) / middle
            luma.append(235 if away > 0.85 or away < 0.3 else light)
    return bytes(luma) + bytes([blue]) * 64 + bytes([red]) * 64
