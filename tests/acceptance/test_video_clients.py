"""Luma's and Runway's own clients, by their own interpreter: run_luma.py, run_runway.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from served import HERE, mock, run

CASES = {"run_luma.py": (6, "dream-machine"), "run_runway.py": (6, "runway")}


@pytest.mark.parametrize("script", CASES)
def test_it_works_with_the_makers_own_client(
    installed: Callable[[str, str], Path], script: str, tmp_path: Path
) -> None:
    python = installed("PROOFSHEET_VIDEO_CLIENTS_PYTHON", "video_clients/bin/python")
    count, document = CASES[script]
    with mock(document, python=sys.executable) as served:
        run([python, HERE / script, "--url", served.url], cases=count, cwd=tmp_path)
