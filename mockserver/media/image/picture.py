"""What a picture is: a pure value that says everything about the file to draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from operator import attrgetter
from typing import Any

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
SVG = "image/svg+xml"

LARGEST_SIDE = 4096  # of a scene in pixels
LARGEST_EDIT = 65536  # of what is made from other pictures
MOST_PIXELS = 64_000_000  # of any picture


@dataclass(frozen=True, slots=True)
class Edit:
    """What a picture does with the pictures that it comes from.

    `effect` is a key of `effects.EFFECTS`. Each source is an uploaded file that `read_upload` accepted, a
    picture of our own, or a URL, for which a picture of its text stands in: nothing is ever fetched.
    `region` is the part that the effect works on: where the mask is white, black or transparent (mask-alpha;
    `grow` pixels wider), where the first source is transparent (alpha; without a mask the others mean it
    too), or its subject. `strength` says how much of the sources is lost (0 keeps them, 1 ignores them);
    None: as the effect likes. `margins` are pixels added on the left, right, top and bottom, after the source
    was brought to `scale` (1: as it is).
    """

    effect: str
    sources: tuple[bytes | str | Picture, ...]
    mask: bytes | str | None = None
    region: str = "white"
    grow: int = 0
    strength: float | None = None
    margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.strength is not None and not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"strength is between 0 and 1, not {self.strength}")

    def __reduce__(self) -> tuple[Any, ...]:  # as for Picture
        return Edit, _EDIT(self)

    @property
    def bytes_held(self) -> int:
        """What the uploads weigh, in bytes."""
        held = sum(each.bytes_held if isinstance(each, Picture) else len(each) for each in self.sources)
        return held + len(self.mask or b"")


@dataclass(frozen=True, slots=True)
class Near:
    """A scene that another one is like: of its parts, a share (0 to 1, `changed`) is drawn anew."""

    identity: bytes
    seed: int
    changed: float
    near: Near | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A complete description of one picture; equal values always give equal pixels.

    `width` and `height` are pixels, 1 to 4096, or more for an edit. `identity` is a digest (16 bytes or more)
    of the canonical request; with `seed` it picks the scene, or how it differs from the one it is `near`. A
    `grid` is two by two pictures in one file (see `quarters`). `title` and `prompt` are the two lines of the
    caption: any text, cut to fit. `edit` says how it comes from other pictures. `blurred` marks a filtered
    result. `quality` is that of a JPEG or WebP, in percent of what is usual (None: as usual).
    Raises ValueError on a size or a media type out of range.
    """

    width: int
    height: int
    media_type: str
    seed: int
    identity: bytes
    title: str
    prompt: str
    edit: Edit | None = None
    blurred: bool = False
    near: Near | None = None
    grid: bool = False
    quality: int | None = None

    def __post_init__(self) -> None:
        most = LARGEST_EDIT if self.edit else LARGEST_SIDE
        within = 1 <= self.width <= most and 1 <= self.height <= most
        if not within or self.width * self.height > MOST_PIXELS:
            raise ValueError(f"no picture is {self.width} x {self.height} pixels")
        if self.media_type not in (PNG, JPEG, WEBP, SVG):
            raise ValueError(f"no picture is drawn as {self.media_type}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Tasks are packed by the thousand: a slotted dataclass of Python 3.11 asks for its fields one by one.
        return Picture, _PICTURE(self)

    def quarter(self, number: int) -> Picture:
        """One of the four pictures of a grid, half as wide and high: 1 and 2 are above, 3 and 4 below."""
        digest = blake2b(self.identity + b" quarter %d" % number, digest_size=32).digest()
        width, height = self.width // 2, self.height // 2
        title = f"{self.title}  {number} of 4  {width} x {height}"
        return replace(self, width=width, height=height, identity=digest, title=title, grid=False)

    def varied(self, changed: float) -> Near:
        """What pictures are near to that keep this one's scene but for a share of its parts (0 to 1)."""
        return Near(self.identity, self.seed, changed, self.near)

    @property
    def bytes_held(self) -> int:
        """What the uploads weigh that it comes from, in bytes."""
        return self.edit.bytes_held if self.edit else 0

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pixels can be shown."""
        return replace(self, media_type=PNG) if self.media_type == SVG else self

    def filtered(self) -> Picture:
        """The same as a filter leaves it."""
        return replace(self, blurred=True)

    def stage(self, number: int, count: int) -> Picture:
        """What there is of it at the first, second … of so many stages before it is done."""
        left = 1 - number / (count + 1)
        return replace(self, edit=Edit("unfinished", (replace(self, media_type=PNG),), strength=left))

    def without_uploads(self) -> Picture:
        """The same without what it comes from: good to be shown in a list, not to be drawn."""
        return replace(self, edit=replace(self.edit, sources=(), mask=None)) if self.edit else self


_EDIT = attrgetter(*Edit.__slots__)
_PICTURE = attrgetter(*Picture.__slots__)
