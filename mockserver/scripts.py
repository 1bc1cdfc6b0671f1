"""Answers that somebody has written down: for one call, for the next ones, or by what a conversation says.

{text: Hello}                                          a text
{refusal: I cannot}                                    a refusal
{tools: [{name: get_weather, arguments: {city: Rome}}]}   tools to be called
{parts: [{text: …}, {tool: …}, {text: …}]}             several, in this order
{vector: [0.1, 0.2]}                                   a vector, in place of a text's
{code: 429, says: Slow down}                           an error of that status, with these words
beside them: finish (stop, length, calls, filter), outcome (of the operation), stream (a pace), usage
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.stream_pace import BadStreamPace, parse_stream_pace
from proofsheet.spec.completion import FINISHES

_SAID = ("text", "refusal", "tools", "parts", "vector")
_KEYS = (*_SAID, "finish", "outcome", "code", "says", "stream", "usage")


class BadScript(ValueError):
    """A script that cannot be read; the message says what was expected and what came."""


@dataclass(frozen=True)
class Part:
    """A part of an answer: a text, a refusal, or a tool with its arguments as JSON."""

    kind: str  # text | refusal | tool
    text: str  # of a tool: its arguments
    name: str = ""
    id: str | None = None


@dataclass(frozen=True)
class Script:
    """What is answered, in order. Where it has an outcome, that is the answer."""

    parts: tuple[Part, ...] = ()
    finish: str | None = None
    outcome: str | None = None
    stream: str = ""
    code: int | None = None  # the status of an outcome, where it has no name
    says: str | None = None  # the words of that outcome
    vector: tuple[float, ...] | None = None
    prompt_tokens: int | None = None  # that the usage names
    completion_tokens: int | None = None


def parse_script(node: Any) -> Script:
    """Read a script. Raises BadScript."""
    if not isinstance(node, dict) or not node or set(node) - set(_KEYS):
        raise BadScript(f"expected an object with some of {', '.join(_KEYS)}, came {_shown(node)}")
    for name, (is_right, expected) in _FIELDS.items():
        if name in node and not is_right(node[name]):
            raise BadScript(f"{name}: expected {expected}, came {_shown(node[name])}")
    if "finish" in node and not set(node) & set(_SAID):
        raise BadScript("finish: expected a text, a refusal, tools or parts beside it")
    usage, stream = node.get("usage", {}), node.get("stream", "")
    try:
        parse_stream_pace(stream)
    except BadStreamPace as problem:
        raise BadScript(f"stream: {problem}") from None
    return Script(
        parts=tuple(_parts(node)),
        finish=node.get("finish"),
        outcome=node.get("outcome"),
        stream=stream,
        code=node.get("code", 500 if "says" in node and "outcome" not in node else None),
        says=node.get("says"),
        vector=tuple(map(float, node["vector"])) if "vector" in node else None,
        prompt_tokens=usage.get("prompt"),
        completion_tokens=usage.get("completion"),
    )


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_count(value: Any) -> bool:
    """Whether something is a whole number from nought on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_usage(value: Any) -> bool:
    known = isinstance(value, dict) and not set(value) - {"prompt", "completion"}
    return known and all(map(is_count, value.values()))


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, int | float) for each in value)


_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "finish": (lambda value: value in FINISHES, f"one of {', '.join(FINISHES)}"),
    "outcome": (is_text, "the name of one"),
    "code": (lambda value: is_count(value) and 400 <= value <= 599, "the status of an error"),
    "says": (is_text, "words"),
    "stream": (is_text, "a pace such as tps=20"),
    "usage": (_is_usage, "numbers of prompt and completion"),
    "vector": (_is_vector, "numbers"),
}


def _parts(node: Mapping[str, Any]) -> Iterator[Part]:
    for kind in ("text", "refusal"):
        if kind in node:
            if not isinstance(node[kind], str):
                raise BadScript(f"{kind}: expected a text, came {_shown(node[kind])}")
            yield Part(kind, node[kind])
    for each in _list(node, "tools"):
        yield _tool(each)
    for each in _list(node, "parts"):
        if not isinstance(each, dict) or len(each) != 1 or set(each) - {"text", "refusal", "tool"}:
            raise BadScript(f"parts: expected one of text, refusal and tool in each, came {_shown(each)}")
        yield from [_tool(each["tool"])] if "tool" in each else _parts(each)


def _tool(node: Any) -> Part:
    if (
        not isinstance(node, dict)
        or not isinstance(node.get("name"), str)
        or not isinstance(node.get("id"), str | None)
        or set(node) - {"name", "arguments", "id"}
    ):
        raise BadScript(f"a tool: expected its name, and perhaps arguments and an id, came {_shown(node)}")
    arguments = node.get("arguments", {})
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Part("tool", text, node["name"], node.get("id"))


def _list(node: Mapping[str, Any], name: str) -> list[Any]:
    found = node.get(name, [])
    if not isinstance(found, list):
        raise BadScript(f"{name}: expected a list, came {_shown(found)}")
    return found


def _shown(value: Any) -> str:
    return repr(value)[:80]
