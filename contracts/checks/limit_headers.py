"""What is expected of headers that say what is left of a limit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.history import Trace
from proofsheet.spec.document import Operation

UNITS = ("requests", "tokens")
_DURATION = re.compile(r"(\d+(\.\d+)?(ms|s|m|h))+")


def named_headers(operation: Operation) -> Mapping[str, str]:
    """The headers of a success that say something of a limit, by what they say."""
    forms = operation.success.representations.values()
    pairs = [pair for each in forms for pair in each.headers]
    return {
        value.text: name.lower()
        for name, value in pairs
        if not isinstance(value, str) and value.text.startswith("$limit.")
    }


def left(exchange: Exchange, operation: Operation) -> int | None:
    """How many more requests there may be now, as an answer says it."""
    name = named_headers(operation).get("$limit.requests.left")
    return _number(exchange.header(name)) if name else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,15}", text) else None


@dataclass(frozen=True)
class LimitHeaders(OfSuccess):
    """Each header is there; what is left is at most the limit, and does not grow before there is a reason.

    `window` is that of the limit on requests, in seconds: what was asked for before it began is free again.
    """

    window: float
    compares = True

    def of_success(self, answer: Answer) -> Iterator[str]:
        names = named_headers(answer.operation)
        found = {source: answer.exchange.header(name) for source, name in names.items()}
        for source, came in found.items():
            if came is None:
                yield f"expected the header {names[source]}, which did not come"
            elif source.endswith(".reset") and not _DURATION.fullmatch(came):
                yield f"expected {names[source]} as 12ms or 6m0s, came {came[:40]!r}"
            elif not source.endswith(".reset") and _number(came) is None:
                yield f"expected {names[source]} to be a whole number, came {came[:40]!r}"
        for unit in UNITS:
            most, rest = (_number(found.get(f"$limit.{unit}.{each}")) for each in ("most", "left"))
            if most is not None and rest is not None and rest > most:
                yield f"expected at most {most} {unit} to be left, came {rest}"
        yield from self._grown(answer, _number(found.get("$limit.requests.most")) or 0)

    def _grown(self, answer: Answer, most: int) -> Iterator[str]:
        last, before = answer.history[-1], _before(answer)
        if before is None or before.left is None or last.left is None:
            return
        elapsed = last.at - before.began
        freed = [each for each in answer.history if before.began <= each.at + self.window <= last.at + 1]
        may = before.left + math.ceil(most * elapsed / self.window) + len(freed)
        if last.left > may:
            yield f"expected no more to be left than {before.left} before, came {last.left}"


def _before(answer: Answer) -> Trace | None:
    last = answer.history[-1]
    same = (each for each in reversed(answer.history[:-1]) if each.case == last.case)
    return next((each for each in same if each.operation == last.operation), None)
