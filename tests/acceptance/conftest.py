"""What the acceptance tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import REQUIRED, WORK, Served, mock


@pytest.fixture(scope="session")
def today() -> Iterator[Served]:
    """Today's contract, served by a process."""
    with mock("stability", python=sys.executable) as served:
        yield served


@pytest.fixture(scope="session")
def pages() -> Iterator[Served]:
    """The contract of the reseller pages, served by a process."""
    with mock("stability.pages-2024", python=sys.executable) as served:
        yield served


@pytest.fixture(scope="session")
def installed() -> Callable[[str, str], Path]:
    """`installed(variable, path)`: a client's program; if it is missing a skip, or a failure if required."""

    def find(variable: str, path: str) -> Path:
        found = Path(os.environ.get(variable) or WORK / path)
        if not found.exists():
            (pytest.fail if REQUIRED else pytest.skip)(
                f"{found.name} is not there: make acceptance sets it up"
            )
        return found

    return find
