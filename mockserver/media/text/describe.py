"""A picture as prompts that could have led to it: made of what can be measured in it, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from random import Random

from PIL import Image, ImageStat

from proofsheet.mockserver.media.text.phrases import Colour, Phrases, phrases

_GLANCE = 64  # pixels a side: enough to see colours by
_FINEST = 32  # the largest divisor of a ratio
_NEAR = 0.005  # how far a ratio may be off, relatively: sides are rounded to whole blocks
_SQUARE = (0.9, 1.12)  # width by height
_DARK, _BRIGHT, _CALM = 85, 165, 42  # grey levels: of the mean, and of the deviation


@dataclass(frozen=True)
class Described:
    """Prompts for a picture, each another, and the ratio of its sides such as `16:9`."""

    prompts: tuple[str, ...]
    ratio: str


def describe(picture: Image.Image, count: int = 4, turn: int = 0) -> Described:
    """What an RGB picture shows, in so many prompts (1 to 8).

    Equal pixels always give equal prompts; another turn gives others.
    """
    known, small = phrases(), picture.resize((_GLANCE, _GLANCE), Image.Resampling.BOX)
    colours = _colours(small, known)
    choices = (
        known.views[_shape(*picture.size)],
        known.lights[_light(small)],
        known.textures["calm" if _deviation(small) < _CALM else "lively"],
        known.manners,
    )
    random = Random(blake2b(small.tobytes() + b"%d" % turn, digest_size=16).digest())
    sampled = [random.sample(list(each), len(each)) for each in choices]
    prompts = (_prompt([each[n % len(each)] for each in sampled], colours, n) for n in range(count))
    return Described(tuple(prompts), _ratio(*picture.size))


def _ratio(width: int, height: int) -> str:
    """The simplest ratio that the sides are near to."""
    longer, shorter = max(width, height), min(width, height)
    exact = Fraction(longer, shorter)
    found = (exact.limit_denominator(divisor) for divisor in range(1, _FINEST))
    simple = next(
        (each for each in found if abs(each / exact - 1) <= _NEAR), exact.limit_denominator(_FINEST)
    )
    sides = (simple.numerator, simple.denominator)
    return ":".join(map(str, sides if width >= height else sides[::-1]))


def _prompt(parts: Sequence[str], colours: Sequence[str], number: int) -> str:
    view, light, texture, manner = parts
    turn = number % len(colours)
    first, *others = (*colours[turn:], *colours[:turn])
    tones = f"{first} and {others[0]}" if others else first
    return f"{view} in {tones}, {light}, {texture}, {manner}"


def _colours(small: Image.Image, known: Phrases) -> list[str]:
    """The names of its three commonest colours, the commonest first; fewer of a plain picture."""
    few = small.quantize(8).convert("RGB").getcolors(_GLANCE * _GLANCE) or []
    found: dict[str, int] = {}
    for count, colour in few:
        assert isinstance(colour, tuple)
        name = _named((int(colour[0]), int(colour[1]), int(colour[2])), known)
        found[name] = found.get(name, 0) + count
    return sorted(found, key=lambda name: (-found[name], name))[:3]


def _named(colour: Colour, known: Phrases) -> str:
    def away(name: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(colour, known.colours[name], strict=True))

    return min(known.colours, key=away)


def _shape(width: int, height: int) -> str:
    if _SQUARE[0] <= width / height <= _SQUARE[1]:
        return "square"
    return "wide" if width > height else "tall"


def _light(small: Image.Image) -> str:
    mean = ImageStat.Stat(small.convert("L")).mean[0]
    return "dark" if mean < _DARK else "bright" if mean > _BRIGHT else "middle"


def _deviation(small: Image.Image) -> float:
    return float(ImageStat.Stat(small.convert("L")).stddev[0])
