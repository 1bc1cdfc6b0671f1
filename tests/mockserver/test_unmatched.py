"""Requests that no document knows are answered by the double itself, and journaled."""

from __future__ import annotations

from typing import Any

import pytest
from support import KEY, InProcess

from proofsheet.mockserver.unmatched import UNKNOWN
from proofsheet.spec.load import Library


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v2beta/stable-image/generate/sd3.5-large", 404),
        ("POST", "/v1/v2beta/stable-image/generate/core", 404),
        ("GET", "/v2beta/stable-image/generate/core", 405),
        ("DELETE", "/v1/user/balance", 405),
    ],
)
def test_a_stray_request_is_in_the_journal_of_its_key(
    mock: InProcess, method: str, path: str, status: int
) -> None:
    response = mock.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    (entry,) = mock.get("/_mock/journal").json()["entries"]
    assert (entry["operation"], entry["status"], entry["method"]) == (UNKNOWN, status, method)
    assert entry["path"] == path
    assert KEY not in mock.get("/_mock/journal", headers={"authorization": None}).text


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/v1/generation/nothing", None, 401),
        ("/sd/v1/nothing", None, 401),
        ("/v1/nothing", "sk-mock-unknown", 401),
        ("/v1/nothing", "sk-any", 404),
        ("/v2beta/nothing", None, 404),
        ("/v10/nothing", None, 404),
        ("/nothing", None, 404),
    ],
)
def test_a_path_of_version_1_is_refused_without_a_key(
    mock: InProcess, path: str, key: str | None, status: int
) -> None:
    authorization = f"Bearer {key}" if key else None
    response = mock.post(path, headers={"authorization": authorization})
    assert response.status_code == status
    if status == 401:
        assert response.json()["name"] == "unauthorized"
        message = "Incorrect API key provided" if key else "missing authorization header"
        assert response.json()["message"].startswith(message)
    (entry,) = mock.get("/_mock/journal", headers={"authorization": None}).json()["entries"]
    assert (entry["operation"], entry["status"], entry["path"]) == (UNKNOWN, status, path)


def test_a_gateway_refuses_it_in_its_own_words(serve: Any, library: Library) -> None:
    mock = serve(library.load("gptnb.gateway"))
    response = mock.post("/sd/v1/nothing", headers={"authorization": None})
    assert (response.status_code, response.json()["error"]["type"]) == (401, "new_api_error")


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("POST", "/v1/v1/chat/completions", 404, "Invalid URL (POST /v1/v1/chat/completions)"),
        ("POST", "/v1/chat/completions/", 404, "Invalid URL (POST /v1/chat/completions/)"),
        ("GET", "/v1/chat/completions", 405, "Not allowed to GET on /v1/chat/completions. (HINT: "),
    ],
)
def test_what_the_document_answers_there_is_answered(
    serve: Any, library: Library, method: str, path: str, status: int, message: str
) -> None:
    mock = serve(library.load("openai"))
    response = mock.request(method, path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    assert response.json()["error"]["message"].startswith(message)
    hints = {404: "did you mean /v1/chat/completions?", 405: None}
    assert response.headers.get("proofsheet-hint") == hints[status]
    assert response.headers.get("allow") == {404: None, 405: "POST"}[status]
    (entry,) = mock.get("/_mock/journal").json()["entries"]
    assert (entry["operation"], entry["status"], entry["path"]) == (UNKNOWN, status, path)


def test_the_nearest_path_is_named(mock: InProcess) -> None:
    detail = mock.post("/v2beta/stable-image/generate/sd3.5-large").json()["detail"]
    assert "did you mean /v2beta/stable-image/generate/sd3?" in detail


@pytest.mark.parametrize("name", ["flux", "gptnb"])
def test_a_document_that_is_not_served_is_named_with_what_serves_it(mock: InProcess, name: str) -> None:
    detail = mock.post(f"/{name}/v2beta/stable-image/generate/core").json()["detail"]
    assert f"{name} is not served here; `proofsheet serve {name}` serves it" in detail


def test_the_control_surface_is_not_journaled(mock: InProcess) -> None:
    mock.get("/_mock/nothing-here")
    mock.get("/_mock/health")
    assert mock.get("/_mock/journal").json()["entries"] == []
