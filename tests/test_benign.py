"""The suite does not cry wolf: behind relays that change what is left open nothing is found.

`make mutants` tries all of them, in every profile that it can afford, and the broad ones with every
document. Here the quick ones are tried, on what they touch.
"""

from __future__ import annotations

import pytest
from mutants.benign import benign
from mutants.judging import false_alarms, harmless_trial

LEAST = 60
ONLY = (  # a picture in each form of both versions, refusals, an account
    "stability.generateCore.answer",
    "stability.generateCore.form",
    "stability.generateCore.finish",
    "stability.generateCore.picture",
    "stability.generateCore.seed",
    "stability.generateCore.prompt",
    "stability.generateCore.precedence",
    "stability.textToImage.answer",
    "stability.textToImage.form",
    "stability.textToImage.finish",
    "stability.textToImage.seed",
    "stability.getBalance",
)


@pytest.mark.parametrize("name", [each.id for each in benign().values() if each.quick])
def test_what_is_harmless_is_not_found(name: str) -> None:
    relay = benign()[name]
    found = harmless_trial(relay, only=ONLY)
    assert found.asked > len(ONLY)
    assert false_alarms(relay, found, is_whole=False) == []


def test_there_are_benign_relays_enough() -> None:
    assert len(benign()) >= LEAST


def test_each_says_why_it_is_harmless_and_who_says_so() -> None:
    for each in benign().values():
        assert all((each.says, each.harmless, each.source)), each.id


def test_what_is_noted_of_a_harmless_relay_is_only_a_note() -> None:
    relay = benign()["header-added"]
    found = harmless_trial(relay, profile="free", only=("stability.getBalance",))
    assert set(found.advised) == {"stability.getBalance.answer.headers"}
    assert found.levels["stability.getBalance.answer.headers"] == "MAY"
