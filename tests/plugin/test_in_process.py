"""`proofsheet.mock(...)`: a double without a port, by httpx's clients, as far as a connection can be told."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import proofsheet
from proofsheet.in_process import InProcess
from proofsheet.testing_client import ControlError

CHAT = "/v1/chat/completions"
PICTURE = "/v2beta/stable-image/generate/core"


def _words(**more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}], **more}


@pytest.fixture(scope="module")
def shared() -> Iterator[InProcess]:
    with proofsheet.mock("openai", "stability", "flux", credits=1000, rate_limit="off") as double:
        yield double


@pytest.fixture
def double(shared: InProcess) -> InProcess:
    shared.reset()
    return shared


def _picture(client: httpx.Client, **options: Any) -> httpx.Response:
    fields = {"prompt": "a lighthouse", "output_format": "webp"}
    return client.post(PICTURE, data=fields, files={"none": b""}, headers={"accept": "image/*"}, **options)


def test_calls_are_answered_forced_and_verified(double: InProcess) -> None:
    with double.client() as client:
        assert client.post(CHAT, json=_words()).json()["choices"][0]["finish_reason"] == "stop"
        double.force(outcome="rate_limit_exceeded")
        assert client.post(CHAT, json=_words()).status_code == 429
    double.verify(operation="createChatCompletion", status=200, count=1)
    with pytest.raises(AssertionError):
        double.verify(status=200, count=2)
    with pytest.raises(ControlError, match="no outcome"):
        double.force(outcome="no-such-outcome", operation="createChatCompletion")


def test_a_key_sees_its_own_calls(double: InProcess) -> None:
    with double.client() as client:
        client.get("/v1/models")
    assert len(double.journal()) == 1
    assert double.with_key("sk-another").journal() == []


def test_a_task_is_finished_and_its_file_comes_from_the_same_double(double: InProcess) -> None:
    with double.client(headers={"x-key": double.key}) as client:
        started = client.post("/v1/flux-pro-1.1", json={"prompt": "a cat"}).json()
        double.finish()
        done = client.get(started["polling_url"]).json()
        assert done["status"] == "Ready"
        assert client.get(done["result"]["sample"]).content[:3] == b"\xff\xd8\xff"


def test_a_stream_comes_piece_by_piece_and_may_be_left(double: InProcess) -> None:
    with double.client() as client, client.stream("POST", CHAT, json=_words(stream=True)) as answer:
        first = next(answer.iter_lines())
    assert first.startswith("data: {")
    with double.client() as client, client.stream("POST", CHAT, json=_words(stream=True)) as answer:
        assert [line for line in answer.iter_lines() if line][-1] == "data: [DONE]"


def test_asynchronous_calls_go_beside_each_other(double: InProcess) -> None:
    async def calls() -> list[int]:
        async with double.async_client() as client:
            answers = await asyncio.gather(*(client.post(CHAT, json=_words()) for _ in range(8)))
            async with client.stream("POST", CHAT, json=_words(stream=True)) as answer:
                lines = [line async for line in answer.aiter_lines() if line]
        assert lines[-1] == "data: [DONE]"
        return [each.status_code for each in answers]

    for _ in range(2):  # each with an event loop of its own
        assert asyncio.run(calls()) == [200] * 8


@pytest.mark.parametrize(
    ("fault", "error"),
    [("reset", httpx.ReadError), ("truncate", httpx.RemoteProtocolError), ("latency=60", httpx.ReadTimeout)],
)
def test_a_fault_of_the_wire_is_the_error_that_it_would_be(
    double: InProcess, fault: str, error: type[httpx.TransportError]
) -> None:
    with double.client() as client:
        _picture(client, timeout=60)
        double.force(fault=fault)
        with pytest.raises(error) as raised:
            _picture(client, timeout=0.2 if fault.startswith("latency") else 60)
        assert raised.value.request.url.path == PICTURE
        assert _picture(client, timeout=60).status_code == 200


def test_after_its_end_nothing_answers() -> None:
    double = proofsheet.mock("openai-audio")
    client = double.client()
    assert client.get("/_mock/health").status_code == 200
    double.close()
    double.close()
    with pytest.raises(httpx.ConnectError, match="has ended"):
        client.get("/_mock/health")


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (("stabilty",), {}, "did you mean 'stability'"),
        ((), {"credit": 1}, "No such option"),
        ((), {"credits": "many"}, "--credits"),
        ((), {"port": 4010}, "port is an option of a server"),
    ],
)
def test_what_is_wrong_is_said_as_the_command_says_it(names: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        proofsheet.mock(*names, **options)


def test_importing_the_package_alone_imports_nothing_else() -> None:
    code = "import sys, proofsheet; print([m for m in sys.modules if m.startswith(('proofsheet.', 'httpx'))])"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout.strip() == "[]"
