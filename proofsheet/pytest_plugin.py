"""The pytest plugin: a double for a test run, and requirements as its items. See docs/testing.md.

It costs nothing until it is used: a fixture imports `proofsheet.testing_client` and starts a server,
`--proofsheet NAME` imports `proofsheet.contracts.pytest_items`, where the rest of that is.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shlex
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proofsheet.testing_client import Mock, Server

NAMES = "families or variants to serve; all families if empty"
ARGS = "more options of `proofsheet serve`, such as --credits 20"
MARKERS = (
    "proofsheet_must: the target has to do this",
    "proofsheet_should: the target has to do this, unless it says why not",
    "proofsheet_may: advice, which fails nobody",
    "proofsheet_free: a requirement of the profile free",
    "proofsheet_core: a requirement of the profile core, and not of free",
    "proofsheet_extended: a requirement of the profile extended, and not of core",
    "proofsheet_paid: a requirement that only a paid request answers",
)
CHECK_OPTIONS = (  # of `proofsheet check`, with the same meaning: name, metavar, help
    ("url", "URL", "the target: origin and base path, e.g. https://reseller.example/sd"),
    ("key-env", "NAME", "environment variable that holds the key"),
    ("key-file", "FILE", "file that holds the key"),
    ("target", "FILE", "a target.toml with url, key_env, permissions, deviations …"),
    ("profile", "PROFILE", "free, core or extended (default: core)"),
    ("budget", "CREDITS", "never spend more (default: 60)"),
    ("seed", "NUMBER", "replay a run (default: random)"),
    ("report", "FILE", "JSON Lines of the run (default: NAME.jsonl)"),
)
_NODE = re.compile(r"(?:\.\./)*proofsheet::(?P<id>\S+)")
_USED: pytest.StashKey[Mock] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("proofsheet_names", NAMES, type="args", default=[])
    parser.addini("proofsheet_args", ARGS, type="args", default=[])
    group = parser.getgroup("proofsheet", "a double of image APIs")
    group.addoption("--proofsheet-names", metavar="NAMES", help=NAMES)
    group.addoption("--proofsheet-args", metavar="ARGS", help=ARGS)
    group = parser.getgroup("proofsheet-check", "a target judged, each requirement an item")
    group.addoption("--proofsheet", metavar="NAME", help="judge by this document, e.g. stability")
    for name, metavar, text in CHECK_OPTIONS:
        group.addoption(f"--proofsheet-{name}", metavar=metavar, help=text)
    group.addoption("--proofsheet-allow", metavar="PERMISSION", action="append", default=[],
                    help="paid, repeat, moderation or burst; repeatable")  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.getoption("proofsheet"):
        config.pluginmanager.register(_judging(config), "proofsheet-judging")


def _judging(config: pytest.Config) -> Any:
    """The plugin that collects requirements and judges them."""
    from proofsheet.contracts.pytest_items.setup import judging

    return judging(config, _chosen(config))


def _chosen(config: pytest.Config) -> frozenset[str]:
    """Requirements named as pytest names them, proofsheet::ID; they are no paths, and taken from these."""
    found = [_NODE.fullmatch(each) for each in config.args]
    config.args = [each for each, node in zip(config.args, found, strict=True) if node is None]
    if config.args_source is not config.ArgsSource.ARGS:
        config.args = []  # nobody asked for the project's own tests
    return frozenset(node["id"] for node in found if node)


def _option(config: pytest.Config, name: str) -> list[str]:
    given: str | None = config.getoption(name)
    return list(config.getini(name)) if given is None else shlex.split(given)


@pytest.fixture(scope="session")
def proofsheet_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """A double for the session: one of its own, or the one at PROOFSHEET_URL."""
    from proofsheet.testing_client import NotStarted, Server

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
    from proofsheet.testing_client import ControlError, Mock

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
    from proofsheet.testing_client import ControlError

    try:
        return mock.report()
    except ControlError as problem:
        return f"It cannot be read: {problem}"
