"""The generators of clients.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).with_name("clients.yaml")


@dataclass(frozen=True)
class Tool:
    """A program: the version that was proven, how to ask for the version that is here, how to install it."""

    name: str
    version: str
    asks: tuple[str, ...]
    install: str


@dataclass(frozen=True)
class Generator:
    """One way to make a client. The first of `views` is what is made unasked. See clients.yaml."""

    name: str
    language: str
    tool: Tool
    views: tuple[str, ...]
    argv: tuple[str, ...]
    config: str = ""
    openapi: str = "3.1"
    idioms: tuple[str, ...] = ()  # keys of IDIOMS: what the bundle says otherwise for it
    needs: str = ""
    helper: bool = False  # whether a module that follows tasks and reads streams can be written beside it


@dataclass(frozen=True)
class Generators:
    """All generators by name, and the recommended one's name for each language."""

    by_name: Mapping[str, Generator]
    recommended: Mapping[str, str]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.recommended)

    def of(self, language: str) -> Generator:
        """The recommended generator of a language."""
        return self.by_name[self.recommended[language]]


def generators() -> Generators:
    """What clients.yaml says."""
    data = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    tools = {name: _tool(name, each) for name, each in data["tools"].items()}
    by_name = {name: _generator(name, each, tools) for name, each in data["generators"].items()}
    return Generators(by_name, data["recommended"])


def usage(family: str, generator: str) -> str:
    """A first call of a client with the generator's first view; empty where none was written."""
    notes = yaml.safe_load(_DATA.with_name("usage.yaml").read_text(encoding="utf-8"))
    text: str = notes.get(family, {}).get(generator, "")
    return text


def _tool(name: str, each: Mapping[str, Any]) -> Tool:
    return Tool(name, each["version"], tuple(each["asks"]), each["install"])


def _generator(name: str, each: Mapping[str, Any], tools: Mapping[str, Tool]) -> Generator:
    lists = {key: tuple(each.get(key, ())) for key in ("views", "argv", "idioms")}
    return Generator(name, **{**each, **lists, "tool": tools[each["tool"]]})
