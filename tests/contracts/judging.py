"""What the tests of derived cases share: a double in this process, judged by a run."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx
from support import NOON
from task_relays import Relay

from proofsheet.contracts.client.callback_receiver import Receiver
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import DERIVERS, Plan
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.runner import Run
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import KnownKey, Settings
from proofsheet.spec.document import Document

KEY = "sk-judged-0001"
# Operations of stability, one of each kind; `make mutants` judges all, and the clean double of all as well.
KINDS = (
    *("generateCore", "generateSd3", "textToImage", "erase", "upscaleCreative", "stableFast3d"),
    *("getBalance", "listEngines"),
)


class Here(httpx.BaseTransport):
    """Carries requests to an application in this process."""

    def __init__(self, app: Any, relay: Relay | None = None) -> None:
        self._relay = relay
        self._carrier = httpx.ASGITransport(app)
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._relay(request, self._forward) if self._relay else self._forward(request)

    def _forward(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        # A body that is sent slowly comes as an iterator, which only a connection can carry.
        whole = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        response = await self._carrier.handle_async_request(whole)
        body = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers.raw, content=body)

    def close(self) -> None:
        self._runner.close()


class Judged:
    """A run of a plan against a double whose clock the run's pauses move."""

    def __init__(
        self,
        document: Document,
        plan: Plan,
        served: Document | None = None,
        target: Target = Target("http://double.test", KEY),  # noqa: B008  (it is frozen)
        relay: Relay | None = None,
        receiver: Receiver | None = None,
        **settings: Any,
    ):
        options = {"keys": {KEY: KnownKey(credits=Decimal(5000))}, "seed": 1, **settings}
        site = Site(double((served or document,), Settings(**{"date": NOON, **options})))
        self.pauses: list[float] = []
        self.transport = Here(site, relay)
        client = HttpClient(document, target, self.transport, pause=self._pause)
        self.state = site.double.state
        self.state.move_clock(frozen=True)
        budget = Budget(Decimal(5000))
        self.receiver = receiver
        oracle, how = Oracle(document), {"pause": self._pause, "workers": 1, "receiver": receiver}
        self.run = Run(plan, client, oracle, budget, **how)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.state.move_clock(seconds)

    def all(self) -> Judged:
        """Carry the plan out."""
        try:
            self.asked = list(self.run.steps())
        finally:
            self.transport.close()
        return self

    def told(self) -> dict[str, list[str]]:
        """What is not passed, and why; of callbacks nothing where no receiver was given."""
        return {
            name: each.messages or [each.reason]
            for name, each in self.run.verdicts.items()
            if each.status.name != "PASSED"
            and not (self.receiver is None and each.requirement.needs == "callback-listen")
        }


def derived(document: Document, operation: str) -> dict[str, Derived]:
    """Everything derived for an operation, by the requirement's topic."""
    source, found = Source(document), document.operations[operation]
    every = [each for deriver in DERIVERS for each in deriver(source, found)]
    return {each.requirement.id.split(".", 2)[2]: each for each in every}
