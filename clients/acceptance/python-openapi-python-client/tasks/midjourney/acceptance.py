"""The tasks of tasks.yaml by a client of openapi-python-client: Midjourney."""

import json
import os
import time
from collections.abc import Callable

import httpx
from client_json import AuthenticatedClient
from client_json.api.submit import submit_imagine
from client_json.api.tasks import fetch_task
from client_json.models import ImagineRequest, Submission, Task
from client_json.models.status import Status

URL = os.environ["BASE_URL"]


def client(key: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=key)


def main() -> None:
    say("midjourney-task", task)
    say("midjourney-refusal", refusal)


def task() -> bool | str:
    using = client("sk-midjourney-task")
    submitted = submit_imagine.sync(client=using, body=ImagineRequest(prompt="a lighthouse"))
    if not isinstance(submitted, Submission) or not isinstance(submitted.result, str):
        return repr(submitted)
    for _ in range(600):
        found = fetch_task.sync(client=using, id=submitted.result)
        if isinstance(found, Task) and found.status == Status.SUCCESS:
            picture = httpx.get(str(found.image_url)).content
            return picture[:4] == b"\x89PNG" or f"no PNG: {picture[:20]!r}"
        time.sleep(0.1)
    return f"never done: {found!r}"


def refusal() -> bool | str:
    body = ImagineRequest(prompt="a cat mock:flagged")
    answer = submit_imagine.sync(client=client("sk-midjourney-refusal"), body=body)
    return (isinstance(answer, Submission) and answer.code == 24) or repr(answer)


def say(capability: str, attempt: Callable[[], bool | str]) -> None:
    try:
        found = attempt()
    except Exception as problem:
        found = f"{type(problem).__name__}: {problem}"
    result = {"result": "ok"} if found is True else {"result": "no", "why": str(found)[:300]}
    print(json.dumps({"capability": capability, **result}))


main()
