"""litellm against doubles of OpenAI's videos, Runway and Gemini: made, waited for, fetched; what goes wrong.

    .work/litellm/bin/python run_litellm_videos.py --url URL

Run by litellm's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["NO_PROXY"] = "*"

import litellm
from cases import Cases

case = Cases()
PATIENCE = 60.0  # seconds
# by litellm's name of the provider: the model, the double's base path, a length
SERVED = {
    "openai": ("sora-2", "/openai-videos/v1", "4"),
    "runwayml": ("gen4.5", "/runway/v1", "5"),
    "gemini": ("veo-3.1-fast-generate-preview", "/gemini-videos", "4"),
}


class Client:
    """litellm with a key of its own, for one of the doubles."""

    def __init__(self, url: str, provider: str, key: str) -> None:
        model, path, self.seconds = SERVED[provider]
        self.model = f"{provider}/{model}"
        self.known = {"api_base": f"{url}{path}", "api_key": key}
        self.named = {**self.known, "custom_llm_provider": provider}

    def start(self, prompt: str = "A paper boat", **more: Any) -> Any:
        asked = {"seconds": self.seconds, "size": "1280x720", **more}
        return litellm.video_generation(model=self.model, prompt=prompt, max_retries=0, **self.known, **asked)

    def ended(self, video: Any) -> Any:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = litellm.video_status(video_id=video.id, **self.named)
            if found.status in ("completed", "failed"):
                return found
            time.sleep(0.1)
        raise TimeoutError(f"{video.id} has not ended")

    def content(self, video: Any) -> bytes:
        found: bytes = litellm.video_content(video_id=video.id, **self.named)
        return found


@case("a video is made, waited for and fetched, by each of them")
def _(url: str, key: str) -> None:
    for provider in SERVED:
        client = Client(url, provider, key)
        video = client.start()
        assert client.ended(video).status == "completed", provider
        assert client.content(video)[4:8] == b"ftyp", provider


@case("a video that moderation refuses fails, by OpenAI and Runway")
def _(url: str, key: str) -> None:
    for provider in ("openai", "runwayml"):
        client = Client(url, provider, key)
        assert client.ended(client.start("mock:flagged")).status == "failed", provider


@case("a wrong key, no money and what is wrong are refused with a status")
def _(url: str, key: str) -> None:
    for provider in SERVED:
        for used, more in (("sk-mock-unknown-x", {}), ("sk-mock-broke-x", {}), (key, {"seconds": "97"})):
            status = refused(Client(url, provider, used), more)
            assert status in (400, 401, 402, 403, 429), (provider, used, status)


def refused(client: Client, more: dict[str, str]) -> int:
    """The status of the error that a start raises."""
    try:
        client.start(**more)
    except Exception as error:
        return int(getattr(error, "status_code", 0))
    raise AssertionError("it was not refused")


def given(url: str, number: int) -> tuple[str, str]:
    return url, f"sk-litellm-video-{number}"


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
