"""Band by band gives what the whole picture at once would: the same pixels, and no band is large."""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageFilter

from proofsheet.mockserver.media.image import bands, png

SIZES = ((1, 1), (7, 1), (1, 500), (600, 300), (40_000, 3))


def _noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Grain over large shapes, so that a blur of any reach has something to move."""
    width, height = size
    grain = Image.frombytes("RGB", size, Random(f"{size}").randbytes(3 * width * height))
    return Image.blend(grain, Image.radial_gradient("L").resize(size).convert("RGB"), 0.6).convert(mode)


@pytest.mark.parametrize("size", SIZES)
def test_bands_are_small_and_cover_each_row_once(size: tuple[int, int]) -> None:
    image = Image.new("L", size)
    found = list(bands.bands(image))
    assert [row for top, bottom in found for row in range(top, bottom)] == list(range(size[1]))
    assert all((bottom - top) * size[0] <= max(bands.PIXELS, size[0]) for top, bottom in found)


@pytest.mark.parametrize("size", SIZES[:4])
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(
    "how",
    [ImageFilter.MedianFilter(5), ImageFilter.MaxFilter(3), ImageFilter.ModeFilter(9)],
    ids=lambda how: type(how).__name__,
)
def test_filters_of_a_square(size: tuple[int, int], mode: str, how: ImageFilter.RankFilter) -> None:
    image = _noise(size, mode)
    assert bands.ranked(image, how).tobytes() == image.filter(how).tobytes()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_blurs_and_kernels(size: tuple[int, int], mode: str) -> None:
    image = _noise(size, mode)
    for radius in (0.3, 1, 2.5, 12.5, 41):
        whole = image.filter(ImageFilter.GaussianBlur(radius))
        assert bands.blurred(image, radius).tobytes() == whole.tobytes(), radius
    for kernel in (ImageFilter.FIND_EDGES, ImageFilter.SMOOTH_MORE):
        assert bands.kernel(image, kernel).tobytes() == image.filter(kernel).tobytes()


def test_one_over_another() -> None:
    below, above = _noise((600, 300), "RGBA"), _noise((300, 600)).rotate(90, expand=True).convert("RGBA")
    above.putalpha(_noise((600, 300), "L"))
    assert bands.over(below, above).tobytes() == Image.alpha_composite(below, above).tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", SIZES)
def test_the_file_of_a_picture_that_is_seen_once(size: tuple[int, int], mode: str) -> None:
    image = _noise(size, mode)
    found = Image.open(BytesIO(png.whole(image)), formats=("PNG",))
    assert (found.mode, found.size, found.tobytes()) == (mode, size, image.tobytes())


def test_what_pillow_is_given_at_once_is_small() -> None:
    seen: list[int] = []

    class Notes(ImageFilter.ModeFilter):
        def filter(self, image: Any) -> Any:  # Pillow's own form of a picture
            seen.append(image.size[0] * image.size[1])
            return image

    bands.ranked(Image.new("L", (1000, 1200)), Notes(9))
    assert len(seen) > 1
    assert max(seen) <= bands.PIXELS + 2 * 4 * 1000
