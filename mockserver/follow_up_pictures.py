"""Pictures of follow-ups: what becomes of a task's picture. All are descriptions; nothing is drawn here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from proofsheet.mockserver.media.image.picture import Edit, Picture
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
    sized = replace(own, width=width, height=height, grid=how.grid)
    if how.effect == "extend":
        margins = how.margins((one.width, one.height), fields)
        scale = 1.0 if how.side else 1 / how.times_of(fields)
        edit = Edit("extend", (one,), strength=how.strength, margins=margins, scale=scale)
        return replace(sized, edit=edit, near=None if one.edit else one.varied(_VARIED))
    if how.effect == "repaint":
        return replace(sized, edit=Edit("repaint", (one,), mask=mask)) if mask else _vary(one, how, sized)
    return _SCENES[how.effect](one, how, sized)


def _quarter(one: Picture, how: FollowUp, own: Picture) -> Picture:
    """The same picture in a file of its own."""
    return replace(one, title=own.title, prompt=own.prompt, media_type=own.media_type)


def _vary(one: Picture, how: FollowUp, own: Picture) -> Picture:
    changed = _VARIED if how.strength is None else how.strength
    if one.edit is None:
        return replace(own, near=one.varied(changed))
    return replace(own, edit=Edit("reimagine", (one,), strength=changed))


def _enlarge(one: Picture, how: FollowUp, own: Picture) -> Picture:
    if how.strength and one.edit is None:
        one = replace(one, identity=own.identity, near=one.varied(how.strength))
    return replace(own, edit=Edit("enlarge", (one,)))


_SCENES: Mapping[str, Callable[[Picture, FollowUp, Picture], Picture]] = {
    "quarter": _quarter,
    "vary": _vary,
    "enlarge": _enlarge,
}


def _shallow(picture: Picture) -> Picture:
    """The picture, or its own scene where it comes of too many others: each of them is drawn for it."""
    depth, one = 0, picture
    while one.edit and isinstance(one.edit.sources[0], Picture):
        depth, one = depth + 1, one.edit.sources[0]
    return replace(picture, edit=None) if depth >= _DEEPEST else picture
