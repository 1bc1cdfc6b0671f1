"""Zhipu's own client against a double of CogVideoX: videos of words, of one picture and of two, errors.

    .work/zhipu/bin/python run_zai.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import httpx
from cases import Cases
from zai import ZaiClient
from zai.core import APIAuthenticationError, APIReachLimitError, APIRequestFailedError

case = Cases()
PATIENCE = 60.0  # seconds
PICTURE = "https://example.com/boat.png"


def started(client: ZaiClient, **more: Any) -> Any:
    """A task that was taken."""
    asked: dict[str, Any] = {"model": "cogvideox-3", "prompt": "A paper boat", "size": "1280x960", **more}
    return client.videos.generations(**asked)


def ended(client: ZaiClient, task: Any) -> Any:
    """The task once it has ended."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = client.videos.retrieve_videos_result(task.id)
        if found.task_status != "PROCESSING":
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{task.id} has not ended")


def refused(expected: type[Exception], call: Any) -> None:
    """Whether a call raises this."""
    try:
        call()
    except expected:
        return
    raise AssertionError(f"no {expected.__name__}")


@case("a video of words is made, waited for and fetched")
def _(client: ZaiClient, wrong: ZaiClient, poor: ZaiClient) -> None:
    task = started(client, duration=5, fps=30, with_audio=True, quality="speed")
    assert task.task_status == "PROCESSING"
    made = ended(client, task)
    assert made.task_status == "SUCCESS"
    assert httpx.get(made.video_result[0].url).content[4:8] == b"ftyp"
    assert httpx.get(made.video_result[0].cover_image_url).status_code == 200


@case("a video of a picture, and one from a picture to another")
def _(client: ZaiClient, wrong: ZaiClient, poor: ZaiClient) -> None:
    for image in (PICTURE, [PICTURE, PICTURE]):
        assert ended(client, started(client, image_url=image)).task_status == "SUCCESS"


@case("what is wrong, an unsafe prompt, a wrong key, no money")
def _(client: ZaiClient, wrong: ZaiClient, poor: ZaiClient) -> None:
    refused(APIRequestFailedError, lambda: started(client, model="cogvideox-9"))
    refused(APIRequestFailedError, lambda: started(client, size="1x1"))
    refused(APIRequestFailedError, lambda: started(client, prompt="mock:flagged"))
    refused(APIRequestFailedError, lambda: client.videos.retrieve_videos_result("nobody"))
    refused(APIAuthenticationError, lambda: started(wrong))
    refused(APIReachLimitError, lambda: started(poor))


def given(url: str, number: int) -> tuple[ZaiClient, ZaiClient, ZaiClient]:
    def of(key: str) -> ZaiClient:
        return ZaiClient(api_key=key, base_url=f"{url}/api/paas/v4", max_retries=0)

    return of(f"sk-zhipu-{number}"), of("sk-mock-unknown-zhipu"), of("sk-mock-broke-zhipu")


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
