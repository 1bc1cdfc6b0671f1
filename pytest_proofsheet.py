"""The pytest plugin: a double for a test run. See docs/testing.md.

It costs nothing until a fixture is used: then `proofsheet_client` is imported and a server started.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shlex
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from proofsheet_client import Mock, Server

NAMES = "families or variants to serve; all families if empty"
ARGS = "more options of `proofsheet serve`, such as --credits 20"
_USED: pytest.StashKey[Mock] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("proofsheet_names", NAMES, type="args", default=[])
    parser.addini("proofsheet_args", ARGS, type="args", default=[])
    group = parser.getgroup("proofsheet", "a double of image APIs")
    group.addoption("--proofsheet-names", metavar="NAMES", help=NAMES)
    group.addoption("--proofsheet-args", metavar="ARGS", help=ARGS)


def _option(config: pytest.Config, name: str) -> list[str]:
    given: str | None = config.getoption(name)
    return list(config.getini(name)) if given is None else shlex.split(given)


@pytest.fixture(scope="session")
def proofsheet_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A double for the session: one of its own, or the one at PROOFSHEET_URL."""
    from proofsheet_client import NotStarted, Server

    url = os.environ.get("PROOFSHEET_URL")
    names, args = _option(pytestconfig, "proofsheet_names"), _option(pytestconfig, "proofsheet_args")
    try:
        server = Server.at(url) if url else Server.start(names, args, pytestconfig.rootpath)
    except NotStarted as problem:
        source = "PROOFSHEET_URL" if url else "proofsheet"
        raise pytest.fail.Exception(f"{source}: {problem}", pytrace=False) from None
    yield server
    ended, output = server.ended, server.output()
    server.stop()
    if ended:
        pytest.fail(f"proofsheet: the server ended before the tests did\n{output}", pytrace=False)


@pytest.fixture
def proofsheet_mock(proofsheet_server: Server, request: pytest.FixtureRequest) -> Iterator[Mock]:
    """The double as seen by a key that only this test has."""
    from proofsheet_client import ControlError, Mock

    mock = Mock(proofsheet_server.url, _key(request.node.nodeid, proofsheet_server.own))
    mock.reset()
    request.node.stash[_USED] = mock
    yield mock
    with suppress(ControlError):  # a server that has gone is reported by the test that missed it
        mock.drop_forced()


def _key(test: str, own: bool) -> str:
    # On a server of ours the same test has the same key in every run, so that --seed repeats its pictures.
    # On a server for several runs at once two of them must not meet.
    digest = hashlib.sha256(test.encode()).hexdigest() if own else secrets.token_hex(12)
    return f"sk-proofsheet-{digest[:24]}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    mock = item.stash.get(_USED, None)
    if report.failed and mock is not None:
        report.sections.append(("proofsheet journal", _journal(mock)))
    return report


def _journal(mock: Mock) -> str:
    from proofsheet_client import ControlError

    try:
        return mock.report()
    except ControlError as problem:
        return f"It cannot be read: {problem}"
