"""What an admitted call does: the outcome it ends in, how long that takes, what becomes of its task."""

from __future__ import annotations

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.spec.tasks import Lifecycle


def behave(call: Call, double: Double) -> str:
    """The outcome of an admitted call: its success, unless its prompt triggers something else."""
    outcome = _triggered(call, double)
    call.delay = max(call.delay, _pace(call, double))
    if call.lifecycle is not None:
        call.task_forcing = _task_forcing(call, double, call.lifecycle)
    return outcome or call.operation.success.name


def _triggered(call: Call, double: Double) -> str | None:
    for trigger in double.triggers.for_prompts(call.prompts):
        call.delay = max(call.delay, trigger.delay)
        crash = [call.operation.policy.refusals.get("crash", "")] if trigger.gate == "crash" else []
        for name in (*trigger.outcomes, *crash):
            if name in call.operation.outcomes:
                return name
            if call.lifecycle and name in call.lifecycle.finals:
                call.end = name
    return None


def _pace(call: Call, double: Double) -> float:
    """The seconds that a call takes at least."""
    pace = double.settings.pace
    if pace.total is not None:
        return pace.total
    latency = call.operation.policy.latency if call.operation.artifact else None
    return double.rng.uniform(*latency) * pace.factor if latency else 0.0


def _task_forcing(call: Call, double: Double, lifecycle: Lifecycle) -> str:
    """What is to become of the task that a call starts: by its key, its prompt, a schedule, its headers.

    Of what several say of one thing, the last in this order counts.
    """
    trigger = double.triggers.for_key(call.key or "")
    said = [trigger.forces(call.key or "")] if trigger else []
    text = "\n".join(call.prompts)
    said += [each.forces(text) for each in double.triggers.for_prompts(call.prompts)]
    if call.end and call.end in lifecycle.states:
        said.append(f"{'end' if lifecycle.states[call.end].is_final else 'hang'}={call.end}")
    return ", ".join(filter(None, [*said, call.task_forcing]))
