"""The acceptance of capabilities.yaml by two clients of openapi-python-client, for JSON and for bytes."""

import base64
import io
import json
import os
from collections.abc import Callable

from client_binary import AuthenticatedClient as BinaryClient
from client_binary.api.stable_image import generate_core as core_bytes
from client_binary.models import GenerateCoreBody as CoreBytesBody
from client_binary.types import File as BytesFile
from client_json import AuthenticatedClient
from client_json.api.account import get_balance
from client_json.api.generation import text_to_image
from client_json.api.stable_image import generate_core, generate_sd_3, generate_ultra
from client_json.models import (
    Balance,
    Error,
    GenerateCoreBody,
    GenerateSd3Body,
    GenerateSd3BodyMode,
    GenerateUltraBody,
    GenerationResponse,
    OutputFormat,
    Picture,
    TextPrompt,
    TextToImageEngineId,
    TextToImageRequest,
)
from client_json.types import File, Response

URL = os.environ["BASE_URL"]
PNG = b"\x89PNG\r\n"
SEED = 4294967294


def client(key: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=key)


def main() -> None:
    picture = a_picture()
    say("bytes", lambda: picture[:6] == PNG or f"no PNG: {picture[:20]!r}")
    say("json", as_json)
    say("image-to-image", lambda: image_to_image(picture))
    say("seed", seed)
    say("balance", balance)
    say("v1", v1)
    say("error-400", lambda: refused(400, ultra("sk-error-400", picture)))
    say("error-401", lambda: refused(401, core("sk-mock-unknown", "a cat")))
    say("error-403", lambda: refused(403, core("sk-error-403", "mock:flagged")))
    say("error-413", lambda: refused(413, ultra("sk-error-413", bytes(11 << 20))))
    say("error-422", lambda: refused(422, core("sk-error-422", "mock:language")))
    say("error-429", lambda: refused(429, core("sk-error-429", "a cat")))
    say("error-500", lambda: refused(500, core("sk-error-500", "mock:error")))


def a_picture() -> bytes:
    body = CoreBytesBody(prompt="a lighthouse")
    answer = core_bytes.sync(client=BinaryClient(base_url=URL, token="sk-bytes"), body=body)
    return answer.payload.read() if isinstance(answer, BytesFile) else repr(answer).encode()


def as_json() -> bool | str:
    body = GenerateCoreBody(prompt="a lighthouse", output_format=OutputFormat.PNG)
    answer = generate_core.sync(client=client("sk-json"), body=body)
    return (isinstance(answer, Picture) and base64.b64decode(answer.image)[:6] == PNG) or repr(answer)


def image_to_image(picture: bytes) -> bool | str:
    upload = File(payload=io.BytesIO(picture), file_name="start.png", mime_type="image/png")
    mode = GenerateSd3BodyMode.IMAGE_TO_IMAGE
    body = GenerateSd3Body(prompt="a lighthouse", mode=mode, image=upload, strength=0.5)
    answer = generate_sd_3.sync(client=client("sk-image-to-image"), body=body)
    return isinstance(answer, Picture) or repr(answer)


def seed() -> bool | str:
    answer = core("sk-seed", "a lighthouse", seed=SEED).parsed
    return (isinstance(answer, Picture) and answer.seed == SEED) or repr(answer)


def balance() -> bool | str:
    answer = get_balance.sync(client=client("sk-balance"))
    return (isinstance(answer, Balance) and answer.credits_ > 0) or repr(answer)


def v1() -> bool | str:
    prompts = [TextPrompt(text="a lighthouse", weight=1.0), TextPrompt(text="fog", weight=-0.5)]
    body = TextToImageRequest(text_prompts=prompts, samples=2)
    engine = TextToImageEngineId.STABLE_DIFFUSION_XL_1024_V1_0
    answer = text_to_image.sync(engine, client=client("sk-v1"), body=body)
    return (isinstance(answer, GenerationResponse) and len(answer.artifacts or ()) == 2) or repr(answer)


def core(key: str, prompt: str, **more: int) -> Response:
    return generate_core.sync_detailed(client=client(key), body=GenerateCoreBody(prompt=prompt, **more))


def ultra(key: str, upload: bytes) -> Response:
    """Refused with 400 because a picture needs `strength`; with 413 if it is large."""
    image = File(payload=io.BytesIO(upload), file_name="start.png", mime_type="image/png")
    body = GenerateUltraBody(prompt="a lighthouse", image=image)
    return generate_ultra.sync_detailed(client=client(key), body=body)


def refused(status: int, answer: Response) -> bool | str:
    error = answer.parsed
    typed = answer.status_code == status and isinstance(error, Error) and error.name and error.errors[0]
    return bool(typed) or f"{answer.status_code}: {error!r}"


def say(capability: str, attempt: Callable[[], bool | str]) -> None:
    try:
        found = attempt()
    except Exception as problem:  # whatever a client throws is its answer here
        found = f"{type(problem).__name__}: {problem}"
    line = {"capability": capability, "result": "ok" if found is True else "no"}
    print(json.dumps({**line, "why": "" if found is True else str(found)[:300]}))


main()
