"""Answers that somebody has written down: for one call, for the next ones, or by what a conversation says.

{text: Hello}                                          a text
{refusal: I cannot}                                    a refusal
{tools: [{name: get_weather, arguments: {city: Rome}}]}   tools to be called
{parts: [{text: …}, {tool: …}, {text: …}]}             several, in this order
beside them: finish (stop, length, calls, filter), outcome (of the operation), stream (a pace)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.mockserver.stream_pace import BadStreamPace, parse_stream_pace
from proofsheet.spec.completion import FINISHES, Turn
from proofsheet.spec.yaml_reader import BadFile, read

_KEYS = ("text", "refusal", "tools", "parts", "finish", "outcome", "stream")
_MATCHES = ("user", "system", "model", "turn", "tool_call_id", "tool_result", "tool")
SUFFIXES = (".yaml", ".yml", ".json")


class BadScript(ValueError):
    """A script that cannot be read; the message says what was expected and what came."""


@dataclass(frozen=True)
class Said:
    """A part of an answer: a text, a refusal, or a tool with its arguments as JSON."""

    kind: str  # text | refusal | tool
    text: str  # of a tool: its arguments
    name: str = ""
    id: str | None = None


@dataclass(frozen=True)
class Script:
    """What is answered, in order. Where it has an outcome, that is the answer."""

    parts: tuple[Said, ...] = ()
    finish: str | None = None
    outcome: str | None = None
    stream: str = ""


@dataclass(frozen=True)
class Rule:
    """A script and the conversations that it answers: all that is said of one must be so.

    `user`, `system` and `tool_result` are parts of the last such text, `turn` is the number of what the user
    says, from 1, `tool` the name of one that is declared.
    """

    match: Mapping[str, Any]
    script: Script

    def fits(self, turns: Sequence[Turn], model: Any, tools: Sequence[str]) -> bool:
        """Whether a conversation with a model, in which these tools are declared, is one of them."""
        said = {role: [each for each in turns if each.role == role] for role in ("user", "system", "tool")}
        answers = turns[-1] if turns and turns[-1].role == "tool" else None
        checks: dict[str, Callable[[Any], bool]] = {
            "user": lambda text: bool(said["user"]) and text in said["user"][-1].text,
            "system": lambda text: any(text in each.text for each in said["system"]),
            "model": lambda name: name == model,
            "turn": lambda number: number == len(said["user"]),
            "tool_call_id": lambda name: answers is not None and answers.id == name,
            "tool_result": lambda text: answers is not None and text in answers.text,
            "tool": lambda name: name in tools,
        }
        return all(checks[name](wanted) for name, wanted in self.match.items())


def parse_script(node: Any) -> Script:
    """Read a script. Raises BadScript."""
    if not isinstance(node, dict) or not node or set(node) - set(_KEYS):
        raise BadScript(f"expected an object with some of {', '.join(_KEYS)}, came {_shown(node)}")
    if node.get("finish", "stop") not in FINISHES:
        raise BadScript(f"finish: expected one of {', '.join(FINISHES)}, came {_shown(node['finish'])}")
    if not isinstance(node.get("outcome", ""), str):
        raise BadScript(f"outcome: expected the name of one, came {_shown(node['outcome'])}")
    if "finish" in node and not set(node) & {"text", "refusal", "tools", "parts"}:
        raise BadScript("finish: expected a text, a refusal, tools or parts beside it")
    stream = node.get("stream", "")
    if not isinstance(stream, str):
        raise BadScript(f"stream: expected a pace such as tps=20, came {_shown(stream)}")
    try:
        parse_stream_pace(stream)
    except BadStreamPace as problem:
        raise BadScript(f"stream: {problem}") from None
    return Script(tuple(_parts(node)), node.get("finish"), node.get("outcome"), stream)


def _parts(node: Mapping[str, Any]) -> Iterator[Said]:
    for kind in ("text", "refusal"):
        if kind in node:
            if not isinstance(node[kind], str):
                raise BadScript(f"{kind}: expected a text, came {_shown(node[kind])}")
            yield Said(kind, node[kind])
    for each in _list(node, "tools"):
        yield _tool(each)
    for each in _list(node, "parts"):
        if not isinstance(each, dict) or len(each) != 1 or set(each) - {"text", "refusal", "tool"}:
            raise BadScript(f"parts: expected one of text, refusal and tool in each, came {_shown(each)}")
        yield from [_tool(each["tool"])] if "tool" in each else _parts(each)


def _tool(node: Any) -> Said:
    if (
        not isinstance(node, dict)
        or not isinstance(node.get("name"), str)
        or not isinstance(node.get("id"), str | None)
        or set(node) - {"name", "arguments", "id"}
    ):
        raise BadScript(f"a tool: expected its name, and perhaps arguments and an id, came {_shown(node)}")
    arguments = node.get("arguments", {})
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Said("tool", text, node["name"], node.get("id"))


def _list(node: Mapping[str, Any], name: str) -> list[Any]:
    found = node.get(name, [])
    if not isinstance(found, list):
        raise BadScript(f"{name}: expected a list, came {_shown(found)}")
    return found


def _shown(value: Any) -> str:
    return repr(value)[:80]


def load_rules(folder: Path) -> tuple[Rule, ...]:
    """The rules of a file, or of the files of a folder in the order of their names. Raises BadScript.

    A file is `{answers: [{match: {…}, answer: {…}}]}`, or `{fixtures: [{match, response}]}` as aimock's are.
    """
    paths = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
    if not folder.exists():
        raise BadScript(f"{folder}: there is no such file or folder")
    files = [each for each in paths if each.suffix in SUFFIXES]
    if not files:
        raise BadScript(f"{folder}: expected a file or a folder of them that end in {', '.join(SUFFIXES)}")
    return tuple(rule for path in files for rule in _rules(path))


def _rules(path: Path) -> Iterator[Rule]:
    try:
        found = read(path).value
    except BadFile as problem:
        raise BadScript(str(problem)) from None
    makers = {"answers": _own, "fixtures": _aimock}
    kind = next(
        (name for name in makers if isinstance(found, dict) and isinstance(found.get(name), list)), None
    )
    if kind is None:
        raise BadScript(f"{path}: expected a list of `answers`, or of `fixtures` as aimock has them")
    for number, each in enumerate(found[kind], 1):
        try:
            yield makers[kind](each)
        except (BadScript, KeyError, TypeError, AttributeError) as problem:
            raise BadScript(f"{path}: {kind} {number}: {problem}") from None


def _own(node: Any) -> Rule:
    if not isinstance(node, dict) or set(node) - {"match", "answer"} or "answer" not in node:
        raise BadScript(f"expected `match` and `answer`, came {_shown(node)}")
    match = node.get("match", {})
    if not isinstance(match, dict) or set(match) - set(_MATCHES):
        raise BadScript(f"match: expected some of {', '.join(_MATCHES)}, came {_shown(match)}")
    return Rule(_checked(match), parse_script(node["answer"]))


def _checked(match: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, wanted in match.items():
        kind, what = (int, "a number") if name == "turn" else (str, "a text")
        if not isinstance(wanted, kind) or isinstance(wanted, bool):
            raise BadScript(f"match: {name}: expected {what}, came {_shown(wanted)}")
    return match


# What aimock calls each thing that can be matched.
_AIMOCK = {"userMessage": "user", "model": "model", "toolCallId": "tool_call_id", "toolName": "tool"}


def _aimock(node: Any) -> Rule:
    match, response = node.get("match", {}), node.get("response")
    if not isinstance(match, dict) or not isinstance(response, dict):
        raise BadScript(f"expected `match` and `response`, both objects, came {_shown(node)}")
    if set(match) - set(_AIMOCK):
        raise BadScript(f"match: of aimock's we read {', '.join(_AIMOCK)}, came {_shown(match)}")
    if "error" in response:
        raise BadScript("an error is `{answer: {outcome: NAME}}` here, in a file of `answers`")
    made: dict[str, Any] = {"text": response["content"]} if "content" in response else {}
    if "toolCalls" in response:
        made["tools"] = [
            {name: each[name] for name in ("name", "arguments", "id") if name in each}
            for each in _list(response, "toolCalls")
        ]
    return Rule(_checked({_AIMOCK[name]: each for name, each in match.items()}), parse_script(made))
