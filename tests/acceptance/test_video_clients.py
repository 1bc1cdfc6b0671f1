"""Luma's and Runway's own clients, by their own interpreter: run_luma.py, run_runway.py."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from served import HERE, environment, mock

CASES = {"run_luma.py": (6, "dream-machine"), "run_runway.py": (6, "runway")}


@pytest.mark.parametrize("script", CASES)
def test_it_works_with_the_makers_own_client(
    installed: Callable[[str, str], Path], script: str, tmp_path: Path
) -> None:
    python = installed("PROOFSHEET_VIDEO_CLIENTS_PYTHON", "video_clients/bin/python")
    count, document = CASES[script]
    with mock(document, python=sys.executable) as served:
        done = subprocess.run(
            [python, HERE / script, "--url", served.url],
            env=environment(),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    assert sum(line.startswith("passed ") for line in done.stdout.splitlines()) == count, done.stdout
