"""One trial: a mock served in this process, whole or as a mutant, judged by the true document."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from mutants import (  # noqa: F401 (they register their damages)
    accounts,
    answered,
    asked,
    broken_http,
    callers,
    edits,
    forms,
    harmless,
    harmless_pictures,
    picture_files,
    pictures,
    song_files,
    tasks,
    video_files,
    words,
)
from mutants.benign import Benign
from mutants.catalogue import Mutant
from mutants.declaration import Trial, topic
from mutants.dialogues import in_process
from mutants.events import CHANGES, changed
from mutants.hearing import listening
from mutants.relay import Relay, made
from mutants.selection import drawn, is_of_all, is_whole, left_out, place, selected
from mutants.wire import served as on_socket
from mutants.wire import wire
from support import DAY, NOON

from proofsheet.contracts.client.callback_receiver import Receiver
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.recording_transport import Limits
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.explore.faulty_requests import FaultyRequests
from proofsheet.contracts.explore.ledger_histories import LedgerHistories
from proofsheet.contracts.explore.valid_requests import ValidRequests
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.contracts.requirement import LEVELS, Requirement
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.explorer import Explorer
from proofsheet.contracts.run.runner import Run
from proofsheet.contracts.verdict import Status
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.media.image.renderer import Renderer
from proofsheet.mockserver.settings import KnownKey, Settings
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec import build
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library
from proofsheet.spec.overlay import apply
from proofsheet.spec.references import resolve
from proofsheet.spec.shutdowns import as_of
from proofsheet.spec.yaml_reader import Source as Read

_RENDERER = Renderer(256 * 1024 * 1024)  # bytes; keeps what it encoded from trial to trial
KEY = "sk-mutant-0000000000000001"
KEYS = {"other": "sk-mutant-0000000000000002", "broke": "sk-mutant-0000000000000003"}  # of other accounts
CREDITS = Decimal(10_000)
URL, HOOKS = "http://mock.test", "http://hooks.test/base"
PERMISSIONS = frozenset({"paid", "moderation", "repeat"} | {f"{name}-key" for name in KEYS})
PROMPTS = {"flagged": "mock:flagged", "filtered": "mock:filtered"}  # what the mock is known to judge
PACE = 0.1  # seconds on the mock's clock between two requests; no window of 150 in 10 s fills up


MINIATURE = Library(Path(__file__).parents[1] / "miniature")  # the tests' own documents


def library(name: str) -> Library:
    """Where a document is: with the families, or with the tests' own."""
    return MINIATURE if name.partition(".")[0] in MINIATURE.families() else Library()


@cache
def true_document(name: str = "stability") -> Document:
    """The document that judges."""
    return library(name).load(name)


def source(name: str) -> Source:
    """What a judge derives from: the document as of the day that the mocks here live on."""
    return Source(as_of(true_document(name), date.fromisoformat(DAY)), prompts=PROMPTS)


@lru_cache(16)  # plans of a few hundred cases each
def _plan(name: str, profile: str, only: tuple[str, ...], permissions: frozenset[str], seed: int) -> Plan:
    return plan(source(name), profile, only, permissions, seed, PROMPTS)


def levels(documents: Iterable[str] = ("stability",)) -> dict[str, str]:
    """The highest level that each topic has in some documents."""
    found: dict[str, str] = {}
    for name in documents:
        for each in plan(source(name), "extended", prompts=PROMPTS).requirements:
            known = found.get(topic(each.id), LEVELS[-1])
            found[topic(each.id)] = min(known, each.level, key=LEVELS.index)
    return found


def kind_name(requirement: Requirement, operations: Mapping[str, Operation]) -> str:
    """The id of a requirement that one operation answers for all of its policy, whichever it is."""
    family, operation, topic = requirement.id.split(".", 2)
    return f"{family}.*{operations[operation].policy.name}.{topic}"


@cache
def _oracle(name: str) -> Oracle:
    return Oracle(true_document(name))


def mutated(mutant: Mutant) -> Document:
    """The document that the mock serves: the true one with the mutant's actions done to it."""
    if not mutant.actions:
        return true_document(mutant.document)
    true = library(mutant.document).source(mutant.document)
    actions = {"overlay": "1.0.0", "actions": list(mutant.actions)}
    value = apply(true.value, Read(Path(f"{mutant.id}.overlay"), actions, {}))
    source = Read(true.path, value, true.marks)
    return build.document(mutant.document, resolve(source), value)


def site(document: Document, seed: int, **settings: Any) -> Site:
    """A mock with three keys, of which one has no credits. Its clock moves only as it is told."""
    rich = KnownKey(credits=CREDITS)
    if isinstance(pace := settings.get("task_pace"), str):
        settings["task_pace"] = parse_pace(pace)
    known = {KEY: rich, KEYS["other"]: rich, KEYS["broke"]: KnownKey(credits=Decimal(0))}
    made = Site(
        replace(
            double((document,), Settings(keys=known, seed=seed, date=NOON, **settings)), renderer=_RENDERER
        )
    )
    made.double.state.move_clock(frozen=True)
    return made


def trial(mutant: Mutant, only: tuple[str, ...] = (), plan: Plan | None = None, seed: int = 1) -> Trial:
    """Serve a mutant and judge it; `only` some requirements, by id or prefix, or by a plan."""
    served = site(mutated(mutant), seed, **mutant.settings)
    plan = plan or plan_of(mutant, seed, only)
    hears = {"receiver": Receiver(HOOKS)} if "callback-listen" in mutant.permissions else {}
    is_of_messages = mutant.damage.get("do") in CHANGES
    damage = made(mutant.damage, **hears) if mutant.damage and not is_of_messages else None
    change = partial(changed, mutant.damage) if is_of_messages else list
    with Relay(served, damage) as relay, in_process(served, change):
        return _judged(served, relay, mutant.document, plan, explorers(mutant, plan, seed), **hears)


def plan_of(mutant: Mutant, seed: int = 1, only: tuple[str, ...] = ()) -> Plan:
    """What a mutant is asked: all of its profile, or `only` some of it."""
    permissions = PERMISSIONS | mutant.permissions
    return _plan(mutant.document, mutant.profile, only or _asked(mutant), permissions, seed)


def _asked(mutant: Mutant) -> tuple[str, ...]:
    """The requirements that a mutant is asked for; a topic, which begins with a dot, on every operation."""
    document = true_document(mutant.document)
    topics = [each for each in mutant.asks if each.startswith(".")]
    every = (f"{document.family}.{name}{each}" for each in topics for name in document.operations)
    return (*(each for each in mutant.asks if each not in topics), *every)


def proof(mutant: Mutant, lot: int = 1) -> Trial:
    """A trial of no more than proves it; `lot` draws which operations are asked."""
    whole = plan_of(mutant)
    if is_whole(mutant, whole):
        return trial(mutant)
    part = selected(mutant, whole, lot)
    found = trial(mutant, plan=part)
    partly = left_out(whole, part)
    kept = (each for each in found.passed if not is_of_all(each) or place(each) not in partly)
    return replace(found, passed=frozenset(kept))


def clean(document: str, profile: str, seed: int) -> Trial:
    """Serve the true document and judge it. The seed is the mock's and the judge's."""
    served = site(true_document(document), seed)
    with Relay(served) as relay, in_process(served, list):
        return _judged(served, relay, document, _plan(document, profile, (), PERMISSIONS | {"burst"}, seed))


def harmless_trial(
    relay: Benign,
    document: str = "stability",
    profile: str = "core",
    only: tuple[str, ...] = (),
    seed: int = 1,
) -> Trial:
    """Serve the true document behind a benign relay and judge it."""
    served = site(true_document(document), seed)
    plan = _plan(document, profile, only, PERMISSIONS, seed)
    with Relay(served, relay.damage) as inner, in_process(served, list):
        if not relay.wire:
            return _judged(served, inner, document, plan)
        with on_socket(inner, wire(relay.wire)) as url:
            return _judged(served, None, document, plan, url=url)


def some_of(document: str, most: int, lot: int) -> tuple[str, ...]:
    """The beginnings of all requirements of some operations of a document, as a lot draws them."""
    known = true_document(document)
    return tuple(f"{known.family}.{each}" for each in drawn(sorted(known.operations), lot, most))


def false_alarms(relay: Benign, found: Trial, is_whole: bool = True) -> list[str]:
    """What was found behind a benign relay and should not have been; if `is_whole`, missing notes too."""
    noted = {each.split(".", 2)[-1] for each in found.advised}
    silent = relay.notes - noted if is_whole else frozenset()
    return [
        *(f"{found.levels.get(each, '?')} {each}: {said[0][:160]}" for each, said in found.broken.items()),
        *(f"errored {each}: {why[:160]}" for each, why in found.stopped.items()),
        *(f"noted {each}, which it does not declare" for each in sorted(noted - relay.notes)),
        *(f"did not note {each}" for each in sorted(silent)),
    ]


def explorers(mutant: Mutant, plan: Plan, seed: int) -> tuple[Explorer, ...]:
    """The judge's own sources of further cases, where a mutant asks for them."""
    if not mutant.explore:
        return ()
    source = Source(true_document(mutant.document), seed=seed, prompts=PROMPTS)
    known = {each.id for each in plan.requirements}
    refused = FaultyRequests(source, known, seed, mutant.explore)
    return (refused, ValidRequests(source, known, seed), LedgerHistories(source, known, seed, pays=True))


def _judged(
    served: Site,
    relay: Relay | None,
    document: str,
    plan: Plan,
    explorers: tuple[Explorer, ...] = (),
    url: str = URL,
    receiver: Receiver | None = None,
) -> Trial:
    started = time.perf_counter()

    def pause(seconds: float) -> None:
        served.double.state.move_clock(seconds)

    target = Target(true_document(document).at(url), KEY, keys=KEYS)
    # What stops in this process has stopped for good; on a socket a busy machine may take its time.
    limits = Limits(stall=0.1) if relay else Limits()
    client = HttpClient(true_document(document), target, relay, pause, limits)
    how = {"pause": pause, "explorers": explorers, "receiver": receiver}
    run = Run(plan, client, _oracle(document), Budget(CREDITS), **how)
    with closing(client), listening() as heard:
        for _ in run.steps():
            pause(PACE)
    return _sorted(run, time.perf_counter() - started, frozenset(heard))


def _sorted(run: Run, seconds: float, spoke: frozenset[str]) -> Trial:
    operations = run.oracle.document.operations
    known = {
        kind_name(each.requirement, operations) if each.requirement.speaks_for else name: each
        for name, each in run.verdicts.items()
    }
    failed = {name: each for name, each in known.items() if each.status is Status.FAILED}
    return Trial(
        broken={name: each.messages for name, each in failed.items() if each.is_breach},
        advised={name: each.messages for name, each in failed.items() if not each.is_breach},
        stopped={
            name: each.reason or "; ".join(each.messages)
            for name, each in known.items()
            if each.status is Status.ERRORED
        },
        levels={name: each.requirement.level for name, each in known.items()},
        asked=run.sent,
        seconds=seconds,
        spoke=spoke,
        passed=frozenset(name for name, each in known.items() if each.status is Status.PASSED),
    )
