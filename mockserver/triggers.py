"""Triggers: keys and words in prompts that make the double misbehave on purpose (triggers.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from proofsheet.spec import refused_keys
from proofsheet.spec.yaml_reader import read


@dataclass(frozen=True)
class Trigger:
    """A pattern and what it does: refuse at a gate, end in an outcome, delay, or give credits."""

    match: re.Pattern[str]
    says: str
    gate: str | None = None
    kind: str = ""
    outcomes: tuple[str, ...] = ()
    delay: float = 0.0
    credits: Decimal | None = None
    task: str = ""  # what becomes of the task; \1 is what the first group of `match` takes

    def forces(self, text: str) -> str:
        """What becomes of the task that is started with a text in which it stands."""
        found = self.match.search(text)
        return found.expand(self.task) if found else ""

    def balance(self, key: str) -> Decimal | None:
        """The credits a key starts with, if this trigger says so."""
        found = self.match.match(key)
        if found is None or self.credits is None:
            return None
        return Decimal(found[1][:9]) if found.groups() else self.credits


@dataclass(frozen=True)
class Triggers:
    """All of them: keys match from the start, prompts anywhere."""

    keys: tuple[Trigger, ...]
    prompts: tuple[Trigger, ...]

    @cached_property
    def _any_key(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{each.match.pattern})" for each in self.keys))

    def for_key(self, key: str) -> Trigger | None:
        """The trigger that a key is, if it is one."""
        if not self._any_key.match(key):
            return None
        return next((each for each in self.keys if each.match.match(key)), None)

    def for_prompts(self, prompts: list[str]) -> tuple[Trigger, ...]:
        """The triggers that the prompts hold."""
        text = "\n".join(prompts)
        if "mock:" not in text:
            return ()
        return tuple(each for each in self.prompts if each.match.search(text))


def load(path: Path | None = None) -> Triggers:
    """Read the table. Raises BadFile."""
    table = read(path or Path(__file__).parent / "triggers.yaml").value
    keys = [*refused_keys.table(), *table["keys"]]
    return Triggers(tuple(map(_trigger, keys)), tuple(map(_trigger, table["prompts"])))


def _trigger(node: Any) -> Trigger:
    gate, _, kind = node.get("refuses", "").partition(".")
    return Trigger(
        match=re.compile(node["match"]),
        says=node["says"],
        gate=gate or None,
        kind=kind,
        outcomes=tuple(node.get("outcome", ())),
        delay=node.get("delay", 0.0),
        credits=Decimal(node["credits"]) if "credits" in node else None,
        task=node.get("task", ""),
    )
