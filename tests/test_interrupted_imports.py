"""Ctrl-C while Python still imports ends every command at once, and without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from proofsheet.command import COMMANDS

# Interrupts its own process as soon as a certain module is looked for.
HOOK = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPT_AT"]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
"""


def interrupted(folder: Path, module: str, *arguments: str, ignored: bool = False) -> tuple[int, str]:
    (folder / "sitecustomize.py").write_text(HOOK)
    environment = {**os.environ, "PYTHONPATH": str(folder), "INTERRUPT_AT": module}
    taken = signal.SIG_IGN if ignored else signal.SIG_DFL  # whatever these tests were started with
    found = subprocess.run(
        [sys.executable, "-m", "proofsheet", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        preexec_fn=lambda: signal.signal(signal.SIGINT, taken),
    )
    return found.returncode, found.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_an_import_that_is_interrupted_leaves_no_traceback(tmp_path: Path, name: str) -> None:
    assert interrupted(tmp_path, COMMANDS[name][0], name, "--help") == (-signal.SIGINT, "")


def test_the_first_import_that_is_interrupted_leaves_none_either(tmp_path: Path) -> None:
    assert interrupted(tmp_path, "proofsheet.command", "serve", "--help") == (-signal.SIGINT, "")


def test_where_interrupts_are_ignored_they_stay_so(tmp_path: Path) -> None:
    assert interrupted(tmp_path, "click", "--help", ignored=True) == (0, "")
