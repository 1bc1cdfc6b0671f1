"""One choice of what is written in reply: in parts of tokens, by what the request says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from proofsheet.mockserver.media.text.instances import NoInstance, instance
from proofsheet.mockserver.media.text.reply import reply_tokens
from proofsheet.mockserver.prompted_schemas import prompted_schema
from proofsheet.mockserver.scripts import Script
from proofsheet.mockserver.tool_choice import Tool, chosen_tools, tool_id
from proofsheet.spec import pointers, tokens
from proofsheet.spec.completion import Completion
from proofsheet.spec.turns import Turn

REASONING = "reasoning"
LINK = "\ue000link\ue000"  # in place of a link to a picture, until there is one (linked_pictures.py)
_ANSWER = {"type": "object", "required": ["answer"], "properties": {"answer": {"type": "string"}}}
_USUAL = (24, 60)  # tokens of a reply at least, where nothing bounds it


@dataclass(frozen=True)
class Part:
    """Something said: text, a refusal, or a tool to be called (then the tokens are its arguments)."""

    kind: str  # reasoning | text | refusal | tool | function (the one that a choice may call)
    tokens: tuple[str, ...]
    tool: Tool | None = None
    index: int = 0  # of the tool among those of its choice

    @property
    def text(self) -> str:
        return "".join(self.tokens)


@dataclass(frozen=True)
class Choice:
    """One of the answers, in the order in which it is said; `finish` is one of FINISHES."""

    index: int
    parts: tuple[Part, ...]
    finish: str

    @property
    def tools(self) -> tuple[Part, ...]:
        """The tools that it wants called."""
        return tuple(each for each in self.parts if each.kind == "tool")

    @property
    def function(self) -> Part | None:
        """The one tool that it wants called, where there may be but one."""
        return next((each for each in self.parts if each.kind == "function"), None)

    def said(self, kind: str) -> str | None:
        """All that is said as text, or as refusal; None if nothing is; "" if it was cut while it thought."""
        found = [each.text for each in self.parts if each.kind == kind]
        is_thought = kind == "text" and bool(self.parts) and self.parts[-1].kind == REASONING
        return "".join(found) if found or is_thought else None

    @property
    def thought_count(self) -> int:
        """How many tokens were thought."""
        return sum(len(each.tokens) for each in self.parts if each.kind == REASONING)

    @property
    def token_count(self) -> int:
        names = sum(tokens.count(each.tool.name) for each in self.parts if each.tool)
        return names + sum(len(each.tokens) for each in self.parts)


class RequestToWrite:
    """What a request says of its reply, as far as it can be used: a forced outcome may answer any request."""

    def __init__(
        self, completion: Completion, fields: Any, turns: tuple[Turn, ...], thought: int | None = None
    ) -> None:
        self.completion, self.fields, self.turns, self.thought = completion, fields, turns, thought
        self.said = next((each.text for each in reversed(self.turns) if each.role == "user"), "")

    def prompts(self) -> Iterator[RequestToWrite]:
        """A request for each prompt that is answered by itself; a conversation is one."""
        if self.completion.turns is not None or len(self.turns) < 2:
            yield self
            return
        for each in self.turns:
            found = copy(self)
            found.turns, found.said = (each,), each.text
            yield found

    def at(self, place: tuple[str, ...] | None) -> Any:
        return next(pointers.find(self.fields, place), None) if place is not None else None

    def number(self, place: tuple[str, ...] | None, most: int) -> int | None:
        found = self.at(place)
        usable = isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= most
        return int(found) if usable else None

    @property
    def most_tokens(self) -> int | None:
        found = (self.number(each, 10**9) for each in self.completion.most)
        return next((each for each in found if each is not None), None)

    @property
    def stops(self) -> list[str]:
        found = self.at(self.completion.stop)
        return [
            each for each in (found if isinstance(found, list) else [found]) if each and isinstance(each, str)
        ]

    @property
    def results(self) -> list[str]:
        """What tools have answered since the last thing that a user said."""
        found = []
        for each in reversed(self.turns):
            if each.role == "tool":
                found.append(each.text)
            elif each.role == "user":
                break
        return found[::-1]

    @property
    def is_single(self) -> bool:
        """Whether it declares tools, and only in a form of which an answer calls one."""
        declared = [each for each in self.completion.tools if self.at(each.at) is not None]
        return bool(declared) and all(each.single for each in declared)

    def random(self, index: int) -> Random:
        """The same for the same conversation, seed, schema and tools, whatever else is asked for."""
        known = self.completion
        tools = [self.at(each.at) for each in known.tools]
        decides = [
            [(each.role, each.text) for each in self.turns],
            [self.at(each) for each in known.seed],
            self.at(known.schema),
        ]
        text = json.dumps([decides, tools, index], sort_keys=True, default=str)
        return Random(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())


def scripted(request: RequestToWrite, script: Script, index: int) -> Choice:
    """What was written down, word for word: nothing cuts it."""
    parts = list[Part]()
    if all(each.kind != REASONING for each in script.parts):
        parts += _thought(request, index)
    ids = next((each.ids for each in request.completion.tools), "")
    chooses = any(each.kind == "tool" and not each.id for each in script.parts)
    random = request.random(index) if chooses else Random(0)
    kind, calls = ("function", "function") if request.is_single else ("tool", "calls")
    for each in script.parts:
        tool = Tool(each.id or tool_id(ids, random), each.name, each.text) if each.kind == "tool" else None
        number = sum(one.tool is not None for one in parts)
        parts.append(Part(kind if tool else each.kind, tokens.tokens(each.text), tool, number))
    usual = calls if any(each.tool for each in parts) else "stop"
    return Choice(index, tuple(parts), script.finish or usual)


def written(completion: Completion, request: RequestToWrite, index: int) -> Choice:
    """What is written where nothing was written down: calls of tools, JSON, or prose."""
    random = request.random(index)
    words = [each for each in request.said.split() if each[0].isalnum()]  # no marks, no pieces of JSON
    thought = _thought(request, index)
    for tools in completion.tools:
        if called := chosen_tools(tools, request.fields, request.turns, random):
            kind, finish = ("function", "function") if tools.single else ("tool", "calls")
            parts = [
                Part(kind, tokens.tokens(each.arguments), each, number) for number, each in enumerate(called)
            ]
            return _cut(request, Choice(index, (*thought, *parts), finish))
    made = _structured(completion, request, random, words)
    if made is None:
        made = _around_a_picture(request) or _prose(request, random)
    return _cut(request, Choice(index, (*thought, Part("text", made)), "stop"))


def _thought(request: RequestToWrite, index: int) -> tuple[Part, ...]:
    """What is thought first, of as many tokens as the request wants; nothing where nothing is thought."""
    if not request.thought:
        return ()
    made = reply_tokens(request.said, request.random(index), request.thought)
    return (Part(REASONING, made[: request.thought]),)


def _structured(
    completion: Completion, request: RequestToWrite, random: Random, words: Sequence[str]
) -> tuple[str, ...] | None:
    """The JSON that was asked for; None where text was, or nothing satisfies a schema."""
    for schema, texts in _wanted_schemas(completion, request, random, words):
        try:
            return tokens.tokens(json.dumps(instance(schema, random, texts), ensure_ascii=False))
        except NoInstance:
            continue
    return None


def _wanted_schemas(
    completion: Completion, request: RequestToWrite, random: Random, words: Sequence[str]
) -> Iterator[tuple[Any, Sequence[str]]]:
    """What the JSON is to satisfy, the first that can be, and of what its texts are made."""
    schema = request.at(completion.schema)
    if schema is not None:
        yield schema, words
        return
    wants_json = completion.json is not None and request.at(completion.json[0]) == completion.json[1]
    prompted = prompted_schema(request.turns, in_json=wants_json)
    if prompted is not None:
        yield prompted, words
    if wants_json:
        yield _ANSWER, ["".join(_prose(request, random))]


def _around_a_picture(request: RequestToWrite) -> tuple[str, ...]:
    """The text around the links to a picture; nothing where none is asked for. A link is one token."""
    draws = request.completion.draws
    if draws is None or not draws.wants(request.fields, request.said):
        return ()
    prompt = json.dumps(request.said, ensure_ascii=False)[1:-1]
    pieces = draws.text.replace("{prompt}", prompt).split("{link}")
    made = [each for piece in pieces for each in (*tokens.tokens(piece), LINK)]
    return tuple(made[:-1])


def _prose(request: RequestToWrite, random: Random) -> tuple[str, ...]:
    least = random.randint(*_USUAL)
    made = reply_tokens(request.said, random, least, request.results)
    if request.completion.turns is None and made:
        made = (" " + made[0], *made[1:])  # it goes on where the prompt ends
        made = tokens.tokens("".join(made))
    if request.at(request.completion.echo) is True:
        made = tokens.tokens(request.said + "".join(made))
    return made


def _cut(request: RequestToWrite, choice: Choice) -> Choice:
    """A choice without what comes after a text that stops it, or after the most tokens that it may have."""
    parts, finish = list(choice.parts), choice.finish
    for number, each in enumerate(parts):
        ends = [at for stop in request.stops if each.kind == "text" and (at := each.text.find(stop)) >= 0]
        if ends:
            parts[number:] = [Part("text", tokens.tokens(each.text[: min(ends)]))]
            finish = "stop"
            break
    left = request.most_tokens
    if left is not None and Choice(0, tuple(parts), finish).token_count > left:
        return Choice(choice.index, tuple(_first(parts, left)), "length")
    return Choice(choice.index, tuple(parts), finish)


def _first(parts: Sequence[Part], left: int) -> Iterator[Part]:
    """As much of the parts as has so many tokens; one that is there and empty stays."""
    for each in parts:
        left -= tokens.count(each.tool.name) if each.tool else 0
        if left < 0:
            return
        yield Part(each.kind, each.tokens[:left], each.tool, each.index)
        left -= len(each.tokens)
        if left <= 0:
            return
