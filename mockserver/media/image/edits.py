"""Pictures that come from pictures: their sources opened, an effect applied, the caption set."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import blake2b

from PIL import Image, ImageOps

from proofsheet.mockserver.media.image.effects import EFFECTS, Effect, Material
from proofsheet.mockserver.media.image.layout import fits
from proofsheet.mockserver.media.image.picture import PNG, Edit, Picture
from proofsheet.mockserver.media.image.regions import region
from proofsheet.mockserver.media.image.upload import open_upright

STAND_IN_SIDE = 1024
Size = tuple[int, int]


def stand_in(url: str) -> Picture:
    """What stands for the picture behind a URL, which is never fetched: a scene that its text picks."""
    digest = blake2b(url.encode("utf-8", "surrogatepass"), digest_size=32).digest()
    return Picture(STAND_IN_SIDE, STAND_IN_SIDE, PNG, 0, digest, "stands for a URL, not fetched", url)


def edited(
    picture: Picture,
    edit: Edit,
    draw: Callable[[Picture], Image.Image],
    scene: Callable[[Picture, Size], Image.Image],
    caption: Callable[[Picture], Image.Image | None],
) -> Image.Image:
    """The pixels of a picture that comes from others, RGB or RGBA. Raises Unreadable on a broken source.

    `draw` gives the pixels of a picture of our own, `scene` a picture's own scene at a size, `caption` its
    caption (None: no room).
    """
    size = (picture.width, picture.height)
    effect = EFFECTS[edit.effect]
    near = None if effect.exact else size
    sources = tuple(_opened(each, draw, near) for each in edit.sources)
    mask = None if edit.mask is None else _opened(edit.mask, draw, sources[0].size)
    on = Material(
        edit=edit,
        size=size,
        sources=sources,
        region=partial(region, sources[0], mask, edit.region, edit.grow),
        scene=partial(scene, picture),
    )
    whole = effect.paint(on)
    whole = whole if whole.size == size else ImageOps.fit(whole, size)
    if (top := _caption_top(effect, edit, strip := caption(picture), size)) is not None and strip:
        whole.paste(strip, (0, top))
    return whole


def has_caption(picture: Picture) -> bool:
    """Whether the last rows of a picture are its caption."""
    edit, room = picture.edit, fits(picture.width, picture.height) and not picture.grid
    if edit is None:
        return room
    where = EFFECTS[edit.effect].caption
    return room and (where == "below" or (where == "changed" and edit.strength != 0))


def _opened(
    source: bytes | str | Picture, draw: Callable[[Picture], Image.Image], near: Size | None
) -> Image.Image:
    if isinstance(source, bytes):
        return open_upright(source, near, alpha=True)
    return draw(stand_in(source) if isinstance(source, str) else source)


def _caption_top(effect: Effect, edit: Edit, strip: Image.Image | None, size: Size) -> int | None:
    """The row at which the caption begins; None where it would hide what is kept, or has no room."""
    if strip is None or effect.caption == "none":
        return None
    below = size[1] - strip.height
    if effect.caption == "margin":
        _, _, up, down = edit.margins
        return below if down >= strip.height else 0 if up >= strip.height else None
    return None if effect.caption == "changed" and edit.strength == 0 else below
