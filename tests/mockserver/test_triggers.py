"""Trigger keys and prompts. What each does in a family is in tests/families/*/triggers.yaml."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from families.rows import rows
from sample_requests import BALANCE, SD3, bearer
from support import InProcess

from proofsheet.mockserver import triggers
from proofsheet.mockserver.settings import KnownKey
from proofsheet.spec import refused_keys
from proofsheet.spec.yaml_reader import read

TABLE = read(Path(triggers.__file__).parent / "triggers.yaml").value
SLOW = "mock:slow"  # tested below: it changes no answer


def test_every_entry_of_the_table_is_tested_in_a_family() -> None:
    steps = [step for row in rows() for step in row.steps]
    keys = [step["key"] for step in steps if step.get("key")]
    plain = [each for each in TABLE["keys"] if "task" not in each]  # of tasks: test_task_forcing.py
    patterns = [each["match"] for each in (*refused_keys.table(), *plain)]
    assert [each for each in patterns if not any(re.match(each, key) for key in keys)] == []
    texts = " ".join(str(step) for step in steps)
    prompts = [each["match"] for each in TABLE["prompts"] if "task" not in each]
    assert [each for each in prompts if each not in texts] == [SLOW]


def test_a_slow_prompt_waits_as_long_as_the_table_says(
    house: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("proofsheet.mockserver.endpoint.asyncio.sleep", sleep)
    assert house.form(SD3, {"prompt": "mock:slow"}).status_code == 200
    assert waits == [next(each["delay"] for each in TABLE["prompts"] if each["match"] == "mock:slow")]


@pytest.mark.parametrize(
    ("key", "credits"),
    [
        ("sk-mock-credits-12", 12),
        ("sk-mock-credits-0", 0),
        ("sk-mock-broke", 0),
        ("sk-mock-credits-99999999999", 999_999_999),
    ],
)
def test_keys_that_say_their_credits(mock: InProcess, key: str, credits: int) -> None:
    assert mock.get(BALANCE, headers=bearer(key)).json() == {"credits": credits}


def test_the_double_refuses_on_its_defaults_what_the_judge_sends(house: InProcess, document: Any) -> None:
    for entry in refused_keys.table():
        kind = entry["refuses"].partition(".")[2]
        key = refused_keys.refused_key(kind)
        assert house.get(BALANCE, headers=bearer(key)).status_code == 401
        policy = next(iter(document.operations.values())).policy
        assert policy.outcome("authenticate", kind) == "unauthorized"


def test_a_word_that_only_looks_like_a_trigger(house: InProcess) -> None:
    for prompt in ("a mock turtle", "mock: figure", "Mock:flagged", "hammock"):
        assert house.form(SD3, {"prompt": prompt}).status_code == 200
    assert house.get(BALANCE, headers=bearer("my-sk-mock-unknown")).status_code == 200


def test_known_keys(serve: Any, document: Any) -> None:
    keys = {"sk-a": KnownKey(Decimal(5)), "sk-b": KnownKey(revoked=True), "sk-c": KnownKey()}
    mock = serve(document, keys=keys, credits=Decimal(7))
    answers = {name: mock.get(BALANCE, headers=bearer(name)) for name in ("sk-a", "sk-b", "sk-c", "sk-d")}
    assert {name: each.status_code for name, each in answers.items()} == {
        "sk-a": 200,
        "sk-b": 401,
        "sk-c": 200,
        "sk-d": 401,
    }
    assert (answers["sk-a"].json()["credits"], answers["sk-c"].json()["credits"]) == (5, 7)
