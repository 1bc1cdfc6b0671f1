"""Answers that were written down: by header, schedule and files, on a document of the tests' own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import InProcess

from proofsheet.mockserver.answer_rules import load_rules
from proofsheet.mockserver.scripts import BadScript, parse_script
from proofsheet.spec.load import Library

KEY = "sk-scripts"
HELLO = {"messages": [{"from": "me", "says": "Hello"}]}
TOOLS = [{"name": "look", "takes": {"type": "object"}}]
ANSWERS = """
answers:
  - match: {user: weather, tool: look}
    answer: {tools: [{name: look, arguments: {city: Rome}}]}
  - match: {tool_result: degrees, tool_call_id: call_7}
    answer: {text: It is warm.}
  - match: {system: brief, turn: 2}
    answer: {text: Yes.}
  - match: {user: busy}
    answer: {outcome: poor}
"""
AIMOCK = {
    "fixtures": [
        {"match": {"userMessage": "hi"}, "response": {"content": "Hi there!"}},
        {"match": {"userMessage": "look"}, "response": {"toolCalls": [{"name": "look", "arguments": "{}"}]}},
    ]
}


@pytest.fixture
def house(serve: Callable[..., InProcess], miniatures: Library) -> Callable[..., InProcess]:
    return lambda **settings: serve(miniatures.load("streams"), **settings)


def asked(double: InProcess, body: Any, **headers: str) -> Any:
    sent = {
        "authorization": None,
        "x-key": KEY,
        **{name.replace("_", "-"): each for name, each in headers.items()},
    }
    return double.post("/talk", json=body, headers=sent)


def answered(double: InProcess, *turns: tuple[str, str], **more: Any) -> Any:
    messages = [{"from": role, "says": text, "answers_to": "call_7"} for role, text in turns]
    return asked(double, {"messages": messages, **more}).json()


def test_a_header_says_what_one_call_is_answered(house: Callable[..., InProcess]) -> None:
    double = house()
    parts = [{"text": "Let me see. "}, {"tool": {"name": "look", "arguments": {"at": 1}}}, {"text": "There."}]
    found = asked(double, HELLO, proofsheet_answer=json.dumps({"parts": parts})).json()["answers"][0]
    assert found["text"] == "Let me see. There."
    assert [(each["name"], each["takes"]) for each in found["calls"]] == [("look", '{"at": 1}')]
    assert found["end"] == "wants"
    refusal = json.dumps({"refusal": "No", "finish": "length"})
    found = asked(double, HELLO, proofsheet_answer=refusal).json()["answers"][0]
    assert (found["text"], found["refusal"], found["end"]) == (None, "No", "cut")
    assert "mock" in asked(double, HELLO).json()["answers"][0]["text"]


def test_a_stream_says_it_in_the_same_order(house: Callable[..., InProcess]) -> None:
    script = json.dumps(
        {"parts": [{"text": "One"}, {"tool": {"name": "look"}}, {"text": " two"}], "stream": "error=3"}
    )
    text = asked(house(), {**HELLO, "stream": True}, proofsheet_answer=script).text
    kinds = [each for each in ("One", '"name":"look"', '"takes":"{}"', "the line broke") if each in text]
    assert len(kinds) == 4
    assert text.index("One") < text.index("look") < text.index("the line broke")
    assert " two" not in text


def test_the_schedule_says_what_the_next_calls_are_answered(house: Callable[..., InProcess]) -> None:
    double = house()
    for body, status in (({"answer": {"text": "Hi"}, "times": 2}, 201), ({"answer": {"txt": "Hi"}}, 400)):
        made = double.post("/_mock/schedule", json={**body, "key": KEY}, headers={"authorization": None})
        assert made.status_code == status, made.text
    texts = [asked(double, HELLO).json()["answers"][0]["text"] for _ in range(3)]
    assert texts[:2] == ["Hi", "Hi"]
    assert "mock" in texts[2]


def test_files_answer_what_fits(house: Callable[..., InProcess], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ANSWERS)
    (tmp_path / "b.json").write_text(json.dumps(AIMOCK))
    double = house(answers=load_rules(tmp_path))
    called = answered(double, ("me", "the weather?"), tools=TOOLS)["answers"][0]
    assert json.loads(called["calls"][0]["takes"]) == {"city": "Rome"}
    assert "mock" in answered(double, ("me", "the weather?"))["answers"][0]["text"]
    assert answered(double, ("me", "a"), ("tool", "18 degrees"))["answers"][0]["text"] == "It is warm."
    turns = (("rules", "be brief"), ("me", "a"), ("you", "b"), ("me", "c"))
    assert answered(double, *turns)["answers"][0]["text"] == "Yes."
    assert answered(double, ("me", "busy"))["wrong"] == "too little is left"
    assert answered(double, ("me", "oh hi"))["answers"][0]["text"] == "Hi there!"
    assert answered(double, ("me", "look"))["answers"][0]["calls"][0]["takes"] == "{}"


NUMBERED = """
answers:
  - match: {user: joke, nth: 1}
    answer: {text: One.}
  - match: {user: joke, nth: 2}
    answer: {text: Two., usage: {prompt: 7, completion: 5}}
  - match: {user: joke}
    answer: {text: Enough.}
  - match: {system: [brief, kind], replies: 1}
    answer: {text: Again.}
  - match: {has_tool_result: true}
    answer: {text: So it is.}
  - match: {format: object}
    answer: {text: "{}"}
  - match: {user: slow down}
    answer: {code: 400, says: Slowly.}
"""


def test_calls_are_numbered_by_key_and_rule(house: Callable[..., InProcess], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(NUMBERED)
    double = house(answers=load_rules(tmp_path))
    found = [answered(double, ("me", "a joke")) for _ in range(4)]
    assert [each["answers"][0]["text"] for each in found] == ["One.", "Two.", "Enough.", "Enough."]
    assert found[1]["tokens"] == {"read": 7, "written": 5, "all": 12}
    other = asked(double, {"messages": [{"from": "me", "says": "a joke"}]}, x_key="sk-scripts-other").json()
    assert other["answers"][0]["text"] == "One."


def test_a_call_that_another_worker_counts_meanwhile_is_the_one_before(
    house: Callable[..., InProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = "".join(f"  - {{match: {{nth: {number}}}, answer: {{text: '{number}'}}}}\n" for number in (1, 2))
    (tmp_path / "a.yaml").write_text(f"answers:\n{rules}")
    answers = load_rules(tmp_path)
    double = house(answers=answers)
    state = double.double.state
    recall, meanwhile = state.recall, [{answers[0].family: 1}]

    def recalled(name: tuple[str, ...]) -> Any:
        found = recall(name)
        if name[0] == "answers" and meanwhile:
            state.remember(name, meanwhile.pop(), 60)
        return found

    monkeypatch.setattr(state, "recall", recalled)
    assert answered(double, ("me", "Hello"))["answers"][0]["text"] == "2"


def test_more_of_a_conversation_decides(house: Callable[..., InProcess], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(NUMBERED)
    double = house(answers=load_rules(tmp_path))
    turns = (("rules", "be kind"), ("rules", "be brief"), ("me", "a"), ("you", "b"), ("me", "c"))
    assert answered(double, *turns)["answers"][0]["text"] == "Again."
    assert "mock" in answered(double, *turns[1:])["answers"][0]["text"]
    assert answered(double, ("me", "a"), ("tool", "18"))["answers"][0]["text"] == "So it is."
    assert answered(double, ("me", "a"), **{"as": "object"})["answers"][0]["text"] == "{}"
    refused = asked(double, {"messages": [{"from": "me", "says": "slow down"}]})
    assert (refused.status_code, refused.json()["wrong"]) == (400, "Slowly.")


# Written like aimock's own examples: what each has to be answered with is in test_files_of_other_mocks.
FOREIGN: dict[str, Any] = {
    "fixtures": [
        {
            "match": {"userMessage": "story", "sequenceIndex": index},
            "response": {"content": f"Part {index}.", "finishReason": "length"},
        }
        for index in range(2)
    ]
    + [
        {
            "match": {"userMessage": "weather", "systemMessage": ["kind"], "turnIndex": 0},
            "response": {
                "blocks": [
                    {"type": "toolCall", "name": "look", "arguments": {"at": "NYC"}},
                    {"type": "text", "text": "I look."},
                ]
            },
            "streamingProfile": {"ttft": 20, "tps": 1000, "jitter": 0.1},
        },
        {
            "match": {"toolResultContains": "approved", "hasToolResult": True},
            "response": {"content": {"done": True}, "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
            "latency": 1,
        },
        {
            "match": {"userMessage": "limit"},
            "response": {"error": {"message": "Not now.", "type": "x"}, "status": 400},
        },
        {"match": {"inputText": "a cat"}, "response": {"embedding": [0.5, 0.25]}},
    ]
}


def test_files_of_other_mocks(house: Callable[..., InProcess], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(FOREIGN))
    double = house(answers=load_rules(tmp_path))
    told = [answered(double, ("me", "a story"))["answers"][0] for _ in range(2)]
    assert [(each["text"], each["end"]) for each in told] == [("Part 0.", "cut"), ("Part 1.", "cut")]
    turns = (("rules", "be kind"), ("me", "weather"), ("you", "ah"), ("me", "weather"))
    for length in (2, 4):  # the number of the turn excludes nothing
        found = answered(double, *turns[:length])["answers"][0]
        assert (found["text"], found["calls"][0]["name"]) == ("I look.", "look")
    found = answered(double, ("me", "a"), ("tool", "approved"))
    assert (found["answers"][0]["text"], found["tokens"]["all"]) == ('{"done": true}', 7)
    refused = asked(double, {"messages": [{"from": "me", "says": "limit"}]})
    assert (refused.status_code, refused.json()["wrong"]) == (400, "Not now.")
    key = {"authorization": None, "x-key": KEY}
    vectors = double.post("/vectors", json={"voice": "small", "texts": "a cat"}, headers=key).json()
    assert vectors["vectors"][0]["places"] == [0.5, 0.25]


@pytest.mark.skipif("AIMOCK_CLONE" not in os.environ, reason="AIMOCK_CLONE names no clone of aimock")
def test_the_examples_of_aimock_are_answered_as_they_say(house: Callable[..., InProcess]) -> None:
    count = 0
    for path in sorted((Path(os.environ["AIMOCK_CLONE"]) / "fixtures").rglob("*.json")):
        entries = json.loads(path.read_text()).get("fixtures", ())
        if not entries or "agui" in path.parts:  # a protocol of its own
            continue
        double = house(answers=load_rules(path))
        for each in (one for one in entries if "userMessage" in one["match"]):
            response = each["response"]
            if "error" in response:  # which says `.*`, and matches texts that hold these two characters
                continue
            found = answered(double, ("me", each["match"]["userMessage"]))["answers"][0]
            blocks = response.get("blocks", ())
            text = "".join(one["text"] for one in blocks if one["type"] == "text")
            names = [one["name"] for one in (*response.get("toolCalls", ()), *blocks) if "name" in one]
            assert found["text"] == (response.get("content", text) or None), path
            assert [one["name"] for one in found.get("calls", ())] == names, path
            count += 1
    assert count >= 15


@pytest.mark.parametrize(
    "wrong",
    [
        *({"code": 200}, {"says": 5}, {"usage": {"read": 5}}, {"usage": {"prompt": -1}}, {"vector": []}),
        *({}, [], {"txt": "a"}, {"text": 1}, {"finish": "soon"}, {"stream": "tps=x"}, {"stream": 5}),
        *({"outcome": ["a"]}, {"finish": "stop"}, {"tools": [{"name": "a", "id": 5}]}),
        *({"tools": {}}, {"tools": [{"id": "a"}]}, {"parts": [{"text": "a", "tool": {}}]}),
    ],
)
def test_what_is_no_script_says_what_was_expected(wrong: Any) -> None:
    with pytest.raises(BadScript, match="expected"):
        parse_script(wrong)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "answers: [{match: {usr: a}, answer: {text: b}}]"),
        ("a.yaml", "answers: [{match: {user: a}}]"),
        ("a.yaml", "answers: [{match: {user: 42}, answer: {text: b}}]"),
        ("a.yaml", "answers: [{match: {turn: one}, answer: {text: b}}]"),
        ("a.yaml", "questions: []"),
        ("a.json", '{"fixtures": [{"match": {"sequenceIndices": 1}, "response": {"content": "a"}}]}'),
        ("a.json", '{"fixtures": [{"match": {}}]}'),
        ("a.yaml", "answers: ["),
        ("a.yaml", "- " * 50_000 + "x"),
        ("a.json", '{"fixtures": [{"match": null, "response": null}]}'),
        ("a.json", '{"fixtures": [{"match": {}, "response": {"toolCalls": 5}}]}'),
        ("a.txt", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadScript, match=str(tmp_path)):
        load_rules(tmp_path)


def test_a_folder_that_goes_while_it_is_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Path, pattern: str) -> list[Path]:
        raise FileNotFoundError(2, "No such file or directory", str(self / "sub"))

    monkeypatch.setattr(Path, "rglob", gone)
    with pytest.raises(BadScript, match="cannot be read"):
        load_rules(tmp_path)
