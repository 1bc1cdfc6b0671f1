"""The acceptance of capabilities.yaml by two clients of openapi-generator: one takes JSON, one bytes.

The client of bytes still prefers JSON when it picks its Accept header, so the calls say which they want.
"""

import base64
import json
import os
from collections.abc import Callable

import client_binary
from client_json import ApiClient, ApiException, Configuration
from client_json.api.account_api import AccountApi
from client_json.api.generation_api import GenerationApi
from client_json.api.stable_image_api import StableImageApi
from client_json.models import Error, GenerationResponse, Picture, TextPrompt, TextToImageRequest

URL = os.environ["BASE_URL"]
PNG = b"\x89PNG\r\n"
SEED = 4294967294
JSON = "application/json"
ASKS = "partly: it asks for JSON unless the call sets the Accept header in _headers"


def client(key: str) -> ApiClient:
    return ApiClient(Configuration(host=URL, access_token=key))


def images(key: str) -> StableImageApi:
    return StableImageApi(client(key))


def main() -> None:
    picture = a_picture()
    say("bytes", lambda: ASKS if picture[:6] == PNG else f"no PNG: {picture[:20]!r}")
    say("json", as_json)
    say("image-to-image", lambda: image_to_image(picture))
    say("seed", seed)
    say("balance", balance)
    say("v1", v1)
    say("error-400", lambda: refused(400, lambda: ultra("sk-error-400", picture)))
    say("error-401", lambda: refused(401, lambda: core("sk-mock-unknown", "a cat")))
    say("error-403", lambda: refused(403, lambda: core("sk-error-403", "mock:flagged")))
    say("error-413", lambda: refused(413, lambda: ultra("sk-error-413", bytes(11 << 20))))
    say("error-422", lambda: refused(422, lambda: core("sk-error-422", "mock:language")))
    say("error-429", lambda: refused(429, lambda: core("sk-error-429", "a cat")))
    say("error-500", lambda: refused(500, lambda: core("sk-error-500", "mock:error")))


def a_picture() -> bytes:
    settings = client_binary.Configuration(host=URL, access_token="sk-bytes")
    api = client_binary.StableImageApi(client_binary.ApiClient(settings))
    return api.generate_core("a lighthouse", _headers={"Accept": "image/*"})


def as_json() -> bool | str:
    answer = images("sk-json").generate_core(JSON, "a lighthouse", output_format="png")
    return (isinstance(answer, Picture) and base64.b64decode(answer.image)[:6] == PNG) or repr(answer)[:100]


def image_to_image(picture: bytes) -> bool | str:
    answer = images("sk-image-to-image").generate_sd3(
        JSON, "a lighthouse", mode="image-to-image", image=("start.png", picture), strength=0.5
    )
    return isinstance(answer, Picture) or repr(answer)


def seed() -> bool | str:
    answer = core("sk-seed", "a lighthouse", seed=SEED)
    return answer.seed == SEED or repr(answer.seed)


def balance() -> bool | str:
    return AccountApi(client("sk-balance")).get_balance().credits > 0


def v1() -> bool | str:
    prompts = [TextPrompt(text="a lighthouse", weight=1.0), TextPrompt(text="fog", weight=-0.5)]
    body = TextToImageRequest(text_prompts=prompts, samples=2)
    answer = GenerationApi(client("sk-v1")).text_to_image("stable-diffusion-xl-1024-v1-0", body)
    return (isinstance(answer, GenerationResponse) and len(answer.artifacts or ()) == 2) or repr(answer)


def core(key: str, prompt: str, **more: int) -> Picture:
    return images(key).generate_core(JSON, prompt, **more)


def ultra(key: str, upload: bytes) -> Picture:
    """Refused with 400 because a picture needs `strength`; with 413 if it is large."""
    return images(key).generate_ultra(JSON, "a lighthouse", image=("start.png", upload))


def refused(status: int, attempt: Callable[[], object]) -> bool | str:
    try:
        return f"expected {status}, came {attempt()!r}"[:100]
    except ApiException as problem:
        error = problem.data
        typed = problem.status == status and isinstance(error, Error) and error.name and error.errors[0]
        return bool(typed) or f"{problem.status}: {error!r} {problem.body!r}"


def say(capability: str, attempt: Callable[[], bool | str]) -> None:
    try:
        found = attempt()
    except Exception as problem:  # whatever a client throws is its answer here
        found = f"{type(problem).__name__}: {problem}"
    why = "" if found is True else str(found)
    result = "ok" if found is True else "partly" if why.startswith("partly: ") else "no"
    line = {"capability": capability, "result": result, "why": why.removeprefix("partly: ")[:300]}
    print(json.dumps(line))


main()
