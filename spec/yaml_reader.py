"""YAML in, plain data and source positions out: the YAML of JSON, nothing cleverer.

PyYAML reads `no` as False, dates as objects and keeps the last of two equal keys in silence.
Here a scalar is a string unless it is plainly a JSON number, true, false or null; keys are strings
and unique; every value's line is kept so that a message can point at it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DEEPEST, _MOST_VALUES = 100, 200_000  # far beyond any document; aliases could reach them
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(eq=False)  # not frozen: contextlib assigns to an exception's traceback
class BadFile(Exception):
    """A file of facts that cannot be taken: where (`file:line:column`, from 1) and why."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


@dataclass(frozen=True)
class Source:
    """A file's value and the 1-based (line, column) of every JSON pointer in it."""

    path: Path
    value: Any
    marks: dict[str, tuple[int, int]]

    def where(self, pointer: str) -> str:
        """`file:line:column` of the value at `pointer`, or of its nearest ancestor."""
        while pointer and pointer not in self.marks:
            pointer = pointer.rpartition("/")[0]
        line, column = self.marks.get(pointer, (1, 1))
        return f"{self.path}:{line}:{column}"


@cache
def table(module: str, name: str) -> Any:
    """The value of the file `name` beside a module of ours (`__file__`), read by the first who asks."""
    return read(Path(module).with_name(name)).value


def read(path: Path) -> Source:
    """Read one YAML file. Raises BadFile."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}:1:1", f"cannot be read: {error}") from None
    marks: dict[str, tuple[int, int]] = {}
    value = _construct(_compose(path, text), "", path, marks)
    return Source(path, value, marks)


def _compose(path: Path, text: str) -> yaml.Node:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times faster
    try:
        _refuse_depth(path, text, loader)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise BadFile(f"{path}:{line}:{column}", error.problem or str(error)) from None
    except yaml.YAMLError as error:
        raise BadFile(f"{path}:1:1", str(error)) from None
    if node is None:
        raise BadFile(f"{path}:1:1", "is empty")
    return node


def _refuse_depth(path: Path, text: str, loader: Any) -> None:
    """Raise BadFile for what is so deep that composing it would overflow the C stack and end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST + 1:
            mark = event.start_mark
            assert mark is not None
            raise BadFile(f"{path}:{mark.line + 1}:{mark.column + 1}", "goes too deep")


def _construct(node: yaml.Node, pointer: str, path: Path, marks: dict[str, tuple[int, int]]) -> Any:
    # An alias is constructed anew at each use, so that an overlay never changes two places at once.
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if pointer.count("/") > _DEEPEST or len(marks) > _MOST_VALUES:
        raise BadFile(f"{path}:{line}:{column}", "goes too deep or is too large; does an alias hold itself?")
    marks[pointer] = (line, column)
    if isinstance(node, yaml.MappingNode):
        return {
            key: _construct(child, f"{pointer}/{_escape(key)}", path, marks)
            for key, child in _pairs(node, path)
        }
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(child, f"{pointer}/{index}", path, marks) for index, child in enumerate(node.value)
        ]
    try:
        return scalar(node.value) if _plain(node) else node.value
    except ValueError as error:
        raise BadFile(f"{path}:{line}:{column}", f"is no number: {error}") from None


def _pairs(node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, yaml.Node]]:
    seen: set[str] = set()
    for key, child in node.value:
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if not isinstance(key, yaml.ScalarNode):
            raise BadFile(f"{path}:{line}:{column}", "a key must be a string")
        if _plain(key) and not isinstance(scalar(key.value), str):
            raise BadFile(f"{path}:{line}:{column}", f"quote the key {key.value}: keys are strings")
        if key.value in seen:
            raise BadFile(f"{path}:{line}:{column}", f"the key {key.value!r} stands here twice")
        seen.add(key.value)
        yield key.value, child


def _plain(node: yaml.Node) -> bool:
    return getattr(node, "style", None) in (None, "")  # the C parser says "", the Python one None


def scalar(text: str) -> Any:
    """The value of a plain scalar: JSON's numbers and words, else the text itself.

    Raises ValueError for a number that is too large.
    """
    if text in _WORDS:
        return _WORDS[text]
    if not (match := _NUMBER.fullmatch(text)):
        return text
    value = float(text) if match[2] or match[3] else int(text)
    if value in (math.inf, -math.inf):
        raise ValueError(f"{text} is beyond what JSON's numbers hold")
    return value


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
