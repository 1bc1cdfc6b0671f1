"""`proofsheet check` killed among its paid calls: all but the one under way are recorded, none paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import reserved

from bench import fleet
from bench.killed import SERVED, Run, problems

TWO_PAID = ("nested.drawSheet.answer",)


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with reserved() as port:
        served = fleet.replica(tmp_path_factory.mktemp("mock"), port, *SERVED)
        with fleet.started(served):
            yield port


def test_what_was_paid_is_recorded_and_not_paid_again(mock: int, tmp_path: Path) -> None:
    run = Run(mock, "sk-killed", tmp_path / "run.jsonl", TWO_PAID)
    assert problems(run, goal=1, whole=2) == []
    assert len(run.recorded()) == 2
