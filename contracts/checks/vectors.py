"""What is expected of vectors: as many as texts, in order, of so many numbers, of length one."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.completions import OfWords
from proofsheet.contracts.checks.written import values
from proofsheet.contracts.expectation import Answer

_NEAR_ONE = 1e-3


@dataclass(frozen=True)
class Vectors(OfWords):
    """So many vectors come, numbered, written as asked for; each has so many numbers (None: any number)."""

    count: int
    form: str  # numbers | base64
    dimensions: int | None = None

    def of_words(self, answer: Answer) -> Iterator[str]:
        found, numbers = values(answer, "$vector.values"), values(answer, "$vector.index")
        if len(found) != self.count or (numbers and numbers != list(range(self.count))):
            came = f"{len(found)}, numbered {numbers!r:.60}"
            yield f"expected {self.count} vectors, numbered in order, came {came}"
        for each in found:
            yield from self._one(each)

    def _one(self, written: Any) -> Iterator[str]:
        vector = _numbers(written, self.form)
        if vector is None:
            yield f"expected a vector as {self.form}, came {written!r:.60}"
            return
        if self.dimensions is not None and len(vector) != self.dimensions:
            yield f"expected {self.dimensions} numbers in a vector, came {len(vector)}"
        if not abs(math.hypot(*vector) - 1) <= _NEAR_ONE:  # NaN is not near either
            yield f"expected a vector of length 1, came one of {math.hypot(*vector):.4f}"


def _numbers(written: Any, form: str) -> list[float] | None:
    """The numbers of a vector; None where it is not written in that form."""
    if form == "numbers":
        usable = isinstance(written, list) and all(isinstance(each, int | float) for each in written)
        try:
            return [float(each) for each in written] if usable else None
        except OverflowError:
            return None
    try:
        data = base64.b64decode(written, validate=True)
        return list(struct.unpack(f"<{len(data) // 4}f", data))
    except (ValueError, TypeError, struct.error):
        return None
