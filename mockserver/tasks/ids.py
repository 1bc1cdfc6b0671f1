"""The forms that ids of tasks have (`id` in x-task's `starts`)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping


def _epoch_ms_digits(now: float) -> str:
    return f"{int(now * 1000)}{secrets.randbelow(1000):03d}"


IDS: Mapping[str, Callable[[float], str]] = {  # each is given the time in Unix seconds
    "uuid": lambda now: str(uuid.uuid4()),
    "hex-32": lambda now: secrets.token_hex(16),
    "hex-64": lambda now: secrets.token_hex(32),
    "epoch-ms-digits": _epoch_ms_digits,
}
