"""Every testable claim of the pages is judged by a requirement, or stands on a list with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from proofsheet.contracts.client.target import PERMISSIONS
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec.load import HOME, Library
from proofsheet.spec.yaml_reader import read

EVERYTHING = frozenset(PERMISSIONS) | {"other-key", "broke-key"}
PROMPTS = {"flagged": "a", "filtered": "b"}
# What the ids of claims begin with, and the operation that their page documents.
OPERATIONS = {"ultra": "generateUltra", "core": "generateCore", "sd3": "generateSd3", "v1": "textToImage"}
LEFT = Path(__file__).with_name("claims_left.yaml")


@pytest.fixture(scope="module")
def claims() -> tuple[dict[str, Any], ...]:
    return tuple(read(HOME / "claims" / "stability.yaml").value["claims"])


@pytest.fixture(scope="module")
def judging(claims: tuple[dict[str, Any], ...]) -> dict[tuple[str, str], list[Requirement]]:
    """Document and claim to the requirements that judge it, of all profiles and with every permission."""
    found: dict[tuple[str, str], list[Requirement]] = {}
    for name in ("stability", "stability.pages-2024"):
        made = plan(Source(Library().load(name), claims), "extended", (), EVERYTHING, prompts=PROMPTS)
        for each in made.requirements:
            for claim in each.claims:
                found.setdefault((name, claim), []).append(each)
    return found


def test_every_testable_claim_is_judged_for_its_operation_or_left_with_a_reason(
    claims: tuple[dict[str, Any], ...], judging: dict[tuple[str, str], list[Requirement]]
) -> None:
    left = {
        claim
        for group in yaml.safe_load(LEFT.read_text("utf-8"))
        for claim in group["claims"]
        if group["because"]
    }
    unjudged = {each["id"] for each in claims if each["testable"] and not _judges(each, judging)}
    assert unjudged == left


def _judges(claim: dict[str, Any], judging: dict[tuple[str, str], list[Requirement]]) -> bool:
    operation = OPERATIONS[claim["id"].partition(".")[0]]
    found = judging.get((claim.get("variant", "stability"), claim["id"]), [])
    return any(each.operation == operation for each in found)


def test_a_claim_is_not_judged_by_what_only_stands_near_it(
    judging: dict[tuple[str, str], list[Requirement]],
) -> None:
    sizes = judging["stability", "v1.sdxl.1216x832"]
    assert [each.id for each in sizes] == ["stability.textToImage.size.1216x832"]
    longest = judging["stability", "ultra.prompt.max-length"]
    assert [each.id.split(".", 2)[2] for each in longest if each.operation == "generateUltra"] == [
        "prompt.maxLength"
    ]
    free = {each.id.split(".", 2)[2] for each in judging["stability", "core.credits.failed"]}
    assert free == {"cost.refusals"}


def test_requirements_of_one_operation_carry_no_claim_about_another(
    judging: dict[tuple[str, str], list[Requirement]],
) -> None:
    for claim in ("ultra.credits", "core.credits", "sd3.credits.failed"):
        judges = {each.operation for each in judging["stability", claim]}
        assert judges == {OPERATIONS[claim.partition(".")[0]]}
