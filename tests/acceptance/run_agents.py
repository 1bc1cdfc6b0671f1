"""OpenAI's Agents SDK and LangChain's client of OpenAI against a double of its API.

    .work/agents/bin/python run_agents.py --url URL

Run by the clients' own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import openai
import pydantic
from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from cases import Cases
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

MODEL = "gpt-4o-mini"
WEATHER = "What is the weather in Paris?"
case = Cases()


class Place(pydantic.BaseModel):
    city: str
    warm: bool


@function_tool
def get_weather(city: str) -> str:
    """Tells how the weather is."""
    return f"18 degrees in {city}"


@tool
def weather(city: str) -> str:
    """Tells how the weather is."""
    return f"18 degrees in {city}"


class Given:
    """Where the double is, and a key of the case's own."""

    def __init__(self, url: str, number: int) -> None:
        self.base, self.key = f"{url}/v1", f"sk-agents-{number}"

    def agent(self, kind: Any = OpenAIResponsesModel, **more: Any) -> Agent[None]:
        client = openai.AsyncOpenAI(base_url=self.base, api_key=self.key)
        named = {"name": "Ann", "instructions": "You are brief.", **more}
        return Agent(model=kind(model=MODEL, openai_client=client), **named)

    def chat(self, **more: Any) -> ChatOpenAI:
        return ChatOpenAI(model=MODEL, base_url=self.base, api_key=self.key, **more)


def run(agent: Agent[None], text: str = WEATHER) -> Any:
    return Runner.run_sync(agent, text, run_config=RunConfig(tracing_disabled=True))


@case("an agent answers")
def answers(given: Given) -> None:
    found = run(given.agent(), "Say this is a test")
    assert "Say this is a test" in found.final_output, found.final_output
    assert found.raw_responses[0].usage.total_tokens > 0


@case("an agent calls its tools and speaks of what they answered, by responses and by chat")
def tools(given: Given) -> None:
    for kind in (OpenAIResponsesModel, OpenAIChatCompletionsModel):
        found = run(given.agent(kind, tools=[get_weather]))
        assert "18 degrees in Paris" in found.final_output, found.final_output
        assert len(found.raw_responses) == 2


@case("an agent hands over to another")
def hand_off(given: Given) -> None:
    other = given.agent(name="Weather", handoff_description="Answers questions about the weather.")
    found = run(given.agent(handoffs=[other]))
    assert found.last_agent.name == "Weather", found.last_agent.name


@case("an agent's answer is of a type")
def typed(given: Given) -> None:
    assert isinstance(run(given.agent(output_type=Place)).final_output, Place)


@case("an agent streams")
def streams(given: Given) -> None:
    async def both() -> tuple[str, str]:
        found = Runner.run_streamed(given.agent(tools=[get_weather]), WEATHER)
        events = [each async for each in found.stream_events()]
        pieces = [
            each.data.delta
            for each in events
            if each.type == "raw_response_event" and each.data.type == "response.output_text.delta"
        ]
        return "".join(pieces), found.final_output

    pieces, whole = asyncio.run(both())
    assert pieces == whole, (pieces, whole)
    assert "18 degrees in Paris" in whole


@case("LangChain asks, by chat and by responses")
def asks(given: Given) -> None:
    for more in ({}, {"use_responses_api": True}):
        found = given.chat(**more).invoke(WEATHER)
        assert found.text, found
        assert found.usage_metadata["total_tokens"] > 0


@case("LangChain streams, by chat and by responses")
def chunks(given: Given) -> None:
    for more in ({"stream_usage": True}, {"use_responses_api": True}):
        chat = given.chat(**more)
        whole = None
        for each in chat.stream(WEATHER):
            whole = each if whole is None else whole + each
        assert whole.text == chat.invoke(WEATHER).text, whole
        assert whole.usage_metadata["total_tokens"] > 0


@case("LangChain's tools are called and answered, by chat and by responses")
def bound(given: Given) -> None:
    for more in ({}, {"use_responses_api": True}):
        chat = given.chat(**more).bind_tools([weather])
        said = chat.invoke(WEATHER)
        [call] = said.tool_calls
        assert (call["name"], call["args"]) == ("weather", {"city": "Paris"}), call
        result = ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])
        found = chat.invoke([HumanMessage(WEATHER), said, result])
        assert "18 degrees in Paris" in found.text, found.text


@case("LangChain parses an answer by a model of pydantic")
def parsed(given: Given) -> None:
    for more in ({}, {"use_responses_api": True}):
        assert isinstance(given.chat(**more).with_structured_output(Place).invoke(WEATHER), Place)


@case("LangChain's vectors come")
def vectors(given: Given) -> None:
    client = OpenAIEmbeddings(
        model="text-embedding-3-small",
        base_url=given.base,
        api_key=given.key,
        check_embedding_ctx_length=False,
    )
    assert [len(each) for each in client.embed_documents(["a cat", "a dog"])] == [1536, 1536]


@case("LangChain raises the client's errors")
def errors(given: Given) -> None:
    for more in ({}, {"use_responses_api": True}):
        came: Any = None
        try:
            given.chat(**{**more, "max_retries": 0, "temperature": 3}).invoke(WEATHER)
        except openai.BadRequestError as problem:
            came = problem
        assert came is not None
        assert came.param == "temperature", came.body


if __name__ == "__main__":
    set_tracing_disabled(True)
    sys.exit(case.command(__doc__, lambda url, number: (Given(url, number),)))
