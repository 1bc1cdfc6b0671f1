"""Writing transcripts: redacted first, each exchange whole or not at all, the oldest gone when it is enough.

Exchanges stand in segments. When the whole grows over its size or a segment over its age, the oldest
segment goes, so what is left is always the newest traffic in one piece.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from proofsheet.traffic import flow_lines
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import redacted
from proofsheet.traffic.transcript import FILE

_SHARE = 16  # a segment takes this part of what all may take, in bytes and in age
_MOST_IN_SEGMENT = 1000  # exchanges
_SEGMENT = re.compile(
    r"\d{8}T\d{6}\.\d{6}Z"
)  # the names of our own segments: no other folder is ever removed


class Taken(OSError):
    """Another process records into the same folder."""


@dataclass
class Recorder:
    """Records flows of one upstream into a folder of at most `limit` bytes and `age` seconds."""

    folder: Path
    upstream: str
    limit: int = 10**9
    age: float = 7 * 86400.0
    credential_fields: frozenset[str] = frozenset()  # beside those with a telltale name; see redaction
    kept: int = 0
    left_out: int = 0  # larger than all that may be kept
    _stream: int = -1
    _segment: Path | None = None
    _began: float = 0.0
    _number: int = 0
    _bytes: dict[Path, int] = field(default_factory=dict)  # of each segment, oldest first

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Taken(f"another process records into {self.folder}") from None
        found = [each.parent for each in self.folder.glob(f"*/{FILE}")]
        for path in sorted(each for each in found if _SEGMENT.fullmatch(each.name)):
            self._bytes[path] = sum(file.stat().st_size for file in path.iterdir())
        self._tidy(0)

    def record(self, flow: Flow) -> None:
        """Write one flow, without its credentials. Raises OSError where the disk does not take it."""
        clean = redacted(flow, self.credential_fields)
        if clean.size > self.limit // 2:
            self.left_out += 1
            return
        self._tidy(clean.size)
        segment = self._open()
        self._number += 1
        saved: list[Path] = []

        def save(name: str, data: bytes) -> None:
            saved.append(segment / name)
            _write(saved[-1], data)

        before = os.fstat(self._stream).st_size
        try:
            text = flow_lines.line(clean, self._number, save)
            _whole(self._stream, text)  # one write: a kill leaves the line, none of it, or a torn last line
        except OSError:  # a full disk: nothing half stays, and the next line begins a line
            with suppress(OSError):
                os.ftruncate(self._stream, before)
            self._shut()
            for path in saved:
                path.unlink(missing_ok=True)
            raise
        self._bytes[segment] += sum(path.stat().st_size for path in saved) + len(text)
        self.kept += 1

    def close(self) -> None:
        self._shut()
        os.close(self._lock)

    def _open(self) -> Path:
        if self._segment is not None and self._is_full(self._segment):
            self._shut()
        if self._segment is None:
            self._segment = self._fresh()
        return self._segment

    def _is_full(self, segment: Path) -> bool:
        old = time.monotonic() - self._began > self.age / _SHARE
        return old or self._number >= _MOST_IN_SEGMENT or self._bytes[segment] > self.limit // _SHARE

    def _fresh(self) -> Path:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        segment = self.folder / stamp
        segment.mkdir(mode=0o700)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND
        text = flow_lines.head(self.upstream)
        try:
            self._stream = os.open(segment / FILE, flags, 0o600)
            _whole(self._stream, text)
        except OSError:
            self._shut()
            shutil.rmtree(segment, ignore_errors=True)
            raise
        self._began, self._number, self._bytes[segment] = time.monotonic(), 0, len(text)
        return segment

    def _shut(self) -> None:
        if self._stream >= 0:
            os.close(self._stream)
        self._stream, self._segment = -1, None

    def _tidy(self, wanted: int) -> None:
        """Let the oldest segments go until `wanted` bytes fit."""
        while self._bytes:
            oldest = next(iter(self._bytes))
            too_much = sum(self._bytes.values()) + wanted > self.limit
            if not (too_much or time.time() - _last_written(oldest) > self.age):
                return
            if oldest == self._segment:
                self._shut()
            shutil.rmtree(oldest, ignore_errors=True)
            del self._bytes[oldest]


def _last_written(segment: Path) -> float:
    try:
        return (segment / FILE).stat().st_mtime
    except OSError:
        return 0.0


def _write(path: Path, data: bytes) -> None:
    stream = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        _whole(stream, data)
    finally:
        os.close(stream)


def _whole(stream: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(stream, rest) :]
