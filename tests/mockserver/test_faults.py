"""Faults: how they are written, and what they do to an answer on a real connection."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_requests import BALANCE, SD3, Sessions, bearer, opened
from support import InProcess
from wire import Process, heard

from proofsheet.mockserver import faults

HEADER = "proofsheet-fault"


@pytest.mark.parametrize(
    ("text", "kind", "shape", "numbers", "share"),
    [
        ("reset", "reset", "fixed", (), 1),
        ("truncate@0.5", "truncate", "fixed", (), 0.5),
        ("malformed@0", "malformed", "fixed", (), 0),
        ("slow", "slow", "fixed", (2,), 1),
        ("slow=0.5", "slow", "fixed", (0.5,), 1),
        ("latency=1", "latency", "fixed", (1,), 1),
        (" latency=uniform:0.1-0.5@0.25 ", "latency", "uniform", (0.1, 0.5), 0.25),
        ("latency=normal:1,0.2", "latency", "normal", (1, 0.2), 1),
        ("slow=lognormal:0.3,0.6@1", "slow", "lognormal", (0.3, 0.6), 1),
    ],
)
def test_the_grammar(text: str, kind: str, shape: str, numbers: Any, share: float) -> None:
    found = faults.parse(text)
    assert (found.kind, found.shape, found.numbers, found.share) == (kind, shape, numbers, share)


WRONG = [
    *("", "explode", "latency", "latency=", "latency=x", "latency=-1", "latency=1e3", "latency=nan"),
    *("latency=1@2", "latency=1@x", "latency=1@-1", "reset=1", "truncate=half", "latency=uniform:1", "RESET"),
    *(
        "latency=uniform:1,2",
        "latency=normal:1",
        "latency=weibull:1,2",
        "latency=normal:1,2,3",
        "reset@0.5@0.5",
    ),
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_fault_says_what_was_expected(text: str) -> None:
    with pytest.raises(faults.BadFault, match=r"expected|takes|between"):
        faults.parse(text)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=20) | st.from_regex(r"\A(latency|slow|reset)(=[a-z]*:?[\d.,-]*)?(@[\d.]*)?\Z"))
def test_any_text_is_a_fault_or_is_refused(text: str) -> None:
    try:
        found = faults.parse(text)
    except faults.BadFault:
        return
    assert found.kind in faults.KINDS
    assert 0 <= found.share <= 1
    assert not found.numbers or 0 <= found.seconds(random.Random(1)) <= 600


@pytest.mark.parametrize(
    "text", ["latency=lognormal:1000,1", "latency=9999", "latency=normal:0,99999", "latency=uniform:9999-9"]
)
def test_no_fault_takes_longer_than_ten_minutes(text: str) -> None:
    rng = random.Random(1)
    assert all(0 <= faults.parse(text).seconds(rng) <= 600 for _ in range(50))


def test_a_wrong_fault_in_a_header_is_told(house: InProcess) -> None:
    response = house.get(BALANCE, headers={HEADER: "explode"})
    assert (response.status_code, response.json()["title"]) == (400, "Proofsheet: cannot force this")
    assert response.json()["detail"].startswith("proofsheet-fault: 'explode' is no fault")


def _by_header(server: Process, key: str, fault: str) -> dict[str, Any]:
    return bearer(key, **{HEADER: fault})


def _by_schedule(server: Process, key: str, fault: str) -> dict[str, Any]:
    response = server.request("POST", "/_mock/schedule", json={"fault": fault}, headers=bearer(key))
    assert response.status_code == 201
    return bearer(key)


@pytest.fixture(params=[_by_header, _by_schedule], ids=["header", "schedule"])
def hurt(request: Any, server: Process) -> Callable[[str], dict[str, Any]]:
    """The headers of a request that meets a fault, chosen one way and the other."""
    key = Sessions.key()
    return lambda fault: request.param(server, key, fault)


def test_reset(server: Process, hurt: Any) -> None:
    headers = hurt("reset")
    lines = [f"GET {BALANCE} HTTP/1.1", "host: x", *(f"{name}: {value}" for name, value in headers.items())]
    with server.connect() as sock:
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        with pytest.raises(ConnectionResetError):
            sock.recv(1)


def test_truncate(server: Process, hurt: Any) -> None:
    headers = hurt("truncate")
    lines = [f"GET {BALANCE} HTTP/1.1", "host: x", *(f"{name}: {value}" for name, value in headers.items())]
    with server.connect() as sock:
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head, _, body = heard(sock).partition(b"\r\n\r\n")
    whole = len(b'{"credits":1000.0}')
    assert b"200 OK" in head
    assert b"content-length: %d" % whole in head
    assert len(body) == whole // 2


def test_truncate_to_a_client(server: Process, hurt: Any) -> None:
    headers = hurt("truncate")
    with pytest.raises(httpx.RemoteProtocolError):
        server.form(SD3, {"prompt": "a cat"}, headers=headers)


def test_malformed_json(server: Process, hurt: Any) -> None:
    headers = {name: value for name, value in hurt("malformed").items() if value}
    body = server.client.get(BALANCE, headers=headers).content
    with pytest.raises(ValueError, match=r"."):
        json.loads(body)


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_malformed_pictures_do_not_decode(server: Process, hurt: Any, form: str) -> None:
    files = {"prompt": (None, "a cat"), "output_format": (None, form), "seed": (None, "3")}
    whole = server.form(SD3, {"prompt": "a cat", "output_format": form, "seed": "3"})
    response = server.client.post(SD3, files=files, headers=hurt("malformed"))
    assert (response.status_code, len(response.content)) == (200, len(whole.content))
    assert response.content != whole.content
    try:
        opened(response.content)
    except Exception as error:
        assert isinstance(error, (OSError, SyntaxError, ValueError))  # noqa: PT017
    else:
        pytest.fail(f"the {form} decodes")


@pytest.mark.parametrize("fault", ["latency=0.3", "slow=0.3", "latency=uniform:0.3-0.4"])
def test_a_late_answer_is_whole(server: Process, hurt: Any, fault: str) -> None:
    response = server.get(BALANCE, headers=hurt(fault))
    assert (response.status_code, response.json()) == (200, {"credits": 1000})


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        ("latency=3", 3, 3),
        ("slow=3", 2.99, 3.01),
        ("latency=uniform:3-4", 3, 4),
        ("latency=normal:3,0", 3, 3),
    ],
)
def test_faults_of_time_wait(
    house: InProcess, fault: str, least: float, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(faults.asyncio, "sleep", sleep)
    assert house.get(BALANCE, headers={HEADER: fault}).status_code == 200
    assert least <= sum(waits) <= most


def test_without_a_connection_a_fault_says_what_it_needs(house: InProcess) -> None:
    with pytest.raises(ConnectionResetError, match="needs a real connection"):
        house.get(BALANCE, headers={HEADER: "reset"})


def test_faults_of_the_settings_have_their_share_and_repeat(serve: Any, document: Any) -> None:
    def hurt() -> list[bool]:
        mock = serve(document, faults=(faults.parse("reset@0.3"),), seed=11)
        found = []
        for _ in range(40):
            try:
                found.append(mock.get(BALANCE).status_code != 200)
            except ConnectionResetError:
                found.append(True)
        return found

    first = hurt()
    assert 4 <= sum(first) <= 22
    assert hurt() == first
