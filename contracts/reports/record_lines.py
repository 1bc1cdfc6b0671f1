"""The lines of a report, one record each, held against `records.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import jsonschema_rs

from proofsheet.contracts.reports import report_errors
from proofsheet.spec.schemas import name
from proofsheet.spec.yaml_reader import read as read_yaml

Record = dict[str, Any]
Numbered = tuple[int, Record]  # a record and its line, from 1 on
LONGEST = 32_000_000  # bytes of a line; the longest are cases with many pictures, far below this
TORN: Record = {"kind": "torn"}  # stands for a last line that was cut off
EXPECTED = "the JSON Lines that `proofsheet check` writes"


def lines(path: Path) -> Iterator[Numbered]:
    """Every record, each valid in itself. A last line that a crash tore comes as `TORN`. Raises BadReport."""
    for number, data, is_last in _read(path):
        try:
            record = json.loads(data.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            if is_last and number > 1:
                yield number, TORN
                return
            raise _broken(path, number, error) from None
        if b"\\ud" in data.lower() and not _is_writable(record):
            raise report_errors.InvalidRecord(path, number, "holds half of a surrogate pair")
        yield number, _valid(path, number, record)


def _broken(path: Path, number: int, error: Exception) -> report_errors.BadReport:
    hint = "" if number > 1 else f"; expected {EXPECTED}"
    if isinstance(error, UnicodeDecodeError):
        return report_errors.UnreadableReport(path, number, f"cannot be read as text: {error}{hint}")
    return report_errors.BrokenLine(path, number, f"is no JSON: {error}{hint}")


def _read(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """The lines that hold something, with their numbers, and whether nothing but blanks follows."""
    waiting: tuple[int, bytes] | None = None
    try:
        with path.open("rb") as file:
            for number, data in enumerate(_pieces(file), 1):
                if len(data) > LONGEST:
                    raise report_errors.UnreadableReport(
                        path, number, f"is longer than {LONGEST // 10**6} MB; expected {EXPECTED}"
                    )
                if not data.strip():
                    continue
                if waiting:
                    yield *waiting, False
                waiting = number, data
    except OSError as error:
        raise report_errors.UnreadableReport(path, 1, f"cannot be read: {error.strerror or error}") from None
    if waiting:
        yield *waiting, True


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    # Never more than a line is held, and a file without an end of line is not read to its end.
    while data := file.readline(LONGEST + 1):
        yield data


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _is_writable(record: Any) -> bool:
    try:
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _schemas() -> dict[str, jsonschema_rs.Draft202012Validator]:
    file = read_yaml(Path(__file__).parent / "records.yaml").value
    defs = {"$defs": file["$defs"]}
    return {
        kind: jsonschema_rs.Draft202012Validator({**each, **defs}) for kind, each in file["kinds"].items()
    }


def _valid(path: Path, line: int, record: Any) -> Record:
    kind = record.get("kind") if isinstance(record, dict) else None
    schema = _schemas().get(kind) if isinstance(kind, str) else None
    if schema is None:
        came = f"kind {kind!r}" if isinstance(record, dict) else f"a JSON {_kind(record)}"
        raise report_errors.InvalidRecord(
            path, line, f"expected a header, case, verdict or footer, came {came}"[:300]
        )
    error = next(iter(schema.iter_errors(record)), None)
    if error is not None:
        where = name(list(error.instance_path))
        raise report_errors.InvalidRecord(
            path, line, f"the {kind} is not valid: {where}: {error.message[:300]}"
        )
    return dict(record)


def _kind(value: Any) -> str:
    names = {list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
