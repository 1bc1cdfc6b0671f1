"""Requirements as items of pytest: their names, their marks, and how a verdict becomes an outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from proofsheet.contracts.plan.plan import Plan
from proofsheet.contracts.pytest_items.failure_text import breach_text
from proofsheet.contracts.reports.report_errors import BadReport
from proofsheet.contracts.reports.text import line as one_line
from proofsheet.contracts.reports.view import Line, View, view
from proofsheet.contracts.requirement import Requirement

NAME = "proofsheet"  # what node ids begin with
LEFT_OUT = "judged by the answers to other requirements' requests, and none of these is selected"


@dataclass(frozen=True)
class Answers:
    """The report of the run, read when it is first asked for: the run is over then."""

    report: Path

    @cached_property
    def view(self) -> View:
        """Raises BadReport."""
        return view(self.report)

    @cached_property
    def lines(self) -> dict[str, Line]:
        """How each requirement stands, by its id. Raises BadReport."""
        return self.view.by_id


class Breach(Exception):
    """The target does not do what is required; the text is for people."""


class RequirementItem(pytest.Item):
    """One requirement. The run is over before the first of them is set up."""

    def __init__(self, *, requirement: Requirement, answers: Answers, **options: Any) -> None:
        super().__init__(**options)
        self.requirement = requirement
        self._answers = answers
        for name in ("level", "profile", "grade", "pointer"):
            self.user_properties.append((name, getattr(requirement, name)))

    def setup(self) -> None:
        """Skip what was not judged; a target or suite that broke is an error, and no failure."""
        try:
            line = self._answers.lines[self.requirement.id]
        except BadReport as problem:
            pytest.fail(str(problem), pytrace=False)
        if line.state == "skipped":
            pytest.skip(LEFT_OUT if line.reason == "not reached" else one_line(line.reason))
        if line.state == "errored":
            pytest.fail(breach_text(self._answers.view, line), pytrace=False)

    def runtest(self) -> None:
        """Fail where the target does. What fails nobody is xfailed: seen, and counted under --runxfail."""
        line = self._answers.lines[self.requirement.id]
        if line.state == "known":
            pytest.xfail(one_line(line.note))
        if line.state == "advice":
            pytest.xfail(f"advice: {one_line(line.messages[0][0])}")
        if line.state != "passed":
            raise Breach(breach_text(self._answers.view, line))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Breach):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.config.rootpath / NAME, None, f"{self.requirement.level} {self.name}"


class Requirements(pytest.Collector):
    """The requirements of a plan, or the `chosen` ones of them."""

    def __init__(self, *, plan: Plan, chosen: frozenset[str], answers: Answers, **options: Any) -> None:
        super().__init__(**options)
        self._plan = plan
        self._chosen = chosen
        self._answers = answers

    def collect(self) -> Iterator[RequirementItem]:
        paid = {each.requirement for case in self._plan.cases if case.pays for each in case.expects}
        if unknown := sorted(self._chosen - {each.id for each in self._plan.requirements}):
            raise self.CollectError(f"there is no requirement {', '.join(unknown)} in this profile")
        for each in self._plan.requirements:
            if not self._chosen or each.id in self._chosen:
                yield self._item(each, each.id in paid)

    def _item(self, requirement: Requirement, is_paid: bool) -> RequirementItem:
        item: RequirementItem = RequirementItem.from_parent(
            self, name=requirement.id, requirement=requirement, answers=self._answers
        )
        for name in (requirement.level.lower(), requirement.profile, *(["paid"] if is_paid else [])):
            item.add_marker(f"{NAME}_{name}")
        return item
