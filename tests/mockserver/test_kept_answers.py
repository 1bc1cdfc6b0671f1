"""Answers that are kept go with all else that is remembered of a key."""

from __future__ import annotations

from collections.abc import Callable

from support import InProcess

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
