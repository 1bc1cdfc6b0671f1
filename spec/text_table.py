"""Tables for people: columns fold within the width of a terminal; in a pipe they are as wide as they are."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterable

_PIPE = 10_000  # columns


def table(rows: Iterable[Iterable[str]], indent: str = "") -> str:
    """Rows in aligned columns, without rules or colours; an empty text for no rows."""
    from rich.console import Console  # slow to import, and most commands have no table
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        made.add_row(*map(Text, row))
    if not made.rows:
        return ""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE
    out = io.StringIO()
    Console(file=out, width=width - len(indent), color_system=None).print(made)
    return "".join(f"{indent}{line}".rstrip() + "\n" for line in out.getvalue().splitlines())
