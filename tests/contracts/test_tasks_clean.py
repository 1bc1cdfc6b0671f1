"""Tasks, judged from submission to files: a double that keeps its document passes, on any pace."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judging import KEY, Judged

from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.mockserver.settings import KnownKey
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document

OTHER = "sk-judged-0002"


@pytest.mark.parametrize("pace", ["quick", "instant", "looks", "real", "20"])
def test_a_double_that_keeps_it_passes_on_any_pace(small_tasks: Document, pace: str) -> None:
    judged = Judged(small_tasks, plan(Source(small_tasks), "core"), task_pace=parse_pace(pace)).all()
    failed = {name: each.messages for name, each in judged.run.verdicts.items() if each.messages}
    assert failed == {}
    unjudged = judged.told()
    # What takes no time cannot be moved, refused or cancelled on its way.
    assert unjudged == {} or pace in ("instant", "looks")
    assert judged.run.budget.spent <= 12


def test_the_key_of_another_account_sees_nothing(small_tasks: Document) -> None:
    permissions = frozenset({"paid", "other-key"})
    asked = ("tasks.draw.task", "tasks.redraw.task.foreign-parent")
    made = plan(Source(small_tasks), "extended", asked, permissions)
    target = Target("http://double.test", KEY, keys={"other": OTHER})
    keys = {KEY: KnownKey(), OTHER: KnownKey()}
    judged = Judged(small_tasks, made, target=target, keys=keys).all()
    assert judged.told() == {}
    assert {"tasks.draw.task.foreign.look", "tasks.redraw.task.foreign-parent"} <= judged.run.verdicts.keys()


def test_one_task_answers_for_all_that_it_can(small_tasks: Document) -> None:
    made = plan(Source(small_tasks), "core")
    by_operation = [each.operation for each in made.cases if each.follow]
    assert by_operation == ["drawCarefully", "drawCarefully", "draw", "redraw"]
    assert len({each.requirement for each in made.cases[-3].expects}) > 3


def test_patience_ends_and_then_nothing_is_said_of_what_a_task_costs(small_tasks: Document) -> None:
    made = plan(Source(small_tasks), "core", ("tasks.draw",))
    cases = tuple(
        replace(each, follow=replace(each.follow, patience=2.0)) if each.follow else each
        for each in made.cases
    )
    pace = parse_pace("1000")
    judged = Judged(small_tasks, replace(made, cases=cases), task_pace=pace).all()
    told = judged.told()
    assert "tasks.draw.cost" in told
    assert not any(each.messages for each in judged.run.verdicts.values())
