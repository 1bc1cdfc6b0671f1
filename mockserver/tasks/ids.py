"""The forms that ids of tasks have (`id` in x-task's `starts`)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping

_LONGEST_SPREAD = 24  # doublings
_STRIDE = 0x9E3779B1  # odd, so that what it is multiplied by can be told
_AHEAD = 3_141_592_653_589_793  # a hundred years in ids of digits: no task of today has the id of an artifact
_DIGITS = 16
_MOST_ARTIFACTS = 8
NAMING = ("uuid", "hex-32", "epoch-ms-digits")  # the forms of tasks whose artifacts have ids of their own


def _epoch_ms_digits(now: float, attempt: int) -> str:
    # A millisecond has a thousand of them, and a clock may stand still: later attempts look ahead.
    ahead = secrets.randbelow(2 ** min(attempt, _LONGEST_SPREAD))
    return f"{int(now * 1000) + ahead}{secrets.randbelow(1000):03d}"


def artifact_id(task: str, index: int) -> str:
    """The id of the artifact number `index` (from 0) of a task whose id is a UUID or of digits."""
    if len(task) == _DIGITS and task.isdecimal():  # which no UUID is
        return f"{(int(task) + (index + 1) * _AHEAD) % 10**_DIGITS:0{_DIGITS}d}"
    return f"{int(task[:8], 16) ^ ((index + 1) * _STRIDE & 0xFFFFFFFF):08x}{task[8:]}"


def tasks_of(artifact: str) -> Iterator[tuple[str, int]]:
    """The ids of tasks that an artifact with this id may be of, and its number there."""
    if len(artifact) == _DIGITS and artifact.isascii() and artifact.isdecimal():
        for index in range(_MOST_ARTIFACTS):
            yield f"{(int(artifact) - (index + 1) * _AHEAD) % 10**_DIGITS:0{_DIGITS}d}", index
        return
    try:
        uuid.UUID(artifact)
    except ValueError:
        return
    for index in range(_MOST_ARTIFACTS):
        yield artifact_id(artifact.lower(), index), index


# Each is given the time in Unix seconds, and how many ids were tried before that are taken.
IDS: Mapping[str, Callable[[float, int], str]] = {
    "uuid": lambda now, attempt: str(uuid.uuid4()),
    "hex-32": lambda now, attempt: secrets.token_hex(16),
    "hex-64": lambda now, attempt: secrets.token_hex(32),
    "epoch-ms-digits": _epoch_ms_digits,
}
