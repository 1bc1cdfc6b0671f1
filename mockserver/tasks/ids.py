"""The forms that ids of tasks have (`id` in x-task's `starts`)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping

_LONGEST_SPREAD = 24  # doublings


def _epoch_ms_digits(now: float, attempt: int) -> str:
    # A millisecond has a thousand of them, and a clock may stand still: later attempts look ahead.
    ahead = secrets.randbelow(2 ** min(attempt, _LONGEST_SPREAD))
    return f"{int(now * 1000) + ahead}{secrets.randbelow(1000):03d}"


# Each is given the time in Unix seconds, and how many ids were tried before that are taken.
IDS: Mapping[str, Callable[[float, int], str]] = {
    "uuid": lambda now, attempt: str(uuid.uuid4()),
    "hex-32": lambda now, attempt: secrets.token_hex(16),
    "hex-64": lambda now, attempt: secrets.token_hex(32),
    "epoch-ms-digits": _epoch_ms_digits,
}
