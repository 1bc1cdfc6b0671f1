"""Documents are read from YAML once, and from the cache only while it holds what was put there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from proofsheet.spec import document_cache, load
from proofsheet.spec.load import Library
from proofsheet.spec.load_errors import Misshapen

YAML = """\
openapi: "3.1.0"
info: {title: Small, version: "1"}
servers: [{url: https://small.example}]
paths:
  /draw:
    get:
      operationId: draw
      responses:
        "200":
          content:
            application/json:
              examples:
                success: {value: {id: x}, x-bind: {/id: $call.id}}
"""


class Reads:
    """A library of one family that counts how often its YAML is read."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cache = home / "cache"
        self.file = home / "apis" / "small.yaml"
        self.count = 0
        self.file.parent.mkdir()
        self.file.write_text(YAML)
        real = load.read

        def read(path: Path) -> Any:
            self.count += 1
            return real(path)

        monkeypatch.setenv("PROOFSHEET_CACHE", str(self.cache))
        monkeypatch.setattr(load, "read", read)

    def load(self) -> str:
        return Library(self.file.parent.parent).load("small").title

    @property
    def entry(self) -> Path:
        [found] = self.cache.glob("*.json")
        return found


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(tmp_path, monkeypatch)


def test_yaml_is_read_once_and_again_when_it_changes(reads: Reads) -> None:
    assert [reads.load() for _ in range(3)] == ["Small"] * 3
    assert reads.count == 1
    reads.file.write_text(YAML.replace("Small", "Large"))
    assert [reads.load() for _ in range(2)] == ["Large"] * 2
    assert reads.count == 2


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data.replace(b"Small", b"Smell"), lambda _: b""]
)
def test_a_damaged_entry_is_made_anew(reads: Reads, damage: Any) -> None:
    reads.load()
    good = reads.entry.read_bytes()
    reads.entry.write_bytes(damage(good))
    assert reads.load() == "Small"
    assert reads.count == 2
    assert reads.entry.read_bytes() == good


@pytest.mark.parametrize("where", ["off", "", "/proc/nowhere"])
def test_without_a_place_for_it_everything_works(
    reads: Reads, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("PROOFSHEET_CACHE", where)
    assert [reads.load() for _ in range(2)] == ["Small"] * 2
    assert reads.count == 2
    assert not reads.cache.exists()


def test_writers_at_once_leave_one_whole_entry(reads: Reads) -> None:
    writers = [threading.Thread(target=document_cache.write, args=("k", ["x" * 200_000])) for _ in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert document_cache.read("k") == ["x" * 200_000]
    assert [each.name for each in reads.cache.iterdir()] == ["k.json"]


@pytest.mark.parametrize("warm", [False, True])
def test_a_document_with_an_unknown_expression_does_not_load(reads: Reads, warm: bool) -> None:
    reads.file.write_text(YAML.replace("$call.id", "$task.name"))
    for _ in range(2 if warm else 1):
        with pytest.raises(
            Misshapen, match=r"small.yaml:13:\d+: '\$task.name' is no known runtime expression"
        ):
            reads.load()
