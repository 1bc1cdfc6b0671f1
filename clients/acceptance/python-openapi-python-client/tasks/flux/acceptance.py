"""The tasks of tasks.yaml by a client of openapi-python-client: FLUX."""

import json
import os
import time
from collections.abc import Callable

import httpx
from client_json import AuthenticatedClient
from client_json.api.models import flux_dev
from client_json.api.utility import get_result
from client_json.models import FluxDevBody, Result, ResultResultType0, Task, ValidationProblem

URL = os.environ["BASE_URL"]


def client(key: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=key, prefix="", auth_header_name="x-key")


def main() -> None:
    say("flux-task", task)
    say("flux-refusal", refusal)


def task() -> bool | str:
    using = client("sk-flux-task")
    submitted = flux_dev.sync(client=using, body=FluxDevBody(prompt="a lighthouse", width=512))
    if not isinstance(submitted, Task):
        return repr(submitted)
    for _ in range(600):
        found = get_result.sync(client=using, id=submitted.id)
        if isinstance(found, Result) and isinstance(found.result, ResultResultType0):
            picture = httpx.get(str(found.result.sample)).content
            return picture[:2] == b"\xff\xd8" or f"no JPEG: {picture[:20]!r}"
        time.sleep(0.1)
    return f"never ready: {found!r}"


def refusal() -> bool | str:
    answer = flux_dev.sync_detailed(
        client=client("sk-flux-refusal"), body=FluxDevBody(prompt="a cat", width=100)
    )
    typed = isinstance(answer.parsed, ValidationProblem) and bool(answer.parsed.detail)
    return (answer.status_code == 422 and typed) or repr(answer)


def say(capability: str, attempt: Callable[[], bool | str]) -> None:
    try:
        found = attempt()
    except Exception as problem:
        found = f"{type(problem).__name__}: {problem}"
    result = {"result": "ok"} if found is True else {"result": "no", "why": str(found)[:300]}
    print(json.dumps({"capability": capability, **result}))


main()
