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
from proofsheet.mockserver.settings import LATEST
from proofsheet.mockserver.state import journal


async def show_ledger(request: Request, double: Double) -> Any:
    key = needed_key(request)
    accounts = _accounts(double, request.query_params.get("family"))
    used = next((each for each in _used(double, key) if each in accounts), None)
    return _ledger(double, key, used or _least(double, key, accounts))


def _used(double: Double, key: str) -> list[str]:
    """Accounts that a key used: that of its last call, then those of calls that are still under way."""
    last = double.state.journal(journal.label(key), 0, 1)
    ended = [each.account for each in double.documents for entry in last if entry["document"] == each.name]
    return ended + [each for each in _accounts(double, None) if double.state.held((each, key))]


def _least(double: Double, key: str, accounts: list[str]) -> str:
    """The account with the least credits: the journal forgets calls, the accounts do not."""
    left = [(each, double.state.balance((each, key))) for each in accounts]
    return min(left, key=lambda each: Decimal("inf") if each[1] is None else each[1])[0]


def _ledger(double: Double, key: str, account: str) -> dict[str, Any]:
    return {"credits": double.state.balance((account, key)), "held": double.state.held((account, key))}


def _accounts(double: Double, wanted: str | None) -> list[str]:
    """The accounts that a request means: those of the family that it names, or all. A vendor has one."""
    named = [each for each in double.documents if wanted in (None, each.family)]
    if not named:
        known = dict.fromkeys(each.family for each in double.documents)
        raise Wrong(f"there is no family {wanted!r}; known: {', '.join(known)}")
    return list(dict.fromkeys(each.account for each in named))


async def set_ledger(request: Request, double: Double) -> Any:
    body = await read_body(request)
    key = needed_key(request, body)
    unlimited = body["credits"] in (None, "unlimited")
    credits = None if unlimited else Decimal(str(float(body["credits"])))
    accounts = _accounts(double, body.get("family"))
    for account in accounts:
        double.state.set_balance((account, key), credits)
    return _ledger(double, key, accounts[0])


async def show_clock(request: Request, double: Double) -> Any:
    return double.state.move_clock()


async def move_clock(request: Request, double: Double) -> Any:
    body = await read_body(request)
    seconds = float(body.get("advance", 0))
    if double.state.now() + seconds > LATEST:
        raise Wrong(f"advance: the clock would pass the year 9998, came {seconds:g}")
    moved = double.state.move_clock(seconds, body.get("frozen"))
    double.callbacks.wake()
    return moved
