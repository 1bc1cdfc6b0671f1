"""What can be played, sound or moving pictures: how a page shows it before somebody plays it."""

from __future__ import annotations

from typing import Any, Protocol, TypeGuard

from proofsheet.mockserver.media.image.picture import Picture

BARS = 48  # of a waveform


class Playable(Protocol):
    """The description of a sound or a video."""

    @property
    def media_type(self) -> str: ...
    @property
    def preview(self) -> Picture: ...
    @property
    def bytes_held(self) -> int: ...
    @property
    def seconds(self) -> float:
        """How long it lasts."""
        ...

    @property
    def levels(self) -> tuple[float, ...] | None:
        """How loud each of BARS equal parts is, 0 to 1; None for what has a picture to show instead."""
        ...


def is_playable(description: Any) -> TypeGuard[Playable]:
    """Whether an artifact is played: by its media type, since a video may be shown as a picture of it.

    A file that was uploaded is given back as it came, and nobody has looked how long it lasts.
    """
    return hasattr(description, "seconds") and str(description.media_type).startswith(("audio/", "video/"))


def shown(description: Any, link: str) -> dict[str, Any] | None:
    """What a player needs of an artifact whose file is at `link`; None of what is not played."""
    if not is_playable(description):
        return None
    levels = description.levels
    return {
        "link": link,
        "media_type": description.media_type,
        "seconds": round(description.seconds, 2),
        "levels": None if levels is None else [round(each, 2) for each in levels],
    }
