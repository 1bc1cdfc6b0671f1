"""`serve --cors`: what a browser asks before it lets a page call, and what the page may read."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from sample_requests import BALANCE, CORE, PROMPT, bearer
from support import InProcess

from proofsheet.mockserver.cli import serve as command
from proofsheet.spec.load import Library

PAGE = "http://localhost:5173"
PREFLIGHT = {
    "origin": PAGE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
    "authorization": None,
}


def test_without_the_option_a_preflight_is_a_wrong_method(mock: InProcess) -> None:
    response = mock.request("OPTIONS", CORE, headers=PREFLIGHT)
    assert response.status_code == 405
    answer = mock.get(BALANCE, headers={"origin": PAGE})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("origins", "allowed"), [(("*",), "*"), ((PAGE, "http://a.example"), PAGE)])
def test_a_preflight_is_answered_without_a_key(
    serve: Any, document: Any, origins: tuple[str, ...], allowed: str
) -> None:
    mock = serve(document, cors=origins)
    response = mock.request("OPTIONS", CORE, headers=PREFLIGHT)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == allowed
    assert response.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE"
    assert response.headers["access-control-allow-headers"] == "authorization,content-type"
    assert response.headers["access-control-max-age"] == "600"
    assert "Origin" in response.headers["vary"]
    assert "access-control-allow-credentials" not in response.headers
    private = mock.request(
        "OPTIONS", CORE, headers={**PREFLIGHT, "access-control-request-private-network": "true"}
    )
    assert private.headers["access-control-allow-private-network"] == "true"
    assert mock.get("/_mock/journal").json()["entries"] == []


@pytest.mark.parametrize("key", ["sk-page", "sk-mock-unknown"])
def test_a_page_may_read_answers_and_refusals(serve: Any, document: Any, key: str) -> None:
    mock = serve(document, cors=(PAGE,))
    mock.judged = lambda response: None  # the document declares none of the headers that this is about
    response = mock.form(CORE, {"prompt": PROMPT}, headers={**bearer(key), "origin": PAGE})
    assert response.status_code == (401 if "unknown" in key else 200)
    assert response.headers["access-control-allow-origin"] == PAGE
    assert "Origin" in response.headers["vary"]
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert {"seed", "finish-reason"} <= set(exposed)


def test_another_page_may_not(serve: Any, document: Any) -> None:
    mock = serve(document, cors=(PAGE,))
    elsewhere = {**PREFLIGHT, "origin": "http://elsewhere.example"}
    response = mock.request("OPTIONS", CORE, headers=elsewhere)
    assert response.status_code == 400
    assert "access-control-allow-origin" not in response.headers
    answer = mock.get(BALANCE, headers={"origin": "http://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_the_control_surface_is_for_no_other_page(serve: Any, document: Any) -> None:
    mock = serve(document, cors=("*",))
    answer = mock.get("/_mock/journal", headers={"origin": PAGE})
    assert "access-control-allow-origin" not in answer.headers
    assert mock.request("OPTIONS", "/_mock/journal", headers=PREFLIGHT).status_code == 405


def test_a_gateway_says_what_its_source_does(serve: Any, library: Library) -> None:
    mock = serve(library.load("gptnb.gateway"), cors=("*",))
    response = mock.request("OPTIONS", "/sd" + CORE, headers=PREFLIGHT)
    assert response.headers["access-control-max-age"] == "43200"
    assert response.headers["access-control-allow-methods"] == "GET, POST, PUT, DELETE, OPTIONS, PATCH"


@pytest.mark.parametrize("value", ["stability", "localhost:5173", "http://a b", "http://a/path", ""])
def test_what_is_no_origin_says_what_was_expected(value: str) -> None:
    ended = CliRunner().invoke(command, ["--cors", value])
    assert ended.exit_code == 2
    assert "http://localhost:5173" in ended.output
