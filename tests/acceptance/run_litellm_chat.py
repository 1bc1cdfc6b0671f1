"""litellm's chat against a double of OpenAI's API: plain, streamed, by a schema, refused.

    .work/litellm/bin/python run_litellm_chat.py --url URL

Run by litellm's own interpreter, which has no `mcp`: without it litellm passes no tools on.
Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["NO_PROXY"] = "*"

import litellm
import pydantic
from cases import Cases

WEATHER = [{"role": "user", "content": "What is the weather in Paris?"}]
case = Cases()


class Place(pydantic.BaseModel):
    city: str
    warm: bool


class Given:
    """How litellm is told where the double is, and a key of the case's own."""

    def __init__(self, url: str, number: int) -> None:
        self.options = {
            "model": "openai/gpt-4o-mini",
            "api_base": f"{url}/v1",
            "api_key": f"sk-litellm-chat-{number}",
            "num_retries": 0,
            "max_retries": 0,
        }

    def ask(self, **more: Any) -> Any:
        return litellm.completion(**{**self.options, "messages": WEATHER, **more})


@case("a conversation is answered, at once and asynchronously")
def plain(given: Given) -> None:
    found = given.ask(max_tokens=7)
    assert (found.choices[0].finish_reason, found.usage.completion_tokens) == ("length", 7)
    other = asyncio.run(litellm.acompletion(**given.options, messages=WEATHER, max_tokens=7))
    assert other.choices[0].message.content == found.choices[0].message.content


@case("a stream says what the plain answer says")
def streamed(given: Given) -> None:
    chunks = list(given.ask(stream=True, stream_options={"include_usage": True}))
    whole = litellm.stream_chunk_builder(chunks, messages=WEATHER)
    assert whole.choices[0].message.content == given.ask().choices[0].message.content
    assert chunks[-1].usage.total_tokens > 0


@case("an answer is parsed by a model of pydantic")
def parsed(given: Given) -> None:
    found = given.ask(response_format=Place)
    Place.model_validate_json(found.choices[0].message.content)


@case("errors are its own exceptions")
def errors(given: Given) -> None:
    for kind, more in (
        (litellm.NotFoundError, {"model": "openai/gpt-9"}),
        (litellm.BadRequestError, {"temperature": 3}),
        (litellm.AuthenticationError, {"api_key": "sk-mock-unknown-litellm"}),
        (litellm.RateLimitError, {"extra_headers": {"prefer": "example=rate_limit_exceeded"}}),
        (litellm.InternalServerError, {"extra_headers": {"prefer": "example=server_error"}}),
    ):
        came: Any = None
        try:
            given.ask(**more)
        except Exception as problem:
            came = problem
        assert isinstance(came, kind), f"{type(came).__name__} instead of {kind.__name__}: {came}"


if __name__ == "__main__":
    sys.exit(case.command(__doc__, lambda url, number: (Given(url, number),)))
