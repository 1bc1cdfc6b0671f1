"""Where pictures are drawn: from kept strips where possible, through plain pixels elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product

from PIL import Image

from proofsheet.mockserver.media.image import jpeg, png, sheet
from proofsheet.mockserver.media.image.cache import Strip, Strips
from proofsheet.mockserver.media.image.caption import Captions, pads
from proofsheet.mockserver.media.image.edits import edited, has_caption
from proofsheet.mockserver.media.image.layout import GRID, LOWEST, NARROWEST, Plan, choose, fits, layout
from proofsheet.mockserver.media.image.lettering import GROUND
from proofsheet.mockserver.media.image.palettes import PALETTES
from proofsheet.mockserver.media.image.picture import JPEG, LARGEST_SIDE, PNG, SVG, Picture
from proofsheet.mockserver.media.image.pixels import blur, decode, encode
from proofsheet.mockserver.media.image.scene import paint
from proofsheet.mockserver.media.vector.svg import drawing

CACHE_BYTES = 16 * 1024 * 1024
TILE = 32  # pixels of a side, in a small file
_ROWS = "rows of a PNG"  # in the place of a media type: what grids are made of
Key = tuple[str, int, int, int, int, int]  # media type, width, height, palette, unit, variant


class Renderer:
    """Draws pictures. Keeps encoded strips, at most `cache_bytes` of them; safe to share.

    What it keeps changes how long a picture takes, never a pixel of it. `small`: scenes are tiles of one
    colour without grain, so that a PNG of a megapixel has 40 kB, not 1,100; size and caption are the same.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES, small: bool = False) -> None:
        self._tile = TILE if small else 1
        self._strips = Strips(cache_bytes)
        self._captions = Captions()
        self._layout = lru_cache(maxsize=64)(layout)
        self._pads = lru_cache(maxsize=64)(_pad_strips)
        self._head = lru_cache(maxsize=64)(jpeg.head)
        self._run = lru_cache(maxsize=512)(png.run)

    def kept(self, picture: Picture) -> list[bytes] | None:
        """The pieces of the file if all strips of its scene are kept, else None.

        Then drawing only joins them: well under a millisecond, fit for an event loop.
        """
        if not _is_stacked(picture):
            return None
        plan = self._layout(picture.width, picture.height)
        strips = self._strips.get_all(_keys(plan, picture, picture.media_type))
        if strips is None:
            return None
        return self._png(plan, picture, strips) if picture.media_type == PNG else [self._jpeg(picture)]

    def draw(self, picture: Picture) -> bytes:
        """The encoded file: exactly the declared size and media type, RGB, 8 bits a channel.

        One whose background was cut out is RGBA, unless it is a JPEG. Raises Unreadable if a source of its
        edit is no picture; nothing else depends on the input.
        """
        return b"".join(self.pieces(picture))

    def pieces(self, picture: Picture) -> list[bytes]:
        """The same file in pieces, most of them shared with other pictures: sending needs no copy."""
        if picture.media_type == SVG:
            return [drawing(picture, self._pixels(picture.preview), has_caption(picture))]
        if picture.grid and picture.quality is None:
            return self._grid(picture)
        if not _is_stacked(picture):
            return [encode(self._pixels(picture), picture.media_type, picture.quality)]
        if picture.media_type != PNG:
            return [self._jpeg(picture)]
        plan = self._layout(picture.width, picture.height)
        return self._png(plan, picture, self._stack(plan, picture, PNG))

    def ahead(self, width: int, height: int, media_type: str = PNG) -> Iterator[Key]:
        """Draws the strips of one size ahead, one at each step: a second or two of work for a megapixel.

        Strips are for PNG and JPEG; there are none of other media types or of tiny sizes.
        """
        if not fits(width, height) or media_type not in (PNG, JPEG):
            return
        plan = self._layout(width, height)
        self._pads(width, height)
        self._captions.prepare(plan)
        units, variants = range(len(plan.units)), range(plan.variants)
        for key in product((media_type,), (width,), (height,), range(len(PALETTES)), units, variants):
            self._strip(plan, key)
            yield key

    def _png(self, plan: Plan, picture: Picture, scene: list[Strip]) -> list[bytes]:
        above, below = self._pads(picture.width, picture.height)
        rows = self._captions.rows(plan, picture)
        text = png.fresh_strip(rows, self._run(3 * plan.width - len(rows[0]), GROUND))
        return png.pieces(plan.width, plan.height, [*scene, above, text, below])

    def _jpeg(self, picture: Picture) -> bytes:
        return jpeg.assemble(self._head(picture.width, picture.height), self._jpeg_strips(picture))

    def _jpeg_strips(self, picture: Picture) -> list[Strip]:
        plan = self._layout(picture.width, picture.height)
        caption = jpeg.strip(self._captions.whole(plan, picture), plan.scene)
        return [*self._stack(plan, picture, JPEG), caption]

    def _grid(self, picture: Picture) -> list[bytes]:
        """The file of four pictures, from the rows of each where they are kept."""
        quarters = [picture.quarter(number) for number in (1, 2, 3, 4)]
        width, height = quarters[0].width, quarters[0].height
        whole = (picture.width, picture.height) == (2 * width, 2 * height)
        if whole and picture.media_type == PNG and all(map(_is_stacked, quarters)):
            return sheet.pieces(picture.width, picture.height, [self._rows(each) for each in quarters])
        units = width % GRID == 0 and height % GRID == 0
        if whole and units and picture.media_type == JPEG and all(map(_is_stacked, quarters)):
            lead = jpeg.head(picture.width, picture.height, width // GRID)
            return [jpeg.sheet(lead, [self._jpeg_strips(each) for each in quarters])]
        return [encode(self._sheet(picture), picture.media_type)]

    def _rows(self, picture: Picture) -> list[sheet.Rows]:
        plan = self._layout(picture.width, picture.height)
        found = []
        for key in _keys(plan, picture, _ROWS):
            rows = self._strips.get(key)
            if not isinstance(rows, sheet.Rows):
                rows = sheet.rows(self._painted(plan, key))
                self._strips.put(key, rows)
            found.append(rows)
        caption = self._captions.whole(plan, picture)
        return [*found, sheet.rows(caption, zlib.Z_DEFAULT_STRATEGY)]

    def _stack(self, plan: Plan, picture: Picture, media_type: str) -> list[Strip]:
        return [self._strip(plan, key) for key in _keys(plan, picture, media_type)]

    def _strip(self, plan: Plan, key: Key) -> Strip:
        strip = self._strips.get(key)
        if strip is None:
            image = self._painted(plan, key)
            deflated = png.noisy_strip if self._tile == 1 else png.flat_strip
            strip = deflated(image) if key[0] == PNG else jpeg.strip(image, plan.units[key[4]].top)
            self._strips.put(key, strip)
        return strip

    def _painted(self, plan: Plan, key: Key) -> Image.Image:
        _, _, _, palette, unit, variant = key
        image = paint(plan, palette, plan.units[unit], variant)
        if self._tile == 1:
            return image
        return image.reduce(self._tile).resize(image.size, Image.Resampling.NEAREST)

    def _pixels(self, picture: Picture) -> Image.Image:
        """The picture before it is encoded, mode RGB or RGBA, for all that no strips can make."""
        if picture.grid:
            return self._sheet(picture)
        if picture.edit is None:
            image = self._scene(picture, (picture.width, picture.height))
        else:
            image = edited(picture, picture.edit, self._pixels, self._scene, self._caption)
        return blur(image) if picture.blurred else image

    def _sheet(self, picture: Picture) -> Image.Image:
        """The four pictures of a grid, mode RGB."""
        image = Image.new("RGB", (picture.width, picture.height))
        for number in range(4):
            quarter = picture.quarter(number + 1)
            image.paste(self._pixels(quarter), (number % 2 * quarter.width, number // 2 * quarter.height))
        return image

    def _scene(self, picture: Picture, size: tuple[int, int]) -> Image.Image:
        """What a picture would show at a size if it came from no other."""
        width, height = (min(side, LARGEST_SIDE) for side in size)
        plain = replace(picture, width=width, height=height, edit=None, quality=None)
        if not fits(width, height):
            image = self._small(plain)
        else:
            image = decode(self._jpeg(plain))
            plan = self._layout(width, height)  # the caption once more, for it is to stay sharp
            image.paste(self._captions.whole(plan, plain), (0, plan.scene))
        return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)

    def _caption(self, picture: Picture) -> Image.Image | None:
        """The caption of a picture, RGB, as wide as it is; None where there is no room for one."""
        if not fits(picture.width, picture.height):
            return None
        return self._captions.whole(self._layout(picture.width, picture.height), picture)

    def _small(self, picture: Picture) -> Image.Image:
        """The scene of a picture too small for a caption: drawn larger, cut out, reduced."""
        width, height = max(picture.width, NARROWEST), max(picture.height, LOWEST)
        plan = self._layout(width, min(height + 4 * GRID, LARGEST_SIDE))
        large = decode(self._jpeg(replace(picture, width=plan.width, height=plan.height)))
        scene = large.crop((0, 0, plan.width, plan.scene))
        return scene.resize((picture.width, picture.height), Image.Resampling.BOX)


def _is_stacked(picture: Picture) -> bool:
    return (
        picture.media_type in (PNG, JPEG)
        and picture.edit is None
        and not picture.grid
        and not picture.blurred
        and picture.quality is None
        and fits(picture.width, picture.height)
    )


def _keys(plan: Plan, picture: Picture, media_type: str) -> list[Key]:
    palette, variants = choose(plan, picture.identity, picture.seed, picture.near)
    width, height = plan.width, plan.height
    return [(media_type, width, height, palette, unit, variant) for unit, variant in enumerate(variants)]


def _pad_strips(width: int, height: int) -> tuple[Strip, Strip]:
    above, below = pads(layout(width, height))
    return png.flat_strip(above), png.flat_strip(below)
