"""What lives as long as the process is bounded in bytes, whatever clients send."""

from __future__ import annotations

import pytest

from proofsheet.mockserver.compiled import Candidates
from proofsheet.mockserver.file_links import File
from proofsheet.mockserver.media.image.picture import PNG, Edit, Picture
from proofsheet.mockserver.state import values
from proofsheet.mockserver.state.values import Values


def _file(upload: bytes) -> File:
    picture = Picture(64, 64, PNG, 1, b"i" * 16, "", "", edit=Edit("reimagine", (upload,)))
    return File("image", picture, PNG)


def test_files_are_bounded_by_the_uploads_that_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MOST_BYTES", 10_000)
    known = Values()
    for number in range(20):
        known.remember(("file", str(number)), _file(b"x" * 4000), 60.0)
    kept = [number for number in range(20) if known.recall(("file", str(number)), 0.0)]
    assert kept == [18, 19]
    known.forget(("file", "19"))
    known.remember(("file", "20"), _file(b"x" * 4000), 60.0)
    assert known.recall(("file", "18"), 0.0) is not None  # what was let go of counts no more


def test_values_of_a_kind_are_bounded_in_number() -> None:
    known = Values()
    for number in range(10_001):
        known.remember(("pace", str(number)), "slow", 60.0)
    assert known.recall(("pace", "0"), 0.0) is None
    assert known.recall(("pace", "1"), 0.0) == "slow"


def test_long_accept_headers_are_not_remembered() -> None:
    candidates = Candidates(("image/png", "application/json"))
    for number in range(9):
        assert candidates(f"image/*, text/x{number}{'y' * 600}") == ("image/png",)
    assert candidates("image/*") == ("image/png",)
    assert candidates.known.cache_info().currsize == 1
