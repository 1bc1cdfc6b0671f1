"""What an operation writes in reply (`x-completion`), and from which fields of the request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers, tokens
from proofsheet.spec.schemas import Schema
from proofsheet.spec.turns import Turn, Turns, turn, turns

Tokens = tuple[str, ...]
FINISHES = ("stop", "length", "calls", "function", "filter")  # how a text ends, in the double's words
CANCELLED = "cancelled"  # how a reply of a dialogue ends that is interrupted
CUTS = ("length", "filter")  # those by which it ends before it is whole


@dataclass(frozen=True)
class Tools:
    """Where the tools stand that may be called: a list, in each its name and the schema of its arguments.

    Where it is `single`, an answer calls one of them, in a form of its own.

    `choice` is the field that says whether one is to be called, by the words in `modes` (to none, auto or
    required), or by the name that stands in it at `chosen`; `parallel` whether several may be.
    """

    at: Tokens
    name: Tokens
    description: Tokens
    arguments: Tokens
    choice: Tokens
    modes: Mapping[str, str]
    chosen: Tokens
    parallel: Tokens | None
    single: bool = False
    ids: str = ""  # what the id of a call begins with

    def named(self, fields: Any) -> Any:
        """The name of the tool that a request wants called; None where it names none."""
        sent = next(pointers.find(fields, self.choice), None)
        return next(pointers.find(sent, self.chosen), None) if isinstance(sent, dict) else None

    def undeclared(self, fields: Any) -> str | None:
        """The name of a tool that a request wants called and does not declare."""
        name = self.named(fields)
        known = list(pointers.find(fields, (*self.at, "*", *self.name)))
        return name if isinstance(name, str) and name not in known else None


@dataclass(frozen=True)
class Reasoning:
    """What is thought before an answer: so many `tokens` by the effort that a field or a resource names."""

    effort: Tokens
    usual: str  # the member of the resource with its effort; one without it does not reason
    tokens: Mapping[str, int]
    summary: Tokens | None  # whether what was thought is summed up

    def count(self, fields: Any, resource: Mapping[str, Any]) -> int | None:
        """How many tokens are thought; None where nothing is."""
        usual = resource.get(self.usual)
        asked = next(pointers.find(fields, self.effort), None)
        return None if usual is None else self.tokens.get(str(asked if asked is not None else usual))


@dataclass(frozen=True)
class Draws:
    """For which requests an answer is a `text` around links to a picture: what a user said last has `words`.

    In the text, {prompt} stands for that (as within a JSON text) and {link} for where the picture is for so
    many seconds.
    """

    when: Schema
    words: re.Pattern[str]
    text: str
    size: tuple[int, int]
    media: str
    seconds: float

    def wants(self, fields: Any, said: str) -> bool:
        """Whether a request asks for a picture."""
        return self.when.is_valid(fields) and self.words.search(said) is not None


@dataclass(frozen=True)
class Completion:
    """What is written. Each of these says where the request has it; most may be absent."""

    prompts: tuple[Tokens, ...]  # the texts that it answers, the last most of all
    turns: Turns | None
    count: Tokens | None  # how many choices
    most: tuple[Tokens, ...]  # how many tokens each may have: the first that is there
    stop: Tokens | None  # one text or several before which it ends
    echo: Tokens | None  # whether it begins with the prompt
    suffix: Tokens | None
    seed: tuple[Tokens, ...]  # what else decides about the words
    schema: Tokens | None  # a JSON Schema that the text satisfies
    json: tuple[Tokens, Any] | None  # a field, and its value with which the text is some JSON object
    alternatives: tuple[Tokens, ...]  # whether each token's likelihood is named, and how many beside it
    tools: tuple[Tools, ...]  # in each of their forms
    finishes: Mapping[str, str]  # how each way of FINISHES is called, and CANCELLED
    causes: Mapping[str, str]  # what is said of why one of CUTS happened
    system: Tokens | None = None  # what the system says, where it is no message
    message_tokens: int = 0  # that each message costs beside its words
    reply_tokens: int = 0  # that come before the answer
    picture_tokens: int = 0
    reasoning: Reasoning | None = None
    draws: Draws | None = None

    def items(self, fields: Any) -> list[Any]:
        """The items of a conversation; a text alone is one."""
        found = next(pointers.find(fields, self.turns.at), None) if self.turns else None
        if self.turns is not None and isinstance(found, str):
            return [{self.turns.content: found}]
        return found if isinstance(found, list) else []

    def conversation(self, fields: Any, earlier: Sequence[Any] = ()) -> tuple[Turn, ...]:
        """What has been said, in order, after the items of earlier calls; a prompt alone is a user's."""
        if self.turns is None:
            return tuple(Turn("user", each) for each in self.prompted(fields))
        system = next(pointers.find(fields, self.system), None) if self.system else None
        return (
            *((Turn("system", system),) if isinstance(system, str) else ()),
            *(turn(self.turns, each) for each in (*earlier, *self.items(fields)) if isinstance(each, dict)),
        )

    def prompted(self, fields: Any) -> list[str]:
        """Every text that says what to write; numbers of tokens as a text that has as many."""
        found = [each for at in self.prompts for each in pointers.find(fields, at)]
        return [text for each in found for text in _texts(each)]

    def prompt_tokens(self, fields: Any, earlier: Sequence[Any] = ()) -> int:
        """How many tokens a request has, as they are counted (spec/tokens.py)."""
        return self.tokens_of(self.conversation(fields, earlier))

    def tokens_of(self, turns: Sequence[Turn]) -> int:
        """How many tokens a conversation has."""
        words = sum(tokens.count(each.text) for each in turns)
        around = sum(self.message_tokens + self.picture_tokens * each.pictures for each in turns)
        return words + (around if self.turns else 0) + (self.reply_tokens if turns else 0)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(each, int) for each in value):
        yield " ".join(map(str, value))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts(each))


def completion(node: Mapping[str, Any] | None) -> Completion | None:
    """Read `x-completion`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    messages, found_json = node.get("messages"), node.get("json")
    counts = node.get("tokens", {})
    return Completion(
        prompts=tuple(_all(node.get("prompt", ()))),
        turns=turns(messages) if messages else None,
        count=pointers.split_or_none(node.get("count")),
        most=tuple(_all(node.get("most", ()))),
        stop=pointers.split_or_none(node.get("stop")),
        echo=pointers.split_or_none(node.get("echo")),
        suffix=pointers.split_or_none(node.get("suffix")),
        seed=tuple(_all(_listed(node.get("seed", ())))),
        schema=pointers.split_or_none(node.get("schema")),
        json=(pointers.split(found_json["at"]), found_json["is"]) if found_json else None,
        alternatives=tuple(_all(node.get("alternatives", ()))),
        tools=tuple(map(_tools, _listed(node.get("tools", ())))),
        finishes={each: node.get("finishes", {}).get(each, each) for each in (*FINISHES, CANCELLED)},
        causes=node.get("causes", {}),
        system=pointers.split_or_none(node.get("system")),
        message_tokens=counts.get("message", 0),
        reply_tokens=counts.get("reply", 0),
        picture_tokens=counts.get("picture", 0),
        reasoning=_reasoning(node.get("reasoning")),
        draws=_draws(node.get("draws")),
    )


def _draws(node: Mapping[str, Any] | None) -> Draws | None:
    if node is None:
        return None
    return Draws(
        when=Schema(node.get("when", True)),
        words=re.compile(node["words"], re.IGNORECASE),
        text=node["text"],
        size=(node["size"][0], node["size"][1]),
        media=node["media"],
        seconds=node["seconds"],
    )


def _reasoning(node: Mapping[str, Any] | None) -> Reasoning | None:
    if node is None:
        return None
    effort, summary = pointers.split(node["effort"]), pointers.split_or_none(node.get("summary"))
    return Reasoning(effort, node["usual"], node["tokens"], summary)


def _tools(node: Mapping[str, Any]) -> Tools:
    return Tools(
        at=pointers.split(node["at"]),
        name=pointers.split(node["name"]),
        description=pointers.split(node["description"]),
        arguments=pointers.split(node["arguments"]),
        choice=pointers.split(node["choice"]),
        modes=node["modes"],
        chosen=pointers.split(node["chosen"]),
        parallel=pointers.split_or_none(node.get("parallel")),
        single=node.get("single", False),
        ids=node.get("ids", ""),
    )


def _listed(node: Any) -> Sequence[Any]:
    return node if isinstance(node, list | tuple) else [node]


def _all(found: Sequence[str]) -> Iterator[Tokens]:
    return map(pointers.split, found)
