"""Keys that were given away: whose they are, until they end on the double's clock; what they may pay for."""

from __future__ import annotations

from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.spec import pointers
from proofsheet.spec.grants import Grants

_PLACE = "granted key"


def grant(call: Call, double: Double, value: Any) -> None:
    """Note the key that an answer gives away."""
    role = call.operation.grants
    if role is None:
        return
    key = str(next(pointers.find(value, role.key), None))
    seconds = _seconds(role, double, value)
    call.other_keys = (*call.other_keys, key)
    double.state.remember((_PLACE, key), call.key or "", seconds)
    if role.most is not None and isinstance(most := call.evaluate(role.most), int):
        double.state.remember((_PLACE, f"{key} uses"), most, seconds)
    if role.whose is not None and (whose := call.evaluate(role.whose)):
        _one_for(call, double, role, f"{call.key} for {whose}", key, seconds)


def _seconds(role: Grants, double: Double, value: Any) -> float:
    """For how long a key is given."""
    said = next(pointers.find(value, role.lasts or role.ends or ()), None)
    if not isinstance(said, int | float):
        return 0.0
    return float(said) if role.lasts else float(said) - double.state.now()


def _one_for(call: Call, double: Double, role: Grants, whose: str, key: str, seconds: float) -> None:
    """A second key for somebody ends the first one soon."""
    earlier = double.state.recall((_PLACE, whose))
    if isinstance(earlier, str) and double.state.recall((_PLACE, earlier)) is not None:
        double.state.remember((_PLACE, earlier), call.key or "", role.overlap)
    double.state.remember((_PLACE, whose), key, seconds)


def holder(call: Call, double: Double) -> str | None:
    """Whose key it is that a call was sent with: its own, or of who gave it away; None if it has ended."""
    key, start = call.key or "", call.operation.granted
    if not start or not key.startswith(start):
        return key
    found = double.state.recall((_PLACE, key))
    return found if isinstance(found, str) else None


def use(call: Call, double: Double) -> bool:
    """Whether a key that was given away may pay for one call more; that call is counted."""
    for key in call.other_keys:
        while (left := double.state.recall((_PLACE, f"{key} uses"))) is not None:
            if left < 1:
                return False
            if double.state.exchange((_PLACE, f"{key} uses"), left, left - 1, _LONGEST):
                break
    return True


_LONGEST = 48 * 3600.0  # seconds for which a count is kept after a use
