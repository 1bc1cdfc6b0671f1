"""The checks that need a run's memory, in one flat table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.cross_exchange import differ, echoed, fresh, limited, meanwhile, other, same
from proofsheet.contracts.checks.money import costs, keeps, moves
from proofsheet.contracts.history import History
from proofsheet.spec.document import Operation

Trail = Callable[[History, str, Operation, Mapping[str, Any]], Iterator[str]]

# Whose cases a check needs before its own: of the operation's requirements whose topics begin so.
BEFORE = {"limited": "limit.", "meanwhile": "limit.", "keeps": ""}

TRAILS: dict[str, Trail] = {
    "costs": costs,
    "moves": moves,
    "keeps": keeps,
    "differ": differ,
    "same": same,
    "other": other,
    "echoed": echoed,
    "fresh": fresh,
    "limited": limited,
    "meanwhile": meanwhile,
}
