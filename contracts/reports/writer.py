"""A report while it is written: each record is in the file as soon as it is known."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.records import Record


class CutOff(Exception):
    """The report cannot be written on; the text says why. All before is in the file."""


class Unwritable(Exception):
    """No report can be begun there; the text says why. Nothing has been changed."""


LONGEST_MESSAGE = 2_000  # characters: what is written is far below what is read of a line


class Writer:
    """Writes one report. What was carried over from an earlier run is in the file from the start.

    An earlier report under the same name is replaced at once and whole, so that a crash loses neither.
    Raises Unwritable.
    """

    def __init__(
        self, path: Path, redaction: Redaction, header: Record, carried: Iterable[Record] = ()
    ) -> None:
        self._redaction = redaction
        self._lock = threading.Lock()
        try:
            self._begin(path, header, carried)
        except (OSError, ValueError) as error:
            raise Unwritable(f"{path}: {getattr(error, 'strerror', None) or error}") from None

    def _begin(self, path: Path, header: Record, carried: Iterable[Record]) -> None:
        if path.exists() and not path.is_file():
            raise OSError("is no regular file")
        fresh = path.with_name(path.name + ".new")
        self._file = fresh.open("w", encoding="utf-8", newline="\n")
        try:
            for record in (header, *carried):
                self._file.write(self._line(record))
            self._file.flush()
            os.fsync(self._file.fileno())
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                self._file.close()
            fresh.unlink(missing_ok=True)
            raise

    def write(self, record: Record) -> None:
        """Write a record in one piece, from any thread, and flush it: it outlives us. Raises CutOff."""
        line = self._line(record)
        try:
            with self._lock:
                self._file.write(line)
                self._file.flush()
        except OSError as error:
            raise CutOff(error.strerror or str(error)) from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # of what could not be written, which has been told
            self.close()

    def _line(self, record: Record) -> str:
        if record["kind"] == "verdict":  # a message may quote an answer of megabytes, and come many times
            clipped = (self._redaction.clipped(each, LONGEST_MESSAGE) for each in record["messages"])
            record = {**record, "messages": [*clipped]}
        clean = self._redaction.value(record)
        return json.dumps(clean, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
