"""What a task makes: pictures and texts, of its own request or of what the task before it made."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.follow_up_music import followed as music_followed
from proofsheet.mockserver.follow_up_pictures import followed
from proofsheet.mockserver.follow_ups import FollowUp
from proofsheet.mockserver.given_pictures import given_picture
from proofsheet.mockserver.media.audio.music import Music
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.video.video import Video
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.texts import Texts, texts
from proofsheet.spec.artifact import Artifact

LONGEST_KEPT = 20_000  # characters of a text that may hold a picture


@dataclass(frozen=True)
class Made:
    """Descriptions of artifacts, texts by name, the seed, and what is wrong with the prompt's parameters."""

    artifacts: tuple[Any, ...] = ()
    texts: Texts = ()
    seed: int | None = None
    flaw: str = ""


async def make(
    call: Call, double: Double, following: FollowUp | None, before: tuple[Any, ...] | None = None
) -> Made:
    """What comes of a call whose fields are those of a task, and of what it goes on from.

    `before` is what came of it when it was submitted: its uploads are remembered there and nowhere else.
    """
    artifact = call.operation.artifact
    if artifact is None:
        return Made(seed=call.seed)
    own = tuple(MEDIA[artifact.kind].describe(call, double, False))
    if before is not None and following is None:
        own = tuple(map(_with_uploads, own, before))
    flaws = artifact.prompt(call.fields).flaws
    again = following is not None and following.offer is not None and following.offer.again
    if following and again:
        said = await texts(following.parent.call, double, following.parent.task.artifacts, _turn(call))
    else:
        said = await texts(call, double, own)
    made = await _followed(call, double, own, following) if following else own
    return Made(made, said, call.seed, flaws[0] if flaws else "")


def _with_uploads(made: Any, before: Any) -> Any:
    """A picture that is described anew, with the uploads that it came from at first."""
    if isinstance(made, Video) and isinstance(before, Video):
        picture = _with_uploads(made.picture, before.picture)
        return replace(made, picture=picture, last=before.last or made.last)
    if not isinstance(made, Picture) or not isinstance(before, Picture) or made.edit or not before.edit:
        return made
    return replace(made, edit=before.edit, width=before.width, height=before.height)


def without_uploads(request: dict[str, Any], artifact: Artifact | None) -> dict[str, Any]:
    """A request without the long texts in its fields of pictures: the artifacts have them."""
    names = artifact.pictures if artifact and isinstance(request["fields"], dict) else ()
    light = {name: _light(request["fields"][name]) for name in names if name in request["fields"]}
    return {**request, "fields": {**request["fields"], **light}} if light else request


def _light(value: Any) -> Any:
    if isinstance(value, list):
        return [_light(each) for each in value]
    if isinstance(value, dict):
        return {name: _light(each) for name, each in value.items()}
    return "" if isinstance(value, str) and len(value) > LONGEST_KEPT else value


def _turn(call: Call) -> int:
    """Another one for each call that does something again."""
    return int(call.id[:8], 16)


async def _followed(call: Call, double: Double, own: tuple[Any, ...], following: FollowUp) -> tuple[Any, ...]:
    before, offer = [each for _, each in following.parent.artifacts], following.offer
    if not own or not before:
        return own
    if isinstance(before[0], Music) and following.artifact:
        return tuple(
            music_followed(before[0], following.artifact, each, call.fields)
            for each in own
            if isinstance(each, Music)
        )
    if isinstance(before[0], Video) and isinstance(own[0], Video):
        picture = await _picture(call, double, following, before[0].ends_with, own[0].picture)
        title = f"{picture.title}  of {following.parent.task.id}"
        return (replace(own[0], picture=replace(picture, title=title)),)
    if isinstance(before[0], Picture) and isinstance(own[0], Video):
        mine = own[0].picture
        picture = await _picture(call, double, following, before[0], mine)
        return (replace(own[0], picture=replace(picture, width=mine.width, height=mine.height)),)
    if not isinstance(before[0], Picture) or not isinstance(own[0], Picture):
        return own
    if offer is not None and offer.again:
        mine = own[0]
        return (replace(before[0], seed=mine.seed, identity=mine.identity, title=mine.title),)
    picture = await _picture(call, double, following, before[0], own[0])
    return own if picture is own[0] else (picture,)


async def _picture(call: Call, double: Double, following: FollowUp, first: Picture, mine: Picture) -> Picture:
    """What becomes of the parent's picture: as the offer says, or the operation; else the follow-up's own."""
    how = following.offer.artifact if following.offer else following.artifact
    if how is None:
        return mine
    known = call.operation.artifact.read(call.fields) if call.operation.artifact else call.fields
    return followed(first, how, mine, known, await _mask(call, double, how.mask))


async def _mask(call: Call, double: Double, field: str | None) -> bytes | None:
    """The picture in a field of the request, if there is one."""
    value = call.fields.get(field) if field and isinstance(call.fields, dict) else None
    if field is None or not isinstance(value, str) or not value:
        return None
    async with double.decoding:
        given = await asyncio.to_thread(given_picture, (field,), value)
    return given.data if given.is_usable and isinstance(given.data, bytes) else None
