"""/_mock/ledger and /_mock/clock: what keys have left, and what time it is for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.requests import Request

from proofsheet.mockserver.control.control_request import (
    Wrong,
    needed_key,
    read_body,
)
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.state import journal


async def show_ledger(request: Request, double: Double) -> Any:
    key = needed_key(request)
    families = _families(double, request.query_params.get("family"))
    return _ledger(double, key, next((each for each in _used(double, key) if each in families), families[0]))


def _used(double: Double, key: str) -> list[str]:
    """Families that a key used: the one of its last call, then those of calls that are still under way."""
    last = double.state.journal(journal.label(key), 0, 1)
    ended = [each.family for each in double.documents for entry in last if entry["document"] == each.name]
    return ended + [each for each in _families(double, None) if double.state.held((each, key))]


def _ledger(double: Double, key: str, family: str) -> dict[str, Any]:
    return {"credits": double.state.balance((family, key)), "held": double.state.held((family, key))}


def _families(double: Double, wanted: str | None) -> list[str]:
    """The families that a request means: the one that it names, or all that are served."""
    known = list(dict.fromkeys(each.family for each in double.documents))
    if wanted is None:
        return known
    if wanted not in known:
        raise Wrong(f"there is no family {wanted!r}; known: {', '.join(known)}")
    return [wanted]


async def set_ledger(request: Request, double: Double) -> Any:
    body = await read_body(request)
    key = needed_key(request, body)
    unlimited = body["credits"] in (None, "unlimited")
    credits = None if unlimited else Decimal(str(float(body["credits"])))
    families = _families(double, body.get("family"))
    for family in families:
        double.state.set_balance((family, key), credits)
    return _ledger(double, key, families[0])


async def show_clock(request: Request, double: Double) -> Any:
    return double.state.move_clock()


async def move_clock(request: Request, double: Double) -> Any:
    body = await read_body(request)
    moved = double.state.move_clock(float(body.get("advance", 0)), body.get("frozen"))
    double.callbacks.wake()
    return moved
