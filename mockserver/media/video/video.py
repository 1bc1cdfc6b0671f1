"""What a video is: its first frame, how long and fast it goes, whether it sounds; its file, its previews."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from PIL import Image

from proofsheet.mockserver.media.audio.frames import CODECS, sound
from proofsheet.mockserver.media.image.picture import JPEG, WEBP, Picture
from proofsheet.mockserver.media.video.container import audio_track, movie, video_track
from proofsheet.mockserver.media.video.key_frame import key_frame
from proofsheet.mockserver.media.video.motion import moving

MP4 = "video/mp4"
MAKER = "proofsheet"  # under this name a file says what it was made of
LONGEST = 600.0  # seconds
_THUMBNAIL, _TILE, _TILES = 512, 160, 10  # pixels of the longer side; pictures of a sprite sheet
_SCALE = (196.0, 220.5, 261.6, 294.0, 330.0, 392.0, 441.0)  # hertz
_NOTE = 0.36  # seconds
Draw = Callable[[Picture], bytes]


class Sounding(Protocol):
    """What is heard in a video, if it is not a tune of the video's own."""

    def frames(self, codec: str) -> list[bytes]:
        """The frames of all of it."""


@dataclass(frozen=True)
class Video:
    """A complete description of one video; equal values always give equal files.

    `picture` is its first frame, a JPEG with even sides, `last` what is shown instead of it in the last
    third; `fps` are frames a second. In another media type
    than MP4 it is a picture of it: a WebP its thumbnail, a JPEG or PNG its sprite sheet.
    """

    picture: Picture
    seconds: float
    fps: int
    sounds: bool
    media_type: str = MP4
    last: Picture | None = None
    music: Sounding | None = None

    @property
    def seed(self) -> int:
        return self.picture.seed

    @property
    def width(self) -> int:
        return self.picture.width

    @property
    def height(self) -> int:
        return self.picture.height

    @property
    def ends_with(self) -> Picture:
        """What the last frame shows."""
        return self.last or self.picture

    def still(self, name: str) -> Picture:
        """A picture of it: `first-frame` or `last-frame`."""
        return self.ends_with if name == "last-frame" else self.picture

    @property
    def frames(self) -> int:
        """How many there are: one at least."""
        return max(1, round(self.seconds * self.fps))

    @property
    def last_frames(self) -> int:
        """How many of them show what it ends with."""
        return self.frames // 3 if self.last else 0

    @property
    def levels(self) -> None:
        """No waveform: there is its first frame to show."""

    @property
    def bytes_held(self) -> int:
        """What the uploads weigh that it comes from, in bytes."""
        return self.picture.bytes_held + (self.last.bytes_held if self.last else 0)

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pictures can be shown."""
        return self.picture

    def filtered(self) -> Video:
        """The same as a filter leaves it."""
        return replace(self, picture=self.picture.filtered(), last=self.last and self.last.filtered())

    def without_uploads(self) -> Video:
        last = self.last.without_uploads() if self.last else None
        return replace(self, picture=self.picture.without_uploads(), last=last)

    def shown_as(self, media_type: str) -> Video:
        """The same video, or a picture of it."""
        return replace(self, media_type=media_type)

    @cached_property
    def _tags(self) -> dict[str, str]:
        one = self.picture
        said = {"prompt": one.prompt, "seed": one.seed, "seconds": self.seconds, "fps": self.fps}
        comment = json.dumps({MAKER: said}, ensure_ascii=False)
        return {"title": one.title, "artist": "a mock: nothing of this was filmed", "comment": comment}


def pieces(video: Video, draw: Draw) -> list[bytes]:
    """The pieces of the file; `draw` gives the file of a picture. Raises Unreadable on a broken source."""
    pixels = _pixels(video.picture, draw)
    if video.media_type == WEBP:
        return [_thumbnail(pixels)]
    if video.media_type != MP4:
        return [_sprite_sheet(video, pixels)]
    shown = [(pixels, video.frames - video.last_frames)]
    if video.last and video.last_frames:
        shown.append((_pixels(video.last, draw), video.last_frames))
    frames: list[bytes] = []
    starts = []
    for number, (each, count) in enumerate(shown):
        key = key_frame(each, video.fps, number)
        starts.append(len(frames) + 1)
        frames += [key.frame, *moving(key, count, video.fps, video.seed, len(frames))]
    tracks = [video_track(key.sequence, key.picture, frames, video.fps, pixels.size, starts)]
    if video.sounds:
        tracks.append(audio_track(video.music.frames("aac") if video.music else list(_melody(video))))
    return movie(tracks, video._tags)


def _pixels(picture: Picture, draw: Draw) -> Image.Image:
    image = Image.open(io.BytesIO(draw(replace(picture, media_type=JPEG))))
    return image.convert("RGB")


def _melody(video: Video) -> Iterator[bytes]:
    """Frames of AAC, as many as the video lasts: a note after another, by its identity and seed."""
    seconds = CODECS["aac"].seconds
    left, length = int(video.frames / video.fps / seconds), round(_NOTE / seconds)
    notes = (*video.picture.identity, video.seed % 251)
    for number in range(-(-left // length)):
        note = notes[number % len(notes)]
        made = sound("aac", _SCALE[note % len(_SCALE)], note // len(_SCALE) % 5)
        yield from made.lasting(min(length, left - number * length))


def _thumbnail(pixels: Image.Image) -> bytes:
    pixels.thumbnail((_THUMBNAIL, _THUMBNAIL))
    out = io.BytesIO()
    pixels.save(out, "WEBP", quality=80)
    return out.getvalue()


def _sprite_sheet(video: Video, pixels: Image.Image) -> bytes:
    """The first frame small and many times, each as far on as a bar under it says."""
    pixels.thumbnail((_TILE, _TILE))
    width, height = pixels.size
    sheet = Image.new("RGB", (width * _TILES, height))
    for number in range(_TILES):
        sheet.paste(pixels, (number * width, 0))
        sheet.paste(
            (235, 235, 235),
            (number * width, height - 4, number * width + width * (number + 1) // _TILES, height),
        )
    out = io.BytesIO()
    sheet.save(out, "PNG" if video.media_type == "image/png" else "JPEG", quality=85)
    return out.getvalue()
