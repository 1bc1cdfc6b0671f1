"""The table: each mutant, what it earned from us, whether it was caught, and what plain schemathesis saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from mutants.catalogue import Mutant
from mutants.trial import Trial


@dataclass
class Row:
    """One mutant's line. `theirs` is None where schemathesis was not asked."""

    mutant: Mutant
    found: Trial
    wrong: list[str] = field(default_factory=list)
    theirs: list[str] | None = None

    @property
    def is_caught(self) -> bool:
        return bool(self.found.broken or self.found.stopped)

    @property
    def verdict(self) -> str:
        """Advice is told and fails nobody."""
        return "yes" if self.is_caught else "advice" if self.found.advised else "NO"


def grouped(ids: dict[str, list[str]], levels: dict[str, str]) -> list[str]:
    """Ids told by topic: `MUST key.none (4 operations)`."""
    topics = Counter((levels[name], name.split(".", 2)[2]) for name in ids)
    return [
        f"{level} {topic}" + (f" ×{count}" if count > 1 else "") for (level, topic), count in topics.items()
    ]


def shortened(rows: list[Row]) -> str:
    """For the terminal."""
    lines = [f"{'mutant':32} {'caught':7} ours"]
    for row in rows:
        said = ", ".join(grouped(row.found.broken, row.found.levels))
        mark = "unseen" if row.mutant.unseen else row.verdict
        lines.append(f"{row.mutant.id:32} {mark:7} {said[:140]}")
    return "\n".join(lines)


def markdown(rows: list[Row], with_theirs: bool) -> str:
    """docs/mutants.md."""
    seen = [row for row in rows if not row.mutant.unseen]
    unseen = [row for row in rows if row.mutant.unseen]
    head = "| mutant | what is wrong | from | ours: requirements broken | caught |"
    rule = "|---|---|---|---|---|"
    if with_theirs:
        head, rule = head + " plain schemathesis |", rule + "---|"
    lines = [*_intro(seen, with_theirs), head, rule, *(_line(row, with_theirs) for row in seen)]
    lines += ["", "## What nobody can see from outside", "", "These do not count.", ""]
    lines += ["| mutant | what is wrong | why it cannot be seen |", "|---|---|---|"]
    lines += [
        f"| {row.mutant.id} | {_cell(row.mutant.says)} | {_cell(row.mutant.unseen)} |" for row in unseen
    ]
    return "\n".join(lines) + "\n"


def _intro(seen: list[Row], with_theirs: bool) -> list[str]:
    ours = sum(row.is_caught for row in seen)
    lines = [
        "# Mutants: the suite can fail",
        "",
        "Written by `python tests/mutants/run.py --schemathesis --table`; do not edit. Each line is a way in",
        "which a service or a proxy goes wrong, served in process and judged by the true document. The run",
        "fails unless each earns exactly the requirements that it declares, and the clean mock none. Ids are",
        "told by topic; ×n means on n operations.",
        "",
        f"Of {len(seen)} mutants ours catches {ours}",
    ]
    if with_theirs:
        theirs = sum(bool(row.theirs) for row in seen)
        lines[-1] += (
            f", plain schemathesis {theirs} (4.x, default checks, the same document and wire, a fixed number"
            " of examples; what it finds in the clean mock is left out)"
        )
    return [*lines[:-1], lines[-1] + ".", ""]


def _line(row: Row, with_theirs: bool) -> str:
    said = "; ".join(grouped(row.found.broken, row.found.levels))
    said += f" ({len(row.found.stopped)} not to be judged)" if row.found.stopped else ""
    cells = [row.mutant.id, row.mutant.says, row.mutant.origin, said, row.verdict]
    if with_theirs:
        cells.append(", ".join(row.theirs or ()) or "nothing")
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
