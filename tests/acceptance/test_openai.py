"""OpenAI's own client, by its own interpreter, against a double of its API: run_openai.py."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from served import HERE, environment, mock

CASES = 13


def test_it_works_with_openais_own_client(installed: Callable[[str, str], Path]) -> None:
    python = installed("PROOFSHEET_OPENAI_PYTHON", "openai/bin/python")
    with mock("openai", python=sys.executable) as served:
        done = subprocess.run(
            [python, HERE / "run_openai.py", "--url", served.url],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=500,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    assert sum(line.startswith("passed ") for line in done.stdout.splitlines()) == CASES, done.stdout
