"""What an admitted call does: the outcome it ends in, and how long that takes."""

from __future__ import annotations

import asyncio

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double


def behave(call: Call, double: Double) -> str:
    """The outcome of an admitted call: its success, unless its prompt triggers something else."""
    for trigger in double.triggers.for_prompts(call.prompts):
        call.delay = max(call.delay, trigger.delay)
        crash = [call.operation.policy.refusals.get("crash", "")] if trigger.gate == "crash" else []
        for name in (*trigger.outcomes, *crash):
            if name in call.operation.outcomes:
                return name
            if call.lifecycle and name in call.lifecycle.finals:
                call.end = name
    return call.operation.success.name


async def take_time(call: Call, double: Double) -> None:
    """Wait as long as the call is to take."""
    pace = double.settings.pace
    if pace == "real":
        latency = call.operation.policy.latency if call.operation.artifact else None
        call.delay = max(call.delay, double.rng.uniform(*latency) if latency else 0.0)
    elif isinstance(pace, float):
        call.delay = max(call.delay, pace)
    if call.delay:
        await asyncio.sleep(call.delay)
