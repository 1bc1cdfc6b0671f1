"""What a model is: a picture, which gives it its shape and is its texture, and how fine it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import ClassVar

from PIL import Image

from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.model.glb import GLB, written
from proofsheet.mockserver.media.model.relief import relief


@dataclass(frozen=True)
class Model:
    """A complete description of one model; equal values always give equal files.

    `picture` is the texture, a PNG that is transparent around the subject; `aspect` the width of the picture
    that it comes from by its height; `vertices` the most that there may be.
    """

    picture: Picture
    aspect: float
    vertices: int
    media_type: ClassVar[str] = GLB

    @property
    def seed(self) -> int:
        return self.picture.seed

    @property
    def bytes_held(self) -> int:
        """What the uploads weigh that it comes from, in bytes."""
        return self.picture.bytes_held

    def without_uploads(self) -> Model:
        return replace(self, picture=self.picture.without_uploads())

    def filtered(self) -> Model:
        """The same as a filter leaves it."""
        return replace(self, picture=self.picture.filtered())

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pictures can be shown."""
        return self.picture


def pieces(model: Model, draw: Callable[[Picture], bytes]) -> list[bytes]:
    """The pieces of the model's file; `draw` gives the file of a picture."""
    texture = draw(model.picture)
    image = Image.open(BytesIO(texture), formats=("PNG",))
    image.load()
    shape = image.getchannel("A") if image.mode == "RGBA" else Image.new("L", image.size, 255)
    extras = {"title": model.picture.title, "prompt": model.picture.prompt, "seed": model.seed}
    return written(relief(shape, model.aspect, model.vertices), texture, extras)
