"""Files of answers that other mocks' users have, read as ours by a table of what they call each thing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.yaml_reader import table

Node = Mapping[str, Any]


class Foreign(ValueError):
    """An entry that we do not understand; the message says what was expected and what came."""


@dataclass(frozen=True)
class Entry:
    """An entry as a file of ours has it; `soft` matches decide between several and exclude none."""

    match: Node
    answer: Node
    soft: frozenset[str]


def _formats() -> Sequence[Node]:
    found: Sequence[Node] = table(__file__, "foreign_answers.yaml")
    return found


def lists() -> tuple[str, ...]:
    """The members whose list marks a file of somebody else's."""
    return tuple(each["list"] for each in _formats())


def entry(name: str, node: Any) -> Entry:
    """An entry of the list of that name. Raises Foreign."""
    known = next(each for each in _formats() if each["list"] == name)
    if not isinstance(node, dict):
        raise Foreign(f"expected an object, came {node!r:.80}")
    match, answer = node.get(known["match"]), node.get(known["answer"])
    if not isinstance(match, dict) or not isinstance(answer, dict):
        raise Foreign(f"expected `{known['match']}` and `{known['answer']}`, both objects")
    _only(match, (*known["matches"], *known["passed_over"]), known["match"])
    _only(answer, (*known["answers"], *known["ignored"]), known["answer"])
    more = (*known["pace"], known["pause"], *known["beside"])
    _only(node, (known["match"], known["answer"], *more), "an entry")
    made = {known["answers"][key]: each for key, each in answer.items() if key in known["answers"]}
    made = {name: each for key, value in made.items() for name, each in _answer(known, key, value)}
    if pace := ", ".join(_pace(known, node)):
        made["stream"] = pace
    counted = {key: _from_one(known, key, each) for key, each in match.items() if key in known["matches"]}
    matches = {known["matches"][key]: each for key, each in counted.items()}
    return Entry(matches, made, frozenset(known["matches"][each] for each in known["soft"]))


def _only(node: Node, known: Sequence[str], where: str) -> None:
    if unknown := sorted(set(node) - set(known)):
        raise Foreign(f"{where}: expected some of {', '.join(known)}, came {', '.join(unknown)}")


def _from_one(known: Node, key: str, value: Any) -> Any:
    counted = key in known["from_zero"] and isinstance(value, int) and not isinstance(value, bool)
    return value + 1 if counted else value


def _answer(known: Node, key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if key == "text":
        yield key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    elif key == "finish":
        yield key, known["finishes"].get(value, value)
    elif key == "usage":
        found = {known["usages"][name]: each for name, each in value.items() if name in known["usages"]}
        yield from [(key, found)] if found else []
    elif key == "parts":
        yield key, [_part(known["part"], each) for each in value]
    elif key == "error":
        yield "says", value.get(known["says"], "")
    else:
        yield key, value


def _part(known: Node, node: Any) -> Node:
    if not isinstance(node, dict):
        raise Foreign(f"a part: expected an object, came {node!r:.80}")
    if node.get(known["kind"]) == known["tool"]:
        return {"tool": {name: each for name, each in node.items() if name != known["kind"]}}
    return {"text": node.get(known["text"])}


def _pace(known: Node, node: Node) -> Iterator[str]:
    for key, said in known["pace"].items():
        table = said if isinstance(said, dict) else {"": said}
        for name, (ours, factor) in table.items():
            value = node.get(key, {}).get(name) if name else node.get(key)
            if value is not None:
                yield f"{ours}={_number(value * factor)}"
    if node.get(known["pause"]):
        yield f"tps={_number(1000 / node[known['pause']])}"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
