"""What a document, a transcript or a request holds leaves its place for no head, no file, no memory."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from support import InProcess
from wire import ROOT

from proofsheet.spec.load import Library
from proofsheet.traffic import content_coding, transcript
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.recorder import Recorder

FORGED = "a cat\r\nset-cookie: forged=1\r\n\r\n<script>\0"
HARMLESS = "a catset-cookie: forged=1<script>"
Serve = Callable[..., InProcess]


def test_a_value_of_a_request_in_a_header_ends_no_line(serve: Serve, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(ROOT / "tests" / "miniature", home)
    document = home / "apis" / "miniature.yaml"
    text = document.read_text()
    assert "x-headers: {x-seed: $artifact.seed}" in text
    bound = text.replace("x-headers: {x-seed: $artifact.seed}", "x-headers: {x-seed: $request.body#/prompt}")
    document.write_text(bound)
    mock = serve(Library(home).load("miniature"), check_replies=False, language=False)
    mock.judged = lambda response: None  # type: ignore[assignment]  # a prompt is no seed
    answer = mock.post(
        "/tasks", json={"prompt": FORGED}, headers={"x-task-key": "sk-one", "accept": "image/png"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-seed"] == HARMLESS
    assert "set-cookie" not in answer.headers


def recorded(folder: Path, **answer: Any) -> Path:
    """A transcript of one exchange, and what somebody wrote into its answer."""
    flow = Flow("POST", "http://up.test/forged", (), b"{}", 200, (("X-One", "1"),), b"x" * 100_000)
    recorder = Recorder(folder, "http://up.test")
    recorder.record(flow)
    recorder.close()
    (file,) = transcript.files(folder)
    first, line = file.read_text().splitlines()
    record = json.loads(line)
    for name, value in answer.items():
        is_part = isinstance(value, dict)
        record["answer"][name] = {**record["answer"][name], **value} if is_part else value
    file.write_text(f"{first}\n{json.dumps(record)}\n")
    return file.parent


def test_a_header_of_a_transcript_ends_no_line(serve: Serve, tmp_path: Path) -> None:
    forged = [["X-One", FORGED], ["X-Two\r\nset-cookie", "forged=1"], ["", "x"], ["X-Three", "3"]]
    folder = recorded(tmp_path / "traffic", headers=forged)
    mock = serve(Library(ROOT / "tests" / "miniature").load("miniature"), replay=folder)
    mock.judged = lambda response: None  # type: ignore[assignment]  # no document has this path
    answer = mock.post("/forged", content=b"{}", headers={"authorization": None})
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-one"] == HARMLESS
    assert answer.headers["x-three"] == "3"
    assert not [name for name in answer.headers if "two" in name or "cookie" in name]


@pytest.mark.parametrize("name", ["../../secret", "/etc/hostname", ".."])
def test_a_transcript_names_no_file_outside_of_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("of somebody")
    folder = recorded(tmp_path / "traffic", body={"file": name})
    (entry,) = (each for each in transcript.entries(folder) if isinstance(each, transcript.Entry))
    with pytest.raises(BadTraffic, match="its body cannot be read"):
        entry.flow()


def test_a_link_in_a_transcript_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of somebody")
    folder = recorded(tmp_path / "traffic", body={"file": "link", "bytes": 11})
    (folder / "link").symlink_to(tmp_path / "secret")
    (entry,) = (each for each in transcript.entries(folder) if isinstance(each, transcript.Entry))
    with pytest.raises(BadTraffic, match="links are not followed"):
        entry.flow()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_left_packed(monkeypatch: pytest.MonkeyPatch, coding: str) -> None:
    """What unpacks to more than the limit is not unpacked further, whatever it would become."""
    limit = 1_000_000
    monkeypatch.setattr(content_coding, "MOST", limit)
    machine = zlib.compressobj(wbits={"gzip": 31, "deflate": 15}[coding])
    for size, is_bomb in ((limit, False), (50 * limit, True)):
        inner = machine.copy()
        packed = inner.compress(bytes(size)) + inner.flush()
        assert len(packed) < limit / 10
        headers = (("content-encoding", coding),)
        if is_bomb:
            with pytest.raises(content_coding.Undecodable, match="larger than"):
                content_coding.plain(headers, packed)
        else:
            assert len(content_coding.plain(headers, packed)[1]) == limit


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(?=a)(a|aa)+(?!b)$", "^(?:(a*)*)*(?<=b)$"])
def test_a_pattern_of_a_document_cannot_hold_anybody_up(pattern: str) -> None:
    """With an engine that tries every way these would go on for years; the limit of a test would say so."""
    validator = jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
    assert not validator.is_valid("a" * 5000 + "!")
