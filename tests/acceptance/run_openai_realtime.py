"""OpenAI's own client against a double of its Realtime API, of today and of the beta.

    .work/openai/bin/python run_openai_realtime.py --url URL

Run by its own interpreter against `serve openai-realtime openai-realtime.pages-2024`. Prints a line for
each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import base64
import math
import os
import struct
import sys
from collections.abc import Callable, Coroutine
from typing import Any

os.environ["NO_PROXY"] = "*"

import openai
from cases import Cases

case = Cases()
WAIT = 30  # seconds
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
}


def client(url: str, document: str = "openai-realtime") -> Any:
    base = f"{url}/{document}/v1"
    sockets = "ws" + base.removeprefix("http")
    return openai.AsyncOpenAI(base_url=base, websocket_base_url=sockets, api_key="sk-realtime")


def in_a_loop(function: Callable[[str], Coroutine[Any, Any, None]]) -> Callable[[str], None]:
    return lambda url: asyncio.run(function(url))


async def until(connection: Any, name: str) -> list[Any]:
    """Everything up to an event of this type."""
    found: list[Any] = []
    async with asyncio.timeout(WAIT):
        while not found or found[-1].type != name:
            found.append(await connection.recv())
    return found


def said(text: str) -> Any:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def tone(milliseconds: int, loud: int) -> str:
    samples = [round(loud * math.sin(n / 10)) for n in range(24 * milliseconds)]
    return base64.b64encode(struct.pack(f"<{len(samples)}h", *samples)).decode()


@case("a text is asked for and comes in pieces")
@in_a_loop
async def words(url: str) -> None:
    async with client(url).realtime.connect(model="gpt-realtime") as connection:
        assert (await until(connection, "session.created"))[-1].session.type == "realtime"
        await connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        assert (await until(connection, "session.updated"))[-1].session.output_modalities == ["text"]
        await connection.conversation.item.create(item=said("Tell me of whales"))
        await connection.response.create()
        found = await until(connection, "response.done")
        text = "".join(each.delta for each in found if each.type == "response.output_text.delta")
        assert "Tell me of whales" in text
        done = found[-1].response
        assert done.status == "completed"
        assert done.output[0].content[0].text == text
        assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens


@case("a function is called and its output is answered")
@in_a_loop
async def tools(url: str) -> None:
    async with client(url).realtime.connect(model="gpt-realtime") as connection:
        session = {"type": "realtime", "output_modalities": ["text"], "tools": [WEATHER]}
        await connection.session.update(session=session)
        await connection.conversation.item.create(item=said("What is the weather in Paris?"))
        await connection.response.create()
        call = (await until(connection, "response.done"))[-1].response.output[0]
        assert (call.type, call.name) == ("function_call", "get_weather")
        item = {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}
        await connection.conversation.item.create(item=item)
        await connection.response.create()
        answer = (await until(connection, "response.done"))[-1].response.output[0]
        assert "21 degrees" in answer.content[0].text


@case("speech is heard, and answered in sound")
@in_a_loop
async def sound(url: str) -> None:
    async with client(url).realtime.connect(model="gpt-realtime") as connection:
        for milliseconds, loud in ((300, 0), (500, 9000), (400, 0)):
            await connection.input_audio_buffer.append(audio=tone(milliseconds, loud))
        found = await until(connection, "response.done")
        names = [each.type for each in found]
        assert names.index("input_audio_buffer.speech_started") < names.index(
            "input_audio_buffer.speech_stopped"
        )
        deltas = [each.delta for each in found if each.type == "response.output_audio.delta"]
        assert sum(len(base64.b64decode(each)) for each in deltas) > 24_000
        assert found[-1].response.usage.output_token_details.audio_tokens > 0


@case("what was said is written down")
@in_a_loop
async def transcribed(url: str) -> None:
    async with client(url).realtime.connect(model="gpt-realtime") as connection:
        heard = {"turn_detection": None, "transcription": {"model": "gpt-4o-mini-transcribe"}}
        await connection.session.update(session={"type": "realtime", "audio": {"input": heard}})
        await connection.input_audio_buffer.append(audio=tone(900, 9000))
        await connection.input_audio_buffer.commit()
        found = await until(connection, "conversation.item.input_audio_transcription.completed")
        deltas = [each.delta for each in found if each.type.endswith("transcription.delta")]
        assert "".join(deltas) == found[-1].transcript != ""
        assert found[-1].usage.output_tokens == len(deltas)


@case("what a tool answered that nobody called is refused")
@in_a_loop
async def uncalled(url: str) -> None:
    async with client(url).realtime.connect(model="gpt-realtime") as connection:
        item = {"type": "function_call_output", "call_id": "call_none", "output": "21 degrees"}
        await connection.conversation.item.create(item=item)
        assert (await until(connection, "error"))[-1].error.code == "invalid_tool_call_id"


@case("what is wrong is an error event, and the session goes on")
@in_a_loop
async def errors(url: str) -> None:
    async with client(url).realtime.connect(model="gpt-realtime") as connection:
        await connection.response.cancel(event_id="event-1")
        error = (await until(connection, "error"))[-1].error
        assert (error.code, error.event_id) == ("response_cancel_not_active", "event-1")
        await connection.input_audio_buffer.commit()
        assert (await until(connection, "error"))[-1].error.code == "input_audio_buffer_commit_empty"
        await connection.input_audio_buffer.clear()
        await until(connection, "input_audio_buffer.cleared")


@case("a key for a browser is made")
@in_a_loop
async def secret(url: str) -> None:
    made = await client(url).realtime.client_secrets.create(
        session={"type": "realtime", "model": "gpt-realtime"}
    )
    assert made.value.startswith("ek_")


@case("the beta is talked to by its own client")
@in_a_loop
async def beta(url: str) -> None:
    model = "gpt-4o-realtime-preview-2024-12-17"
    async with client(url, "openai-realtime.pages-2024").beta.realtime.connect(model=model) as connection:
        await until(connection, "conversation.created")
        await connection.session.update(session={"modalities": ["text"]})
        await connection.conversation.item.create(item=said("Tell me of whales"))
        await connection.response.create()
        found = await until(connection, "rate_limits.updated")
        names = [each.type for each in found]
        assert "conversation.item.created" in names
        assert "Tell me of whales" in "".join(
            each.delta for each in found if each.type == "response.text.delta"
        )


@case("after its end the beta is told so and closed")
@in_a_loop
async def ended(url: str) -> None:
    async with client(url).beta.realtime.connect(model="gpt-realtime") as connection:
        assert (await until(connection, "error"))[-1].error.code == "beta_api_shape_disabled"


def given(url: str, number: int) -> tuple[str]:
    return (url,)


if __name__ == "__main__":
    sys.exit(case.command(__doc__, given))
