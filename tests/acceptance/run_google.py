"""Google's own client against a double of its API: videos, their files, models, errors.

    .work/google/bin/python run_google.py --url URL

Run by the client's own interpreter; the client takes a file's name from https links only. Prints a line for
each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import io
import sys
import time
from typing import Any

from cases import Cases
from google import genai
from google.genai import errors, types
from PIL import Image

case = Cases()
PATIENCE = 60.0  # seconds
MODEL = "veo-3.1-fast-generate-preview"


def ended(client: genai.Client, operation: Any) -> Any:
    """The operation once it is done."""
    until = time.monotonic() + PATIENCE
    while not operation.done and time.monotonic() < until:
        time.sleep(0.1)
        operation = client.operations.get(operation)
    assert operation.done, f"{operation.name} is not done"
    return operation


def started(client: genai.Client, prompt: str = "A paper boat", image: Any = None, **config: Any) -> Any:
    """An operation that has begun."""
    wanted = types.GenerateVideosConfig(**config) if config else None
    return client.models.generate_videos(model=MODEL, prompt=prompt, image=image, config=wanted)


def picture() -> types.Image:
    """A green picture."""
    out = io.BytesIO()
    Image.new("RGB", (320, 180), (20, 160, 40)).save(out, "PNG")
    return types.Image(image_bytes=out.getvalue(), mime_type="image/png")


def refused(call: Any) -> errors.APIError:
    """The error that a call raises."""
    try:
        call()
    except errors.APIError as error:
        return error
    raise AssertionError("it was not refused")


@case("a video of words is made, waited for and fetched")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    operation = started(
        client, duration_seconds=4, aspect_ratio="9:16", resolution="720p", number_of_videos=1
    )
    assert operation.name.startswith(f"models/{MODEL}/operations/")
    made = ended(client, operation).response.generated_videos[0]
    data = client.files.download(file=made.video)
    assert data[4:8] == b"ftyp"
    assert made.video.video_bytes == data


@case("a video of a picture, one that ends with another, one after references")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    for config in (
        {},
        {"last_frame": picture()},
        {"person_generation": "allow_adult", "negative_prompt": "rain"},
    ):
        operation = ended(client, started(client, image=picture(), **config))
        assert client.files.download(file=operation.response.generated_videos[0])[4:8] == b"ftyp"
    reference = types.VideoGenerationReferenceImage(image=picture(), reference_type="asset")
    assert ended(client, started(client, reference_images=[reference])).response.generated_videos


@case("an operation is found again by its name")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    name = started(client).name
    assert ended(client, types.GenerateVideosOperation(name=name)).name == name


@case("what the filter holds back is a number and reasons, and no video")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    response = ended(client, started(client, "mock:flagged")).response
    assert (response.generated_videos, response.rai_media_filtered_count) == (None, 1)
    assert response.rai_media_filtered_reasons


@case("what is wrong is said in the API's words")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    found = refused(lambda: started(client, duration_seconds=6, resolution="1080p"))
    assert (found.code, found.status) == (400, "INVALID_ARGUMENT")
    assert found.message == "1080p is not supported for a duration of 6 seconds."
    found = refused(lambda: started(client, enhance_prompt=True))
    assert found.message.startswith("`enhancePrompt` isn't supported by this model.")


@case("a wrong key, an unknown model, no money, a file that is none")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    found = refused(lambda: started(wrong))
    assert (found.code, found.message) == (400, "API key not valid. Please pass a valid API key.")
    found = refused(lambda: client.models.generate_videos(model="veo-9", prompt="A paper boat"))
    assert (found.code, found.status) == (404, "NOT_FOUND")
    found = refused(lambda: started(poor))
    assert (found.code, found.status) == (429, "RESOURCE_EXHAUSTED")
    found = refused(lambda: client.files.download(file="files/nobody"))
    assert (found.code, found.status) == (403, "PERMISSION_DENIED")


@case("the models are listed, and one is looked up")
def _(client: genai.Client, wrong: genai.Client, poor: genai.Client) -> None:
    listed = [each.name for each in client.models.list()]
    assert f"models/{MODEL}" in listed
    assert client.models.get(model=MODEL).supported_actions == ["predictLongRunning"]


def given(url: str, number: int) -> tuple[genai.Client, genai.Client, genai.Client]:
    def of(key: str) -> genai.Client:
        retries = types.HttpRetryOptions(attempts=1)
        return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url, retry_options=retries))

    return of(f"google-{number}"), of("sk-mock-unknown-google"), of("sk-mock-broke-google")


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
