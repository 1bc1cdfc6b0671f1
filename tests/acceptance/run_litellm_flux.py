"""litellm against a double of FLUX: pictures by text and from a picture, and what becomes of each end.

    .work/litellm/bin/python run_litellm_flux.py --url URL

Run by litellm's own interpreter. It follows polling URLs within bfl.ai and over https only, so the double
is to name itself so (`serve flux --public-url https://gateway.bfl.ai`); that name leads
to the double at URL. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["NO_PROXY"] = "*"

import httpx
import litellm
from cases import Cases
from litellm.llms.custom_httpx.http_handler import HTTPHandler

PROMPT = "A lighthouse on a cliff"
PUBLIC = "https://gateway.bfl.ai"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
case = Cases()


class ToDouble(httpx.HTTPTransport):
    """Sends what goes to the public name to the double."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._port = urlsplit(url).port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == urlsplit(PUBLIC).hostname, request.url
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return super().handle_request(request)


class Client:
    """litellm with a key of its own, whose connections lead to the double."""

    def __init__(self, url: str, key: str) -> None:
        self.key = key
        self.http = httpx.Client(transport=ToDouble(url), timeout=500)
        self._handler = HTTPHandler(client=self.http)

    def generate(self, model: str = "flux-pro-1.1", prompt: str = PROMPT, **more: Any) -> httpx.Response:
        # It takes neither from the arguments of image_generation.
        os.environ |= {"BFL_API_KEY": self.key, "BFL_API_BASE": PUBLIC}
        answer = litellm.image_generation(
            model=f"black_forest_labs/{model}", prompt=prompt, client=self._handler,
            max_retries=0, num_retries=0, **more,
        )  # fmt: skip
        return self.http.get(answer.data[0].url)

    def edit(self, model: str, image: bytes, **more: Any) -> httpx.Response:
        answer = litellm.image_edit(
            model=f"black_forest_labs/{model}", prompt=PROMPT, image=[image], api_base=PUBLIC,
            api_key=self.key, client=self._handler, **more,
        )  # fmt: skip
        return self.http.get(answer.data[0].url)


def refused(kind: type[Exception], says: str, call: Callable[[], Any]) -> None:
    came: Any = None
    try:
        call()
    except Exception as problem:
        came = problem
    assert isinstance(came, kind), f"{type(came).__name__} instead of {kind.__name__}: {came}"
    assert says in str(came), came


@case("flux-pro-1.1 draws")
def pro(client: Client) -> None:
    found = client.generate()
    assert found.status_code == 200
    assert found.headers["content-type"] in ("image/jpeg", "image/png"), found.headers


@case("flux-dev draws")
def dev(client: Client) -> None:
    assert client.generate("flux-dev").status_code == 200


@case("flux-kontext-pro edits a picture")
def kontext(client: Client) -> None:
    found = client.edit("flux-kontext-pro", PIXEL)
    assert found.content[:3] in (b"\x89PN", b"\xff\xd8\xff")


@case("a moderated prompt is a 400")
def moderated(client: Client) -> None:
    refused(litellm.BadRequestError, "Request Moderated", lambda: client.generate(prompt="mock:flagged"))


@case("a wrong key")
def wrong_key(client: Client) -> None:
    client.key = "sk-mock-unknown-litellm"
    refused(litellm.InternalServerError, "403 Forbidden", client.generate)  # it hides the answer behind a 500


@case("no credits")
def no_credits(client: Client) -> None:
    client.key = "sk-mock-broke-litellm"
    refused(litellm.InternalServerError, "402 Payment Required", client.generate)


if __name__ == "__main__":
    sys.exit(case.command(__doc__, lambda url, number: (Client(url, f"sk-litellm-{number}"),)))
