"""The table: each mutant, what it earns from us, whether it is caught, and what plain schemathesis saw."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mutants.benign import Benign, benign
from mutants.catalogue import Mutant
from mutants.declaration import covers
from mutants.sources import Named, named

MOST = 6  # topics in a cell beside the aims


@dataclass(frozen=True)
class Row:
    """One mutant's line: what it declares, which `make mutants` holds against what it earns.

    `levels` are the highest of each topic; `theirs` is None where schemathesis was not asked.
    """

    mutant: Mutant
    levels: Mapping[str, str]
    theirs: list[str] | None = None

    @property
    def verdict(self) -> str:
        """Advice is told and fails nobody."""
        return "advice" if self.mutant.advises else "yes"

    @property
    def said(self) -> str:
        """What ours finds: its aim with its level, then what is found with it wherever it is asked."""
        told = [f"{self.levels.get(each, '?')} {self._everywhere(each)}" for each in self.mutant.aim]
        others = [each for each in self.mutant.every if each not in self.mutant.aim]
        told += [f"`{each}`" for each in others[:MOST]]
        told += [f"and {len(others) - MOST} kinds more"] if len(others) > MOST else []
        return "; ".join([*told, *(["nothing can be judged any more"] if self.mutant.stops else [])])

    def _everywhere(self, aim: str) -> str:
        return f"{aim}, everywhere" if covers(self.mutant.every, f"..{aim}") else aim

    @property
    def theirs_said(self) -> str:
        return "not asked" if self.theirs is None else ", ".join(self.theirs) or "nothing"


def rows(chosen: Iterable[Mutant], levels: Mapping[str, str], theirs: Mapping[str, list[str]]) -> list[Row]:
    """A line for each mutant."""
    return [Row(each, levels, theirs.get(each.id)) for each in chosen]


def shortened(rows: list[Row]) -> str:
    """For the terminal."""
    lines = [f"{'mutant':30} {'caught':7} {'ours':70} plain schemathesis"]
    for row in rows:
        mark = "unseen" if row.mutant.unseen else row.verdict
        lines.append(f"{row.mutant.id:30} {mark:7} {row.said[:70]:70} {row.theirs_said[:60]}")
    return "\n".join([*lines, "", " ".join(_told(rows))])


def _told(rows: list[Row]) -> Iterator[str]:
    """How many are caught, by whom."""
    seen = [row for row in rows if not row.mutant.unseen]
    yield f"Of {len(seen)} mutants ours catches {sum(row.verdict == 'yes' for row in seen)}"
    yield f"and warns of {sum(row.verdict == 'advice' for row in seen)};"
    asked = [row for row in seen if row.theirs is not None]
    yield f"plain schemathesis finds something in {sum(bool(row.theirs) for row in asked)} of {len(asked)}."


def markdown(rows: list[Row], about: dict[str, Any]) -> str:
    """docs/mutants.md."""
    seen = [row for row in rows if not row.mutant.unseen]
    unseen = [row for row in rows if row.mutant.unseen]
    head = ("mutant", "what is wrong", "ours: requirements broken", "caught", "plain schemathesis")
    lines = [*_intro(rows, about), *_table(head, map(_cells, seen))]
    lines += ["", "## What must not be found", "", *_wrapped(_HARMLESS), ""]
    head = ("relay", "what it changes", "why that is harmless", "source", "noted (MAY)")
    lines += _table(head, map(_benign, benign().values()))
    lines += ["", "## What nobody can see from outside", "", "These do not count.", ""]
    why = ([row.mutant.id, row.mutant.says, row.mutant.unseen] for row in unseen)
    lines += _table(("mutant", "what is wrong", "why it cannot be seen"), why)
    lines += [
        "",
        "## What our sources name",
        "",
        "Each way of going wrong that they tell of, and its mutants.",
        "",
    ]
    lines += _table(("source", "way of going wrong", "mutants"), map(_named, named()))
    return "\n".join(lines) + "\n"


def _intro(rows: list[Row], about: dict[str, Any]) -> list[str]:
    lines = ["# Mutants: the suite can fail", "", *_wrapped(_INTRO), "", " ".join(_told(rows)), ""]
    lines += ["## What is proven", "", *_wrapped(_PROVEN), ""]
    if about:
        noise = "; ".join(about["noise"])
        lines += ["## How schemathesis was asked", ""]
        lines += [*_wrapped(_THEIRS.format(**{**about, "noise": noise})), "", "## The mutants", ""]
    return lines


_INTRO = """
Written by `python tests/mutants/run.py --table`; do not edit. Each line is a way in which a service or
a proxy goes wrong, served in process and judged by the true document; how one is written stands in
[tests/mutants](../tests/mutants/README.md). Requirements are named by topic, those that the mutant is for
with their level: these must be found, `everywhere` on each operation that was asked, as must what follows
them. `*` stands for any field; `advice` says that only a MAY speaks, which fails nobody.
"""
_PROVEN = """
`make mutants` fails unless (1) each mutant is found by every topic that it is for, and by a MUST or SHOULD
among them; (2) nothing is found that its declaration does not name; (3) what it breaks everywhere passes on
no operation that was asked; (4) each check of the judge finds something in one of them; (5) behind each
benign relay nothing is found but notes, on Stability and on every family; (6) the clean mock earns nothing,
in every document and profile and with 20 seeds. So that this takes minutes, a mutant of a large document is
asked for what it is for, for one requirement of each kind that it breaks everywhere, and for all that one
further operation is asked, which `--lot` draws; at least one of each file of mutants, and every one of the
tests' own small documents, is tried whole. `--whole` tries all of them whole (an hour).
"""
_THEIRS = """
schemathesis {version}, all its default checks and phases, the same document, the same wire, the key
configured, {examples} examples for each operation in each phase (its default is 100), going on after a
failure. On the clean mock that is {requests} requests, whose pictures would have cost {credits:g}
credits by the price list. What it finds there is noise and left out: {noise}. It asks with `Accept:
*/*`, because the document has no such parameter (OpenAPI ignores one of that name), so it meets version
2's JSON form only in errors. It does not look into pictures, seeds or balances: that is what ours is
for, and no fault of its. `error` means that it could not go on.
"""


_HARMLESS = """
What HTTP, JSON, PNG and the document leave open, as edges and gateways do it: behind none of these may a
MUST or SHOULD fail. `make mutants` tries each alone before Stability in the core profile, and in rows of
two dozen, as they stand in the world, before every family in the free one; those on a socket stand alone
there too.
"""


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), 110, break_long_words=False, break_on_hyphens=False)


def _table(head: tuple[str, ...], rows: Any) -> list[str]:
    lines = [_line(head), "|" + "---|" * len(head)]
    return [*lines, *map(_line, rows)]


def _cells(row: Row) -> list[str]:
    return [row.mutant.id, row.mutant.says, row.said, row.verdict, row.theirs_said]


def _benign(relay: Benign) -> list[str]:
    return [relay.id, relay.says, relay.harmless, relay.source, ", ".join(sorted(relay.notes))]


def _named(each: Named) -> list[str]:
    harmless = f"harmless: {', '.join(each.benign)}" if each.benign else ""
    parts = (", ".join(each.mutants), harmless, each.why)
    return [each.source, each.says, "; ".join(filter(None, parts))]


def _line(cells: Any) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
