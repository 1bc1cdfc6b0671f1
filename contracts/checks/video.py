"""What is expected of a video's file: whole, as large and as long as asked for, with something that moves."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.image_facts import difference, in_colour
from proofsheet.contracts.checks.video_facts import VideoFacts, seen
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.history import Unjudged

SIDE = 64  # points of the sides at which pictures are compared
BLACK, FLAT, STILL = 32, 8, 6  # shades: darker, more alike and less changed than any clip
UNLIKE = 40.0  # shades by which a first frame may differ from the picture that it is
SILENT = 0.001
_CONTAINERS = {"video/mp4": "mp4", "video/webm": "webm", "video/quicktime": "mov"}
_CODECS = {"video/mp4": ("h264", "hevc", "av1"), "video/webm": ("vp8", "vp9", "av1")}


class OfVideo(OfSuccess):
    """Something expected of a file that decodes; what does not is another finding."""

    of = "file"

    def of_success(self, answer: Answer) -> Iterator[str]:
        facts = seen(answer.exchange)
        if facts.problem:
            raise Unjudged("there is no whole video to look at")
        yield from self.of_video(facts)

    @abstractmethod
    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        """What is wrong with it, one message each."""


@dataclass(frozen=True)
class VideoIsWhole(OfSuccess):
    """The file decodes to its end, and is of the container and one of the codecs of its media type."""

    of = "file"
    media_type: str

    def of_success(self, answer: Answer) -> Iterator[str]:
        facts = seen(answer.exchange)
        container, codecs = _CONTAINERS.get(self.media_type, ""), _CODECS.get(self.media_type, ())
        if facts.problem:
            yield f"expected a whole {self.media_type}, but the file {facts.problem}"
        elif container not in facts.container.split(","):
            yield f"expected {self.media_type}, came {facts.container}"
        elif codecs and facts.codec not in codecs:
            yield f"expected pictures in {' or '.join(codecs)}, came {facts.codec}"


@dataclass(frozen=True)
class VideoSizeIs(OfVideo):
    """Frames are as large as asked for."""

    width: int
    height: int

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        if (facts.width, facts.height) != (self.width, self.height):
            yield f"expected {self.width} x {self.height} pixels, came {facts.width} x {facts.height}"


@dataclass(frozen=True)
class VideoLasts(OfVideo):
    """It is as long as asked for, but for one frame."""

    seconds: float

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        frame = 1 / facts.fps if facts.fps else 0.0
        if abs(facts.seconds - self.seconds) > frame + 0.001:
            yield f"expected {self.seconds:g} seconds, came {facts.seconds:g} ({facts.frames} frames)"


@dataclass(frozen=True)
class VideoRateIs(OfVideo):
    """It has so many frames a second."""

    fps: float

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        if abs(facts.fps - self.fps) > 0.05:
            yield f"expected {self.fps:g} frames a second, came {facts.fps:g}"


class VideoShows(OfVideo):
    """Its frames are neither black nor of one shade."""

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        if facts.brightest < BLACK:
            yield f"expected to see something, came {facts.seconds:g} seconds of black"
        elif facts.spread < FLAT:
            yield f"expected to see something, came {facts.seconds:g} seconds of one shade"


class VideoMoves(OfVideo):
    """Something in it moves."""

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        if facts.moved < STILL:
            yield f"expected something to move, came {facts.frames} frames that are alike"


@dataclass(frozen=True)
class VideoSounds(OfVideo):
    """Something is heard in it; or there is no sound."""

    sounds: bool

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        loud = (facts.level or 0.0) >= SILENT
        if self.sounds and not loud:
            yield "expected to hear something, came silence" if facts.level is not None else "it has no sound"
        elif not self.sounds and loud:
            yield "expected no sound, came some"


@dataclass(frozen=True)
class StartsWith(OfVideo):
    """The first frame is the picture that was given."""

    picture: bytes = field(repr=False)

    def of_video(self, facts: VideoFacts) -> Iterator[str]:
        given = in_colour(Image.open(io.BytesIO(self.picture))).resize((SIDE, SIDE), Image.Resampling.BOX)
        apart = difference(given.tobytes(), facts.first)
        if apart > UNLIKE:
            yield f"expected to begin with the given picture; the first frame differs by {apart:.0f} shades"
