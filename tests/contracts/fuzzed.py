"""What the tests of fuzzing share: a double in this process, explored by schemathesis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import httpx
from mutants.relay import Damage, Got, Relay, Sent
from mutants.trial import CREDITS, KEY, PACE, URL, site, true_document

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.every_answer import always
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.fuzz import advice
from proofsheet.contracts.fuzz.explorer import explorer
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.runner import Asked, Run
from proofsheet.contracts.verdict import Status

EXAMPLES = 3
PAID = frozenset({"generateUltra", "generateCore", "generateSd3", "textToImage"})


@dataclass(frozen=True)
class Fuzzed:
    """What came of it: the run, what was told, and every request that reached the double with its status."""

    run: Run
    told: list[Asked]
    wire: list[tuple[Sent, int]]
    cost: Decimal  # what the double has charged
    interrupted: bool

    def failed(self, *levels: str) -> dict[str, list[str]]:
        """The requirements that failed, of some levels or all: id to messages."""
        return {
            name: each.messages
            for name, each in self.run.verdicts.items()
            if each.status is Status.FAILED and (not levels or each.requirement.level in levels)
        }


@cache
def requirements() -> tuple[Any, ...]:
    """The general requirements, and what schemathesis advises."""
    source = Source(true_document())
    operations = source.document.operations.values()
    general = [each.requirement for operation in operations for each in always(source, operation)]
    return (*general, *advice.requirements(source))


def fuzzed(
    damage: Damage | None = None,
    *,
    permissions: frozenset[str] = frozenset({"paid"}),
    budget: Decimal = CREDITS,
    seed: int = 1,
    examples: int = EXAMPLES,
    before: Callable[[int], None] = lambda count: None,
) -> Fuzzed:
    """Explore a double; `before` is called before each request with how many there were."""
    served = site(true_document(), 1)
    wire: list[tuple[Sent, int]] = []

    def watched(sent: Sent, forward: Callable[[Sent], Got]) -> Got:
        before(len(wire))
        served.double.state.move_clock(PACE)
        got = damage(sent, forward) if damage else forward(sent)
        wire.append((sent, got.status))
        return got

    relay = Relay(served, watched)
    plan = Plan(requirements(), ())
    client = HttpClient(true_document(), Target(URL, KEY), relay)
    source = explorer(true_document(), [each.id for each in plan.requirements], permissions, seed, examples)
    run = Run(
        plan, client, Oracle(true_document()), Budget(budget),
        pause=lambda seconds: served.double.state.move_clock(seconds) and None, explorers=(source,),
    )  # fmt: skip
    told: list[Asked] = []
    interrupted = False
    try:
        told.extend(run.steps())  # keeps what came before an interrupt
    except KeyboardInterrupt:
        interrupted = True
    finally:
        relay.close()
    return Fuzzed(run, told, wire, CREDITS - _credits(served), interrupted)


def _credits(served: Any) -> Decimal:
    transport = Relay(served)
    with httpx.Client(transport=transport) as client:
        answer = client.get(f"{URL}/v1/user/balance", headers={"authorization": f"Bearer {KEY}"})
    transport.close()
    return Decimal(str(answer.json()["credits"]))
