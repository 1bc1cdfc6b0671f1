"""Trigger keys and prompts: every entry of the table has its effect, and a test here."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from asking import BALANCE, CORE, PROMPT, SD3, TEXTS, V1, bearer
from support import InProcess

from proofsheet.mockserver import triggers
from proofsheet.mockserver.settings import KnownKey
from proofsheet.spec import refused_keys
from proofsheet.spec.yaml_reader import read

TABLE = read(Path(triggers.__file__).parent / "triggers.yaml").value

# entry: what to send, then (status, name) of v2beta and of v1; None: nothing special happens
KEYS: dict[str, tuple[str, Any, Any]] = {
    "sk-mock-unknown": ("sk-mock-unknown", (401, "unauthorized"), (401, "unauthorized")),
    "sk-mock-revoked": ("sk-mock-revoked-2", (401, "unauthorized"), (401, "unauthorized")),
    "sk-mock-forbidden": ("sk-mock-forbidden", None, (403, "permission_denied")),
    "sk-mock-broke": ("sk-mock-broke", (402, "payment_required"), (429, "insufficient_balance")),
    "sk-mock-credits-(\\d+)": ("sk-mock-credits-0", (402, "payment_required"), (429, "insufficient_balance")),
}
PROMPTS: dict[str, tuple[Any, Any]] = {
    "mock:flagged": ((403, "content_moderation"), (400, "invalid_prompts")),
    "mock:language": ((422, "invalid_language"), None),
    "mock:figure": ((422, "public_figure"), None),
    "mock:error": ((500, "internal_error"), (500, "server_error")),
    "mock:filtered": (None, None),
    "mock:slow": (None, None),
}


def test_every_entry_of_the_table_is_tested() -> None:
    assert [each["match"] for each in (*refused_keys.table(), *TABLE["keys"])] == list(KEYS)
    assert {each["match"] for each in TABLE["prompts"]} == set(PROMPTS)


def _ended(response: Any) -> tuple[int, str] | None:
    return None if response.status_code == 200 else (response.status_code, response.json()["name"])


@pytest.mark.parametrize("match", KEYS)
def test_keys(house: InProcess, match: str) -> None:
    key, v2beta, v1 = KEYS[match]
    assert _ended(house.form(SD3, {"prompt": PROMPT}, headers=bearer(key))) == v2beta
    assert _ended(house.post(V1, json=TEXTS, headers=bearer(key))) == v1


@pytest.mark.parametrize("match", PROMPTS)
def test_prompts(mock: InProcess, key: str, match: str, monkeypatch: pytest.MonkeyPatch) -> None:
    v2beta, v1 = PROMPTS[match]
    monkeypatch.setattr(asyncio, "sleep", _at_once)
    assert _ended(mock.form(SD3, {"prompt": f"a cat {match}"}, headers=bearer(key))) == v2beta
    prompts = [{"text": "a cat"}, {"text": f"{match} a dog"}]
    assert _ended(mock.post(V1, json={"text_prompts": prompts}, headers=bearer(key))) == v1
    paid = (0 if v2beta else Decimal("6.5")) + (0 if v1 else Decimal("0.9"))
    assert mock.get(BALANCE, headers=bearer(key)).json() == {"credits": float(1000 - paid)}


async def _at_once(seconds: float, result: Any = None) -> None:
    return None


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


def test_v1_shows_a_wrong_key_masked(house: InProcess) -> None:
    key = "sk-mock-unknown-and-quite-long"
    message = house.get(BALANCE, headers=bearer(key)).json()["message"]
    assert message.startswith("Incorrect API key provided: sk-mock*******************long. ")
    assert (
        house.get(BALANCE, headers={"authorization": None}).json()["message"]
        == "missing authorization header"
    )
    short = house.get(BALANCE, headers=bearer("sk-mock-unkno" + "wn")).json()["message"]
    assert "sk-mock-unknown" not in short


def test_only_version_2_judges_language_and_figures(house: InProcess) -> None:
    assert house.form(CORE, {"prompt": PROMPT, "negative_prompt": "mock:flagged"}).status_code == 200
