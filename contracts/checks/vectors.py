"""What is expected of vectors: as many as texts, in order, of so many numbers, of length one."""

from __future__ import annotations

import base64
import contextlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.written import values
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.history import Unjudged
from proofsheet.spec.document import Operation

_NEAR_ONE = 1e-3
_COMPARED = 32  # numbers of a vector
_SAME_VECTOR = 0.99  # models do not give the same numbers to the last digit each time


@dataclass(frozen=True)
class Vectors(OfSuccess):
    """So many vectors come, numbered, written as asked for; each has so many numbers (None: any number)."""

    count: int
    form: str  # numbers | base64
    dimensions: int | None = None

    def of_success(self, answer: Answer) -> Iterator[str]:
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


@dataclass(frozen=True)
class SameVectors(OfSuccess):
    """The vectors are those of an earlier `case`, written otherwise: each points where the other does."""

    case: str
    compares = True
    after = "vectors."

    def of_success(self, answer: Answer) -> Iterator[str]:
        earlier = next((each.looks for each in answer.history if each.case == self.case and each.looks), None)
        if earlier is None:
            raise Unjudged("there are no vectors as numbers to compare with")
        own = answer.history[-1].looks
        for number, (one, other) in enumerate(zip(own, earlier, strict=False)):
            if not _likeness(one, other) >= _SAME_VECTOR:
                yield f"expected vector {number} to be the one that came as numbers, came another"


def beginnings(exchange: Exchange, operation: Operation) -> Iterator[bytes]:
    """The first numbers of each vector of an answer, packed: to compare by, and small."""
    for each in values(Answer(exchange, operation), "$vector.values"):
        vector = _numbers(each, "base64" if isinstance(each, str) else "numbers") or []
        with contextlib.suppress(OverflowError, struct.error):
            yield struct.pack(f"<{len(vector[:_COMPARED])}f", *vector[:_COMPARED])


def _likeness(one: bytes, other: bytes) -> float:
    """The cosine between two beginnings; that of nothing is 0."""
    if len(one) != len(other) or not one:
        return 0.0
    pairs = list(zip(*(struct.unpack(f"<{len(each) // 4}f", each) for each in (one, other)), strict=True))
    length = math.hypot(*(a for a, _ in pairs)) * math.hypot(*(b for _, b in pairs))
    return math.fsum(a * b for a, b in pairs) / length if length else 0.0


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
