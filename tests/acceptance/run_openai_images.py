"""The openai client and litellm against a double of OpenAI's images, of today and of 2024.

    .work/litellm/bin/python run_openai_images.py --url URL

Run by litellm's own interpreter, which has the openai client too, against `serve openai-images
openai-images.pages-2024 recraft`. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import base64
import io
import os
import struct
import sys
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["NO_PROXY"] = "*"

import litellm
import openai
from cases import Cases

case = Cases()


class Served:
    """Where the two documents are, and clients of them."""

    def __init__(self, url: str) -> None:
        self.today = f"{url}/v1"
        self.pages = f"{url}/openai-images.pages-2024/v1"

        self.recraft = f"{url}/recraft/v1"

    def images(self, key: str = "sk-client", base: str | None = None) -> Any:
        return openai.OpenAI(base_url=base or self.today, api_key=key, max_retries=0).images


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(width: int = 96, height: int = 96, clear: bool = False) -> io.BytesIO:
    """A PNG with alpha; half of it is clear where it is a mask."""
    pixels = [(200, 60, 30, 0 if clear and at < width // 2 else 255) for at in range(width)]
    row = b"\0" + b"".join(map(bytes, pixels))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(row * height)), _chunk(b"IEND", b""))
    out = io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    out.name = "picture.png"
    return out


@dataclass
class Seen:
    """What the head of a picture's file says."""

    format: str
    size: tuple[int, int] = (0, 0)  # of a PNG or SVG
    alpha: bool = False


def seen(data: bytes) -> Seen:
    if data.startswith(b"\x89PNG"):
        width, height, _, colour = struct.unpack(">IIBB", data[16:26])
        return Seen("PNG", (width, height), colour == 6)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Seen("WEBP", alpha=data[12:16] == b"VP8L" or (data[12:16] == b"VP8X" and bool(data[20] & 16)))
    if data.startswith(b"<svg "):
        root = ElementTree.fromstring(data)
        return Seen("SVG", (int(root.attrib["width"]), int(root.attrib["height"])))
    assert data.startswith(b"\xff\xd8\xff"), data[:12]
    return Seen("JPEG")


def opened(text: str | None) -> Seen:
    """A picture in base64."""
    assert text
    return seen(base64.b64decode(text, validate=True))


def refused(kind: type[openai.APIStatusError], draw: Callable[..., Any], **fields: Any) -> Any:
    try:
        draw(**{"prompt": "A cat", **fields})
    except kind as error:
        return error
    raise AssertionError("it was not refused")


@case("generates")
def generates(served: Served) -> None:
    made = served.images().generate(
        model="gpt-image-2", prompt="A lighthouse", size="1536x1024", quality="low"
    )
    assert opened(made.data[0].b64_json).size == (1536, 1024)
    assert (made.size, made.quality) == ("1536x1024", "low")
    assert (made.output_format, made.background) == ("png", "opaque")
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert made.usage.input_tokens_details.text_tokens > 0
    assert made.data[0].url is None


@case("generates several in webp with alpha")
def generates_several_in_webp_with_alpha(served: Served) -> None:
    made = served.images().generate(
        prompt="A paper boat", n=2, background="transparent", output_format="webp", output_compression=80
    )
    assert [opened(each.b64_json) for each in made.data] == [Seen("WEBP", alpha=True)] * 2
    assert made.data[0].b64_json != made.data[1].b64_json


@case("generates asynchronously")
def generates_asynchronously(served: Served) -> None:
    async def run() -> Any:
        async with openai.AsyncOpenAI(base_url=served.today, api_key="sk-client") as client:
            return await client.images.generate(prompt="A lighthouse", quality="low")

    assert opened(asyncio.run(run()).data[0].b64_json).size == (1024, 1024)


@case("edits by a mask")
def edits_by_a_mask(served: Served) -> None:
    made = served.images().edit(
        model="gpt-image-2", image=picture(), mask=picture(clear=True), prompt="A door"
    )
    assert opened(made.data[0].b64_json).size == (1024, 1024)
    assert made.usage.input_tokens_details.image_tokens > 0


@case("edits several pictures")
def edits_several_pictures(served: Served) -> None:
    given = [picture(), picture(64, 80)]
    made = served.images().edit(image=given, prompt="Both on a table", output_format="jpeg")
    assert opened(made.data[0].b64_json).format == made.output_format.upper() == "JPEG"


@case("draws as links and in base64")
def draws_as_links_and_in_base64(served: Served) -> None:
    images = served.images(base=served.pages)
    linked = images.generate(model="dall-e-3", prompt="A lighthouse", size="1792x1024", style="natural")
    assert linked.data[0].revised_prompt
    assert linked.data[0].b64_json is None
    with urllib.request.urlopen(linked.data[0].url) as answer:
        assert answer.headers["content-type"] == "image/png"
        assert seen(answer.read()).size == (1792, 1024)
    held = images.generate(model="dall-e-2", prompt="A cat", n=2, size="256x256", response_format="b64_json")
    assert [opened(each.b64_json).size for each in held.data] == [(256, 256)] * 2


@case("draws variations")
def draws_variations(served: Served) -> None:
    made = served.images(base=served.pages).create_variation(image=picture(), n=2, size="256x256")
    assert len({each.url for each in made.data}) == 2


@case("a raw response has the headers")
def a_raw_response_has_the_headers(served: Served) -> None:
    raw = served.images().with_raw_response.generate(prompt="A lighthouse", quality="low")
    assert raw.status_code == 200
    assert raw.headers["content-type"] == "application/json"
    assert opened(raw.parse().data[0].b64_json).size == (1024, 1024)


@case("wrong parameters are named")
def wrong_parameters_are_named(served: Served) -> None:
    for fields, code in (
        ({"quality": "standard"}, "invalid_value"),
        ({"response_format": "url"}, "unknown_parameter"),
        ({"n": 11}, "integer_above_max_value"),
    ):
        error = refused(openai.BadRequestError, served.images().generate, **fields)
        assert (error.param, error.code) == (next(iter(fields)), code)
        assert error.type == "invalid_request_error"


@case("a flagged prompt is blocked")
def a_flagged_prompt_is_blocked(served: Served) -> None:
    error = refused(openai.BadRequestError, served.images().generate, prompt="mock:flagged")
    assert (error.code, error.type) == ("moderation_blocked", "image_generation_user_error")


@case("a model that was shut down does not exist")
def a_model_that_was_shut_down_does_not_exist(served: Served) -> None:
    error = refused(openai.NotFoundError, served.images().generate, model="dall-e-3")
    assert "does not exist" in error.message


@case("keys are told apart")
def keys_are_told_apart(served: Served) -> None:
    wrong = refused(openai.AuthenticationError, served.images("sk-mock-unknown-1").generate)
    assert wrong.code == "invalid_api_key"
    broke = refused(openai.RateLimitError, served.images("sk-mock-broke-1").generate)
    assert broke.code == "insufficient_quota"


@case("litellm generates and edits")
def litellm_generates_and_edits(served: Served) -> None:
    told = {"model": "openai/gpt-image-2", "api_base": served.today, "api_key": "sk-client"}
    made = litellm.image_generation(prompt="A lighthouse", quality="low", **told)
    assert opened(made.data[0].b64_json).size == (1024, 1024)
    edited = litellm.image_edit(image=picture(), prompt="Make it blue", **told)
    assert opened(edited.data[0].b64_json).size == (1024, 1024)


@case("litellm says that the policy was violated")
def litellm_says_that_the_policy_was_violated(served: Served) -> None:
    told = {"model": "openai/dall-e-3", "api_base": served.pages, "api_key": "sk-client"}
    try:
        litellm.image_generation(prompt="mock:flagged", **told)
    except litellm.ContentPolicyViolationError:
        return
    raise AssertionError("it was not refused")


@case("recraft generates")
def recraft_generates(served: Served) -> None:
    images = served.images(base=served.recraft)
    made = images.generate(
        prompt="A lighthouse", model="recraftv3", n=2, extra_body={"style": "digital_illustration"}
    )
    assert made.created > 0
    assert made.credits == 80
    assert len({each.image_id for each in made.data}) == 2
    with urllib.request.urlopen(made.data[0].url) as answer:
        assert seen(answer.read()).format == "WEBP"


@case("recraft draws SVG")
def recraft_draws_svg(served: Served) -> None:
    images = served.images(base=served.recraft)
    more = {"style": "vector_illustration", "substyle": "line_art"}
    made = images.generate(
        prompt="A boat", model="recraftv3", size="1820x1024", response_format="b64_json", extra_body=more
    )
    assert opened(made.data[0].b64_json) == Seen("SVG", (1820, 1024))


@case("recraft takes files by the client's post")
def recraft_takes_files(served: Served) -> None:
    client = openai.OpenAI(base_url=served.recraft, api_key="sk-client", max_retries=0)
    sent = {"cast_to": object, "options": {"headers": {"Content-Type": "multipart/form-data"}}}
    style = client.post("/styles", body={"style": "icon"}, files={"file": picture()}, **sent)
    assert style["id"]
    cut = client.post("/images/removeBackground", files={"file": picture(300, 300)}, **sent)
    with urllib.request.urlopen(cut["image"]["url"]) as answer:
        assert seen(answer.read()) == Seen("PNG", (300, 300), alpha=True)


if __name__ == "__main__":
    sys.exit(case.command(__doc__, lambda url, number: (Served(url),)))
