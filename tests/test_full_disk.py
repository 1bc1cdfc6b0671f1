"""Standard output on a full disk ends a command with one line, and without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MINIATURE = Path(__file__).parent / "miniature"


@pytest.mark.parametrize(
    "arguments", [("spec", "list", "--home", str(MINIATURE)), ("serve", "--help")], ids=["output", "help"]
)
def test_a_full_disk_is_reported_in_one_line(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "proofsheet", *arguments]
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=500)
    assert found.returncode == 1
    assert found.stderr == "Error: cannot write the output: No space left on device\n"
