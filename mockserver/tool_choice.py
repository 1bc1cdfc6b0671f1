"""Which of the tools that a request declares a double calls, and with which arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from proofsheet.mockserver.media.text.instances import NoInstance, instance
from proofsheet.mockserver.media.text.phrases import phrases
from proofsheet.spec import pointers
from proofsheet.spec.completion import Tools
from proofsheet.spec.turns import Turn

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ID = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SHORTEST = 3  # letters of a word that counts
_VERBS = frozenset(("get", "fetch", "find", "look", "read", "show", "tell", "search", "query", "check"))


@dataclass(frozen=True)
class Tool:
    """A tool to be called: the call's id, the tool's name, its arguments as JSON."""

    id: str
    name: str
    arguments: str


def chosen_tools(tools: Tools, fields: Any, turns: Sequence[Turn], random: Random) -> tuple[Tool, ...]:
    """The tools to be called; none where words are to come.

    One that the request names, is called. Where it may be any (required), it is the one with which what the
    user said has the most words in common; where none need be, only one with which it has words in common,
    and only as long as no tool has answered. Others whose names are in what was said go with it, if several
    may be called at once.
    """
    declared = list(_declared(tools, fields))
    sent, named = next(pointers.find(fields, tools.choice), None), tools.named(fields)
    mode = "required" if named else tools.modes.get(str(sent), "auto")
    usable = [each for each in declared if named in (None, each[0])]
    if not usable or mode == "none" or (turns and turns[-1].role == "tool" and mode == "auto"):
        return ()
    said = next((each.text for each in reversed(turns) if each.role == "user"), "")
    common = {name: len(_words(said) & _words(f"{name} {about}")) for name, about, _ in usable}
    first = max(usable, key=lambda each: common[each[0]])
    if not common[first[0]] and mode == "auto":
        return ()
    parallel = next(pointers.find(fields, tools.parallel), True) if tools.parallel else True
    several = parallel is not False and not tools.single
    others = [each for each in usable if each is not first and _is_named(each[0], said)]
    return tuple(_called(tools, each, said, random) for each in (first, *(others if several else ())))


def _is_named(name: str, said: str) -> bool:
    """Whether all was said that a tool's name says beside what it does: `get_time` is named by "the time".

    A name of short words alone is never taken for said.
    """
    words = _words(name) - _VERBS or _words(name)
    return bool(words) and words <= _words(said)


def _declared(tools: Tools, fields: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, description and schema of the arguments of each tool that can be read."""
    found = next(pointers.find(fields, tools.at), ())
    for each in found if isinstance(found, list) else ():
        name = next(pointers.find(each, tools.name), None)
        if isinstance(name, str):
            about = next(pointers.find(each, tools.description), "")
            yield name, str(about or ""), next(pointers.find(each, tools.arguments), {})


def _called(tools: Tools, tool: tuple[str, str, Any], said: str, random: Random) -> Tool:
    name, _, schema = tool
    try:
        made = instance(schema or {"type": "object"}, random, _answer_texts(said))
    except NoInstance:
        made = {}
    return Tool(tool_id(tools.ids, random), name, json.dumps(made, ensure_ascii=False))


def tool_id(beginning: str, random: Random) -> str:
    """An id for a call of a tool."""
    return beginning + "".join(random.choices(_ID, k=24))


def declared_names(forms: Sequence[Tools], fields: Any) -> list[str]:
    """The names of the tools that a request declares, in any form."""
    return [name for tools in forms for name, _, _ in _declared(tools, fields)]


def _words(text: str) -> set[str]:
    found = {
        each.lower().removesuffix("s") for each in _WORD.findall(_CAMEL.sub(" ", text).replace("_", " "))
    }
    return {each for each in found if len(each) >= _SHORTEST} - phrases().filler


def _answer_texts(said: str) -> list[str]:
    """The words that arguments are made of: names first, then what is long."""
    words = _WORD.findall(said)
    names = [each for number, each in enumerate(words) if number and each[0].isupper() and len(each) > 1]
    return names + sorted({*words} - {*names}, key=lambda each: (-len(each), each))
