"""How fast a stream goes, and where it breaks off; written `ttft=0.3, tps=40, jitter=0.2, error=5`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

EXPECTED = "ttft=SECONDS, tps=TOKENS, jitter=SHARE, error=PIECES, cut=PIECES"
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?")
_LONGEST = 600.0  # seconds between two events


@dataclass(frozen=True)
class StreamPace:
    """`ttft` is the time to the first token in seconds, `tps` how many tokens come in a second (0: all at
    once), `jitter` the share by which each pause is longer or shorter. After so many pieces the stream ends
    in an `error`, or its connection is `cut`.
    """

    ttft: float = 0.0
    tps: float = 0.0
    jitter: float = 0.0
    error: int | None = None
    cut: int | None = None

    def pauses(self, rng: random.Random) -> Iterator[float]:
        """The seconds before each piece; without end."""
        usual = 1 / self.tps if self.tps else 0.0
        seconds = self.ttft or usual
        while True:
            yield min(seconds * rng.uniform(1 - self.jitter, 1 + self.jitter), _LONGEST) if seconds else 0.0
            seconds = usual

    @property
    def is_immediate(self) -> bool:
        """Whether there are no pauses."""
        return not self.ttft and not self.tps

    @property
    def is_whole(self) -> bool:
        """Whether there are no pauses, and it comes to its end."""
        return self.is_immediate and self.error is None and self.cut is None


AT_ONCE = StreamPace()


class BadStreamPace(ValueError):
    """A pace that cannot be read."""


def parse_stream_pace(text: str, usual: StreamPace = AT_ONCE) -> StreamPace:
    """The pace that a text describes; what it does not name is as `usual`. Raises BadStreamPace."""
    if not text:
        return usual
    known = {each.name for each in fields(StreamPace)}
    found = usual
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, value = (each.strip() for each in part.partition("="))
        if name not in known or not _NUMBER.fullmatch(value):
            raise BadStreamPace(f"expected {EXPECTED}, came {part[:60]!r}")
        if name in ("error", "cut") and not value.isdecimal():
            raise BadStreamPace(
                f"expected a number of pieces after which the stream ends, came {part[:60]!r}"
            )
        if name == "jitter" and float(value) > 1:
            raise BadStreamPace(f"expected a share from 0 to 1, came {part[:60]!r}")
        number: Any = int(value) if name in ("error", "cut") else float(value)
        found = replace(found, **{name: number})
    return found
