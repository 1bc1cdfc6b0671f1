"""The judge on a document unlike any family: a key's own header, short prompts, a path's template."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from judging import Judged

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.spec import build
from proofsheet.spec.document import Document
from proofsheet.spec.load import resolve
from proofsheet.spec.yaml_reader import Source as Plain


@pytest.mark.parametrize(("profile", "most"), [("free", 0), ("core", 40)])
def test_a_double_that_keeps_it_passes(miniature: Document, profile: str, most: int) -> None:
    made = plan(Source(miniature), profile)
    judged = Judged(miniature, made, rate_limit=False).all()
    assert judged.told() == {}
    assert len(judged.asked) > 40
    assert 0 < len({each.requirement.operation for each in judged.run.verdicts.values()}) <= 2
    assert judged.run.budget.spent <= most


def _policy(raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = raw["components"]["x-policies"]["all"]
    return found


def _renamed(raw: dict[str, Any]) -> None:
    """A wrong key is answered as a wrong task."""
    _policy(raw)["x-refusals"]["authenticate"] = "invalid_task"


def _lenient(raw: dict[str, Any]) -> None:
    """More copies than documented are drawn."""
    content = raw["paths"]["/tasks"]["post"]["requestBody"]["content"]["application/json"]
    content["schema"]["properties"]["copies"]["maximum"] = 9


def _small(raw: dict[str, Any]) -> None:
    """Every picture has another size."""
    raw["paths"]["/tasks"]["post"]["x-artifact"]["size"]["table"]["small"] = [32, 32]


def _dear(raw: dict[str, Any]) -> None:
    """A task costs more than documented."""
    raw["paths"]["/tasks"]["post"]["x-cost"]["credits"]["table"]["small"] = 3


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (_renamed, "submitTask.key.wrong"),
        (_lenient, "submitTask.copies.maximum"),
        (_small, "submitTask.size"),
        (_dear, "submitTask.cost"),
    ],
)
def test_one_that_does_not_is_found(
    miniature: Document, change: Callable[[dict[str, Any]], None], broken: str
) -> None:
    raw = copy.deepcopy(dict(miniature.source))
    change(raw)
    whole = resolve(Plain(Path("miniature.yaml"), raw, {}))
    served = build.document("miniature", whole, raw)
    found = Judged(miniature, plan(Source(miniature), "core"), served, rate_limit=False).all().told()
    assert any(name.removeprefix("miniature.").startswith(broken) for name in found), sorted(found)
