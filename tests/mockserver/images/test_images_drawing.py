"""What is drawn: the declared file, the same every time, different for different requests."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from proofsheet.mockserver.media.image.cache import Strip, Strips
from proofsheet.mockserver.media.image.layout import layout
from proofsheet.mockserver.media.image.picture import JPEG, PNG, WEBP, Edit, Picture
from proofsheet.mockserver.media.image.renderer import Renderer

PICTURE = Picture(320, 320, PNG, 42, b"0123456789abcdef", "generateCore  seed 42", "a lake")
NAMES = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
RENDERER = Renderer()


def pixels(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the channels, 0 to 255."""
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


def scene(picture: Picture) -> Image.Image:
    plan = layout(picture.width, picture.height)
    return pixels(RENDERER.draw(picture)).crop((0, 0, plan.width, plan.scene))


def caption(picture: Picture) -> Image.Image:
    plan = layout(picture.width, picture.height)
    return pixels(RENDERER.draw(picture)).crop((0, plan.scene, plan.width, plan.height))


def solid(colour: tuple[int, int, int], size: tuple[int, int] = (320, 320)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def from_upload(file: bytes, strength: float) -> Picture:
    return replace(PICTURE, edit=Edit("reimagine", (file,), strength=strength))


@pytest.mark.parametrize("media_type", [PNG, JPEG, WEBP])
@pytest.mark.parametrize(
    ("width", "height"),
    [(1024, 1024), (768, 320), (320, 768), (640, 481), (333, 257), (200, 128), (64, 64)],
)
def test_a_file_is_what_it_declares(width: int, height: int, media_type: str) -> None:
    picture = replace(PICTURE, width=width, height=height, media_type=media_type)
    image = pixels(RENDERER.draw(picture))
    assert (image.size, image.mode) == ((width, height), "RGB")
    assert image.format == NAMES[media_type]


@pytest.mark.parametrize("media_type", [PNG, JPEG, WEBP])
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 4096), (4096, 1), (2, 3), (15, 17), (199, 500), (500, 127), (4096, 16)]
)
def test_tiny_and_odd_sizes_are_drawn_too(size: tuple[int, int], media_type: str) -> None:
    picture = replace(PICTURE, width=size[0], height=size[1], media_type=media_type)
    assert pixels(RENDERER.draw(picture)).size == size


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 420), st.integers(1, 420), st.sampled_from([PNG, JPEG]), st.booleans())
def test_any_size_is_drawn(width: int, height: int, media_type: str, blurred: bool) -> None:
    picture = Picture(width, height, media_type, 1, b"x" * 16, "title", "prompt", blurred=blurred)
    assert pixels(RENDERER.draw(picture)).size == (width, height)


def test_sides_out_of_range_are_refused() -> None:
    for width, height in ((0, 10), (10, 4097)):
        with pytest.raises(ValueError, match="no picture is"):
            replace(PICTURE, width=width, height=height)
    with pytest.raises(ValueError, match="image/gif"):
        replace(PICTURE, media_type="image/gif")
    with pytest.raises(ValueError, match="strength"):
        Edit("reimagine", (b"",), strength=1.5)


@pytest.mark.parametrize(
    "picture",
    [
        PICTURE,
        replace(PICTURE, media_type=JPEG),
        replace(PICTURE, media_type=WEBP),
        replace(PICTURE, width=60, height=60),
        replace(PICTURE, blurred=True),
        from_upload(solid((9, 99, 199)), 0.4),
    ],
)
def test_two_studios_draw_the_same_bytes(picture: Picture) -> None:
    other = Renderer(cache_bytes=0)
    assert RENDERER.draw(picture) == RENDERER.draw(picture) == other.draw(picture) == other.draw(picture)


def test_another_process_draws_the_same_bytes() -> None:
    program = (
        "import hashlib\n"
        "from proofsheet.mockserver.media.image.picture import JPEG, PNG, WEBP, Picture\n"
        "from proofsheet.mockserver.media.image.renderer import Renderer\n"
        "for kind in (PNG, JPEG, WEBP):\n"
        f"    picture = Picture(320, 320, kind, 42, {PICTURE.identity!r},"
        f" {PICTURE.title!r}, {PICTURE.prompt!r})\n"
        "    print(hashlib.sha256(Renderer().draw(picture)).hexdigest())\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [
        hashlib.sha256(RENDERER.draw(replace(PICTURE, media_type=kind))).hexdigest()
        for kind in (PNG, JPEG, WEBP)
    ]


def test_every_seed_and_every_identity_has_its_own_scene() -> None:
    seeds = [replace(PICTURE, seed=seed) for seed in (0, 1, 2, 3, -1, 2**32 - 1, 2**63)]
    identities = [replace(PICTURE, identity=b"%016d" % number) for number in range(60)]
    drawn = {scene(picture).tobytes() for picture in [*seeds, *identities]}
    assert len(drawn) == len(seeds) + len(identities)


def test_title_prompt_and_identity_show_in_the_caption_alone() -> None:
    for other in (replace(PICTURE, title="other"), replace(PICTURE, prompt="other")):
        assert scene(other).tobytes() == scene(PICTURE).tobytes()
        assert caption(other).tobytes() != caption(PICTURE).tobytes()
    assert caption(replace(PICTURE, seed=43)).tobytes() != caption(PICTURE).tobytes()


@pytest.mark.parametrize("media_type", [JPEG, WEBP])
@pytest.mark.parametrize("size", [(640, 480), (333, 301), (1024, 640)])
def test_the_lossy_files_show_the_same_picture(size: tuple[int, int], media_type: str) -> None:
    for seed in range(3):
        picture = replace(PICTURE, width=size[0], height=size[1], seed=seed)
        exact = pixels(RENDERER.draw(picture))
        lossy = pixels(RENDERER.draw(replace(picture, media_type=media_type)))
        assert difference(exact, lossy) < 3.5
        # A wrong restart marker would spoil whole rows, not the mean alone.
        worst = ImageChops.difference(exact, lossy).resize((1, size[1]), Image.Resampling.BOX)
        assert max(worst.tobytes()) < 24


def test_the_blur_takes_the_caption_too() -> None:
    clear, blurred = scene(PICTURE), pixels(RENDERER.draw(replace(PICTURE, blurred=True)))
    assert blurred.size == (320, 320)
    assert difference(clear, blurred.crop((0, 0, *clear.size))) > 1
    low = blurred.crop((0, layout(320, 320).scene, 320, 320)).convert("L")
    assert ImageStat.Stat(low).stddev[0] < ImageStat.Stat(caption(PICTURE).convert("L")).stddev[0]
    edges = ImageChops.difference(low, ImageChops.offset(low, 1, 0)).crop((1, 0, 320, low.height))
    assert edges.getextrema()[1] < 8


def test_strength_leads_from_the_upload_to_the_scene() -> None:
    red = [from_upload(solid((200, 30, 30)), share / 4) for share in range(5)]
    assert scene(red[0]).getextrema() == ((200, 200), (30, 30), (30, 30))
    away = [difference(scene(PICTURE), scene(each)) for each in red]
    assert away == sorted(away, reverse=True)
    assert away[4] < 2.0  # what coding the scene as a JPEG costs
    assert caption(red[1]).tobytes() == caption(PICTURE).tobytes()
    assert caption(red[0]).getextrema() == ((200, 200), (30, 30), (30, 30))


def test_an_upload_is_cut_to_the_ratio_not_squeezed() -> None:
    wide = Image.new("RGB", (900, 320), (255, 255, 255))
    wide.paste((0, 0, 0), (290, 0, 610, 320))
    out = io.BytesIO()
    wide.save(out, "PNG")
    shown = scene(from_upload(out.getvalue(), 0.0))
    assert shown.getextrema() == ((0, 0), (0, 0), (0, 0))


def test_only_joined_pictures_are_quick() -> None:
    renderer = Renderer()
    assert renderer.kept(PICTURE) is None
    assert list(renderer.ahead(320, 320))
    assert all(renderer.kept(replace(PICTURE, seed=seed)) for seed in range(50))
    for slow in (
        replace(PICTURE, media_type=WEBP),
        replace(PICTURE, media_type=JPEG),
        replace(PICTURE, blurred=True),
        from_upload(solid((1, 2, 3)), 0.5),
        replace(PICTURE, width=100),
    ):
        assert renderer.kept(slow) is None
    jpeg = replace(PICTURE, media_type=JPEG)
    renderer.draw(jpeg)
    assert renderer.kept(jpeg)
    assert list(renderer.ahead(320, 320, JPEG))
    assert all(renderer.kept(replace(jpeg, seed=seed)) for seed in range(50))
    assert not list(renderer.ahead(10, 10))


def test_the_strips_kept_never_exceed_the_bound() -> None:
    strips = Strips(400_000)
    for number in range(100):
        strips.put(number, Strip(bytes(9_000)))
    held = [number for number in range(100) if strips.get(number)]
    assert held == list(range(100 - len(held), 100))
    assert 300_000 < 9_000 * len(held) <= 400_000


def test_threads_share_a_studio() -> None:
    renderer = Renderer(cache_bytes=300_000)
    pictures = [replace(PICTURE, seed=seed % 5) for seed in range(20)]
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(renderer.draw, pictures))
    assert drawn == [RENDERER.draw(picture) for picture in pictures]


@pytest.mark.parametrize(("media_type", "share"), [(PNG, 0.1), (JPEG, 0.5), (WEBP, 0.5)])
def test_a_small_file_has_the_size_and_caption_of_the_full_one(media_type: str, share: float) -> None:
    picture = replace(PICTURE, media_type=media_type, width=1024, height=768)
    full, small = RENDERER.draw(picture), Renderer(small=True).draw(picture)
    assert len(small) < share * len(full)
    plan = layout(picture.width, picture.height)
    below = (0, plan.scene, plan.width, plan.height)
    assert pixels(small).size == pixels(full).size
    assert difference(pixels(small).crop(below), pixels(full).crop(below)) < 2
    assert small != Renderer(small=True).draw(replace(picture, seed=43))
