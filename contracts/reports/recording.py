"""Records of a run, as it knows them: a header before the first case, a footer after the last verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from contracts.plan import Plan
from contracts.records import Record
from contracts.requirement import PROFILES, Requirement
from contracts.target import Target
from contracts.verdict import Status, Verdict, summary
from spec.document import Document


def header(
    plan: Plan,
    document: Document,
    target: Target,
    profile: str,
    seed: int | None = None,
    budget: Decimal | None = None,
) -> Record:
    """What is known before the first case is sent."""
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
        "requirements": [_requirement(each) for each in plan.requirements],
        "sources": _sources(document, plan.requirements),
    }


def _requirement(each: Requirement) -> dict[str, Any]:
    names = ("id", "operation", "level", "profile", "says", "pointer", "grade")
    found = {name: getattr(each, name) for name in names}
    return {**found, "sources": [*each.sources], "claims": [*each.claims]}


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


def footer(verdicts: Iterable[Verdict], profile: str, spent: Decimal, interrupted: bool = False) -> Record:
    """The end of a run. A profile is judged with all cheaper ones, as it is planned."""
    found = [*verdicts]
    asked = PROFILES[: PROFILES.index(profile) + 1]
    counts = Counter(each.status.name.lower() for each in found)
    return {
        "kind": "footer",
        "profiles": {name: _summary(found, PROFILES[: PROFILES.index(name) + 1]) for name in asked},
        "counts": {status.name.lower(): counts[status.name.lower()] for status in Status},
        "spent": float(spent),
        "ended": "interrupted" if interrupted else "complete",
    }


def _summary(verdicts: Iterable[Verdict], profiles: tuple[str, ...]) -> str:
    return summary(each for each in verdicts if each.requirement.profile in profiles)
