"""Pictures of follow-ups: what becomes of a task's picture. All are descriptions; nothing is drawn here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from proofsheet.mockserver.media.image.picture import LARGEST_EDIT, LARGEST_SIDE, MOST_PIXELS, Edit, Picture
from proofsheet.spec.follow_up import FollowUp

_VARIED = 0.4  # share of the scene that another is drawn for, where nothing says how much
_DEEPEST = 12  # edits of edits; what lies deeper is as good as forgotten


def followed(
    parent: Picture, how: FollowUp, own: Picture, fields: Any = None, mask: bytes | None = None
) -> Picture:
    """The picture that `how` makes of its parent's.

    `own` is what the follow-up would draw by itself: its identity, seed, words and media type count. `fields`
    are those of its request, `mask` the file in its mask's field.
    """
    one = _shallow(parent.quarter(how.index) if parent.grid else parent)
    width, height = how.size_of((parent.width, parent.height), parent.grid, fields)
    made = _SCENES[how.effect](one, how, own, fields, mask)
    most = LARGEST_EDIT if made.edit else LARGEST_SIDE
    if max(width, height) > most or width * height > MOST_PIXELS:
        return _quarter(one, how, own)  # it cannot become larger
    return replace(made, width=width, height=height, grid=how.grid)


def _quarter(one: Picture, how: FollowUp, own: Picture, *_: Any) -> Picture:
    """The same picture in a file of its own."""
    return replace(one, title=own.title, prompt=own.prompt, media_type=own.media_type)


def _vary(one: Picture, how: FollowUp, own: Picture, *_: Any) -> Picture:
    changed = _VARIED if how.strength is None else how.strength
    if one.edit is None:
        return replace(own, near=one.varied(changed), edit=None)
    return replace(own, edit=Edit("reimagine", (one,), strength=changed))


def _enlarge(one: Picture, how: FollowUp, own: Picture, *_: Any) -> Picture:
    if how.strength and one.edit is None:
        one = replace(one, identity=own.identity, near=one.varied(how.strength))
    return replace(own, edit=Edit("enlarge", (one,)))


def _extend(one: Picture, how: FollowUp, own: Picture, fields: Any, mask: bytes | None) -> Picture:
    margins = how.margins((one.width, one.height), fields)
    scale = 1.0 if how.side else 1 / how.times_of(fields)
    edit = Edit("extend", (one,), strength=how.strength, margins=margins, scale=scale)
    return replace(own, edit=edit, near=None if one.edit else one.varied(_VARIED))


def _repaint(one: Picture, how: FollowUp, own: Picture, fields: Any, mask: bytes | None) -> Picture:
    """What the mask shows anew; without one, a variation."""
    if mask is None:
        return _vary(one, how, own)
    return replace(own, edit=Edit("repaint", (one,), mask=mask))


_SCENES: Mapping[str, Callable[[Picture, FollowUp, Picture, Any, bytes | None], Picture]] = {
    "quarter": _quarter,
    "vary": _vary,
    "enlarge": _enlarge,
    "extend": _extend,
    "repaint": _repaint,
}


def _shallow(picture: Picture) -> Picture:
    """The picture, or its own scene where it comes of too many others: each of them is drawn for it."""
    depth, one = 0, picture
    while one.edit and isinstance(one.edit.sources[0], Picture):
        depth, one = depth + 1, one.edit.sources[0]
    if depth < _DEEPEST:
        return picture
    width, height = min(picture.width, LARGEST_SIDE), min(picture.height, LARGEST_SIDE)
    return replace(picture, width=width, height=height, edit=None)
