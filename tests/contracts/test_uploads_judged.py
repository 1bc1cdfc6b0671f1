"""What becomes of an uploaded file is judged: its bytes come back, its name and size are shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofsheet.contracts.checks.task_files import FileDescribed, FileGivenBack
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import Look, Trail
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

DATA = b"a\r\n\x00--file\xff"
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvision\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n" + DATA + b"\r\n--x--\r\n"
)
FILE = {
    **{"id": "file-1", "object": "file", "bytes": len(DATA), "created_at": 1796040000, "expires_at": None},
    **{"filename": "a.bin", "purpose": "vision", "status": "processed", "status_details": None},
}
BYTES, SAYS = FileGivenBack("r", "file"), FileDescribed("r", "file")


@pytest.fixture(scope="module")
def document() -> Document:
    return Library().load("openai-files")


def trail(
    document: Document, came: bytes | None = DATA, status: int = 200, taken: int = 200, **shown: Any
) -> Trail:
    known = document.operations
    sent = (("Content-Type", "multipart/form-data; boundary=x"),)
    is_json, is_file = ("content-type", "application/json"), ("content-type", "application/octet-stream")
    view = json.dumps({**FILE, **shown}).encode()
    looks = [
        Look(
            "submit", known["createFile"], Exchange("POST", "http://t", sent, FORM, taken, (is_json,), view)
        ),
        Look("end", known["retrieveFile"], Exchange("GET", "http://t", (), b"", 200, (is_json,), view)),
    ]
    if came is not None:
        file = Exchange("GET", "http://t/content", (), b"", status, (is_file,), came)
        looks.append(Look("file", known["downloadFile"], file))
    return Trail(known["createFile"], known["retrieveFile"], "file-1", None, tuple(looks))


def said(check: OfTrail, of: Trail) -> list[str]:
    return list(check.of_trail(of))


def test_what_comes_back_as_it_went_passes(document: Document) -> None:
    assert said(BYTES, trail(document)) == said(SAYS, trail(document)) == []
    assert said(SAYS, trail(document, further="member")) == []


@pytest.mark.parametrize(
    ("came", "status", "text"),
    [
        (DATA[:-1], 200, "expected the 11 bytes that were uploaded, came 10 bytes, others from byte 10 on"),
        (DATA + b"\n", 200, "came 12 bytes, others from byte 11 on"),
        (DATA.replace(b"\r\n", b"\n"), 200, "came 10 bytes, others from byte 1 on"),
        (DATA.replace(b"\xff", "\ufffd".encode()), 200, "others from byte 10 on"),
        (b"", 200, "came 0 bytes"),
        (b"<html>", 404, "expected the file at http://t/content, came 404"),
    ],
)
def test_other_bytes_are_found(document: Document, came: bytes, status: int, text: str) -> None:
    (found,) = said(BYTES, trail(document, came, status))
    assert text in found


def test_another_name_and_another_size_are_found(document: Document) -> None:
    assert said(SAYS, trail(document, filename="blob")) == ["expected 'a.bin' as its name, came 'blob'"]
    assert said(SAYS, trail(document, bytes=12)) == ["expected 11 as its size, came 12"]


@pytest.mark.parametrize("check", [BYTES, SAYS])
def test_nothing_is_said_of_a_file_that_was_not_taken(document: Document, check: OfTrail) -> None:
    with pytest.raises(Unjudged):
        said(check, trail(document, taken=400))


def test_nothing_is_said_of_bytes_that_nobody_fetched(document: Document) -> None:
    with pytest.raises(Unjudged):
        said(BYTES, trail(document, came=None))
