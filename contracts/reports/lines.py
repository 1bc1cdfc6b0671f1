"""The lines of a report, one record each, held against `records.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from contracts.reports import wrong
from spec.read import read as read_yaml
from spec.schemas import name

Record = dict[str, Any]
Numbered = tuple[int, Record]  # a record and its line, from 1 on


def lines(path: Path) -> Iterator[Numbered]:
    """Every record, each valid in itself; a last line that a crash tore is left out. Raises BadReport."""
    try:
        texts = path.read_bytes().decode("utf-8", "strict").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        # A tear inside a character can only be in the last line.
        texts = _torn(path, error)
    last = max((index for index, text in enumerate(texts) if text.strip()), default=-1)
    for index, text in enumerate(texts[: last + 1]):
        try:
            record = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            if index == last and index > 0:
                return  # torn by a crash: the missing footer tells
            raise wrong.BrokenLine(path, index + 1, f"is no JSON: {error}") from None
        if "\\ud" in text.lower() and not _is_writable(record):
            raise wrong.InvalidRecord(path, index + 1, "holds half of a surrogate pair")
        yield index + 1, _valid(path, index + 1, record)


def _torn(path: Path, error: OSError | UnicodeDecodeError) -> list[str]:
    if isinstance(error, OSError) or b"\n" in error.object[error.start :]:
        raise wrong.UnreadableReport(path, 1, f"cannot be read: {error}") from None
    return str(error.object[: error.start], "utf-8").split("\n")


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
    file = read_yaml(Path(__file__).parent.parent / "records.yaml").value
    defs = {"$defs": file["$defs"]}
    return {
        kind: jsonschema_rs.Draft202012Validator({**each, **defs}) for kind, each in file["kinds"].items()
    }


def _valid(path: Path, line: int, record: Any) -> Record:
    kind = record.get("kind") if isinstance(record, dict) else None
    schema = _schemas().get(kind) if isinstance(kind, str) else None
    if schema is None:
        raise wrong.InvalidRecord(
            path, line, f"expected a header, case, verdict or footer, came kind {kind!r}"
        )
    error = next(iter(schema.iter_errors(record)), None)
    if error is not None:
        where = name(list(error.instance_path))
        raise wrong.InvalidRecord(path, line, f"the {kind} is not valid: {where}: {error.message[:300]}")
    return dict(record)
