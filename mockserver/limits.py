"""What is left of a call's limits, as the headers of its answer say it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.state.windows import Allowance
from proofsheet.spec.policy import RateLimit, TokenLimit

_UNITS = ("requests", "tokens")


def resource_name(call: Call) -> Any:
    """How a request calls the resource that it needs, such as its model; "the API" where it needs none."""
    role = call.operation.resource
    return call.evaluate(role.id) if role and role.id else "the API"


def counted_by(call: Call, limit: RateLimit | TokenLimit) -> str:
    """Under which name a limit counts a call; what names no known resource counts together."""
    if limit.per == "resource":
        role, name = call.operation.resource, resource_name(call)
        return name if role and isinstance(name, str) and name in role.of.items else ""
    return call.operation.id if limit.per == "operation" else ""


class Limits:
    """The limits of a call, asked for once: how many requests and tokens are used of them."""

    def __init__(self, call: Call, double: Double) -> None:
        self._call, self._double = call, double
        self._known: dict[str, Allowance] = {}

    def _limit(self, unit: str) -> RateLimit | TokenLimit | None:
        policy = self._call.operation.policy
        return policy.rate_limit if unit == "requests" else policy.token_limit

    def most(self, unit: str) -> int | None:
        """How many there may be in a window; None where nothing limits them."""
        found = self._limit(unit)
        return None if found is None else found.most

    def allowance(self, unit: str) -> Allowance:
        """What is used of it."""
        found = self._limit(unit)
        if found is None or not self._double.settings.rate_limit:
            return Allowance()
        if unit not in self._known:
            call = self._call
            counted = counted_by(call, found)
            self._known[unit] = self._double.state.allowance(call.account, found, counted)
        return self._known[unit]

    def left(self, unit: str) -> int:
        """How many more there may be now."""
        return max((self.most(unit) or 0) - self.allowance(unit).used, 0)

    @property
    def wait(self) -> float:
        """Seconds until what refused the call has room again."""
        full = [unit for unit in _UNITS if self.most(unit) is not None and not self.left(unit)]
        return max(self.allowance(unit).some for unit in full or ("tokens",))


def duration(seconds: float) -> str:
    """A duration as `12ms`, `7.66s` or `6m0s`."""
    milliseconds = math.ceil(round(seconds * 1000, 6))
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds / 1000, 60)
    text = f"{rest:.3f}".rstrip("0").rstrip(".")
    return f"{int(minutes)}m{text}s" if minutes else f"{text}s"


def _of(unit: str) -> dict[str, Callable[[Limits], Iterator[int | str]]]:
    def given(value: Callable[[Limits], int | str]) -> Callable[[Limits], Iterator[int | str]]:
        return lambda limits: iter(() if limits.most(unit) is None else (value(limits),))

    return {
        f"$limit.{unit}.most": given(lambda limits: limits.most(unit) or 0),
        f"$limit.{unit}.left": given(lambda limits: limits.left(unit)),
        f"$limit.{unit}.reset": given(lambda limits: duration(limits.allowance(unit).all)),
    }


LIMIT: Mapping[str, Callable[[Limits], Iterator[int | str]]] = {
    **_of("requests"),
    **_of("tokens"),
    "$limit.wait": lambda limits: iter([math.ceil(limits.wait)]),
    "$limit.wait-ms": lambda limits: iter([math.ceil(limits.wait * 1000)]),
}
