"""Families tested as data: each row of tests/families/<document>/*.yaml is a test."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from families.rows import BadRow, Row, given, read, rows, wire
from PIL import Image
from support import InProcess

from proofsheet.spec import pointers, security
from proofsheet.spec.document import Document
from proofsheet.spec.lint.run import lint
from proofsheet.spec.load import Library

ROWS = list(rows())
_NUMBERS = itertools.count(1)
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()  # of every double: models have days of shutdown
Serve = Callable[[Row], tuple[InProcess, Document]]


@pytest.fixture(scope="module")
def served(library: Library, miniatures: Library) -> Iterator[Serve]:
    """A double for a row's document and settings; one for all rows that want the same.

    A row that moves the clock has one of its own: in whatever order rows come, no other is made older by it.
    """
    made: dict[str, tuple[InProcess, Document]] = {}

    def find(row: Row) -> tuple[InProcess, Document]:
        moves = any("advance" in step for step in row.steps)
        name = f"{row.document} {sorted(row.settings.items())} {row.name if moves else ''}"
        if name not in made:
            home = miniatures if row.document in miniatures.names() else library
            document = home.load(row.document)
            settings = {"rate_limit": False, "date": DAY, **row.settings}
            made[name] = InProcess((document,), **settings), document
            made[name][0].double.state.move_clock(frozen=True)  # only rows move it, however long they take
        return made[name]

    yield find
    for mock, _ in made.values():
        mock.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda each: each.name)
def test_the_document_is_kept(row: Row, served: Serve) -> None:
    mock, document = served(row)
    key = f"sk-row-{next(_NUMBERS):06d}"
    kept: dict[str, str] = {}
    for written in row.steps:
        step = _filled(written, kept)
        if "advance" in step:
            mock.double.state.move_clock(step["advance"])
        response = _send(mock, document, {"key": key, **step})
        _judge(step["gets"], response, mock)
        for name, pointer in step.get("keeps", {}).items():
            kept[name] = str(next(pointers.find(response.json(), pointers.split(pointer))))


def _filled(value: Any, kept: Mapping[str, str]) -> Any:
    """A step with what earlier answers had in place of `<name>`."""
    if isinstance(value, dict):
        return {name: _filled(each, kept) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, kept) for each in value]
    if isinstance(value, str):
        return re.sub(r"<(\w+)>", lambda found: kept.get(found[1], found[0]), value)
    return value


def _send(mock: InProcess, document: Document, step: Mapping[str, Any]) -> httpx.Response:
    operation = document.operations.get(step.get("operation", ""))
    base = "" if "" in document.bases else document.bases[0]
    path = step.get("path") or (base + operation.path if operation else "")
    for name, value in step.get("at", {}).items():
        path = path.replace(f"{{{name}}}", value)
    if "credits" in step:
        own = {"authorization": f"Bearer {step['key']}"}
        mock.request("PUT", "/_mock/ledger", json={"credits": step["credits"]}, headers=own)
    body = _body(step)
    headers = {"authorization": None, **_credential(document, step), **body.pop("headers", {})}
    headers |= {
        name: each.encode("latin-1") for name, each in step.get("headers", {}).items() if each is not None
    }
    method = step.get("method") or (operation.method if operation else "GET")
    return mock.request(method, path, headers=headers, **body)


def _credential(document: Document, step: Mapping[str, Any]) -> dict[str, str]:
    """The key as the document's first scheme has it, unless the row has none or writes the header itself."""
    if step["key"] is None:
        return {}
    placed = security.place(next(iter(document.operations.values())).security[0], step["key"])
    written = {name.lower() for name in step.get("headers", {})}
    return {name: value for name, value in placed.headers if name not in written}


def _body(step: Mapping[str, Any]) -> dict[str, Any]:
    if "json" in step:
        return {"json": step["json"]}
    if "parts" in step:
        boundary = step.get("boundary", "limes")
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return {"content": wire(step["parts"], boundary.strip('"')), "headers": kind}
    if "body" in step:
        body = step["body"]
        return {"content": body if isinstance(body, bytes) else body.encode()}
    fields = {name: (None, str(each)) for name, each in step.get("form", {}).items() if each is not None}
    files = {name: given(name, each) for name, each in step.get("files", {}).items()}
    return {"files": {**fields, **files}} if fields or files else {}


def _judge(gets: Mapping[str, Any], response: httpx.Response, mock: InProcess) -> None:
    assert response.status_code == gets["status"], response.text[:500]
    if "outcome" in gets:
        assert mock.double.state.journal()[-1]["outcome"] == gets["outcome"]
    if "type" in gets:
        assert response.headers["content-type"] == gets["type"]
    for name, value in gets.get("headers", {}).items():
        assert response.headers.get(name) == (None if value is None else str(value)), name
    for pointer, value in gets.get("values", {}).items():
        assert next(iter(pointers.find(response.json(), pointers.split(pointer))), None) == value, pointer
    if "says" in gets:
        assert _messages(response) == gets["says"]
    if "fields" in gets:
        assert [re.split(r":", each, maxsplit=1)[0] for each in _messages(response)] == gets["fields"]
    if "picture" in gets:
        found = Image.open(io.BytesIO(response.content))
        found.load()
        seen = {"size": list(found.size), "format": found.format, "mode": found.mode}
        assert seen.items() >= gets["picture"].items()


def _messages(response: httpx.Response) -> list[str]:
    """What an error lists, whichever member of its body holds it."""
    body = response.json()
    found = next(each for name in ("errors", "details", "message") if (each := body.get(name)) is not None)
    return found if isinstance(found, list) else [found]


def test_there_are_rows_of_every_folder() -> None:
    folders = {each.name for each in Path(__file__).parent.iterdir() if each.is_dir() and each.name[0] != "_"}
    assert {each.document for each in ROWS} == folders


def test_no_two_rows_have_one_name() -> None:
    assert len({each.name for each in ROWS}) == len(ROWS)


@pytest.mark.parametrize("line", ["{gets: {status: 1, stauts: 2}}", "{gets: {status: 1}, from: {}}", "[]"])
def test_a_row_that_is_misspelt_is_no_test(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.yaml"
    path.write_text(f"about: x\nrows:\n  - {line}\n")
    with pytest.raises(BadRow):
        list(read(path))


def test_the_miniatures_are_documents_like_any_other(miniatures: Library) -> None:
    assert len(miniatures.names()) >= 4
    for name in miniatures.names():
        assert [str(flaw) for flaw in lint(miniatures, name)] == []
