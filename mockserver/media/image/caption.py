"""The strip of film under a picture: perforations, two lines of text, a row of colours."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from string import printable

from PIL import Image

from proofsheet.mockserver.media.image.layout import Plan, layout
from proofsheet.mockserver.media.image.lettering import GROUND, Lettering
from proofsheet.mockserver.media.image.picture import Picture

INKS = (246, 188)  # grey levels of the title and the prompt
_HOLE = 92  # grey level of a perforation
_GROUND = (GROUND, GROUND, GROUND)
_BRIGHT = bytes(60 + value * 195 // 255 for value in range(256))


class Captions:
    """Draws captions; keeps the glyphs and the film of the few sizes that are asked for."""

    def __init__(self) -> None:
        self._lettering = lru_cache(maxsize=8)(Lettering)
        self._film = lru_cache(maxsize=4)(_film)

    def rows(self, plan: Plan, picture: Picture) -> list[bytes]:
        """What differs from picture to picture, as RGB rows: colours and both lines, as wide as they need."""
        first, _ = plan.letters.lines
        margin = bytes((GROUND,)) * (3 * (first // 2))
        colours = _colours(plan, picture)
        room = plan.width - 2 * (first // 2)
        indent = (len(colours[0]) + len(margin)) // 3
        title = self._lines(plan, 0).rows(picture.title, room - indent)
        prompt = self._lines(plan, 1).rows(picture.prompt, room)
        upper = [margin + each + margin + row for each, row in zip(colours, title, strict=True)]
        lower = [margin + row for row in prompt]
        width = max(len(upper[0]), len(lower[0]))
        fill = bytes((GROUND,)) * width
        return [row + fill[len(row) :] for row in (*upper, *lower)]

    def text(self, plan: Plan, picture: Picture) -> Image.Image:
        """The same as a picture, mode RGB."""
        rows = self.rows(plan, picture)
        return Image.frombytes("RGB", (len(rows[0]) // 3, len(rows)), b"".join(rows))

    def whole(self, plan: Plan, picture: Picture) -> Image.Image:
        """The whole caption, RGB, `plan.width` x `plan.caption` pixels."""
        image = self._film(plan.width, plan.height).copy()
        image.paste(self.text(plan, picture), (0, _above(plan)))
        return image

    def prepare(self, plan: Plan) -> None:
        """Draws the usual glyphs ahead, so that no caption waits for them."""
        for which in (0, 1):
            self._lines(plan, which).line(printable, 4096)

    def _lines(self, plan: Plan, which: int) -> Lettering:
        letters = plan.letters
        return self._lettering(letters.lines[which], letters.fonts[which], INKS[which])


def pads(plan: Plan) -> tuple[Image.Image, Image.Image]:
    """The rows above and below the text, RGB, the same for every picture of a size."""
    above = _above(plan)
    below = plan.caption - above - sum(plan.letters.lines)
    return _perforated(plan.width, above), _perforated(plan.width, below)


def _above(plan: Plan) -> int:
    return (plan.letters.least - sum(plan.letters.lines)) // 2 + 1


def _film(width: int, height: int) -> Image.Image:
    """A caption without its text."""
    plan = layout(width, height)
    image = Image.new("RGB", (width, plan.caption), _GROUND)
    above, below = pads(plan)
    image.paste(above, (0, 0))
    image.paste(below, (0, plan.caption - below.height))
    return image


def _perforated(width: int, rows: int) -> Image.Image:
    image = Image.new("RGB", (width, rows), _GROUND)
    tall = max(3, min(rows // 2, 10))
    wide, step, top = tall * 3 // 2, tall * 4, (rows - tall) // 2
    for x in range(step // 3, width, step):
        image.paste((_HOLE,) * 3, (x, top, min(width, x + wide), top + tall))
    return image


def _colours(plan: Plan, picture: Picture) -> list[bytes]:
    """The identity as a row of coloured squares, so that two requests are told apart at a glance."""
    count, side = 10 if plan.width >= 480 else 4, plan.letters.fonts[0] * 3 // 4
    digest = blake2b(picture.identity + b"/%d" % picture.seed, digest_size=3 * count).digest()
    digest = digest.translate(_BRIGHT)
    row = b"".join([digest[at : at + 3] * side for at in range(0, len(digest), 3)])
    empty = bytes((GROUND,)) * len(row)
    above = (plan.letters.lines[0] - side) // 2
    below = plan.letters.lines[0] - side - above
    return [empty] * above + [row] * side + [empty] * below
