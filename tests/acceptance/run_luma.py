"""Luma's own client against a double of its API: videos, extensions, pictures, sound, lists, errors.

    .work/video_clients/bin/python run_luma.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import httpx
import lumaai
from cases import Cases

case = Cases()
PATIENCE = 60.0  # seconds


def ended(client: lumaai.LumaAI, generation: Any) -> Any:
    """The generation once it has ended."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = client.generations.get(generation.id)
        if found.state in ("completed", "failed"):
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{generation.id} has not ended")


def made(client: lumaai.LumaAI, **more: Any) -> Any:
    """A generation that has ended."""
    asked: dict[str, Any] = {"model": "ray-2", "prompt": "A paper boat", "resolution": "540p", **more}
    return ended(client, client.generations.create(**asked))


@case("a video is made, polled and fetched")
def _(client: lumaai.LumaAI) -> None:
    video = made(client)
    assert (video.state, video.generation_type, video.failure_reason) == ("completed", "video", None)
    assert video.request.prompt == "A paper boat"
    assert httpx.get(video.assets.video).content[4:8] == b"ftyp"


@case("a video goes on from another, and from one picture to another")
def _(client: lumaai.LumaAI) -> None:
    first = made(client)
    more = made(client, keyframes={"frame0": {"type": "generation", "id": first.id}})
    assert more.state == "completed"
    frames = {"frame0": {"type": "image", "url": "https://example.com/a.png"}}
    assert made(client, keyframes=frames).state == "completed"


@case("sound is added, a picture is made")
def _(client: lumaai.LumaAI) -> None:
    first = made(client)
    assert ended(client, client.generations.audio(first.id, prompt="Waves")).state == "completed"
    picture = ended(client, client.generations.image.create(model="photon-1", prompt="A paper boat"))
    assert (picture.generation_type, picture.assets.video) == ("image", None)
    assert httpx.get(picture.assets.image).content[:2] == b"\xff\xd8"


@case("generations are listed and deleted; the balance, the concepts and the ping are there")
def _(client: lumaai.LumaAI) -> None:
    first = made(client)
    assert first.id in [each.id for each in client.generations.list().generations]
    client.generations.delete(first.id)
    try:
        client.generations.get(first.id)
    except lumaai.NotFoundError as error:
        assert error.body == {"detail": "Generation not found"}  # noqa: PT017 this is no pytest
    else:
        raise AssertionError("it is still there")
    assert client.credits.get().credit_balance > 0
    assert client.generations.concepts.list()
    assert client.ping.check().message == "pong"


@case("a generation that moderation refuses fails with its reason")
def _(client: lumaai.LumaAI) -> None:
    failed = made(client, prompt="mock:flagged")
    assert failed.state == "failed"
    assert failed.failure_reason


@case("what is wrong is a BadRequestError, no key an AuthenticationError, no money a status 402")
def _(client: lumaai.LumaAI) -> None:
    for wrong, expected in (
        (lambda: client.generations.create(model="ray-2"), lumaai.BadRequestError),
        (
            lambda: client.with_options(auth_token="sk-mock-unknown-luma").generations.list(),
            lumaai.AuthenticationError,
        ),
        (
            lambda: client.with_options(auth_token="sk-mock-broke-luma").generations.create(
                model="ray-2", prompt="A paper boat"
            ),
            lumaai.APIStatusError,
        ),
    ):
        try:
            wrong()
        except expected as error:
            assert isinstance(error.body, dict), error  # noqa: PT017 this is no pytest
        else:
            raise AssertionError(f"no {expected.__name__}")


def given(url: str, number: int) -> tuple[lumaai.LumaAI]:
    return (lumaai.LumaAI(base_url=f"{url}/dream-machine/v1", auth_token=f"sk-luma-{number}", max_retries=0),)


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
