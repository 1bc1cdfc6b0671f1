"""Parameters that a prompt carries in its text (x-prompt-parameters): `a cat --ar 16:9 --seed 7`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec.schemas import Schema, coerce, types

MEMBER = "$parameters"  # under which a request's fields show what its prompt carries
_FILL = re.compile(r"\{(\w+)\}")
_URL = re.compile(r"https?://\S+\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PromptParameter:
    """One parameter, its full name first. What follows the name is read by the types of its schema.

    `boolean` alone takes no word, beside others it takes one if that fits; `array` takes every word up to
    the next parameter, split at `separator` (None: at spaces); any other takes one word.
    """

    names: tuple[str, ...]
    schema: Mapping[str, Any]
    compiled: Schema
    default: Any = None
    separator: str | None = None

    def read(self, words: Sequence[str]) -> tuple[Any, Sequence[str]]:
        """The value (None where one is missing) and the words that are left over."""
        kinds = types(dict(self.schema))
        if "array" in kinds:
            parts = " ".join(words).split(self.separator)
            return [part.strip() for part in parts if part.strip()] or None, ()
        value = self._one(words[0]) if words and set(kinds) != {"boolean"} else None
        if "boolean" in kinds and (value is None or not self.compiled.is_valid(value)):
            return True, words
        return value, words[1:]

    def _one(self, word: str) -> Any:
        # `.5` is a number to people and none to JSON.
        value = coerce(f"0{word}" if word.startswith(".") else word, dict(self.schema))
        return word if isinstance(value, str) else value


@dataclass(frozen=True)
class PromptRule:
    """Where the values fit `when`, they must fit `then`; `says` is what is wrong if they do not."""

    when: Schema
    then: Schema
    says: str


@dataclass(frozen=True)
class Prompt:
    """A prompt taken apart: what it says, the pictures (URLs) in front, what was sent, what is wrong."""

    text: str
    pictures: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)  # by full names; only what was sent
    flaws: tuple[str, ...] = ()  # in the document's words, the first one first


@dataclass(frozen=True)
class PromptParameters:
    """How prompts carry parameters: the marks that begin one, the parameters, and the words for flaws.

    `marks` are what a parameter begins with, the usual one first: a mark begins a word, or (`anywhere`)
    stands before one. `wording` is by kind: `unknown`, `missing`, a keyword of JSON Schema, else `invalid`.
    """

    marks: Mapping[str, str]
    parameters: Mapping[str, PromptParameter]  # by each of their names
    wording: Mapping[str, str]
    rules: tuple[PromptRule, ...] = ()
    quote: str = ""  # around a word that a message names
    ignores_case: bool = False
    last_wins: bool = True  # of a parameter that is sent twice; lists are joined
    pictures_in_front: bool = False

    def parse(self, text: str) -> Prompt:
        """A prompt's text, pictures and parameters. Any text is one; what is wrong stands in `flaws`."""
        said, *segments = self._begins.split(text)
        pictures, said = self._pictures(said.strip())
        values: dict[str, Any] = {}
        unknown: list[str] = []
        flaws: list[str] = []
        for segment in segments:
            name, *words = segment.split()
            parameter = self.parameters.get(name.lower() if self.ignores_case else name)
            if parameter is None:
                unknown += [next(iter(self.marks)) + name, *words]
                continue
            value, left = parameter.read(words)
            unknown += left
            if flaw := self._flaw(parameter, value):
                flaws.append(flaw)
            else:
                self._keep(values, parameter.names[0], value)
        if unknown:
            flaws.insert(0, self._say("unknown", {"words": ", ".join(map(self._quoted, unknown))}))
        return Prompt(said, pictures, values, (*flaws, *self._broken(values)))

    def whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that were sent, the defaults of the others filled in."""
        known = {each.names[0]: each.default for each in self.parameters.values()}
        return {**{name: each for name, each in known.items() if each is not None}, **values}

    @property
    def _begins(self) -> re.Pattern[str]:
        at = {"word": r"(?<!\S)", "anywhere": ""}
        marks = "|".join(at[where] + re.escape(mark) for mark, where in self.marks.items())
        return re.compile(rf"(?:{marks})(?=\S)")

    def _pictures(self, text: str) -> tuple[tuple[str, ...], str]:
        found = []
        while self.pictures_in_front and (match := _URL.match(text)):
            found.append(match[0].strip())
            text = text[match.end() :]
        return tuple(found), text

    def _keep(self, values: dict[str, Any], name: str, value: Any) -> None:
        if isinstance(value, list):
            values[name] = [*values.get(name, ()), *value]
        elif self.last_wins or name not in values:
            values[name] = value

    def _flaw(self, parameter: PromptParameter, value: Any) -> str | None:
        known = {**parameter.schema, "name": parameter.names[0], "value": value}
        if value is None:
            return self._say("missing", known)
        for flaw in parameter.compiled.flaws(value):
            return self._say(flaw.kind, {**known, **flaw.params})
        return None

    def _broken(self, values: Mapping[str, Any]) -> Iterator[str]:
        whole = {**self.whole(values), "$sent": values}
        for rule in self.rules:
            if rule.when.is_valid(whole) and not rule.then.is_valid(whole):
                yield _fill(rule.says, whole)

    def _say(self, kind: str, known: Mapping[str, Any]) -> str:
        return _fill(self.wording.get(kind) or self.wording["invalid"], known)

    def _quoted(self, word: str) -> str:
        return f"{self.quote}{word}{self.quote}"


def _fill(template: str, known: Mapping[str, Any]) -> str:
    return _FILL.sub(lambda match: str(known.get(match[1], match[0])), template)


def prompt_parameters(node: Any) -> PromptParameters | None:
    """Read `x-prompt-parameters`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    parameters = [_parameter(name, each) for name, each in node["parameters"].items()]
    return PromptParameters(
        marks=node["marks"],
        parameters={name: each for each in parameters for name in each.names},
        wording=node["wording"],
        rules=tuple(_rule(each) for each in node.get("rules", ())),
        quote=node.get("quote", ""),
        ignores_case=node.get("ignore-case", False),
        last_wins=node.get("repeated", "last") == "last",
        pictures_in_front=node.get("pictures") == "leading",
    )


def _parameter(name: str, node: Any) -> PromptParameter:
    schema = node["schema"]
    names = (name, *node.get("aliases", ()))
    return PromptParameter(names, schema, Schema(dict(schema)), schema.get("default"), node.get("separator"))


def _rule(node: Any) -> PromptRule:
    return PromptRule(Schema(dict(node["when"])), Schema(dict(node["then"])), node["says"])
