"""Pictures that come from a picture: their size by it, what is kept of it and where, what is cut out."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageFilter, ImageOps

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.edited_pictures import ChangesPicture, IsCutOut, KeepsPicture
from proofsheet.contracts.checks.expected import SizeIs
from proofsheet.contracts.checks.image_facts import SMALL, small
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

ABOUT = 0.03  # relative: of the ratio where only the number of pixels is known
BLEED = 8  # pixels around a mask that may change with it
FEWEST = SMALL * SMALL // 50  # points, or too little is seen to judge
MOST_KEPT = 0.9  # share of the points: a mark of the service may stand somewhere
SAME_SCENE = 0.75  # where all is drawn anew, if like before
_INPAINTED = ("repaint", "erase")

Every = Callable[[PaidRequest, str], Expectation | None]


def edited_pictures(source: Source, operation: Operation) -> Iterator[Derived]:
    """The requirements on what an operation makes of a picture."""
    artifact = operation.artifact
    if artifact is None or artifact.kind != "image" or not artifact.sources:
        return
    if artifact.resized:
        says = "a picture has the size that follows from the given one"
        yield _of_every(source, operation, "picture.size", says, "/x-artifact/size", size_of)
    at = "/x-artifact/effect"
    if artifact.effect == "cut-out":
        says = "the background is transparent and the subject is not"
        yield _of_every(source, operation, "picture.cut-out", says, at, lambda _, wanted: IsCutOut(wanted))
    # What a service takes for the subject, nothing says.
    # Where a size is asked for, nothing says how the given picture is fitted into it.
    in_place = artifact.resized is not None and artifact.region.constant != "subject"
    if artifact.effect in (*_INPAINTED, "extend") and in_place:
        says = "the rest of the given picture stays as it is, in its place"
        yield _of_every(source, operation, "picture.kept", says, at, kept)
    if artifact.effect in _INPAINTED and artifact.mask and artifact.resized is not None:
        says = "where the mask is, the picture is another"
        yield _of_every(source, operation, "picture.changed", says, at, changed)
    if artifact.effect == "enlarge":
        says = "an enlargement shows the given picture"
        yield _of_every(source, operation, "picture.kept", says, at, enlarged, most="SHOULD")


def _of_every(
    source: Source, operation: Operation, topic: str, says: str, at: str, every: Every, most: str = "MUST"
) -> Derived:
    also = ("/x-artifact/source", "/x-artifact/mask", "/x-artifact/region")
    wanted = source.requirement(operation, topic, says, at, also=also, profile="core", most=most)
    return Derived(
        wanted,
        paid=(PaidConstraint(operation.id),),
        every=lambda request: every(request, wanted.id) if request.is_plain else None,
    )


def given(request: PaidRequest, name: str) -> Image.Image | None:
    """The (first) picture in a field of a request, upright, RGB or RGBA; None where there is none."""
    value = request.body.get(name)
    value = value[0] if isinstance(value, list) and value else value
    file = _decoded(value) if isinstance(value, str) else value
    if not isinstance(file, bytes):
        return None
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _decoded(text: str) -> bytes | None:
    """The file in a text of a document's example: base64, perhaps as a data URL; None for an address."""
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        return None


def fields_of(request: PaidRequest) -> dict[str, Any]:
    """The fields of a request, with their defaults."""
    return {**(request.operation.body.defaults if request.operation.body else {}), **request.body}


def size_of(request: PaidRequest, requirement: str) -> Expectation | None:
    """The size that follows from the given picture; None where nothing is given."""
    artifact = request.operation.artifact
    if artifact is None or artifact.resized is None:
        return None
    if (picture := given(request, artifact.resized.of)) is None:
        return None
    width, height = artifact.resized.sides(picture.size, fields_of(request))
    near = {"tolerance": ABOUT, "times": 1.25} if artifact.resized.pixels else {}
    return SizeIs(requirement, width, height, **near)


def kept(request: PaidRequest, requirement: str) -> Expectation | None:
    """What is kept of the given picture, and where; None where too little is, or nothing says what."""
    artifact = request.operation.artifact
    picture = given(request, artifact.sources[0]) if artifact else None
    if artifact is None or picture is None:
        return None
    if artifact.effect in _INPAINTED:
        inside = region(request, picture)
        where = None if inside is None else inside.point([255 * (value == 0) for value in range(256)])
        expected = picture
    else:
        resized = artifact.resized
        added = resized.margins_of(picture.size, fields_of(request)) if resized else (0, 0, 0, 0)
        left, right, up, down = added
        size = picture.width + left + right, picture.height + up + down
        expected, place = Image.new("RGB", size), Image.new("L", size)
        expected.paste(picture, (left, up))
        place.paste(255, (left, up, left + picture.width, up + picture.height))
        where = place.resize((SMALL, SMALL), Image.Resampling.BOX)
    points = _points(where)
    return KeepsPicture(requirement, small(expected).tobytes(), points, MOST_KEPT) if points else None


def changed(request: PaidRequest, requirement: str) -> Expectation | None:
    """Where the given picture is to be another; None where nothing says where."""
    artifact = request.operation.artifact
    picture = given(request, artifact.sources[0]) if artifact else None
    points = _points(region(request, picture, others=False)) if picture else None
    return ChangesPicture(requirement, small(picture).tobytes(), points, 0.1) if picture and points else None


def enlarged(request: PaidRequest, requirement: str) -> Expectation | None:
    """The whole picture again."""
    artifact = request.operation.artifact
    picture = given(request, artifact.sources[0]) if artifact else None
    if picture is None:
        return None
    return KeepsPicture(requirement, small(picture).tobytes(), b"\1" * SMALL * SMALL, SAME_SCENE)


def region(request: PaidRequest, picture: Image.Image, others: bool = True) -> Image.Image | None:
    """What an edit works on, with what is `beside` it or without: 64 by 64 points, 0 outside, 255 inside.

    None where the request does not say what it is.
    """
    artifact = request.operation.artifact
    which = str(artifact.region.pick(request.body)) if artifact else ""
    mask = given(request, artifact.mask) if artifact and artifact.mask else None
    if which == "subject" or artifact is None:
        return None
    if mask is None or which == "alpha":
        if picture.mode != "RGBA":
            return None
        grey = ImageOps.invert(picture.getchannel("A"))
    elif which == "mask-alpha":
        grey = ImageOps.invert(mask.convert("RGBA").getchannel("A"))
    else:
        grey = ImageOps.invert(mask.convert("L")) if which == "black" else mask.convert("L")
    points = grey.resize((SMALL, SMALL), Image.Resampling.BOX)
    grow = next(pointers.find(fields_of(request), artifact.grow), 0) if artifact.grow else 0
    reach = math.ceil((BLEED + (grow if isinstance(grow, int) else 0)) * SMALL / min(picture.size))
    change = ImageFilter.MaxFilter if others else ImageFilter.MinFilter
    return points.filter(change(2 * reach + 1))


def _points(inside: Image.Image | None) -> bytes | None:
    """1 for each point that is wholly inside, else 0; None where there are too few."""
    if inside is None:
        return None
    points = inside.point([int(value == 255) for value in range(256)]).tobytes()
    return points if sum(points) >= FEWEST else None
