"""The hooks: what is collected, when the one run happens, and what is said about it."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Container, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofsheet.contracts.exit_codes import BROKEN
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.pytest_items.items import NAME, Answers, RequirementItem, Requirements
from proofsheet.contracts.pytest_items.shared_run import once
from proofsheet.contracts.reports.report_errors import BadReport
from proofsheet.contracts.reports.text import amount
from proofsheet.contracts.reports.writer import CutOff, Unwritable
from proofsheet.contracts.run import judgement
from proofsheet.contracts.run.attempts import Result, broke
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.explorer import Explorer
from proofsheet.contracts.run.resume import Earlier, earlier
from proofsheet.contracts.settings import Settings


class Judging:
    """One for each process. Processes of pytest-xdist share the folder `shared`, and one of them judges."""

    def __init__(
        self,
        config: pytest.Config,
        settings: Settings,
        report: Path,
        chosen: frozenset[str],
        shared: Path | None = None,
    ) -> None:
        self._config = config
        self._settings = settings
        self._report = report
        self._chosen = chosen
        self._folder = None if shared else tempfile.TemporaryDirectory(prefix="proofsheet-")
        self._shared = Path(self._folder.name) if self._folder else shared or Path()
        self._answers = Answers(report)
        self._is_interrupted = False

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Hang the requirements beside the paths that were given."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            given = {"plan": self._settings.plan, "chosen": self._chosen, "answers": self._answers}
            made = Requirements.from_parent(collector, name=NAME, nodeid=NAME, **given)
            report.result = [*report.result, made]
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist what all workers have in common."""
        paths = {"shared": str(self._shared), "report": str(self._report)}
        node.workerinput[NAME] = {**paths, "chosen": sorted(self._chosen), "seed": self._settings.seed}

    def pytest_report_header(self) -> str:
        found = self._settings
        where = f"judging {found.target.url}" if found.target else "nothing is sent"
        return (f"proofsheet: {found.name} {found.document.version}, profile {found.profile}: {where}, "
                f"{found.budget} credits at most; --proofsheet-seed {found.seed}")  # fmt: skip

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> list[str]:
        if not (only := _ids(items)):
            return []
        made = self._selected(only).plan
        return [f"proofsheet: {len(made.cases)} requests for {len(only)} requirements, "
                f"{made.price} credits expected, {self._settings.budget} at most"]  # fmt: skip

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Judge all selected requirements in one run: a picture answers for many, and a balance for all."""
        only = _ids(getattr(session, "items", ()))
        option = self._config.option
        stops = option.collectonly or (session.testsfailed and not option.continue_on_collection_errors)
        if only and not stops:
            once(self._shared, lambda again: self._judge(only, again))
        if self._is_interrupted:  # only now: for the other processes the run has ended
            raise KeyboardInterrupt

    def _judge(self, only: tuple[str, ...], again: bool) -> None:
        found = self._selected(only)
        run = _earlier(self._report) if again else None
        try:
            with _stopped_by_sigterm():
                further = _explorers(found, run.known if run else ())
                carried = (run.left(found.plan), run.begun(found.plan)) if run else ({}, {})
                done = judgement.carry_out(
                    found, self._progress, carried=carried[0], begun=carried[1], explorers=further
                )
        except Unwritable as problem:
            raise pytest.UsageError(f"proofsheet: cannot write the report: {problem}") from None
        except CutOff as problem:
            pytest.exit(f"proofsheet: cannot write on in {self._report}: {problem}", BROKEN)
        except Exception as problem:  # what was found until now is in the report
            said = judgement.redaction_of(found).text(broke(problem))
            pytest.exit(f"proofsheet: {said}; what was done is in {self._report}", BROKEN)
        self._is_interrupted = done.interrupted

    def _selected(self, only: tuple[str, ...]) -> Settings:
        found = self._settings
        if len(only) == len(found.plan.requirements):
            return replace(found, report=self._report)
        how = (found.permissions, found.seed, found.source.prompts)
        return replace(found, plan=plan(found.source, found.profile, only, *how), report=self._report)

    def _progress(self, done: int, total: int, asked: Result, budget: Budget) -> None:
        terminal: Any = self._config.pluginmanager.getplugin("terminalreporter")
        if terminal is None or terminal.verbosity < 0:
            return
        line = f"[{done}/{total}] {budget.spent} of {budget.limit} credits  {asked.case.id}"
        if terminal.isatty:
            terminal.rewrite(line[:100], erase=True)
            if done == total:
                terminal.write_line("")
        elif done % 25 == 0 or done == total or asked.paid:
            terminal.write_line(line)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """What the run came to, and where all of it can be read."""
        if not (self._shared / "run").exists():
            return
        with suppress(BadReport):
            view = self._answers.view
            for each in view.needless:
                terminalreporter.write_line(f"proofsheet: {each.id} {each.note}")
            stands = ", ".join(f"{name} {verdict}" for name, verdict in view.profiles.items())
            spent = f"{amount(view.spent)} of {self._settings.budget} credits spent"
            terminalreporter.write_line(f"proofsheet: {stands}; {spent}; report: {self._report}")

    def pytest_unconfigure(self) -> None:
        if self._folder:
            self._folder.cleanup()


def _ids(items: Sequence[pytest.Item]) -> tuple[str, ...]:
    return tuple(each.requirement.id for each in items if isinstance(each, RequirementItem))


def _explorers(found: Settings, carried: Container[str]) -> tuple[Explorer, ...]:
    if not found.explore:
        return ()
    from proofsheet.contracts.explore.explorers import explorers  # takes half a second

    return explorers(found.source, found.plan, found.seed or 0, found.explore, found.permissions, carried)


def _earlier(report: Path) -> Earlier | None:
    """What a process that died had asked already: it is not paid for twice."""
    try:
        return earlier(report)
    except BadReport:  # it died before it had written anything
        return None


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """SIGTERM is as Ctrl-C while the run goes on; pytest itself would leave a report without an end."""

    def stop(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # only the main thread may, and then there is nothing to stop by
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
