"""What takes long is worked out in a thread, so that no other call waits for it; small calls take none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.validation import look_through
from proofsheet.mockserver.writing import Writing, count_tokens, wanted_choices, writing

_LARGE_BODY = 64 * 1024  # bytes
_MANY_CHOICES = 8
_MANY_VALUES = 5_000  # numbers and texts of an answer
P = ParamSpec("P")
T = TypeVar("T")


async def prepare(call: Call) -> None:
    """Find out in a thread what the gates will ask of a large call: its flaws, its words, their number."""
    if call.body_bytes > _LARGE_BODY or wanted_choices(call.operation, call.fields) > _MANY_CHOICES:
        await asyncio.to_thread(_prepare, call)


def _prepare(call: Call) -> None:
    look_through(call)
    count_tokens(call)
    len(call.prompts)  # which it remembers
    if call.operation.completion is not None or call.operation.classification is not None:
        writing(call)


def is_long(written: Writing | None) -> bool:
    """Whether it takes a while to show something written."""
    return written is not None and written.weight >= _MANY_VALUES


async def made(written: Writing | None, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What a function makes of something written: in a thread if that is much."""
    if is_long(written):
        return await asyncio.to_thread(function, *args, **named)
    return function(*args, **named)
