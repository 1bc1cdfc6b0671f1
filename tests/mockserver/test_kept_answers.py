"""Answers that are kept go with all else that is remembered of a key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support import InProcess

from proofsheet.mockserver.state import values
from proofsheet.mockserver.state.memory import MemoryState
from proofsheet.spec.load import Library


def test_a_reset_of_a_key_forgets_its_kept_answers_and_no_others(
    serve: Callable[..., InProcess], library: Library
) -> None:
    mock = serve(library.load("openai-responses"))
    asked = {"model": "gpt-4o", "input": "Say this is a test", "max_output_tokens": 16}
    paths = {}
    for key in ("one", "other"):
        headers = {"authorization": f"Bearer {key}"}
        made = mock.post("/v1/responses", json=asked, headers=headers)
        paths[key] = f"/v1/responses/{made.json()['id']}", headers
        assert mock.get(paths[key][0], headers=headers).status_code == 200
    mock.post("/_mock/reset", headers=paths["one"][1])
    found = {key: mock.get(path, headers=headers).status_code for key, (path, headers) in paths.items()}
    assert found == {"one": 404, "other": 200}


def test_of_what_is_kept_packed_the_oldest_goes_when_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MOST_BYTES", 110)
    monkeypatch.setattr(values, "_EACH", 0)
    state = MemoryState(lambda holder: None)
    for number in range(4):
        state.remember(("kept", "key", str(number)), bytes(40), 60)
    state.remember(("other", "key", "plain"), {"of": "another kind"}, 60)
    assert [state.recall(("kept", "key", str(number))) is not None for number in range(4)] == [
        *(False, False, True, True)
    ]
    state.remember(("kept", "key", "3"), bytes(60), 60)  # in place of the one of 40 bytes
    assert state.recall(("kept", "key", "2")) is not None
    state.remember(("kept", "key", "large"), bytes(500), 60)  # alone it stays: there is no smaller choice
    assert state.recall(("kept", "key", "large")) is not None
    assert state.recall(("kept", "key", "3")) is None
    assert state.recall(("other", "key", "plain")) == {"of": "another kind"}
