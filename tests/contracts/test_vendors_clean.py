"""A double of a vendor keeps what the vendor documents; where its page is silent nobody can fail."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from judging import KEY, KINDS, Here

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.checks.refusals import RefusedAs
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.requirement import Requirement
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.judge import Judge
from proofsheet.contracts.run.runner import Run
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import KnownKey, Settings
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

VENDORS = Library().vendors()
MANY = Decimal(10_000)


def told(
    document: Document, claims: tuple[object, ...], profile: str, only: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    """What a run at the vendor's base path holds against a double of the vendor."""
    known = {KEY: KnownKey(credits=MANY)}
    site = Site(double((document,), Settings(keys=known, seed=1, rate_limit=False)))
    state, transport = site.double.state, Here(site)
    state.move_clock(frozen=True)
    client = HttpClient(document, Target("http://double.test" + document.bases[0], KEY), transport)
    made = plan(Source(document, claims), profile, only)  # type: ignore[arg-type]
    run = Run(made, client, Oracle(document), Budget(MANY), pause=state.move_clock, workers=1)
    try:
        assert sum(each.exchange is not None for each in run.steps()) > 250
    finally:
        transport.close()
    return {
        name: each.messages or [each.reason]
        for name, each in run.verdicts.items()
        if each.status.name not in ("PASSED", "SKIPPED")
    }


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        *((name, "core") for name in VENDORS if name != "gptnb"),
        *(("gptnb", "extended"), ("gptnb.gateway", "core")),
    ],
)
def test_a_double_of_a_vendor_passes(library: Library, name: str, profile: str) -> None:
    assert told(library.load(name), library.claims(name), profile) == {}


def test_a_double_of_a_family_behind_a_gateway_passes(library: Library) -> None:
    """One operation of each kind: the gateway's errors are the same for all."""
    document = library.load("stability.gateway")
    only = tuple(f"stability.{name}" for name in KINDS)
    assert told(document, library.claims("stability.gateway"), "core", only) == {}


def requirements(library: Library, name: str) -> list[Requirement]:
    return list(plan(Source(library.load(name), library.claims(name)), "extended").requirements)


@pytest.mark.parametrize("name", VENDORS)
def test_what_is_inherited_can_warn_and_not_fail(library: Library, name: str) -> None:
    own = set(library.profile(name).raw["operations"])
    found = requirements(library, name)
    assert {each.id.partition(".")[0] for each in found} == {"stability"}
    for each in found:
        if each.operation not in own:
            assert each.level == "MAY", each.id
        if each.grade in ("inherited", "assumed") and not each.id.endswith(
            (".no-5xx", ".no-leak", ".json", ".complete")
        ):
            assert each.level != "MUST", each.id
    levels = Counter(each.level for each in found if each.operation in own)
    assert levels["MUST"] > 10, "what the pages document can fail"


def test_ids_are_the_same_for_a_family_and_its_vendors(library: Library) -> None:
    # What explores has requirements of its own for what is assumed, and so for what is inherited.
    base, own = (
        {each.id for each in requirements(library, name) if ".any." not in each.id}
        for name in ("stability.pages-2024", "gptnb")
    )
    assert own == base


def test_a_vendors_requirement_names_the_vendors_claims(library: Library) -> None:
    own = {each["id"] for each in library.claims("vman")}
    found = requirements(library, "vman")
    assert all(set(each.claims) <= own for each in found)
    assert sum(bool(each.claims) for each in found) > 5


def test_a_finding_in_a_gateways_error_says_whose_it_is(library: Library) -> None:
    document = library.load("gptnb.gateway")
    wanted = "stability.generateCore.minimum"
    step = Step(Request("generateCore"), (RefusedAs(wanted, "bad_request"),))
    case = Case("generateCore.x", "generateCore", (step,))
    body = '{"error":{"message":"当前分组 default 下对于模型 x 无可用渠道","type":"one_api_error"}}'
    for said, ending in (
        (body, "; this is the gateway's error, not the API's"),
        ('{"errors":["x"],"id":"1","name":"x"}', ""),
    ):
        exchange = Exchange(
            "POST", "http://t.test/sd/v2beta/stable-image/generate/core", (), b"", 503,
            (("content-type", "application/json"),), said.encode(),
        )  # fmt: skip
        judge = Judge(Oracle(document), {wanted})
        judge.remember(case, exchange, 0.0)
        [(requirement, message)] = judge.judge(case, exchange).messages
        assert requirement == wanted
        assert message.startswith("expected 400 bad_request, came 503")
        assert message.endswith(ending)
        assert ("gateway" in message) == bool(ending)
