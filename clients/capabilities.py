"""What is asked of every client, and what the mock must have seen before the client's word is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from proofsheet.testing_client import Mock

HERE = Path(__file__).parent
RESULTS = ("ok", "partly", "no")


@dataclass(frozen=True)
class Capability:
    """One thing a client is to do. `saw` are arguments of `Mock.verify`."""

    name: str
    says: str
    saw: Mapping[str, Any]
    key: str
    forced: str | None = None
    files: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one capability: ok, partly or no, and why if it is not ok."""

    capability: str
    result: str
    why: str = ""


def capabilities() -> tuple[Capability, ...]:
    """All of capabilities.yaml, in its order."""
    return _capabilities(yaml.safe_load((HERE / "capabilities.yaml").read_text(encoding="utf-8")))


def tasks() -> dict[str, tuple[Capability, ...]]:
    """All of tasks.yaml: what clients of further families are asked to do, by the family."""
    table = yaml.safe_load((HERE / "tasks.yaml").read_text(encoding="utf-8"))
    return {family: _capabilities(each) for family, each in table.items()}


def _capabilities(table: Mapping[str, Mapping[str, Any]]) -> tuple[Capability, ...]:
    return tuple(Capability(name, **{"key": f"sk-{name}", **each}) for name, each in table.items())


def prepare(url: str, wanted: tuple[Capability, ...]) -> None:
    """Make the mock at `url` forget the keys of `wanted`, and force what is to be forced."""
    for each in wanted:
        mock = Mock(url, each.key)
        mock.reset()
        if each.forced:
            # several times: some clients try again by themselves
            mock.force(outcome=each.forced, operation=each.saw["operation"], times=9)


def believed(url: str, wanted: tuple[Capability, ...], said: Mapping[str, Outcome]) -> tuple[Outcome, ...]:
    """What the program said, and `no` where it said nothing or the mock saw something else."""
    return tuple(_believed(Mock(url, each.key), each, said.get(each.name)) for each in wanted)


def _believed(mock: Mock, wanted: Capability, said: Outcome | None) -> Outcome:
    if said is None:
        return Outcome(wanted.name, "no", "the program said nothing of it")
    if said.result == "no":
        return said
    try:
        mock.verify(**wanted.saw)
    except AssertionError as problem:
        return Outcome(wanted.name, "no", f"said to be {said.result}, but {problem}")
    if wanted.files and not any(wanted.files in each["files"] for each in mock.journal()):
        return Outcome(wanted.name, "no", f"said to be {said.result}, but no file came as {wanted.files}")
    return said
