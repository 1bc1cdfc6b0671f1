"""Writing into the YAML what mutants declare, from what they earned. A person reads it before it counts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mutants.catalogue import HOME, Mutant
from mutants.declaration import Trial, declared, missed

_WRITTEN = ("every", "also", "stops")
WIDE = 110  # characters in a line
_WHOLE: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}


def write(results: Iterable[tuple[Mutant, Trial]]) -> list[str]:
    """Write what was earned; those that miss their aim are not touched. Returns what was left out and why."""
    earned: dict[str, list[str]] = {}
    left = []
    for mutant, found in results:
        if mutant.unseen:
            left += [f"{mutant.id}: is seen after all"] if found.failed else []
        elif gap := missed(mutant, {*found.failed, *found.stopped}):
            left.append(f"{mutant.id}: misses its aim {', '.join(gap)}")
        else:
            earned[mutant.id] = _lines(declared(mutant, found))
    for path in sorted(HOME.glob("*.yaml")):
        _rewrite(path, earned)
    return left


def _lines(declaration: dict[str, list[str]]) -> list[str]:
    lines: list[str] = []
    for name, globs in declaration.items():
        texts = [f'"{each}"' if set(each) & set("*[]") else each for each in globs]
        flat = f"    {name}: [{', '.join(texts)}]"
        lines += textwrap.wrap(flat, WIDE, subsequent_indent="      ", **_WHOLE) if globs else []
    return lines


def _rewrite(path: Path, earned: dict[str, list[str]]) -> None:
    out: list[str] = []
    name, skipping = "", False
    for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n"):
        if line.startswith("  - id: "):
            out += _ending(out, earned.pop(name, []))
            name = line.removeprefix("  - id: ")
        skipping = (skipping and line.startswith("      ")) or (
            name in earned and line.startswith("    ") and line.strip().partition(":")[0] in _WRITTEN
        )
        if not skipping:
            out.append(line)
    out += earned.pop(name, [])
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def _ending(out: list[str], lines: list[str]) -> list[str]:
    """The lines to add behind a mutant, before the empty line that ends it."""
    blank = []
    while out and not out[-1].strip():
        blank.append(out.pop())
    return [*lines, *blank]
