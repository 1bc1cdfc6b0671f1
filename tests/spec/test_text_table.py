"""Tables: as wide as they are in a pipe, folded within columns on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from proofsheet.spec.text_table import table

ROWS = [["id", "says"], ["a", "word " * 60], ["[bold]b", ":cat: \x1b[31mred"]]
PRINT = """
from proofsheet.spec.text_table import table
print(table([['a', 'word ' * 60], ['b', 'c']], '  '), end='')
"""


def test_in_a_pipe_each_row_is_a_line_and_nothing_is_markup() -> None:
    lines = table(ROWS, "  ").splitlines()
    assert lines[0] == "  id       says"
    assert lines[1] == "  a        " + ("word " * 60).rstrip()
    assert lines[2].startswith("  [bold]b  :cat: ")
    assert table([]) == ""


@pytest.mark.parametrize("columns", [40, 100])
def test_on_a_terminal_a_column_folds_within_itself(columns: int) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    command = [sys.executable, "-c", PRINT]
    with open(ours, "rb") as terminal, subprocess.Popen(command, stdout=theirs, env=environment):
        os.close(theirs)
        lines = []
        while not lines or not lines[-1].startswith("  b"):
            lines.append(terminal.readline().decode().rstrip())
    assert len(lines) > 3
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in "".join(lines)
    assert all(line.startswith("     word") for line in lines[1:-1]), lines
