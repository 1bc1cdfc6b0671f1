"""Runway's own client against a double of its API: videos, pictures, cancelling, the account, errors.

    .work/video_clients/bin/python run_runway.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import sys
from typing import Any

import httpx
import runwayml
from cases import Cases

case = Cases()
PATIENCE = 60.0  # seconds


def video(client: runwayml.RunwayML, **more: Any) -> Any:
    """A video that was submitted."""
    asked: dict[str, Any] = {"model": "gen4.5", "prompt_text": "A paper boat", "ratio": "1280:720"}
    return client.text_to_video.create(**{**asked, "duration": 5, **more})


@case("a video of words is made, waited for and fetched")
def _(client: runwayml.RunwayML) -> None:
    task = video(client).wait_for_task_output(timeout=PATIENCE)
    assert task.status == "SUCCEEDED"
    assert httpx.get(task.output[0]).content[4:8] == b"ftyp"


@case("a video of a picture, and one that ends with another")
def _(client: runwayml.RunwayML) -> None:
    asked: dict[str, Any] = {"model": "gen4_turbo", "ratio": "1280:720", "duration": 5}
    one = client.image_to_video.create(prompt_image="https://example.com/a.png", **asked)
    assert one.wait_for_task_output(timeout=PATIENCE).status == "SUCCEEDED"
    frames: Any = [
        {"uri": "https://example.com/a.png", "position": "first"},
        {"uri": "https://example.com/b.png", "position": "last"},
    ]
    two = client.image_to_video.create(model="gen4_turbo", ratio="1280:720", duration=5, prompt_image=frames)
    assert two.wait_for_task_output(timeout=PATIENCE).status == "SUCCEEDED"


@case("a picture of words")
def _(client: runwayml.RunwayML) -> None:
    made = client.text_to_image.create(model="gen4_image", prompt_text="A paper boat", ratio="1360:768")
    assert httpx.get(made.wait_for_task_output(timeout=PATIENCE).output[0]).content[1:4] == b"PNG"


@case("a task is cancelled, one that has ended is deleted")
def _(client: runwayml.RunwayML) -> None:
    task = video(client)
    client.tasks.delete(task.id)
    assert client.tasks.retrieve(task.id).status == "CANCELLED"
    client.tasks.delete(task.id)
    try:
        client.tasks.retrieve(task.id)
    except runwayml.NotFoundError:
        return
    raise AssertionError("it is still there")


@case("a task that moderation refuses fails with its code")
def _(client: runwayml.RunwayML) -> None:
    task = video(client, prompt_text="mock:flagged")
    try:
        task.wait_for_task_output(timeout=PATIENCE)
    except runwayml.TaskFailedError:
        found = client.tasks.retrieve(task.id).to_dict()
        assert (found["status"], found["failureCode"]) == ("FAILED", "SAFETY.INPUT.TEXT")
        return
    raise AssertionError("it did not fail")


@case("the account, what is wrong, no money, no key")
def _(client: runwayml.RunwayML) -> None:
    assert client.organization.retrieve().credit_balance > 0
    for wrong, expected in (
        (lambda: video(client, ratio="1:1"), runwayml.BadRequestError),
        (lambda: video(client.with_options(api_key="sk-mock-broke-runway")), runwayml.BadRequestError),
        (
            lambda: client.with_options(api_key="sk-mock-unknown-runway").tasks.retrieve("x"),
            runwayml.AuthenticationError,
        ),
    ):
        try:
            wrong()
        except expected:
            continue
        raise AssertionError(f"no {expected.__name__}")


def given(url: str, number: int) -> tuple[runwayml.RunwayML]:
    return (runwayml.RunwayML(base_url=url, api_key=f"sk-runway-{number}", max_retries=0),)


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
