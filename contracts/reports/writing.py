"""A report while it is written: each record is in the file as soon as it is known."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from contracts.records import Record
from contracts.reports.redaction import Redaction


class Writer:
    """Writes one report. What was carried over from an earlier run is in the file from the start.

    An earlier report under the same name is replaced at once and whole, so that a crash loses neither.
    """

    def __init__(
        self, path: Path, redaction: Redaction, header: Record, carried: Iterable[Record] = ()
    ) -> None:
        self._redaction = redaction
        if path.exists() and not path.is_file():
            raise OSError(f"{path} is no regular file")
        fresh = path.with_name(path.name + ".new")
        self._file = fresh.open("w", encoding="utf-8", newline="\n")
        for record in (header, *carried):
            self._file.write(self._line(record))
        self._file.flush()
        os.fsync(self._file.fileno())
        fresh.replace(path)

    def write(self, record: Record) -> None:
        """Write a record, in one piece, and flush it: it outlives this process."""
        self._file.write(self._line(record))
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _line(self, record: Record) -> str:
        clean = self._redaction.value(record)
        return json.dumps(clean, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
