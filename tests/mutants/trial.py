"""One trial: a mock served in this process, whole or as a mutant, judged by the true document."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from mutants import accounts, answered, asked, pictures  # noqa: F401 (they register their damages)
from mutants.catalogue import Mutant, missed
from mutants.relay import Relay, made

from contracts.asking import Asker
from contracts.budget import Budget
from contracts.deriving.source import Source
from contracts.oracle import Oracle
from contracts.plan import Plan, plan
from contracts.running import Run
from contracts.target import Target
from contracts.verdict import Status
from mockserver.app import Site
from mockserver.double import double
from mockserver.images import Studio
from mockserver.settings import KnownKey, Settings
from spec import build
from spec.document import Document
from spec.load import Library, resolve
from spec.overlay import apply
from spec.read import Source as Read

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # a broken form is told to everybody

_STUDIO = Studio()  # keeps what it encoded from trial to trial
KEY = "sk-mutant-0000000000000001"
CREDITS = Decimal(10_000)
URL = "http://mock.test"
PERMISSIONS = frozenset({"paid", "moderation", "repeat"})
PACE = 0.1  # seconds on the mock's clock between two requests; no window of 150 in 10 s fills up


@dataclass(frozen=True)
class Trial:
    """What the judge found: id to the messages, by how grave it is."""

    broken: dict[str, list[str]]  # MUST and SHOULD
    advised: dict[str, list[str]]  # MAY
    stopped: dict[str, str]  # could not be judged
    levels: dict[str, str]
    asked: int
    seconds: float


@cache
def true_document(name: str = "stability") -> Document:
    """The document that judges."""
    return Library().load(name)


@cache
def _plan(name: str, profile: str, permissions: frozenset[str]) -> Plan:
    return plan(Source(true_document(name)), profile, permissions=permissions)


@cache
def _oracle(name: str) -> Oracle:
    return Oracle(true_document(name))


def mutated(mutant: Mutant) -> Document:
    """The document that the mock serves: the true one with the mutant's actions done to it."""
    if not mutant.actions:
        return true_document(mutant.document)
    true = Library().source(mutant.document)
    actions = {"overlay": "1.0.0", "actions": list(mutant.actions)}
    value = apply(true.value, Read(Path(f"{mutant.id}.overlay"), actions, {}))
    source = Read(true.path, value, true.marks)
    return build.document(mutant.document, resolve(source), value)


def site(document: Document, seed: int, **settings: Any) -> Site:
    """A mock whose one key has credits enough. Its clock moves only as it is told."""
    known = {KEY: KnownKey(credits=CREDITS)}
    made = Site(replace(double((document,), Settings(keys=known, seed=seed, **settings)), studio=_STUDIO))
    made.double.state.move_clock(frozen=True)
    return made


def trial(mutant: Mutant, seed: int = 1) -> Trial:
    """Serve a mutant and judge it."""
    served = site(mutated(mutant), seed, **mutant.settings)
    relay = Relay(served, made(mutant.damage) if mutant.damage else None)
    try:
        return _judged(served, relay, mutant.document, mutant.profile, PERMISSIONS | mutant.permissions)
    finally:
        relay.close()


def clean(document: str, profile: str, seed: int) -> Trial:
    """Serve the true document and judge it."""
    served = site(true_document(document), seed)
    relay = Relay(served)
    try:
        return _judged(served, relay, document, profile, PERMISSIONS | {"burst"})
    finally:
        relay.close()


def _judged(served: Site, relay: Relay, document: str, profile: str, permissions: frozenset[str]) -> Trial:
    started, count = time.perf_counter(), 0
    target = Target(URL, KEY, permissions=permissions)
    asker = Asker(true_document(document), target, relay)

    def pause(seconds: float) -> None:
        served.double.state.move_clock(seconds)

    run = Run(_plan(document, profile, permissions), asker, _oracle(document), Budget(CREDITS), pause=pause)
    for each in run.steps():
        count += each.exchange is not None
        pause(PACE)
    return _sorted(run, count, time.perf_counter() - started)


def _sorted(run: Run, count: int, seconds: float) -> Trial:
    failed = [each for each in run.verdicts.values() if each.status is Status.FAILED]
    return Trial(
        broken={each.requirement.id: each.messages for each in failed if each.is_breach},
        advised={each.requirement.id: each.messages for each in failed if not each.is_breach},
        stopped={
            name: each.reason or "; ".join(each.messages)
            for name, each in run.verdicts.items()
            if each.status is Status.ERRORED
        },
        levels={name: each.requirement.level for name, each in run.verdicts.items()},
        asked=count,
        seconds=seconds,
    )


def differences(mutant: Mutant, found: Trial) -> list[str]:
    """What a trial did not find, and what it found beyond what the mutant declares."""
    pairs = (
        ("breaks", mutant.breaks, set(found.broken)),
        ("advises", mutant.advises, set(found.advised)),
        ("stops", mutant.stops, set(found.stopped)),
    )
    gap = missed(mutant, {*found.broken, *found.advised, *found.stopped})
    return [f"misses its aim: {', '.join(gap)}"] * bool(gap) + [
        f"{name}: {what} {', '.join(sorted(ids))}"
        for name, wanted, came in pairs
        for what, ids in (("did not earn", wanted - came), ("earned beyond", came - wanted))
        if ids
    ]
