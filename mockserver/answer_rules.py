"""Which conversations are answered by which scripts: rules, and the files that they are written down in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from proofsheet.mockserver import foreign_answers
from proofsheet.mockserver.scripts import BadScript, Script, is_count, is_text, parse_script
from proofsheet.spec.turns import Turn
from proofsheet.spec.yaml_reader import BadFile, read

_TEXTS = ("user", "system", "model", "tool_call_id", "tool_result", "tool", "format")
_NUMBERS = ("turn", "replies", "nth")
_MATCHES = (*_TEXTS, *_NUMBERS, "has_tool_result")
SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Facts:
    """What a call asks: the conversation, the model, the tools that it declares, the form of its answer."""

    turns: Sequence[Turn]
    model: Any = None
    tools: Sequence[str] = ()
    format: Any = None
    is_vector: bool = False  # it wants vectors and no words

    def last(self, role: str) -> Turn | None:
        """The last thing that was said in a role."""
        return next((each for each in reversed(self.turns) if each.role == role), None)

    @property
    def answered(self) -> Turn | None:
        """What a tool has answered, if that was said last."""
        return self.turns[-1] if self.turns and self.turns[-1].role == "tool" else None

    def count(self, role: str) -> int:
        """How often something was said in a role."""
        return sum(each.role == role for each in self.turns)

    @property
    def has_tool_result(self) -> bool:
        """Whether a tool has answered since the user spoke last."""
        later = takewhile(lambda each: each.role != "user", reversed(self.turns))
        return any(each.role == "tool" for each in later)


@dataclass(frozen=True)
class Rule:
    """A script and the conversations that it answers: all that is said of one must be so.

    `user`, `system` and `tool_result` are parts of the last such text (of all that the system says; a list,
    all of them), `turn` is the number of what the user says, `replies` of what was answered before,
    `tool` the name of one that is declared, `nth` the number of a call among those that the rest fits. `soft`
    names decide between several rules that fit, and exclude none.
    """

    match: Mapping[str, Any]
    script: Script
    soft: frozenset[str] = frozenset()

    @cached_property
    def family(self) -> str:
        """What rules have in common whose calls are counted together."""
        return json.dumps({name: each for name, each in self.match.items() if name != "nth"}, sort_keys=True)

    def fits(self, asked: Facts, before: int, strictly: bool = True) -> bool:
        """Whether a call is one of them, after so many others of its family."""
        if asked.is_vector != (self.script.vector is not None) and self.script.parts + (
            self.script.vector or ()
        ):
            return False
        wanted = {name: each for name, each in self.match.items() if strictly or name not in self.soft}
        if self.match.get("nth", before + 1) != before + 1:
            return False
        return all(_FITS[name](asked, each) for name, each in wanted.items() if name != "nth")


def _has(turn: Turn | None, text: str) -> bool:
    return turn is not None and text in turn.text


def _system(asked: Facts, wanted: str | Sequence[str]) -> bool:
    said = "\n".join(each.text for each in asked.turns if each.role == "system")
    return all(each in said for each in ([wanted] if isinstance(wanted, str) else wanted))


def _is_model(asked: Facts, name: str) -> bool:
    """The model itself, or a dated snapshot of it."""
    return asked.model == name or bool(re.match(re.escape(name) + r"-\d", str(asked.model)))


_FITS: Mapping[str, Callable[[Facts, Any], bool]] = {
    "user": lambda asked, text: _has(asked.last("user"), text),
    "system": _system,
    "model": _is_model,
    "turn": lambda asked, number: number == asked.count("user"),
    "replies": lambda asked, number: number == asked.count("assistant"),
    "tool_call_id": lambda asked, name: asked.answered is not None and asked.answered.id == name,
    "tool_result": lambda asked, text: _has(asked.answered, text),
    "has_tool_result": lambda asked, wanted: asked.has_tool_result is wanted,
    "tool": lambda asked, name: name in asked.tools,
    "format": lambda asked, name: asked.format == name,
}


def chosen(rules: Sequence[Rule], asked: Facts, before: Mapping[str, int]) -> Rule | None:
    """The first rule that fits a call; `before` says how many calls of each family there were."""
    for strictly in (True, False):
        for each in rules:
            if (strictly or each.soft) and each.fits(asked, before.get(each.family, 0), strictly):
                return each
    return None


def load_rules(folder: Path) -> tuple[Rule, ...]:
    """The rules of a file, or of the files of a folder in the order of their names. Raises BadScript.

    A file is `{answers: [{match: {…}, answer: {…}}]}`, or as one of foreign_answers.yaml.
    """
    try:
        paths = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
    except OSError as problem:  # a folder in it that goes meanwhile
        raise BadScript(f"{folder}: cannot be read: {problem}") from None
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
    kinds = ("answers", *foreign_answers.lists())
    lists = [name for name in kinds if isinstance(found, dict) and isinstance(found.get(name), list)]
    if not lists:
        raise BadScript(f"{path}: expected a list of {' or of '.join(kinds)}")
    kind = lists[0]
    for number, each in enumerate(found[kind], 1):
        try:
            yield _own(each) if kind == "answers" else _foreign(kind, each)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadScript(f"{path}: {kind} {number}: {problem}") from None


def _foreign(kind: str, node: Any) -> Rule:
    found = foreign_answers.entry(kind, node)
    return Rule(_checked(found.match), parse_script(found.answer), found.soft)


def _own(node: Any) -> Rule:
    if not isinstance(node, dict) or set(node) - {"match", "answer"} or "answer" not in node:
        raise BadScript(f"expected `match` and `answer`, came {_shown(node)}")
    match = node.get("match", {})
    if not isinstance(match, dict) or set(match) - set(_MATCHES):
        raise BadScript(f"match: expected some of {', '.join(_MATCHES)}, came {_shown(match)}")
    return Rule(_checked(match), parse_script(node["answer"]))


def _checked(match: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, wanted in match.items():
        if not any(kind(wanted) for kind in _WANTED[name]):
            what = {"has_tool_result": "true or false"}.get(
                name, "a number" if name in _NUMBERS else "a text"
            )
            raise BadScript(f"match: {name}: expected {what}, came {_shown(wanted)}")
    return match


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_text, value))


_WANTED: Mapping[str, Sequence[Callable[[Any], bool]]] = {
    **dict.fromkeys(_TEXTS, (is_text,)),
    **dict.fromkeys(_NUMBERS, (is_count,)),
    "system": (is_text, _are_texts),
    "has_tool_result": (lambda value: isinstance(value, bool),),
}


def _shown(value: Any) -> str:
    return repr(value)[:80]
