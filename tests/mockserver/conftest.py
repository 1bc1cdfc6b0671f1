"""Doubles that many tests share: they keep apart by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from redis_server import RedisServer
from sample_requests import Sessions
from support import InProcess
from wire import Process

from proofsheet.spec.document import Document


@pytest.fixture(scope="session")
def house(document: Document) -> Iterator[InProcess]:
    """One double in this process for all tests that do not count; without limits."""
    made = InProcess((document,), rate_limit=False, credits=None)
    yield made
    made.close()


@pytest.fixture(scope="session")
def old_house(variant: Document) -> Iterator[InProcess]:
    """The same for the contract of the reseller pages."""
    made = InProcess((variant,), rate_limit=False, credits=None)
    yield made
    made.close()


@pytest.fixture
def small(serve: Callable[..., InProcess], miniature: Document) -> InProcess:
    """A double of the tests' own document, for what every document has: credits, forcing, the journal."""
    return serve(miniature, rate_limit=False)


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return Sessions.key()


@pytest.fixture(scope="session")
def server(document: Document) -> Iterator[Process]:
    """One real server process for all tests that do not stop it."""
    with Process("--rate-limit", "off", documents=(document,)) as made:
        yield made


@pytest.fixture
def start(document: Document) -> Iterator[Callable[..., Process]]:
    """Starts real server processes: `start("--workers", "2")`; stops them."""
    made: list[Process] = []

    def go(*options: str, **more: object) -> Process:
        made.append(Process(*options, documents=(document,), **more).__enter__())
        return made[-1]

    yield go
    for each in made:
        each.stop()


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    """A Redis server for the tests of a module that do not stop it."""
    made = RedisServer()
    yield made
    made.close()
