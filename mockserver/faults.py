"""Faults of the wire: how an answer can go wrong on its way. Chosen by header, setting or schedule.

A fault is written `kind[=value][@share]`: `reset`, `truncate`, `malformed`, `slow=2`, `latency=0.5`,
`latency=uniform:0.1-0.5`, `latency=normal:1,0.2`, `latency=lognormal:0.3,0.6`; `@0.1` makes it happen
to a tenth of the answers. Times are in seconds.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

KINDS = ("latency", "reset", "truncate", "slow", "malformed")
_SHAPES = {"uniform": "-", "normal": ",", "lognormal": ","}
_LONGEST = 600.0
_PIECES = 20


@dataclass(frozen=True)
class Fault:
    """One fault; `numbers` are the distribution's two parameters or one fixed number of seconds."""

    kind: str
    shape: str = "fixed"
    numbers: tuple[float, ...] = ()
    share: float = 1.0
    text: str = ""

    def seconds(self, rng: random.Random) -> float:
        """How long this one takes, drawn from its distribution; between 0 and 600 seconds."""
        draws: dict[str, Callable[[float, float], float]] = {
            "uniform": rng.uniform,
            "normal": rng.gauss,
            "lognormal": rng.lognormvariate,
        }
        draw = draws.get(self.shape)
        try:
            value = draw(self.numbers[0], self.numbers[1]) if draw else self.numbers[0]
        except OverflowError:
            value = _LONGEST
        return min(max(value, 0.0), _LONGEST)


class CutOff(Exception):
    """Raised by a stream where the connection is to end in the middle of it."""


class BadFault(ValueError):
    """A fault that cannot be read."""


def parse(text: str) -> Fault:
    """The fault `text` describes. Raises BadFault with what was expected."""
    spec, _, share = text.strip().partition("@")
    kind, _, value = spec.partition("=")
    if kind not in KINDS:
        raise BadFault(f"{text!r} is no fault: expected one of {', '.join(KINDS)}, e.g. latency=0.5")
    shape, numbers = _distribution(text, kind, value)
    return Fault(kind, shape, numbers, _share(text, share), text.strip())


def _distribution(text: str, kind: str, value: str) -> tuple[str, tuple[float, ...]]:
    if kind in ("reset", "truncate", "malformed"):
        if value:
            raise BadFault(f"{text!r}: {kind} takes no value")
        return "fixed", ()
    shape, colon, rest = value.partition(":")
    if not colon:
        return "fixed", (_number(text, value or ("2" if kind == "slow" else "")),)
    if shape not in _SHAPES:
        raise BadFault(f"{text!r}: expected a distribution of {', '.join(_SHAPES)}")
    parts = rest.split(_SHAPES[shape])
    if len(parts) != 2:
        raise BadFault(f"{text!r}: {shape} takes two numbers, e.g. {shape}:0.1{_SHAPES[shape]}0.5")
    return shape, (_number(text, parts[0]), _number(text, parts[1]))


def _number(text: str, value: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?", value.strip()):
        raise BadFault(f"{text!r}: expected a number of seconds, e.g. 0.5, came {value!r}")
    return float(value)


def _share(text: str, share: str) -> float:
    value = _number(text, share) if share else 1.0
    if value > 1:
        raise BadFault(f"{text!r}: the share after @ is between 0 and 1")
    return value


async def send(fault: Fault | None, rng: random.Random, reply: Any, scope: Any, wire: Send) -> None:
    """Send a reply (status, headers, body) over the ASGI wire, hurt by `fault` if there is one."""
    start = {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
    if fault is not None and fault.kind == "reset":
        _abort(scope)
        await asyncio.sleep(0.01)  # until the server has seen it: else it complains of an answer not given
    elif reply.stream is not None:
        await _send_stream(fault, rng, start, reply.stream, scope, wire)
    elif fault is not None:
        await _send_hurt(fault, rng, start, reply.body, scope, wire)
    else:
        await wire(start)
        *most, last = reply.pieces
        for piece in most:
            await wire({"type": "http.response.body", "body": piece, "more_body": True})
        await wire({"type": "http.response.body", "body": last})


async def _send_hurt(
    fault: Fault, rng: random.Random, start: Message, body: bytes, scope: Any, wire: Send
) -> None:
    if fault.kind == "latency":
        await asyncio.sleep(fault.seconds(rng))
    elif fault.kind == "malformed":
        body = _garble(body)
    await wire(start)
    if fault.kind == "truncate":
        await wire({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(0)
        _close(scope)
        await asyncio.sleep(0.01)
    elif fault.kind == "slow":
        await _dribble(body, fault.seconds(rng), wire)
    else:
        await wire({"type": "http.response.body", "body": body})


async def _send_stream(
    fault: Fault | None, rng: random.Random, start: Message, stream: Any, scope: Any, wire: Send
) -> None:
    """Send a body whose pieces are made meanwhile: what hurts a whole body hurts its first piece, or each."""
    kind = fault.kind if fault else ""
    seconds = fault.seconds(rng) if fault and fault.numbers else 0.0
    if kind == "latency":
        await asyncio.sleep(seconds)
    await wire(start)
    sent = 0
    try:
        async for piece in stream:
            if kind == "slow":
                await asyncio.sleep(seconds / _PIECES)
            whole = _garble(piece) if kind == "malformed" and not sent else piece
            await wire({"type": "http.response.body", "body": whole, "more_body": True})
            sent += 1
            if kind == "truncate":
                raise CutOff
    except CutOff:
        await asyncio.sleep(0)
        _close(scope)
        return
    await wire({"type": "http.response.body", "body": b""})


def _garble(body: bytes) -> bytes:
    # Same length, so that only the content is wrong: bytes are turned upside down in the middle, and at
    # the start as well, for some decoders paint over a hole in the middle.
    half = len(body) // 2
    start, middle = (bytes(255 - byte for byte in part) for part in (body[:16], body[half : half + 4096]))
    return (start + body[16:half] + middle + body[half + 4096 :]) if half > 16 else body[:half] + middle


async def _dribble(body: bytes, seconds: float, wire: Send) -> None:
    size = max(1, -(-len(body) // _PIECES))
    starts = range(0, len(body), size)
    for start in starts:
        await asyncio.sleep(seconds / len(starts))
        await wire({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
    await wire({"type": "http.response.body", "body": b""})


def _transport(scope: Any) -> Any:
    transport = scope.get("proofsheet.transport")
    if transport is None:
        raise ConnectionResetError("this fault needs a real connection: run `proofsheet serve`")
    return transport


def _close(scope: Any) -> None:
    _transport(scope).close()


def _abort(scope: Any) -> None:
    import socket
    import struct

    transport = _transport(scope)
    if (sock := transport.get_extra_info("socket")) is not None:
        # Linger for zero seconds: the peer sees a reset and no orderly end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
