"""Uploaded files: given back as they came, held within the bound of tasks, gone when their time is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support import InProcess

from proofsheet.mockserver.state import tasks as task_store
from proofsheet.spec.load import Library

DATA = bytes(range(256)) + b"\r\n--"


@pytest.fixture(scope="module")
def mock() -> Iterator[InProcess]:
    made = InProcess((Library().load("openai-files"),))
    yield made
    made.close()


def uploaded(mock: InProcess, data: bytes = DATA, purpose: str = "vision", **fields: str) -> dict[str, Any]:
    sent = mock.form("/v1/files", {"purpose": purpose, **fields}, files={"file": ("ü a.bin", data)})
    assert sent.status_code == 200, sent.text
    found: dict[str, Any] = sent.json()
    return found


def content(mock: InProcess, id: str, **headers: str) -> Any:
    return mock.get(f"/v1/files/{id}/content", headers=headers)


@pytest.mark.parametrize("data", [DATA, b"", b"\0" * 300_000])
def test_the_bytes_come_back(mock: InProcess, data: bytes) -> None:
    file = uploaded(mock, data)
    came = content(mock, file["id"], accept="application/binary")
    assert (came.status_code, came.content, came.headers["content-length"]) == (200, data, str(len(data)))
    assert (file["bytes"], file["filename"]) == (len(data), "ü a.bin")


def test_a_forced_answer_needs_no_file(mock: InProcess) -> None:
    came = content(mock, "file-0", prefer="example=content")
    assert (came.status_code, came.content) == (200, b"")


def test_files_need_room_and_the_oldest_go(mock: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_store, "MOST_BYTES", 1_000_000)
    ids = [uploaded(mock, b"x" * 400_000)["id"] for _ in range(4)]
    assert [content(mock, each).status_code for each in ids] == [404, 404, 200, 200]


def test_a_file_has_its_time(mock: InProcess) -> None:
    time = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    stays, goes = uploaded(mock), uploaded(mock, **time)
    assert (stays["expires_at"], goes["expires_at"]) == (None, goes["created_at"] + 3600)
    mock.double.state.move_clock(3600)
    assert [content(mock, each["id"]).status_code for each in (stays, goes)] == [200, 404]
    known = mock.get("/v1/files").json()["data"]
    assert goes["id"] not in [each["id"] for each in known]
