"""The checks that need a run's memory, in one flat table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contracts.checks.beside import differ, echoed, fresh, limited, meanwhile, other, same
from contracts.checks.money import costs, keeps, moves
from contracts.history import History
from spec.document import Operation

Trail = Callable[[History, str, Operation, Mapping[str, Any]], Iterator[str]]

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
