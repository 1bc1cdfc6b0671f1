"""The one frame of a video that is encoded for it, and what a decoder needs to know beforehand.

PyAV brings x264. It is imported by the first video that is wanted and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from PIL import Image

from proofsheet.mockserver.media.video.bits import Reader, Writer, hidden, shown

POC_BITS = 16  # in which a frame's place in time is counted, twice for each
_SEQUENCE, _PICTURE, _KEY = 7, 8, 5  # types of units (H.264, table 7-1)
_BLOCK = 16  # pixels of a macroblock's side
_OPTIONS = {
    "preset": "ultrafast",
    "profile": "baseline",
    "x264-params": "threads=1:lookahead-threads=1:bframes=0:ref=1:cabac=0:no-deblock=1:keyint=infinite:"
    "force-cfr=1:crf=21",
}


@dataclass(frozen=True)
class KeyFrame:
    """Units of an H.264 stream without start codes: parameters of sequence and picture, and the frame.

    `blocks` are the columns and rows of macroblocks, `number_bits` those in which frames are numbered.
    """

    sequence: bytes
    picture: bytes
    frame: bytes
    blocks: tuple[int, int]
    number_bits: int


def key_frame(pixels: Image.Image, fps: int, number: int = 0) -> KeyFrame:
    """Encode a picture (RGB, both sides even) as a key frame of a video of so many frames a second."""
    units = {each[0] & 31: each for each in _encoded(pixels, fps)}
    reader = Reader(shown(units[_SEQUENCE][1:]))
    profile, level = reader.fixed(16), reader.fixed(8)
    reader.golomb()
    number_bits = reader.golomb() + 4
    blocks = -(-pixels.width // _BLOCK), -(-pixels.height // _BLOCK)
    sequence = _sequence(profile, level, number_bits, (pixels.width, pixels.height), fps)
    return KeyFrame(sequence, units[_PICTURE], _placed(units[_KEY], number_bits, number), blocks, number_bits)


def _encoded(pixels: Image.Image, fps: int) -> Iterator[bytes]:
    import av

    context: Any = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = pixels.width, pixels.height, "yuv420p"
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    context.options, context.thread_count = _OPTIONS, 1
    picture: Any = av.VideoFrame.from_image(pixels)  # type: ignore[no-untyped-call]
    frame = picture.reformat(format="yuv420p", dst_colorspace="itu709")
    packets = [*context.encode(frame), *context.encode(None)]
    stream = b"".join(map(bytes, packets))
    return (each.rstrip(b"\0") for each in stream.split(b"\0\0\1")[1:])


def _sequence(profile: int, level: int, number_bits: int, size: tuple[int, int], fps: int) -> bytes:
    """The sequence's parameters (7.3.2.1.1, E.1.1): frames refer to one, and come as shown."""
    width, height = size
    columns, rows = -(-width // _BLOCK), -(-height // _BLOCK)
    made = Writer().fixed(profile, 16).fixed(level, 8).golomb(0).golomb(number_bits - 4)
    made.golomb(0).golomb(POC_BITS - 4).golomb(1).fixed(0, 1)
    made.golomb(columns - 1).golomb(rows - 1).fixed(0b11, 2)
    right, below = (columns * _BLOCK - width) // 2, (rows * _BLOCK - height) // 2
    made.fixed(int(bool(right or below)), 1)
    if right or below:
        made.golomb(0).golomb(right).golomb(0).golomb(below)
    made.fixed(0b1_0_0_1, 4).fixed(5, 3).fixed(0b0_1, 2).fixed(0x010101, 24)  # colours of BT.709
    made.fixed(0, 1).fixed(1, 1).fixed(1, 32).fixed(2 * fps, 32).fixed(1, 1)
    made.fixed(0b000_1_1, 5).golomb(0).golomb(0).golomb(16).golomb(16).golomb(0).golomb(1)
    return b"\x67" + hidden(made.ended())


def _placed(unit: bytes, number_bits: int, number: int) -> bytes:
    """The encoder's frame, with its number among key frames and its place in time: others count from it."""
    read = Reader(shown(unit[1:]))
    made = Writer().golomb(read.golomb()).golomb(read.golomb()).golomb(read.golomb())
    made.fixed(read.fixed(number_bits), number_bits).golomb(read.golomb() + number).fixed(0, POC_BITS)
    return unit[:1] + hidden(made.rest_of(read).trimmed())
