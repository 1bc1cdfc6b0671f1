"""Keys that are given away: they act as who asked for them, until they end on the double's clock."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from support import InProcess

from proofsheet.mockserver.settings import KnownKey
from proofsheet.spec.load import Library

OWNER = {"authorization": "Bearer sk-owner"}
SECRETS, OPENS = "/v1/realtime/client_secrets", "/v1/realtime?model=gpt-realtime"


@pytest.fixture
def mock(serve: Callable[..., InProcess], library: Library) -> InProcess:
    return serve(library.load("openai-realtime"))


def opens(mock: InProcess, key: str) -> int:
    """426 asks for a WebSocket: the key was taken."""
    return mock.get(OPENS, headers={"authorization": f"Bearer {key}"}).status_code


@pytest.mark.parametrize(("asked", "seconds"), [({}, 600), ({"expires_after": {"seconds": 30}}, 30)])
def test_a_key_that_was_given_opens_until_it_ends(
    mock: InProcess, asked: dict[str, object], seconds: int
) -> None:
    now = mock.post("/_mock/clock", json={"frozen": True}).json()["now"]
    made = mock.post(SECRETS, json=asked, headers=OWNER).json()
    assert made["expires_at"] == pytest.approx(now + seconds, abs=1)
    assert opens(mock, made["value"]) == 426
    mock.post("/_mock/clock", json={"advance": seconds - 2})
    assert opens(mock, made["value"]) == 426
    mock.post("/_mock/clock", json={"advance": 4})
    assert opens(mock, made["value"]) == 401


def test_it_is_as_good_as_the_key_that_asked_for_it(
    serve: Callable[..., InProcess], library: Library
) -> None:
    mock = serve(library.load("openai-realtime"), keys={"sk-owner": KnownKey()})
    made = mock.post(SECRETS, json={}, headers=OWNER).json()
    assert [opens(mock, key) for key in (made["value"], "ek_of_nobody", "sk-any")] == [426, 401, 401]


def test_the_journal_shows_none(mock: InProcess) -> None:
    made = mock.post(SECRETS, json={}, headers=OWNER).json()["value"]
    assert opens(mock, made) == 426
    protocols = {"authorization": None, "sec-websocket-protocol": f"realtime, openai-insecure-api-key.{made}"}
    assert mock.get(OPENS, headers=protocols).status_code == 426
    entries = mock.get("/_mock/journal", headers={"authorization": None}).json()["entries"]
    assert [each["operation"] for each in entries][-3] == "createRealtimeClientSecret"
    assert made not in json.dumps(entries)
