"""Portkey's gateway in front of a double: what an OpenAI client behind it gets of Stability's API."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from served import HERE, REQUIRED, Served, environment, started

PROMPT = "A lighthouse on a cliff"
SDXL = "stable-diffusion-xl-1024-v1-0"
PROGRAM = "portkey/node_modules/@portkey-ai/gateway/build/start-server.js"


@pytest.fixture(scope="module")
def gateway(installed: Callable[[str, str], Path]) -> Iterator[str]:
    """The gateway's URL."""
    program = installed("PROOFSHEET_PORTKEY", PROGRAM)
    node = shutil.which("node")
    if node is None:
        (pytest.fail if REQUIRED else pytest.skip)("node is not there")
    loopback = str(HERE / "portkey" / "loopback.cjs")
    command = [node, "--require", loopback, str(program), "--port=0", "--headless"]
    # It forwards to custom hosts of this list only.
    settings = environment(TRUSTED_CUSTOM_HOSTS="127.0.0.1", NODE_ENV="production")
    with started(command, r"listening on (http://\S+)", env=settings, cwd=HERE) as url:
        yield url


class Behind:
    """The double as the gateway shows it, with a key of a test's own."""

    def __init__(self, gateway: str, served: Served, key: str) -> None:
        self.served = served
        self.key = key
        self._gateway = gateway

    def ask(
        self, model: str, prompt: str = PROMPT, *, key: str | None = None, base: str = "", **more: Any
    ) -> httpx.Response:
        """One call of the gateway's image generation."""
        return httpx.post(
            f"{self._gateway}/v1/images/generations",
            headers={
                "authorization": f"Bearer {key or self.key}",
                "x-portkey-provider": "stability-ai",
                "x-portkey-custom-host": self.served.url + base,
            },
            json={"model": model, "prompt": prompt, **more},
            timeout=500,
            trust_env=False,
        )

    def call(self) -> dict[str, Any]:
        """The last call of the key, as the double saw it."""
        return self.served.calls(self.key)[-1]


@pytest.fixture
def behind(gateway: str, today: Served, request: pytest.FixtureRequest) -> Behind:
    name = re.sub(r"\W+", "-", request.node.name)
    return Behind(gateway, today, f"sk-portkey-{name}-{os.getpid()}")


def pictures(response: httpx.Response) -> list[tuple[str | None, tuple[int, int], bytes]]:
    """Format, size and pixels of what came back."""
    assert response.status_code == 200, response.text[:500]
    found = []
    for each in response.json()["data"]:
        with Image.open(io.BytesIO(base64.b64decode(each["b64_json"], validate=True))) as image:
            found.append((image.format, image.size, image.tobytes()))
    return found


def error(response: httpx.Response) -> tuple[int, str, str]:
    """Status, kind and message, the gateway's own prefix taken off."""
    body = response.json()
    assert body["provider"] == "stability-ai"
    prefix = "stability-ai error: "
    assert body["error"]["message"].startswith(prefix), body
    return response.status_code, body["error"]["type"], body["error"]["message"].removeprefix(prefix)


@pytest.mark.parametrize(
    ("model", "operation", "size"),
    [
        ("ultra", "generateUltra", (1024, 1024)),
        ("core", "generateCore", (1536, 1536)),
        ("sd3", "generateSd3", (1024, 1024)),
    ],
)
def test_v2beta_draws(behind: Behind, model: str, operation: str, size: tuple[int, int]) -> None:
    ((form, came, _),) = pictures(behind.ask(model))
    assert (form, came) == ("PNG", size)
    call = behind.call()
    assert (call["operation"], call["fields"], call["ignored"]) == (operation, {"prompt": PROMPT}, [])
    assert call["headers"]["accept"] == "application/json"


def test_v2beta_options_reach_the_double(behind: Behind) -> None:
    more = {
        "aspect_ratio": "16:9",
        "seed": 42,
        "output_format": "jpeg",
        "negative_prompt": "fog",
        "style_preset": "low-poly",
    }
    first = pictures(behind.ask("ultra", **more))
    assert first[0][:2] == ("JPEG", (1344, 768))
    assert behind.call()["fields"] == {"prompt": PROMPT, **more}
    assert pictures(behind.ask("ultra", **more)) == first
    assert pictures(behind.ask("ultra", **{**more, "seed": 43})) != first


def test_under_a_resellers_base_path(behind: Behind) -> None:
    pictures(behind.ask("core", base="/sd"))
    assert behind.call()["path"] == "/sd/v2beta/stable-image/generate/core"


def test_v1_draws(behind: Behind) -> None:
    ((form, size, _),) = pictures(behind.ask(SDXL))
    assert (form, size) == ("PNG", (1024, 1024))
    call = behind.call()
    assert (call["operation"], call["fields"]) == (
        "textToImage",
        {"text_prompts": [{"text": PROMPT, "weight": 1}]},
    )
    assert call["headers"]["accept"] == "*/*"  # which has to mean JSON


def test_v1_draws_with_the_engine_of_the_pages(gateway: str, pages: Served) -> None:
    behind = Behind(gateway, pages, f"sk-portkey-pages-{os.getpid()}")
    ((form, size, _),) = pictures(behind.ask("stable-diffusion-v1-6"))
    assert (form, size) == ("PNG", (512, 512))


def test_v1_draws_several_of_a_size(behind: Behind) -> None:
    drawn = pictures(behind.ask(SDXL, size="1344x768", n=3, seed=5))
    assert [each[:2] for each in drawn] == [("PNG", (1344, 768))] * 3
    assert len({each[2] for each in drawn}) == 3
    assert behind.call()["credits"] == pytest.approx(2.7)


V2BETA_ERRORS = {
    "bad ratio": ({"aspect_ratio": "4:3"}, 400, "bad_request", "aspect_ratio: invalid enum value."),
    "empty prompt": ({"prompt": ""}, 400, "bad_request", "prompt: "),
    "unknown key": ({"key": "sk-mock-unknown"}, 401, "unauthorized", "authorization: invalid or missing"),
    "no credits": ({"key": "sk-mock-broke"}, 402, "payment_required", "You lack sufficient credits"),
    "flagged": ({"prompt": "mock:flagged"}, 403, "content_moderation", "Your request was flagged"),
    "not English": ({"prompt": "mock:language"}, 422, "invalid_language", "English is the only supported"),
}


@pytest.mark.parametrize("model", ["ultra", "core", "sd3"])
@pytest.mark.parametrize("case", V2BETA_ERRORS)
def test_v2beta_errors_pass(behind: Behind, model: str, case: str) -> None:
    more, status, name, says = V2BETA_ERRORS[case]
    came = error(behind.ask(model, **more))
    assert came[:2] == (status, name)
    assert came[2].startswith(says), came


@pytest.mark.parametrize("model", ["ultra", "core", "sd3"])
def test_v2beta_rate_limit_and_crash_pass_and_are_not_tried_again(behind: Behind, model: str) -> None:
    limited = "You have exceeded the rate limit of 150 requests within a 10 second period"
    behind.served.force(behind.key, "rate_limit_exceeded")
    came = error(behind.ask(model))
    assert came[:2] == (429, "rate_limit_exceeded")
    assert came[2].startswith(limited)
    behind.served.force(behind.key, "internal_error")
    assert error(behind.ask(model))[:2] == (500, "internal_error")
    assert pictures(behind.ask(model))
    assert [call["status"] for call in behind.served.calls(behind.key)] == [429, 500, 200]


V1_ERRORS = {
    "bad size": ({"size": "512x512"}, 400, "invalid_sdxl_v1_dimensions", "for stable-diffusion-xl-1024-v0-9"),
    "steps": ({"steps": 5}, 400, "bad_request", "steps: must be greater than or equal to 10"),
    "unknown key": ({"key": "sk-mock-unknown"}, 401, "unauthorized", "Incorrect API key provided: "),
    "forbidden": ({"key": "sk-mock-forbidden"}, 403, "permission_denied", "You do not have permission"),
    "gone": ({"model": "stable-diffusion-v1-6"}, 404, "not_found", "The specified engine (ID stable-diffus"),
    "no credits": ({"key": "sk-mock-broke"}, 429, "insufficient_balance", "Your organization does not have"),
}


@pytest.mark.parametrize("case", V1_ERRORS)
def test_v1_errors_pass(behind: Behind, case: str) -> None:
    more, status, name, says = V1_ERRORS[case]
    came = error(behind.ask(**{"model": SDXL, **more}))
    assert came[:2] == (status, name)
    assert came[2].startswith(says), came


def test_v1_rate_limit_passes(behind: Behind) -> None:
    behind.served.force(behind.key, "rate_limit_exceeded")
    assert error(behind.ask(SDXL))[:2] == (429, "rate_limit_exceeded")


def test_a_wrong_model_is_told_in_the_doubles_own_words(behind: Behind) -> None:
    answer = behind.ask("sd3.5-large")  # the gateway makes a path of it
    assert answer.status_code == 404
    assert "did you mean /v2beta/stable-image/generate/sd3?" in answer.json()["error"]["message"]
