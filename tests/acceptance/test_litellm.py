"""litellm, by its own interpreter, against a double in a process of its own: run_litellm.py has the cases."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from served import HERE, Served, environment

CASES = 10


def test_litellm_gets_its_pictures_and_its_exceptions(
    installed: Callable[[str, str], Path], today: Served, tmp_path: Path
) -> None:
    python = installed("PROOFSHEET_LITELLM_PYTHON", "litellm/bin/python")
    done = subprocess.run(
        [python, HERE / "run_litellm.py", "--url", today.url],
        env=environment(),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout
    assert sum(line.startswith("passed ") for line in lines) == CASES, done.stdout
