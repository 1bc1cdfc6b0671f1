"""What needs leave: bursts and what happens meanwhile, a key without credits, prompts that are flagged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from judging import KEY, Judged

from proofsheet.contracts.client.target import PERMISSIONS, Target
from proofsheet.contracts.derive.rate_limits import limits
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.mockserver.settings import KnownKey
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

OTHER, BROKE = "sk-judged-0002", "sk-judged-0003"
RICH = KnownKey(credits=Decimal(1000))
KEYS = {KEY: RICH, OTHER: RICH, BROKE: KnownKey(credits=Decimal(0))}
MORE = frozenset(PERMISSIONS) | {"other-key", "broke-key"}
PROMPTS = {"flagged": "mock:flagged", "filtered": "mock:filtered"}


TARGET = Target("http://double.test", KEY, keys={"other": OTHER, "broke": BROKE})


def judged(document: Document, *topics: str, **settings: Any) -> Judged:
    only = tuple(f"stability.{each}" for each in topics)
    made = plan(Source(document), "extended", only, MORE, prompts=PROMPTS)
    found = Judged(document, made, keys=KEYS, target=TARGET, **settings)
    return found.all()


def test_while_a_key_is_shut_out_others_are_not(document: Document) -> None:
    found = judged(document, "listEngines.limit", rate_limit=True)
    assert found.told() == {}
    assert [each.case.request.credential for each in found.asked] == [
        *("valid", "valid", "wrong", "other", "valid", "valid")
    ]
    assert [each.exchange.status for each in found.asked if each.exchange] == [200, 429, 401, 200, 429, 200]


def test_without_a_limit_nothing_is_said_of_what_happens_meanwhile(document: Document) -> None:
    told = judged(document, "listEngines.limit", rate_limit=False).told()
    assert told == {
        "stability.listEngines.limit.refused": ["expected 429 rate_limit_exceeded, came 200"],
        "stability.listEngines.limit.strangers": ["no key was shut out"],
        "stability.listEngines.limit.others": ["no key was shut out"],
        "stability.listEngines.limit.penalty": ["no key was shut out"],
        "stability.listEngines.limit.recovers": ["no key was shut out"],
    }


@pytest.mark.parametrize("operation", ["generateCore", "textToImage"])
def test_a_key_without_credits_is_refused(document: Document, operation: str) -> None:
    found = judged(document, f"{operation}.credits")
    assert found.told() == {}
    assert [each.exchange.status for each in found.asked if each.exchange] == [
        402 if operation == "generateCore" else 429
    ]
    assert found.run.budget.spent == 0


def test_flagged_prompts_are_refused_and_filtered_ones_marked_and_paid(document: Document) -> None:
    found = judged(document, "generateCore.moderation", "generateCore.filtered", "generateCore.cost")
    assert found.told() == {}
    assert [each.exchange.status for each in found.asked if each.case.pays and each.exchange] == [200] * 3
    assert found.run.budget.spent == 9


def test_a_filter_that_does_not_say_so_is_found(document: Document) -> None:
    made = plan(
        Source(document),
        "extended",
        ("stability.generateCore.filtered", "stability.generateCore.moderation"),
        MORE,
        prompts={"flagged": "a cat", "filtered": "a dog"},
    )
    told = Judged(document, made).all().told()
    flagged = told.pop("stability.generateCore.moderation.flagged")
    assert flagged[0].startswith("expected 403 content_moderation, came 200")
    assert told == {
        "stability.generateCore.filtered.json": [
            "expected /finish_reason to be 'CONTENT_FILTERED', came 'SUCCESS'"
        ],
        "stability.generateCore.filtered.bytes": [
            "expected the header finish-reason: CONTENT_FILTERED, came SUCCESS"
        ],
    }


def test_without_the_words_nothing_is_asked(document: Document) -> None:
    only = ("stability.generateCore.filtered", "stability.generateCore.moderation")
    made = plan(Source(document), "extended", only, MORE)
    assert made.cases == ()
    reasons = {reason for messages in Judged(document, made).all().told().values() for reason in messages}
    assert reasons == {
        "needs prompts.flagged in target.toml",
        "needs prompts.filtered in target.toml",
    }


def test_a_slow_body_takes_its_time(document: Document) -> None:
    made = plan(Source(document), "extended", ("stability.generateCore.robust.slow",))
    found = Judged(document, made).all()
    assert found.told() == {}
    assert sum(found.pauses) == pytest.approx(2.0 * 7 / 8)


@pytest.mark.parametrize("topic", ["limit.refused", "limit.others", "limit.recovers"])
def test_each_of_the_limit_is_reproduced_alone(document: Document, topic: str) -> None:
    kept = judged(document, f"listEngines.{topic}", rate_limit=True)
    assert kept.told() == {}
    assert list(kept.run.verdicts) == [f"stability.listEngines.{topic}"]


def test_that_refusals_cost_nothing_is_asked_alone_and_pays_for_nothing(document: Document) -> None:
    found = judged(document, "generateCore.cost.refusals")
    assert found.told() == {}
    assert len(found.asked) > 50
    assert found.run.budget.spent == 0


def test_without_a_penalty_a_key_is_out_until_the_window_has_passed() -> None:
    files = Library().load("openai-files")
    found = limits(Source(files), files.operations["listFiles"])
    (waits,) = (each.cases[0].steps[0].wait for each in found if each.requirement.id.endswith("recovers"))
    assert waits > 60
