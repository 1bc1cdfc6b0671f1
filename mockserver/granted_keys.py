"""Keys that were given away: whose they are, until they end on the double's clock."""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.spec import pointers

_PLACE = "granted key"


def grant(call: Call, double: Double, value: Any) -> None:
    """Note the key that an answer gives away."""
    role = call.operation.grants
    if role is None:
        return
    key, ends = (next(pointers.find(value, at), None) for at in (role.key, role.ends))
    seconds = float(ends) - double.state.now() if isinstance(ends, int | float) else 0.0
    call.other_keys = (*call.other_keys, str(key))
    double.state.remember((_PLACE, str(key)), call.key or "", seconds)


def holder(call: Call, double: Double) -> str | None:
    """Whose key it is that a call was sent with: its own, or of who gave it away; None if it has ended."""
    key, start = call.key or "", call.operation.granted
    if not start or not key.startswith(start):
        return key
    found = double.state.recall((_PLACE, key))
    return found if isinstance(found, str) else None
