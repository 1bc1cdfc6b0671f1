"""What becomes of the pictures that a picture comes from: one function for each effect.

Each is a pure function of decoded pictures, of the request's own scene, and of the edit's parameters; it
gives a picture of the size that is asked for. What is drawn is plainly made up, and shows what its name says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from proofsheet.mockserver.media.image.bands import blurred, kernel, ranked
from proofsheet.mockserver.media.image.picture import Edit
from proofsheet.mockserver.media.image.regions import filled, subject
from proofsheet.mockserver.media.image.upload import flat

Size = tuple[int, int]
_WORKING = 1_000_000  # pixels: what is made soft anyway is made small first
_COARSEST = 1 / 24  # of the sides: what the first stages of a picture show
_LUMA = (299, 587, 114)


@dataclass(frozen=True)
class Material:
    """What an effect works with: upright sources (RGB or RGBA), a mask as large as the first, the scene.

    `scene` draws the request's own scene at any size (RGB, with its caption where there is room).
    """

    edit: Edit
    size: Size
    sources: tuple[Image.Image, ...]
    region: Callable[[], Image.Image]
    scene: Callable[[Size], Image.Image]

    @property
    def source(self) -> Image.Image:
        """The first source, RGB."""
        return flat(self.sources[0])

    @property
    def fitted(self) -> Image.Image:
        """The first source cut to the ratio of the size and brought to it, RGB."""
        return fitted(self.sources[0], self.size)

    def strength(self, usual: float) -> float:
        """How much of the sources is lost."""
        return usual if self.edit.strength is None else self.edit.strength


@dataclass(frozen=True)
class Effect:
    """A way from sources to a picture.

    `caption` says where the caption goes: over the last rows (`changed`: unless nothing of the source is
    lost), into a margin where there is room, or nowhere.
    `exact` says that sources are needed pixel for pixel.
    """

    paint: Callable[[Material], Image.Image]
    caption: str = "below"  # below | margin | none
    exact: bool = False


def fitted(picture: Image.Image, size: Size) -> Image.Image:
    """Cut to the ratio of a size and brought to it, RGB."""
    return ImageOps.fit(flat(picture), size, Image.Resampling.BICUBIC)


def toned(picture: Image.Image, like: Image.Image) -> Image.Image:
    """An RGB picture with the colours of another: each channel's histogram made alike."""
    table: list[int] = []
    for one, other in zip(picture.split(), like.split(), strict=True):
        shares, wanted = _shares(one), _shares(other)
        level = 0
        for share in shares:
            while level < 255 and wanted[level] < share:
                level += 1
            table.append(level)
    return picture.point(table)


def _shares(channel: Image.Image) -> list[float]:
    counts = list(accumulate(channel.histogram()))
    return [count / counts[-1] for count in counts]


def _reimagine(on: Material) -> Image.Image:
    strength = on.strength(0.5)
    return on.fitted if strength == 0 else Image.blend(on.fitted, on.scene(on.size), strength)


def _enlarge(on: Material) -> Image.Image:
    return on.source.resize(on.size, Image.Resampling.LANCZOS)


def _extend(on: Material) -> Image.Image:
    """Around the source its mirror image, softer the farther away, under the scene as far as it is lost."""
    source = on.source
    if on.edit.scale != 1.0:
        inner = _within(on.size, on.edit.margins)
        source = source.resize(inner, Image.Resampling.LANCZOS)
    left, _, up, _ = on.edit.margins
    shrink = min(1.0, (_WORKING / (on.size[0] * on.size[1])) ** 0.5)
    small = source.resize([max(1, round(side * shrink)) for side in source.size], Image.Resampling.BOX)
    size = max(1, round(on.size[0] * shrink)), max(1, round(on.size[1] * shrink))
    around = _mirrored(small, size, (round(left * shrink), round(up * shrink)))
    soft = blurred(around, max(size) / 60)
    near = Image.new("L", size)
    near.paste(255, (round(left * shrink), round(up * shrink)), Image.new("L", small.size, 255))
    near = blurred(near, max(size) / 24)
    whole = Image.composite(around, soft, near).resize(on.size, Image.Resampling.BICUBIC)
    if lost := on.strength(0.0):
        whole = Image.blend(whole, on.scene(on.size), lost)
    whole.paste(source, (left, up))
    return whole


def _within(size: Size, margins: tuple[int, int, int, int]) -> Size:
    left, right, up, down = margins
    return max(1, size[0] - left - right), max(1, size[1] - up - down)


def _mirrored(tile: Image.Image, size: Size, at: Size) -> Image.Image:
    """A picture covered with a tile and its mirror images so that edges meet; one stands at `at`."""
    width, height = tile.size
    flipped = {
        (across, down): _flipped(tile, bool(across), bool(down)) for across in (0, 1) for down in (0, 1)
    }
    whole = Image.new("RGB", size)
    for column in range(-(at[0] // width) - 1, (size[0] - at[0]) // width + 1):
        for row in range(-(at[1] // height) - 1, (size[1] - at[1]) // height + 1):
            place = at[0] + column * width, at[1] + row * height
            whole.paste(flipped[column % 2, row % 2], place)
    return whole


def _flipped(tile: Image.Image, across: bool, down: bool) -> Image.Image:
    tile = ImageOps.mirror(tile) if across else tile
    return ImageOps.flip(tile) if down else tile


def _repaint(on: Material) -> Image.Image:
    """The request's scene in the region's box, seen through the region alone."""
    source, region = on.source, on.region()
    if box := region.getbbox():
        scene = on.scene((box[2] - box[0], box[3] - box[1]))
        source.paste(scene, box, region.crop(box))
    return source


def _erase(on: Material) -> Image.Image:
    source, region = on.source, on.region()
    return Image.composite(filled(source, region), source, region)


def _cut_out(on: Material) -> Image.Image:
    whole = on.source
    whole.putalpha(subject(on.sources[0]))
    return whole.resize(on.size) if whole.size != on.size else whole


def _replace_background(on: Material) -> Image.Image:
    behind = fitted(on.sources[1], on.size) if len(on.sources) > 1 else on.scene(on.size)
    kept = subject(on.sources[0]).resize(on.size)
    return Image.composite(on.source.resize(on.size), behind, kept)


def _recolor(on: Material) -> Image.Image:
    source = on.source
    tones = on.scene((256, 256)).crop((0, 0, 256, 160)).resize((3, 1), Image.Resampling.BOX)
    colours = sorted(zip(*[iter(tones.tobytes())] * 3, strict=True), key=_luma)
    dark, middle, light = (
        tuple(min(255, round(part * by)) for part in each)
        for each, by in zip(colours, (0.3, 1, 1.3), strict=True)
    )
    painted = ImageOps.colorize(source.convert("L"), dark, light, mid=middle)
    return Image.composite(painted, source, on.region())


def _luma(colour: tuple[int, ...]) -> int:
    return sum(share * part for share, part in zip(_LUMA, colour, strict=True))


def _restyle(on: Material) -> Image.Image:
    """The source in the colours of the second one or of the scene, in broad strokes."""
    like = fitted(on.sources[1], (256, 256)) if len(on.sources) > 1 else on.scene((256, 256))
    picture = on.fitted
    strokes = ImageOps.posterize(ranked(picture, ImageFilter.MedianFilter(5)), 5)
    return Image.blend(picture, toned(strokes, like), on.strength(0.9))


def _sketch(on: Material) -> Image.Image:
    """The scene under the lines of the source."""
    return ImageChops.multiply(on.scene(on.size), _lines(on.fitted, on.strength(0.3)))


def _lines(picture: Image.Image, lost: float) -> Image.Image:
    edges = kernel(blurred(picture.convert("L"), 1), ImageFilter.FIND_EDGES)
    ImageDraw.Draw(edges).rectangle((0, 0, edges.width - 1, edges.height - 1), outline=0)
    dark = ImageOps.autocontrast(edges, cutoff=(0, 1)).point([round(v * (1 - lost)) for v in range(256)])
    return ImageOps.invert(ranked(dark, ImageFilter.MaxFilter(3))).convert("RGB")


def _structure(on: Material) -> Image.Image:
    """The shades of the source in the colours of the scene."""
    scene, source = on.scene(on.size), on.fitted
    return Image.blend(toned(source, scene), scene, on.strength(0.3) * 0.6)


def _style(on: Material) -> Image.Image:
    """The scene in the colours of the source."""
    scene = on.scene(on.size)
    return Image.blend(toned(scene, on.fitted), scene, on.strength(0.0))


def _blend(on: Material) -> Image.Image:
    """All sources in equal parts, and a little of the scene."""
    whole = on.fitted
    for number, each in enumerate(on.sources[1:], 2):
        whole = Image.blend(whole, fitted(each, on.size), 1 / number)
    return Image.blend(whole, on.scene(on.size), on.strength(0.15))


def _unfinished(on: Material) -> Image.Image:
    """The source with as much of its detail as is there already: coarse at first, then finer."""
    source = on.sources[0]
    share = max(_COARSEST, (1 - on.strength(1)) / 4)
    coarse = source.resize([max(1, round(side * share)) for side in source.size], Image.Resampling.BOX)
    return coarse.resize(on.size, Image.Resampling.BICUBIC)


EFFECTS: Mapping[str, Effect] = {
    "reimagine": Effect(_reimagine, caption="changed"),
    "enlarge": Effect(_enlarge),
    "extend": Effect(_extend, caption="margin", exact=True),
    "repaint": Effect(_repaint, caption="none", exact=True),
    "erase": Effect(_erase, caption="none", exact=True),
    "cut-out": Effect(_cut_out, caption="none", exact=True),
    "replace-background": Effect(_replace_background),
    "recolor": Effect(_recolor, caption="none", exact=True),
    "restyle": Effect(_restyle),
    "sketch": Effect(_sketch),
    "structure": Effect(_structure),
    "style": Effect(_style),
    "blend": Effect(_blend),
    "animate": Effect(lambda on: on.fitted, caption="none"),
    "convert": Effect(lambda on: ImageOps.fit(on.sources[0], on.size), caption="none", exact=True),
    "unfinished": Effect(_unfinished, caption="none", exact=True),
}
