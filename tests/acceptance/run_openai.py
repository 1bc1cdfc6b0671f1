"""OpenAI's own client against a double of its API: plain, streamed, parsed, with tools, refused, cut.

    .work/openai/bin/python run_openai.py --url URL

Run by the client's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import openai
import pydantic
from cases import Cases

WEATHER = [{"role": "user", "content": "What is the weather in Paris?"}]
MODEL = "gpt-4o-mini"
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells how the weather is.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}
case = Cases()


class Step(pydantic.BaseModel):
    explanation: str
    output: str


class Answer(pydantic.BaseModel):
    steps: list[Step]
    final_answer: str
    certainty: float


def refused(kind: type[openai.APIStatusError], call: Callable[[], Any], **members: Any) -> Any:
    came: Any = None
    try:
        call()
    except Exception as problem:
        came = problem
    assert type(came) is kind, f"{type(came).__name__} instead of {kind.__name__}: {came}"
    assert {name: getattr(came, name) for name in members} == members, came.body
    assert came.request_id
    return came


def broken_off(stream: Any) -> tuple[int, Any]:
    """How many pieces came of a stream, and what was raised then."""
    number = 0
    try:
        for _ in stream:
            number += 1
    except Exception as problem:
        return number, problem
    return number, None


def ask(client: openai.OpenAI, **more: Any) -> Any:
    return client.chat.completions.create(**{"model": MODEL, "messages": WEATHER, **more})


@case("models are listed and looked at")
def models(client: openai.OpenAI) -> None:
    names = [each.id for each in client.models.list()]
    assert MODEL in names, names
    assert client.models.retrieve(MODEL).owned_by == "system"
    refused(openai.NotFoundError, lambda: client.models.retrieve("gpt-9"), code="model_not_found")


@case("a conversation is answered")
def plain(client: openai.OpenAI) -> None:
    found = ask(client, n=2, max_completion_tokens=7, logprobs=True, top_logprobs=2)
    assert [each.index for each in found.choices] == [0, 1]
    assert {each.finish_reason for each in found.choices} == {"length"}
    assert found.usage.completion_tokens == 14
    tokens = found.choices[0].logprobs.content
    assert "".join(each.token for each in tokens) == found.choices[0].message.content
    assert len(tokens[0].top_logprobs) == 2
    assert found._request_id


@case("a stream says what the plain answer says, and how much it was")
def streamed(client: openai.OpenAI) -> None:
    whole = ask(client).choices[0].message.content
    stream = ask(client, stream=True, stream_options={"include_usage": True})
    chunks = list(stream)
    text = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert text == whole, text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage.total_tokens > 0
    assert len({each.id for each in chunks}) == 1


@case("the helper for streams puts them together")
def helper(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model=MODEL, messages=WEATHER) as stream:
        kinds = {event.type for event in stream}
        found = stream.get_final_completion()
    assert {"content.delta", "content.done", "chunk"} <= kinds, kinds
    assert found.choices[0].message.content == ask(client).choices[0].message.content


@case("an answer is parsed into a model of pydantic, at once and from a stream")
def parsed(client: openai.OpenAI) -> None:
    found = client.chat.completions.parse(model=MODEL, messages=WEATHER, response_format=Answer)
    assert isinstance(found.choices[0].message.parsed, Answer)
    with client.chat.completions.stream(model=MODEL, messages=WEATHER, response_format=Answer) as stream:
        for _ in stream:
            pass
        assert isinstance(stream.get_final_completion().choices[0].message.parsed, Answer)


@case("a tool is called, answered, and spoken of")
def tools(client: openai.OpenAI) -> None:
    message = ask(client, tools=[TOOL]).choices[0].message
    [call] = message.tool_calls
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    result = {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"}
    found = ask(client, messages=[*WEATHER, message, result], tools=[TOOL]).choices[0]
    assert (found.finish_reason, "18 degrees" in found.message.content) == ("stop", True)


@case("calls of tools come together from a stream")
def streamed_tools(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model=MODEL, messages=WEATHER, tools=[TOOL]) as stream:
        kinds = [event.type for event in stream]
        [call] = stream.get_final_completion().choices[0].message.tool_calls
    assert "tool_calls.function.arguments.done" in kinds, kinds
    assert json.loads(call.function.arguments) == {"city": "Paris"}


@case("it works asynchronously")
def asynchronous(client: openai.OpenAI) -> None:
    async def both() -> tuple[Any, str]:
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key) as other:
            found = await other.chat.completions.create(model=MODEL, messages=WEATHER)
            stream = await other.chat.completions.create(model=MODEL, messages=WEATHER, stream=True)
            return found, "".join([each.choices[0].delta.content or "" async for each in stream])

    found, text = asyncio.run(both())
    assert text == found.choices[0].message.content


@case("vectors are of length one, and the client unpacks them")
def vectors(client: openai.OpenAI) -> None:
    found = client.embeddings.create(model="text-embedding-3-small", input=["a cat", "a dog"])
    numbers = client.embeddings.create(
        model="text-embedding-3-small", input=["a cat", "a dog"], encoding_format="float"
    )
    for one, other in zip(found.data, numbers.data, strict=True):
        assert len(one.embedding) == 1536
        assert math.isclose(math.hypot(*one.embedding), 1, abs_tol=1e-5)
        assert all(
            math.isclose(a, b, abs_tol=1e-7) for a, b in zip(one.embedding, other.embedding, strict=True)
        )


@case("errors are the client's own exceptions, with their members")
def errors(client: openai.OpenAI) -> None:
    refused(openai.NotFoundError, lambda: ask(client, model="gpt-9"), code="model_not_found")
    refused(openai.BadRequestError, lambda: ask(client, temperature=3), param="temperature")
    refused(
        openai.BadRequestError, lambda: ask(client, response_format={"type": "json_object"}), param="messages"
    )
    wrong = client.with_options(api_key="sk-mock-unknown-key")
    refused(openai.AuthenticationError, lambda: ask(wrong), code="invalid_api_key")
    broke = client.with_options(api_key="sk-mock-broke-1", max_retries=0)
    refused(openai.RateLimitError, lambda: ask(broke), code="insufficient_quota", type="insufficient_quota")


@case("it tries again where the service is busy")
def retries(client: openai.OpenAI) -> None:
    forced = {"Prefer": "example=server_error"}
    raw = client.with_options(max_retries=1).chat.completions.with_raw_response
    found = refused(
        openai.InternalServerError,
        lambda: raw.create(model=MODEL, messages=WEATHER, extra_headers=forced),
        type="server_error",
    )
    assert found.request.headers["x-stainless-retry-count"] == "1"


@case("an error in the middle of a stream is raised")
def broken(client: openai.OpenAI) -> None:
    number, came = broken_off(ask(client, stream=True, extra_headers={"proofsheet-stream": "error=3"}))
    assert isinstance(came, openai.APIError), came
    assert "error while processing" in str(came), came
    assert number == 4, number


@case("a connection that is cut in the middle of a stream is noticed")
def cut(client: openai.OpenAI) -> None:
    number, came = broken_off(ask(client, stream=True, extra_headers={"proofsheet-stream": "cut=3"}))
    assert isinstance(came, openai.APIConnectionError), came
    assert number == 4, number


def given(url: str, number: int) -> tuple[openai.OpenAI]:
    return (openai.OpenAI(base_url=f"{url}/v1", api_key=f"sk-openai-{number}"),)


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
