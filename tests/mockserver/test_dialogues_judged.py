"""Dialogues are judged: what keeps the document passes, each way to break it is found. On talks.yaml."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from wire import Process

from proofsheet.contracts.case import Case
from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.plan.plan import plan
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

Messages = list[Any]
Change = Callable[[Messages], Messages]


@pytest.fixture(scope="module")
def talks(miniatures: Library) -> Document:
    return miniatures.load("talks")


@pytest.fixture(scope="module")
def answered(talks: Document) -> Iterator[list[tuple[Case, Exchange]]]:
    """Each case of the document with what a mock answers, asked once for all tests."""
    options = ("talks", "--spec", "tests/miniature", "--rate-limit", "off", "--keys", "sk-known")
    cases = plan(Source(talks), "core").cases
    with Process(*options, documents=(talks,)) as server:
        client = HttpClient(talks, Target(f"http://{server.host}:{server.port}", "sk-known"))
        yield [(each, client.send(each)) for each in cases]
        client.close()


def found(talks: Document, answered: list[tuple[Case, Exchange]], change: Change, **more: Any) -> set[str]:
    """The topics of what is found where the messages are changed so."""
    topics = set()
    for case, exchange in answered:
        messages = tuple(change(copy.deepcopy(list(exchange.messages))))
        told = replace(exchange, messages=messages, **more)
        for expect in case.expects:
            if list(expect.findings(Answer(told, talks.operations[case.operation]))):
                topics.add(expect.requirement.split(".", 2)[2])
    return topics


def each(name: str, **members: Any) -> Change:
    """Every message of a name has these members; a function makes one of the old."""

    def change(messages: Messages) -> Messages:
        for message in messages:
            for member, value in members.items() if message["do"] == name else ():
                message[member] = value(message[member]) if callable(value) else value
        return messages

    return change


def without(name: str) -> Change:
    return lambda messages: [message for message in messages if message["do"] != name]


def first_lost(name: str) -> Change:
    def change(messages: Messages) -> Messages:
        places = [number for number, message in enumerate(messages) if message["do"] == name]
        return [message for number, message in enumerate(messages) if number not in places[:1]]

    return change


def moved_first(name: str) -> Change:
    """The last message of a name comes first."""

    def change(messages: Messages) -> Messages:
        places = [number for number, message in enumerate(messages) if message["do"] == name]
        for number in places[-1:]:
            messages.insert(0, messages.pop(number))
        return messages

    return change


def twice(name: str) -> Change:
    return lambda messages: [one for message in messages for one in [message] * (1 + (message["do"] == name))]


REPLY = "dialogue.reply"
BROKEN: dict[str, tuple[Change, set[str]]] = {
    "the order is another": (moved_first("ends"), {REPLY}),
    "a piece is lost": (first_lost("piece"), {"dialogue.pieces"}),
    "there are no pieces": (without("piece"), {"dialogue.pieces", REPLY}),
    "the whole text is left out": (without("words"), {REPLY}),
    "pieces name another reply": (each("piece", reply="resp_other"), {REPLY}),
    "the reply does not end": (without("ends"), {REPLY, "dialogue.usage"}),
    "the usage is lost": (each("ends", tokens={}), {"dialogue.usage"}),
    "the usage comes twice": (twice("ends"), {"dialogue.usage"}),
    "the usage does not add up": (
        each("ends", tokens=lambda tokens: {**tokens, "all": 9999}),
        {"dialogue.usage"},
    ),
    "it opens with nothing": (without("hello"), {"dialogue.opens"}),
    "changed settings are not told of": (without("is-set"), {"dialogue.set", "dialogue.error"}),
    "an item is not told of": (without("said"), {"dialogue.say"}),
    "a message has no id": (each("hello", no=None), {"dialogue.messages"}),
    "a message is of no kind": (each("said", do="sad"), {"dialogue.messages"}),
    "a message lacks a member": (
        lambda messages: [
            {name: value for name, value in message.items() if name != "item"} for message in messages
        ],
        {"dialogue.messages"},
    ),
    "an error is passed over": (without("wrong"), {"dialogue.error"}),
    "messages are texts": (lambda messages: [str(message) for message in messages], {"dialogue.messages"}),
    "nothing comes": (lambda messages: [], {REPLY, "dialogue.opens"}),
}
HARMLESS: dict[str, Change] = {
    "nothing is changed": lambda messages: messages,
    "further members": lambda messages: [{**message, "more": 1} for message in messages],
    "other ids": each("begins", no=lambda no: f"{no}-1"),
    "members in another order": lambda messages: [dict(reversed(message.items())) for message in messages],
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_nothing_passes(
    talks: Document, answered: list[tuple[Case, Exchange]], name: str
) -> None:
    assert found(talks, answered, HARMLESS[name]) == set()


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_it_is_found(talks: Document, answered: list[tuple[Case, Exchange]], name: str) -> None:
    change, topics = BROKEN[name]
    assert topics <= found(talks, answered, change)


def test_an_error_that_closes_is_found(talks: Document, answered: list[tuple[Case, Exchange]]) -> None:
    changed = found(talks, answered, lambda messages: messages, closed=1008)
    assert {"dialogue.error", REPLY} <= changed


def test_a_wrong_key_that_is_let_in_is_found(talks: Document, answered: list[tuple[Case, Exchange]]) -> None:
    assert "dialogue.key" in found(talks, answered, lambda messages: messages, status=101)


def test_a_handshake_that_fails_is_found(talks: Document, answered: list[tuple[Case, Exchange]]) -> None:
    assert {"dialogue.opens", REPLY} <= found(talks, answered, lambda messages: [], status=502)
