"""What a picture is: a pure value that says everything about the file to draw."""

from __future__ import annotations

from dataclasses import dataclass

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"

LARGEST_SIDE = 4096


@dataclass(frozen=True)
class Picture:
    """A complete description of one picture; equal values always give equal pixels.

    `width` and `height` are pixels, 1 to 4096. `identity` is a digest (16 bytes or more) of the
    canonical request; with `seed` it picks the scene. `title` and `prompt` are the two lines of
    the caption: any text, cut to fit. `source` is an uploaded picture that `read_upload` accepted,
    and `strength` says how much of it is lost (0 keeps it, without a caption; 1 ignores it).
    `blurred` marks a filtered result. Raises ValueError on a size, a media type or a strength out of range.
    """

    width: int
    height: int
    media_type: str
    seed: int
    identity: bytes
    title: str
    prompt: str
    source: bytes | None = None
    strength: float = 1.0
    blurred: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.width <= LARGEST_SIDE and 1 <= self.height <= LARGEST_SIDE):
            raise ValueError(f"no picture is {self.width} x {self.height} pixels")
        if self.media_type not in (PNG, JPEG, WEBP):
            raise ValueError(f"no picture is drawn as {self.media_type}")
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength is between 0 and 1, not {self.strength}")

    @property
    def is_drawn(self) -> bool:
        """Whether every pixel is ours: no upload shows through."""
        return self.source is None or self.strength == 1.0
