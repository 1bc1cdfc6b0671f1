"""From a call to the pictures it asks for. A picture is a pure function of the request and the seed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.image.edits import stand_in
from proofsheet.mockserver.media.image.picture import (
    LARGEST_EDIT,
    LARGEST_SIDE,
    MOST_PIXELS,
    PNG,
    Edit,
    Picture,
)
from proofsheet.mockserver.media.image.upload import Upload
from proofsheet.mockserver.sent_files import Given
from proofsheet.spec import json_text, pointers
from proofsheet.spec.artifact import TRANSPARENT, Artifact

USUAL = (1024, 1024)  # pixels: where nothing says how large


def pictures(call: Call, double: Double, blurred: bool, media_type: str | None = None) -> tuple[Picture, ...]:
    """The pictures of a call, in order; sample n is drawn with the seed n further on.

    They are of the media type that the call asks for, or of another.
    """
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    if call.seed is None:
        call.seed = _effective_seed(call, artifact, double)
    edit = edit_of(call, artifact)
    width, height = _size(call, artifact, edit)
    prompt = " · ".join(call.prompts)
    identity = _identity(call, artifact, edit)
    clear = artifact.background is not None and artifact.background.pick(call.known_fields) == TRANSPARENT
    most = artifact.seed.maximum if artifact.seed else 0
    size = "" if artifact.grid else f"  {width} x {height}"  # each of four has one of its own
    linked = edit is not None and any(isinstance(each, str) for each in edit.sources)
    quality = _quality(call, artifact)
    note = "  (the URL was not fetched)" if linked else ""
    found = []
    for number in range(call.count):
        seed = call.seed + number if call.seed + number <= most else number
        picture = Picture(
            width=width,
            height=height,
            media_type=media_type or str(call.artifact_media),
            seed=seed,
            identity=identity,
            title=f"{call.operation.id}  seed {seed}{size}{note}",
            prompt=prompt,
            edit=edit,
            blurred=blurred,
            grid=artifact.grid,
            quality=quality,
        )
        found.append(replace(picture, edit=Edit("cut-out", (picture,))) if clear else picture)
    return _of_each(call, artifact, found[0]) if artifact.each else tuple(found)


def _of_each(call: Call, artifact: Artifact, like: Picture) -> tuple[Picture, ...]:
    """A picture of each that is given, as large as that one is."""
    given = (each for name in artifact.sources for each in _usable(call, name))
    return tuple(_alone(each, like) for each in given) or (like,)


def _alone(given: Given, like: Picture) -> Picture:
    made = given.upload if isinstance(given.upload, Upload) else stand_in(str(given.data))
    edit = replace(like.edit, sources=(given.data,)) if like.edit else None
    width, height = _drawable(made.width, made.height, LARGEST_EDIT)
    return replace(like, width=width, height=height, edit=edit)


def _quality(call: Call, artifact: Artifact) -> int | None:
    """How good a file that loses something is, in percent; None for the best, and where nothing is lost."""
    sent = call.value(artifact.compression) if artifact.compression else None
    usable = isinstance(sent, int) and not isinstance(sent, bool) and 0 <= sent < 100
    return sent if usable and call.artifact_media != PNG else None


async def draw(picture: Picture, double: Double) -> list[bytes]:
    """The pieces of the picture's file; drawn off the event loop unless they are there already."""
    if (kept := double.renderer.kept(picture)) is not None:
        return kept
    # What comes of other pictures takes the room of several, and may be many times larger.
    async with double.editing if picture.edit else double.drawing:
        return await asyncio.to_thread(double.renderer.pieces, picture)


def _effective_seed(call: Call, artifact: Artifact, double: Double) -> int:
    if artifact.seed is None:
        return 0
    sent: Any = call.value(artifact.seed.field) if artifact.seed.field else None
    usable = isinstance(sent, int | float) and 0 <= sent <= artifact.seed.maximum and sent == int(sent)
    if not usable or int(sent) == artifact.seed.random:
        return double.state.fresh_seed(call.account, artifact.seed.maximum)
    return int(sent)


def _identity(call: Call, artifact: Artifact, edit: Edit | None) -> bytes:
    """A digest of the request without what only the seed or the wrapping of the picture changes.

    At a strength of 1 there is no `edit`: the upload counts for nothing then, and so does its strength.
    """
    form = call.operation.policy.chosen_form
    places = {artifact.media.field, form.field if form else ()}
    places |= {artifact.count_field, artifact.compression or (), artifact.partials or ()}
    if edit is None:
        places |= {(name,) for name in (*artifact.pictures, artifact.strength, artifact.fidelity) if name}
    kept = artifact.without_seed(call.known_fields)
    for each in filter(None, places):
        kept = pointers.removed(kept, each)
    left_out = {each[0] for each in places if len(each) == 1}
    digest = hashlib.blake2b(digest_size=32)
    digest.update(json_text.sorted_([call.operation.id, call.path_params, kept]).encode())
    sent = {**{name: [each] for name, each in call.files.items()}, **call.file_lists}
    for name in sorted(sent.keys() - left_out):
        digest.update(name.encode() + b"".join(hashlib.blake2b(each.data).digest() for each in sent[name]))
    return digest.digest()


def edit_of(call: Call, artifact: Artifact) -> Edit | None:
    """What becomes of the pictures of the request; None where there are none, or nothing is kept of them."""
    # A forced success may come with an upload that no gate has judged.
    given = (each for name in artifact.sources for each in _usable(call, name))
    sources = tuple(each.data for each in given if not _is_at(each, artifact.last))
    strength = _strength(call, artifact)
    if not sources or (strength == 1 and artifact.effect == "reimagine"):
        return None
    known = call.known_fields
    grow = next(pointers.find(known, artifact.grow), 0) if artifact.grow else 0
    mask = next(_usable(call, artifact.mask), None) if artifact.mask else None
    return Edit(
        effect=artifact.unmasked if artifact.unmasked and mask is None else artifact.effect,
        sources=sources,
        mask=mask.data if mask else None,
        region=str(artifact.region.pick(known)),
        grow=int(grow) if isinstance(grow, int | float) and 0 < grow <= LARGEST_SIDE else 0,
        strength=strength,
        margins=_margins(call, artifact),
    )


def _margins(call: Call, artifact: Artifact) -> tuple[int, int, int, int]:
    sides = call.given_sides(artifact.resized.of) if artifact.resized else None
    if artifact.resized is None or sides is None:
        return 0, 0, 0, 0
    return artifact.resized.margins_of(sides, call.known_fields)


def last_picture(call: Call, artifact: Artifact, like: Picture) -> Picture | None:
    """What a video ends with, as large as its first picture; None where the request does not say."""
    given = (each for name in artifact.sources for each in _usable(call, name))
    found = next((each for each in given if _is_at(each, artifact.last)), None)
    if found is None:
        return None
    return replace(like, edit=Edit(artifact.effect, (found.data,)), near=None)


def _is_at(given: Given, place: tuple[str, ...] | None) -> bool:
    """Whether a picture stands at a place of the request, or below it."""
    return place is not None and tuple(map(str, given.path[: len(place)])) == place


def _usable(call: Call, name: str) -> Iterator[Given]:
    return (each for each in call.given.get(name, ()) if each.is_usable)


def _size(call: Call, artifact: Artifact, edit: Edit | None) -> tuple[int, int]:
    """The size asked for, within what can be drawn: forced outcomes draw for requests that no gate saw."""
    width, height = artifact.size_of(call.known_fields, call.given_sides) or USUAL
    return _drawable(width, height, LARGEST_EDIT if edit else LARGEST_SIDE)


def _drawable(width: int, height: int, most: int) -> tuple[int, int]:
    within = 1 <= width <= most and 1 <= height <= most and width * height <= MOST_PIXELS
    return (width, height) if within else USUAL


def _strength(call: Call, artifact: Artifact) -> float | None:
    """How much of the source is lost, 0 to 1; None where the request does not say."""
    for field in (artifact.strength, artifact.fidelity):
        value = call.value((field,)) if field else None
        if isinstance(value, int | float) and 0 <= value <= 1:
            return float(value) if field == artifact.strength else 1.0 - value
    return None
