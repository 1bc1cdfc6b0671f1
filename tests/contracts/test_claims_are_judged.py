"""Every testable claim of the pages is judged by a requirement, or stands on a list with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
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
OPERATIONS = {
    "stability": {
        "ultra": "generateUltra",
        "core": "generateCore",
        "sd3": "generateSd3",
        "v1": "textToImage",
    },
    "flux": {
        "pro11": "fluxPro11",
        "pro": "fluxPro",
        "dev": "fluxDev",
        "ultra": "fluxPro11Ultra",
        "image": "fluxImage",
        "kontext": "fluxKontextPro",
        "kontextmax": "fluxKontextMax",
        "fill": "fluxPro10Fill",
        "expand": "fluxPro10Expand",
        "canny": "fluxPro10Canny",
        "pro2": "flux2Pro",
        "flex": "flux2Flex",
        "result": "getResult",
        "credits": "getCredits",
    },
    "midjourney": {
        "imagine": "submitImagine",
        "change": "submitChange",
        "simple": "submitSimpleChange",
        "action": "submitAction",
        "modal": "submitModal",
        "blend": "submitBlend",
        "describe": "submitDescribe",
        "shorten": "submitShorten",
        "swap": "swapFace",
        "fetch": "fetchTask",
        "seed": "getImageSeed",
        "cancel": "cancelTask",
        "list": "listTasks",
        "queue": "listQueue",
        "byids": "listTasksByIds",
        "query": "queryTasks",
    },
}
FAMILIES = tuple(OPERATIONS)
LEFT = Path(__file__).with_name("claims_left.yaml")
Judging = Mapping[str, Sequence[Requirement]]


@cache
def claims_of(family: str) -> tuple[dict[str, Any], ...]:
    return tuple(read(HOME / "claims" / f"{family}.yaml").value["claims"])


@cache
def judging(name: str) -> Judging:
    """Each claim with the requirements of a document that judge it: all profiles, every permission."""
    library = Library()
    source = Source(library.load(name), claims_of(library.family(name)))
    found: dict[str, list[Requirement]] = {}
    for each in plan(source, "extended", (), EVERYTHING, prompts=PROMPTS).requirements:
        for claim in each.claims:
            found.setdefault(claim, []).append(each)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_testable_claim_is_judged_for_its_operation_or_left_with_a_reason(family: str) -> None:
    left = {
        claim
        for group in yaml.safe_load(LEFT.read_text("utf-8"))
        for claim in group["claims"]
        if group["because"] and group.get("family", "stability") == family
    }
    unjudged = {each["id"] for each in claims_of(family) if each["testable"] and not _judges(family, each)}
    assert unjudged == left


def _judges(family: str, claim: dict[str, Any]) -> bool:
    operation = OPERATIONS[family][claim["id"].partition(".")[0]]
    found = judging(claim.get("variant", family)).get(claim["id"], [])
    return any(each.operation == operation for each in found)


def test_a_claim_is_not_judged_by_what_only_stands_near_it() -> None:
    sizes = judging("stability")["v1.sdxl.1216x832"]
    assert [each.id for each in sizes] == ["stability.textToImage.size.1216x832"]
    longest = judging("stability")["ultra.prompt.max-length"]
    assert [each.id.split(".", 2)[2] for each in longest if each.operation == "generateUltra"] == [
        "prompt.maxLength"
    ]
    free = {each.id.split(".", 2)[2] for each in judging("stability")["core.credits.failed"]}
    assert free == {"cost.refusals"}


def test_requirements_of_one_operation_carry_no_claim_about_another() -> None:
    for claim in ("ultra.credits", "core.credits", "sd3.credits.failed"):
        judges = {each.operation for each in judging("stability")[claim]}
        assert judges == {OPERATIONS["stability"][claim.partition(".")[0]]}
