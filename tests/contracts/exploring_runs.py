"""What the tests of explorers share: a double behind a relay that may do harm, explored by a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mutants import accounts, answered, asked  # noqa: F401 (they register their damages)
from mutants.judging import KEY, site
from mutants.relay import Damage, Forward, Got, Relay, Sent, made

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.explorers import explorers
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.runner import Result, Run
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document

PAYS = frozenset({"paid"})


@dataclass
class Explored:
    """A run of nothing but explorers: what they told, and every request that reached the target."""

    run: Run
    told: list[Result]
    sent: list[Sent]

    def failed(self) -> set[str]:
        """The requirements that failed, without their family."""
        return {
            name.partition(".")[2] for name, each in self.run.verdicts.items() if each.status is Status.FAILED
        }

    def passed(self) -> set[str]:
        return {
            name.partition(".")[2] for name, each in self.run.verdicts.items() if each.status is Status.PASSED
        }

    def finding(self, requirement: str) -> Result:
        """The one finding on a requirement."""
        found = [each for each in self.told if any(name.endswith(requirement) for name, _ in each.messages)]
        assert len(found) == 1, [each.messages for each in found]
        return found[0]


def plan_for(document: Document, *topics: str, permissions: frozenset[str] = PAYS) -> Plan:
    """The extended plan for requirements such as generateCore.any, without cases of its own."""
    only = tuple(f"{document.family}.{topic}" for topic in topics)
    return replace(plan(Source(document), "extended", only, permissions), cases=())


def explored(
    document: Document,
    topics: Sequence[str],
    harm: dict[str, Any] | Damage | None = None,
    *,
    seed: int = 1,
    examples: int = 25,
    budget: str = "1000",
    permissions: frozenset[str] = PAYS,
    served: Document | None = None,
    watch: Callable[[Run], None] | None = None,
) -> Explored:
    """Explore a double of `document` (or of `served`) that a relay harms."""
    sent: list[Sent] = []
    damage = made(harm) if isinstance(harm, dict) else harm

    def heard(request: Sent, forward: Forward) -> Got:
        sent.append(request)
        return damage(request, forward) if damage else forward(request)

    found = plan_for(document, *topics, permissions=permissions)
    here = site(served or document, 1)
    relay = Relay(here, heard)
    pause = here.double.state.move_clock
    client = HttpClient(document, Target("http://mock.test", KEY), relay)
    further = explorers(Source(document), found, seed, examples, permissions)
    run = Run(found, client, Oracle(document), Budget(Decimal(budget)), pause=pause, explorers=further)
    with relay:
        told = list(run.steps())
    return Explored(run, told, sent)
