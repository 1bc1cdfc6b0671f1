"""Fixtures for all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from derivations import kept
from support import DAY, InProcess

from proofsheet.contracts import settings
from proofsheet.contracts.plan import plan
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    # What the tests start, wherever they start it, lives on one day: models that they name end on another.
    os.environ["PROOFSHEET_SERVE_DATE"] = os.environ["PROOFSHEET_CHECK_DATE"] = DAY
    # Documents stay for a worker's whole life: looked through each time, they took a sixth of the processor.
    gc.set_threshold(50_000, 20, 50)
    # The same examples in each run, and none is refused for the time that it takes on a busy machine.
    hypothesis.settings.register_profile(
        "tests", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("tests")
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if terminal is not None:
        config.pluginmanager.register(FailuresAtOnce(terminal), "failures-at-once")


class FailuresAtOnce:
    """Names what fails when it fails: a run of minutes that is cut off has said what it knew."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            reason = getattr(getattr(report.longrepr, "reprcrash", None), "message", "")
            self._terminal.write_line(f"\nFAILED {report.nodeid}: {reason[:500]}")


@pytest.fixture(scope="session", autouse=True)
def one_day() -> Iterator[None]:
    """What judges in the tests' own process lives on the day of the doubles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "today", lambda: date.fromisoformat(DAY))
        yield


@pytest.fixture(scope="session", autouse=True)
def derived_once() -> Iterator[None]:
    """Plans of one document share what is derived from it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "_derived", kept(plan._derived))
        yield


@pytest.fixture(scope="session")
def library() -> Library:
    return Library()


@pytest.fixture(scope="session")
def miniatures() -> Library:
    """The tests' own document, which no family's facts change."""
    return Library(Path(__file__).parent / "miniature")


@pytest.fixture(scope="session")
def miniature(miniatures: Library) -> Document:
    """Two operations, one form of task, three errors; a key in a header of its own."""
    return miniatures.load("miniature")


@pytest.fixture(scope="session")
def nested(miniatures: Library) -> Document:
    """JSON bodies of every kind; refusals with places and codes."""
    return miniatures.load("nested")


@pytest.fixture(scope="session")
def small_tasks(miniatures: Library) -> Document:
    """The tests' own document of tasks: submitted, viewed, listed, followed up, confirmed, cancelled."""
    return miniatures.load("tasks")


@pytest.fixture(scope="session")
def flagged(miniatures: Library) -> Document:
    """One whose prompts carry parameters in their text."""
    return miniatures.load("prompts")


@pytest.fixture(scope="session")
def edits(miniatures: Library) -> Document:
    """Pictures that come from pictures: files, base64, lists and links."""
    return miniatures.load("edits")


@pytest.fixture(scope="session")
def document(library: Library) -> Document:
    """Today's contract of the one family there is."""
    return library.load("stability")


@pytest.fixture(scope="session")
def variant(library: Library) -> Document:
    """The same as the reseller pages of 2024 and 2025 document it."""
    return library.load("stability.pages-2024")


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory, document: Document) -> dict[str, Path]:
    """The reports of two runs (reports_made.runs_of), which all processes of a test run share."""
    from reports_made import runs_of

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "runs"
    folder.mkdir(exist_ok=True)
    return runs_of(folder, document)


@pytest.fixture
def serve() -> Iterator[Callable[..., InProcess]]:
    """Makes doubles in this process: `serve(document, credits=…)`; closes them."""
    made: list[InProcess] = []

    def make(*documents: Document, **settings: Any) -> InProcess:
        made.append(InProcess(documents, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def mock(serve: Callable[..., InProcess], document: Document) -> InProcess:
    """A double of today's contract with default settings."""
    return serve(document)
