"""`serve --admin-key`: who may use the control surface, and where nobody may listen without one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from support import InProcess
from wire import ROOT, Process

from proofsheet.mockserver.cli import serve as command
from proofsheet.spec.document import Document
from proofsheet.testing_client import ControlError, Mock

ADMIN = "an-admin-key-of-tests"
MINIATURE = str(ROOT / "tests" / "miniature")


def basic(password: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'anyone:{password}'.encode()).decode()}"}


@pytest.fixture
def asking(serve: Callable[..., InProcess], miniature: Document) -> Callable[..., httpx.Response]:
    """Asks a double with an admin key, with the headers that are given and no other."""
    double = serve(miniature, admin_key=ADMIN)

    def ask(method: str, path: str, headers: dict[str, str], **options: Any) -> httpx.Response:
        return double.request(method, path, headers={"authorization": None, **headers}, **options)

    return ask


@pytest.mark.parametrize("path", ["/_mock/health", "/_mock/", "/_mock/journal", "/_mock/assets/page.js"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"proofsheet-admin": ""},
        {"proofsheet-admin": ADMIN[:-1]},
        {"authorization": f"Bearer {ADMIN}"},
        basic(""),
        basic("wrong"),
        {"authorization": "Basic =nonsense"},
    ],
)
def test_whoever_has_no_key_is_refused_and_told_what_to_send(
    asking: Callable[..., httpx.Response], path: str, headers: dict[str, str]
) -> None:
    answer = asking("GET", path, headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "proofsheet-admin" in answer.json()["detail"]


@pytest.mark.parametrize("headers", [{"proofsheet-admin": ADMIN}, basic(ADMIN)])
def test_whoever_has_it_is_served(asking: Callable[..., httpx.Response], headers: dict[str, str]) -> None:
    assert asking("GET", "/_mock/", headers).headers["content-type"].startswith("text/html")
    assert asking("POST", "/_mock/clock", headers, json={"advance": 1}).status_code == 200
    narrowed = {**headers, "authorization": headers.get("authorization", "Bearer sk-of-a-test")}
    assert asking("GET", "/_mock/journal", narrowed).json() == {"entries": []}


def test_the_password_is_no_key_of_the_api(asking: Callable[..., httpx.Response]) -> None:
    asking("PUT", "/_mock/ledger", basic(ADMIN), json={"key": "sk-one", "credits": 7})
    refused = asking("GET", "/_mock/ledger", basic(ADMIN))
    assert "which key?" in refused.json()["detail"]


def test_the_api_and_the_probes_ask_for_none(asking: Callable[..., httpx.Response]) -> None:
    assert asking("POST", "/tasks", {"x-task-key": "sk-one"}, json={"prompt": "a cat"}).is_success
    assert asking("GET", "/healthz", {}).status_code == 200
    assert asking("GET", "/readyz", {}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_nobody_listens_for_other_machines_without_a_key(host: str) -> None:
    ended = CliRunner().invoke(command, ["miniature", "--spec", MINIATURE, "--port", "0", "--host", host])
    assert ended.exit_code == 2
    assert "--admin-key KEY, or --admin-key none" in ended.output


@pytest.mark.parametrize("key", ["", "short", "with a blank"])
def test_a_key_that_is_none(key: str) -> None:
    ended = CliRunner().invoke(command, ["--admin-key", key])
    assert ended.exit_code == 2
    assert "8 to 256 visible ASCII characters" in ended.output


@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    options = ("miniature", "--spec", MINIATURE, "--host", "0.0.0.0", "--metrics", "--admin-key", ADMIN)
    with Process(*options, documents=()) as made:
        yield made


def test_metrics_take_it_as_prometheus_sends_it(server: Process) -> None:
    statuses = [
        server.request("GET", "/metrics", headers={"authorization": None, **headers}).status_code
        for headers in ({}, {"authorization": f"Bearer {ADMIN}"}, basic(ADMIN), {"authorization": "Bearer x"})
    ]
    assert statuses == [401, 200, 200, 401]


def test_the_testing_client_takes_it_from_the_environment(
    server: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock = Mock(f"http://127.0.0.1:{server.port}", "sk-of-a-test")
    with pytest.raises(ControlError, match="send the key of --admin-key"):
        mock.journal()
    monkeypatch.setenv("PROOFSHEET_ADMIN_KEY", ADMIN)
    assert mock.journal() == []
    assert ADMIN not in server.banner
    assert "(asks for the admin key)" in server.banner
