"""Records of a run, as it knows them: a header before the first case, a footer after the last verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from proofsheet.contracts.client.target import PERMISSIONS, Target
from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.requirement import PROFILES, Requirement
from proofsheet.contracts.verdict import Status, Verdict, summary
from proofsheet.spec.document import Document


def header(
    plan: Plan,
    document: Document,
    target: Target,
    profile: str,
    seed: int | None = None,
    budget: Decimal | None = None,
    deviations: Mapping[str, Mapping[str, Any]] | None = None,
    key_env: str | None = None,
    explore: int | None = None,
    permissions: Collection[str] = (),
    callbacks: bool = False,
) -> Record:
    """What is known before the first case is sent.

    `deviations` are requirement ids with `reason` and `until` (a date, or its ISO text), expired ones
    too; `key_env` is the name of the variable that holds the key; `explore` the examples per operation.
    Of the permissions only those that can be given again are told; `callbacks` says that they were received.
    """
    return {
        "kind": "header",
        "suite": version("proofsheet"),
        "document": document.name,
        "version": document.version,
        "target": target.url,
        "date": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "profile": profile,
        "seed": seed,
        "budget": None if budget is None else float(budget),
        "explore": explore,
        "key_env": key_env,
        "permissions": sorted({*permissions} & {*PERMISSIONS}),
        "callbacks": callbacks,
        "requirements": [_requirement(each) for each in plan.requirements],
        "deviations": _deviations(deviations or {}, plan.requirements),
        "sources": _sources(document, plan.requirements),
    }


def _requirement(each: Requirement) -> dict[str, Any]:
    names = ("id", "operation", "level", "profile", "says", "pointer", "grade", "needs", "differs")
    found = {name: getattr(each, name) for name in names}
    speaks_for = {"speaks_for": [*each.speaks_for]} if each.speaks_for else {}
    return {**found, **speaks_for, "sources": [*each.sources], "claims": [*each.claims]}


def _deviations(
    known: Mapping[str, Mapping[str, Any]], requirements: Iterable[Requirement]
) -> dict[str, dict[str, str]]:
    """Those of the plan's requirements."""
    return {
        each.id: {"reason": str(known[each.id]["reason"]), "until": str(known[each.id]["until"])}
        for each in requirements
        if each.id in known
    }


def _sources(document: Document, requirements: Iterable[Requirement]) -> dict[str, dict[str, str]]:
    """The sources that the requirements stand on, as the document describes them."""
    wanted = {name for each in requirements for name in each.sources}
    known = document.source.get("x-sources", {})
    return {
        name: {key: str(each[key]) for key in ("title", "url", "date") if key in each}
        for name, each in known.items()
        if name in wanted and "title" in each
    }


def verdict(verdict: Verdict) -> Record:
    """What became of one requirement."""
    return {
        "kind": "verdict",
        "id": verdict.requirement.id,
        "status": verdict.status.name.lower(),
        "messages": [*verdict.messages],
        "reason": verdict.reason if verdict.status in (Status.SKIPPED, Status.ERRORED) else "",
    }


def footer(
    verdicts: Iterable[Verdict],
    profile: str,
    spent: Decimal,
    interrupted: bool = False,
    excused: Collection[str] = (),
    asked: int | None = None,
) -> Record:
    """The end of a run. A profile is judged with all cheaper ones, as it is planned.

    `excused` are the ids of known deviations (see `deviations.excused`); `asked` is the number of
    requests that were sent, written down or not.
    """
    found = [*verdicts]
    profiles = PROFILES[: PROFILES.index(profile) + 1]
    failed = {each.requirement.id for each in found if each.status is Status.FAILED}
    counts = Counter(each.status.name.lower() for each in found)
    return {
        "kind": "footer",
        "profiles": {name: _summary(found, name, excused) for name in profiles},
        "counts": {status.name.lower(): counts[status.name.lower()] for status in Status},
        "excused": sorted(failed.intersection(excused)),
        "asked": asked,
        "spent": float(spent),
        "ended": "interrupted" if interrupted else "complete",
    }


def _summary(verdicts: Iterable[Verdict], profile: str, excused: Collection[str]) -> str:
    profiles = PROFILES[: PROFILES.index(profile) + 1]
    return summary((each for each in verdicts if each.requirement.profile in profiles), excused)
