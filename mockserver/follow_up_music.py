"""Music of follow-ups: what becomes of a task's piece. All are descriptions; nothing is played here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from proofsheet.mockserver.media.audio.music import Music, Part
from proofsheet.spec import pointers
from proofsheet.spec.follow_up import FollowUp

_DEEPEST = 8  # pieces joined of pieces; what lies deeper is as good as forgotten


def followed(before: Music, how: FollowUp, own: Music, fields: Any) -> Music:
    """The piece that `how` makes of its parent's."""
    return _EFFECTS[how.effect](before, how, own, fields)


def _continue(before: Music, how: FollowUp, own: Music, fields: Any) -> Music:
    """It goes on with the same instruments from a second on; the tune is the seed's."""
    found = next(pointers.find(fields, how.at), None) if how.at else None
    start = (
        float(found) if isinstance(found, int | float) and 0 <= found <= before.seconds else before.seconds
    )
    return replace(own, style=before.style, start=start, joined=(), origin=Part(_shallow(before), 0.0, start))


def _cover(before: Music, how: FollowUp, own: Music, fields: Any) -> Music:
    """The same tune for as long, in another style."""
    return replace(own, tune=before.own_tune, seconds=before.seconds, joined=())


def _join(before: Music, how: FollowUp, own: Music, fields: Any) -> Music:
    """What it goes on from, up to where, and the piece itself: as long as the sum."""
    origin = before.origin
    if origin is None:
        return replace(before, picture=own.picture, media_type=own.media_type)
    parts = (origin, Part(replace(before, origin=None), 0.0, before.seconds))
    whole = round(sum(each.seconds for each in parts), 2)
    return replace(
        own, seconds=whole, style=before.style, words=before.words, is_sung=before.is_sung, joined=parts
    )


def _shallow(music: Music) -> Music:
    """A piece without what it once went on from, where that lies too deep."""
    depth, each = 0, music
    while each.joined:
        depth, each = depth + 1, each.joined[0].music
    return replace(music, origin=None, joined=music.joined if depth < _DEEPEST else ())


_EFFECTS: Mapping[str, Callable[[Music, FollowUp, Music, Any], Music]] = {
    "continue": _continue,
    "cover": _cover,
    "join": _join,
}
