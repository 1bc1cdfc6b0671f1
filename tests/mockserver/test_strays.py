"""Requests that no document knows are answered by the double itself, and journaled."""

from __future__ import annotations

import pytest
from support import KEY, InProcess

from proofsheet.mockserver.unmatched import UNKNOWN


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


def test_the_nearest_path_is_named(mock: InProcess) -> None:
    detail = mock.post("/v2beta/stable-image/generate/sd3.5-large").json()["detail"]
    assert "did you mean /v2beta/stable-image/generate/sd3?" in detail


def test_the_control_surface_is_not_journaled(mock: InProcess) -> None:
    mock.get("/_mock/nothing-here")
    mock.get("/_mock/health")
    assert mock.get("/_mock/journal").json()["entries"] == []
