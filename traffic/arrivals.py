"""When the pieces of an answer came: where each begins, and after how long; in bounded room."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

Arrivals = tuple[tuple[int, float], ...]  # (offset of its first byte in the body, milliseconds since `began`)
MOST = 4096  # pieces that are told apart
_FINEST = 1.0  # milliseconds


@dataclass
class ArrivalLog:
    """Notes pieces as they come. When there are too many, those that are nearest in time become one."""

    offsets: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    _step: float = _FINEST

    def add(self, offset: int, milliseconds: float) -> None:
        """Note a piece that begins at `offset`."""
        if self.times and milliseconds - self.times[-1] < self._step:
            return
        self.offsets.append(offset)
        self.times.append(math.floor(milliseconds * 10) / 10)  # never later than the answer took
        while len(self.times) > MOST:
            self._step *= 2
            self._thin()

    def _thin(self) -> None:
        offsets, times = self.offsets, self.times
        self.offsets, self.times = [], []
        for offset, milliseconds in zip(offsets, times, strict=True):
            if not self.times or milliseconds - self.times[-1] >= self._step:
                self.offsets.append(offset)
                self.times.append(milliseconds)

    @property
    def noted(self) -> Arrivals:
        return tuple(zip(self.offsets, self.times, strict=True))


def arrivals(value: Any, size: int) -> Arrivals:
    """Those of a body of so many bytes, as a transcript has them. Raises ValueError and TypeError."""
    found = tuple((_number(offset), _number(milliseconds)) for offset, milliseconds in value)
    offsets, times = [each[0] for each in found], [each[1] for each in found]
    if offsets != sorted(set(offsets)) or times != sorted(times) or (offsets and offsets[0] != 0):
        raise ValueError("expected pieces from the first byte on, in order")
    if any(each != int(each) or each >= max(size, 1) for each in offsets):
        raise ValueError(f"expected pieces of a body of {size} bytes")
    return tuple((int(offset), milliseconds) for offset, milliseconds in found)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"expected a number from nought on, came {value!r:.40}")
    return float(value)
