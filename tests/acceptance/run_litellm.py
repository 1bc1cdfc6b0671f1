"""litellm against the double: pictures from every operation, and the typed exception of every refusal.

    .work/litellm/bin/python run_litellm.py --url URL

Run by litellm's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import base64
import os
import struct
import sys
import zlib
from collections.abc import Callable
from typing import Any

# Before litellm is imported: no price list from the network, no proxies, and no key but those given below.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["NO_PROXY"] = "*"
for name in ("STABILITY_API_KEY", "STABILITY_API_BASE"):
    os.environ.pop(name, None)

import litellm  # noqa: E402
from cases import Cases  # noqa: E402
from served import Served  # noqa: E402

PROMPT = "A lighthouse on a cliff"
# What litellm calls them, where it sends them, what is drawn, and what it costs.
MODELS = {
    "stability/stable-image-ultra": ("generateUltra", (1024, 1024), 8.0),
    "stability/stable-image-core": ("generateCore", (1536, 1536), 3.0),
    "stability/sd3": ("generateSd3", (1024, 1024), 6.5),
    "stability/sd3.5-large": ("generateSd3", (1024, 1024), 6.5),
    "stability/sd3.5-medium": (
        "generateSd3",
        (1024, 1024),
        6.5,
    ),  # it does not send `model`: the default draws
}
OPERATIONS = ("stability/stable-image-ultra", "stability/stable-image-core", "stability/sd3")
Case = Callable[[Served, str], None]
case = Cases()


def generate(
    served: Served, key: str, model: str, prompt: str = PROMPT, base: str = "", **more: Any
) -> bytes:
    """One picture, asked for as users of litellm do."""
    answer = litellm.image_generation(
        prompt=prompt,
        model=model,
        api_base=served.url + base,
        api_key=key,
        max_retries=0,
        num_retries=0,
        **more,
    )
    (picture,) = answer.data
    return base64.b64decode(picture.b64_json, validate=True)


def decode(data: bytes) -> tuple[int, int]:
    """The size of a PNG, every pixel of which was decoded (this interpreter has no Pillow)."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:16]
    place, kinds, pixels, size = 8, [], b"", (0, 0)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + content) == struct.unpack_from(">I", data, place + 8 + length)[0], kind
        kinds.append(kind)
        if kind == b"IHDR":
            size, form = struct.unpack_from(">II", content), content[8:13]
            assert form == bytes([8, 2, 0, 0, 0]), form  # eight bits, RGB
        elif kind == b"IDAT":
            pixels += content
        place += 12 + length
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND"), kinds
    assert len(zlib.decompress(pixels)) == size[1] * (1 + 3 * size[0])
    return size


def sent(served: Served, key: str) -> dict[str, Any]:
    """The one call of a key, as the double saw it."""
    (call,) = served.calls(key)
    return call


def refused(kind: type[Exception], status: int, says: str, ask: Callable[[], Any]) -> None:
    """Asking must raise exactly this exception with this status and the double's own words."""
    came: Any = None
    try:
        ask()
    except Exception as problem:
        came = problem
    assert type(came) is kind, f"{type(came).__name__} instead of {kind.__name__}: {came}"
    assert came.status_code == status, came.status_code
    assert says in str(came), came


def _draws(model: str) -> Case:
    def run(served: Served, key: str) -> None:
        operation, size, credits = MODELS[model]
        assert decode(generate(served, key, model)) == size
        call = sent(served, key)
        assert (call["operation"], call["status"], call["credits"]) == (operation, 200, credits), call
        assert call["media_type"] == "application/json"
        assert call["fields"] == {"prompt": PROMPT, "output_format": "png"}, call["fields"]
        assert call["ignored"] == ["none"], call["ignored"]  # the empty file part that litellm adds

    return run


for each in MODELS:
    case(f"{each} draws")(_draws(each))


@case("options reach the double")
def options(served: Served, key: str) -> None:
    more = {"size": "1792x1024", "seed": 42, "negative_prompt": "fog", "style_preset": "low-poly"}
    first = generate(served, key, "stability/stable-image-ultra", **more)
    assert decode(first) == (1344, 768)
    call = sent(served, key)
    assert call["seed"] == 42
    expected = {
        "prompt": PROMPT, "output_format": "png", "aspect_ratio": "16:9", "seed": 42,
        "negative_prompt": "fog", "style_preset": "low-poly",
    }  # fmt: skip
    assert call["fields"] == expected, call["fields"]
    assert (
        generate(served, key, "stability/stable-image-ultra", **more) == first
    )  # a seed given draws the same


@case("under a reseller's base path")
def base_path(served: Served, key: str) -> None:
    assert decode(generate(served, key, "stability/stable-image-core", base="/sd")) == (1536, 1536)
    assert sent(served, key)["path"] == "/sd/v2beta/stable-image/generate/core"


def _refuses(model: str) -> Case:
    """Every refusal of one operation, one after the other."""

    def run(served: Served, key: str) -> None:
        def ask(with_key: str = key, prompt: str = PROMPT, **more: Any) -> Callable[[], bytes]:
            return lambda: generate(served, with_key, model, prompt, **more)

        def force(outcome: str) -> Callable[[], bytes]:
            served.force(key, outcome)
            return ask()

        says = "authorization: invalid or missing header value"
        refused(litellm.AuthenticationError, 401, says, ask("sk-mock-unknown"))
        refused(litellm.AuthenticationError, 401, says, ask("sk-mock-revoked"))
        refused(
            litellm.exceptions.PaymentRequiredError, 402, "You lack sufficient credits", ask("sk-mock-broke")
        )
        flagged = ask(prompt="mock:flagged")
        refused(litellm.PermissionDeniedError, 403, "flagged by our content moderation system", flagged)
        foreign = ask(prompt="mock:language")
        # litellm has no exception of its own for 422 here.
        refused(litellm.BadRequestError, 422, "English is the only supported language", foreign)
        wrong = ask(aspect_ratio="4:3")
        refused(litellm.BadRequestError, 400, "aspect_ratio: invalid enum value", wrong)
        refused(litellm.BadRequestError, 400, "prompt: ", ask(prompt=""))
        filtered = ask(prompt="mock:filtered")  # a 200 that litellm turns into an error
        refused(litellm.BadRequestError, 400, "Content was filtered", filtered)
        limited = "You have exceeded the rate limit of 150 requests"
        refused(litellm.RateLimitError, 429, limited, force("rate_limit_exceeded"))
        refused(litellm.InternalServerError, 500, "An unexpected server error", force("internal_error"))
        assert decode(ask()())  # and all of it is over
        statuses = [call["status"] for call in served.calls(key)]
        assert statuses == [403, 422, 400, 400, 200, 429, 500, 200], statuses  # one request each: no retries

    return run


for each in OPERATIONS:
    case(f"{each} refuses")(_refuses(each))

if __name__ == "__main__":
    litellm.suppress_debug_info = True
    sys.exit(case.command(__doc__, lambda url, number: (Served(url), f"sk-litellm-{os.getpid()}-{number}")))
