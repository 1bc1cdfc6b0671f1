"""Which part of a picture an edit works on, as masks of mode L: 255 inside, 0 outside."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from proofsheet.mockserver.media.image.bands import blurred, over, ranked

_GLANCE = 160  # pixels a side at which a subject is looked for
_EDGE = 0.06  # share of each side that counts as background
_INWARDS = [
    max(0, min(255, 3 * (value - 150))) for value in range(256)
]  # a soft edge, moved in and made firm
_LIKELY = (0.04, 0.75)  # share of the picture that a subject has; else there is none to be found


def grown(mask: Image.Image, pixels: int) -> Image.Image:
    """The mask, its bright parts so many pixels wider on every side."""
    reach = 0
    while reach < pixels:
        step = min(2 * reach + 1, pixels - reach)  # no gap: what is moved still touches what is there
        for across, down in ((step, 0), (0, step)):
            sides = _moved(mask, across, down), _moved(mask, -across, -down)
            mask = ImageChops.lighter(mask, ImageChops.lighter(*sides))
        reach += step
    return mask


def _moved(mask: Image.Image, across: int, down: int) -> Image.Image:
    moved = Image.new("L", mask.size)
    moved.paste(mask, (across, down))
    return moved


def subject(picture: Image.Image) -> Image.Image:
    """Where the picture's subject seems to be: what differs from a background drawn on from the edges.

    A picture that is transparent somewhere says it itself; where nothing stands out it is an ellipse.
    """
    if picture.mode == "RGBA" and picture.getchannel("A").histogram()[255] < picture.width * picture.height:
        return picture.getchannel("A")
    small = picture.convert("RGB")
    small.thumbnail((_GLANCE, _GLANCE))
    width, height = small.size
    across, down = max(1, round(width * _EDGE)), max(1, round(height * _EDGE))
    inner = Image.new("L", small.size)
    inner.paste(255, (across, down, max(across + 1, width - across), max(down + 1, height - down)))
    difference = blurred(ImageChops.difference(small, filled(small, inner)), 1)
    shown = ImageChops.lighter(*difference.split()[:2])
    shown = ImageOps.autocontrast(ImageChops.lighter(shown, difference.getchannel("B")))
    found = ranked(shown.point([255 * (value > 70) for value in range(256)]), ImageFilter.ModeFilter(9))
    share = found.histogram()[255] / (width * height)
    if not _LIKELY[0] <= share <= _LIKELY[1]:
        found = Image.new("L", small.size)
        box = (width * 0.2, height * 0.12, width * 0.8, height * 0.94)
        ImageDraw.Draw(found).ellipse(box, fill=255)
    soft = blurred(found, 1).resize(picture.size, Image.Resampling.BICUBIC)
    return soft.point(_INWARDS)


def filled(picture: Image.Image, hole: Image.Image) -> Image.Image:
    """An RGB picture whose hole continues its surroundings: pulled together to a point, pushed back out.

    Pillow weighs colours by alpha when it resizes, so each halving averages what is known, and each doubling
    fills what is not.
    """
    known = picture.convert("RGBA")
    known.putalpha(ImageOps.invert(hole))
    return _filled(known).convert("RGB")


def _filled(known: Image.Image) -> Image.Image:
    width, height = known.size
    alpha = known.getchannel("A")
    if alpha.histogram()[255] == width * height:
        return known
    if max(known.size) == 1:
        return Image.alpha_composite(Image.new("RGBA", known.size, (128, 128, 128, 255)), known)
    coarse = known.resize(((width + 1) // 2, (height + 1) // 2), Image.Resampling.BOX)
    coarse.putalpha(coarse.getchannel("A").point([min(255, 4 * value) for value in range(256)]))
    below = _filled(coarse).resize(known.size, Image.Resampling.BICUBIC)
    return over(below, known)


def region(picture: Image.Image, mask: Image.Image | None, which: str, grow: int) -> Image.Image:
    """The region of an edit (see `Edit`) as a mask of the picture's size; empty where nothing shows one."""
    if which == "subject":
        found = subject(picture)
    elif mask is None or which == "alpha":
        found = _clear(picture)
    elif which == "mask-alpha":
        found = _clear(mask).resize(picture.size, Image.Resampling.BILINEAR)
    else:
        found = mask.convert("L").resize(picture.size, Image.Resampling.BILINEAR)
        found = ImageOps.invert(found) if which == "black" else found
    return grown(found, grow)


def _clear(picture: Image.Image) -> Image.Image:
    """Where a picture is transparent."""
    has_alpha = picture.mode == "RGBA"
    return ImageOps.invert(picture.getchannel("A")) if has_alpha else Image.new("L", picture.size)
