"""Reading transcripts: a folder that `proofsheet proxy --record` wrote, or one of its files.

A folder holds one folder for each segment, and each of these an `exchanges.jsonl` beside its body files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofsheet.traffic import flow_lines
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import Flow

FILE = "exchanges.jsonl"


@dataclass(frozen=True)
class Entry:
    """One line of a transcript; `flow` reads its bodies when they are wanted."""

    path: Path
    line: int
    record: dict[str, Any]

    def flow(self) -> Flow:
        """Raises BadTraffic."""
        return flow_lines.flow(self.record, self.path, self.line)


@dataclass(frozen=True)
class Cut:
    """The place where a transcript ends in the middle of a line: its recorder was killed."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: ends in the middle of an exchange, which is left out"


def files(path: Path) -> tuple[Path, ...]:
    """The files of a transcript, oldest first. Raises BadTraffic where there is none."""
    if not path.is_dir():
        return (path,)
    found = sorted(path.glob(f"*/{FILE}")) or sorted(path.glob(FILE))
    if not found:
        raise BadTraffic(path, 0, f"holds no transcript: there is no {FILE} in it or in a folder of it")
    return tuple(found)


def entries(path: Path) -> Iterator[Entry | Cut]:
    """Every exchange of a transcript in order, and where a file was cut. Raises BadTraffic."""
    for file in files(path):
        yield from _entries(file)


def _entries(path: Path) -> Iterator[Entry | Cut]:
    try:
        with path.open("rb") as stream:
            for number, text in enumerate(stream, 1):
                if not text.endswith(b"\n"):
                    yield Cut(path, number)
                    return
                record = _record(text, path, number)
                if number > 1:
                    yield Entry(path, number, record)
    except OSError as error:
        raise BadTraffic(path, 0, f"cannot be read: {error.strerror or error}") from None


def _record(text: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadTraffic(path, number, f"is no line of a transcript: {error}") from None
    if number == 1 and (not isinstance(record, dict) or record.get("transcript") != flow_lines.VERSION):
        raise BadTraffic(path, 1, f'is no transcript: expected {{"transcript": {flow_lines.VERSION}, …}}')
    if not isinstance(record, dict):
        raise BadTraffic(path, number, "is no exchange of a transcript: expected an object")
    return record
