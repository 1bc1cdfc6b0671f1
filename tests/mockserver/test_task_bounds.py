"""What tasks may take: no id twice, no more room than there is, no account that forgets what they hold."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from test_task_money import HOLDER, remembering, submitted, task

from proofsheet.mockserver.callback_queue import CallbackQueue, Course
from proofsheet.mockserver.media.image.picture import PNG, Edit, Picture
from proofsheet.mockserver.media.model.model import Model
from proofsheet.mockserver.state import accounts
from proofsheet.mockserver.state import tasks as task_store
from proofsheet.mockserver.state.shelf import Shelf
from proofsheet.mockserver.state.tasks import Most, Tasks
from proofsheet.mockserver.tasks.ids import IDS
from proofsheet.spec.callback import Callback


def test_an_id_is_given_once() -> None:
    state, _ = remembering()
    assert submitted(state, 1)
    before = state.task("tasks", "task-1")
    assert state.add_task(task(1, state.now(), kind="ANOTHER")) == "known"
    assert state.task("tasks", "task-1") == before


@pytest.mark.parametrize("form", IDS)
def test_every_form_has_ids_for_many_tasks_of_one_moment(form: str) -> None:
    taken: set[str] = set()
    most = 0
    for _ in range(5000):
        attempt, id = 0, IDS[form](1700000000.123, 0)
        while id in taken:
            attempt += 1
            id = IDS[form](1700000000.123, attempt)
        most = max(most, attempt)
        taken.add(id)
    assert most < 40
    assert len({len(each) for each in taken}) == 1


def test_so_many_unfinished_ones_is_asked_when_it_is_added() -> None:
    state, at = remembering()
    most = Most(2, "tasks", "draw")
    other = task(9, at.time, operation=("tasks", "redraw"))
    assert [state.add_task(task(each, at.time), most) for each in range(3)] == ["kept", "kept", "most"]
    assert state.add_task(other, most) == "most"
    assert state.add_task(other, replace(most, operation="redraw")) == "kept"
    at.time += 1
    assert state.add_task(task(3, at.time), most) == "kept"


def test_an_account_that_holds_credits_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_ACCOUNTS", 3)
    state, at = remembering(10)
    holders = [("tasks", f"sk-{number}") for number in range(8)]
    for number, holder in enumerate(holders[:5]):
        assert submitted(state, number, holder=holder) == [True]
    for holder in holders[5:]:
        state.set_balance(holder, Decimal(1))
    assert [state.held(each) for each in holders[:5]] == [4] * 5
    assert state.balance(holders[5]) == 10  # it held nothing: it was forgotten, and is opened anew
    at.time += 1
    assert [(state.balance(each), state.held(each)) for each in holders[:5]] == [(6, 0)] * 5


def test_what_is_noted_of_ends_does_not_grow_with_moves() -> None:
    tasks = Tasks()
    for number in range(3):
        tasks.add(task(number, 0.0), 0.0)
    for number in range(500):
        known = tasks.get("tasks", "task-1")
        assert known is not None
        assert tasks.put(known, known._replace(route=((0.0, "queued"), (2.0 + number, "done"))), 0.0)
    assert sum(map(len, tasks._due.values())) < 50
    assert [each.id for each in tasks.ended_unsettled(HOLDER, 1.0)] == ["task-0", "task-2"]
    assert [each.id for each in tasks.ended_unsettled(HOLDER, 501.0)] == ["task-1"]
    assert not tasks._due


def test_what_is_noted_of_ends_goes_with_the_tasks() -> None:
    tasks = Tasks()
    tasks.add(task(1, 0.0), 0.0)
    tasks.forget("sk-another")
    assert tasks._due
    tasks.forget(HOLDER[1])
    assert not tasks._due


def _upload(size: int) -> Picture:
    return Picture(8, 8, PNG, 1, b"1" * 16, "", "", edit=Edit("enlarge", (b"0" * size,)))


GROWTH: dict[str, Any] = {
    "request": {"request": "x" * 5000},
    "artifacts": {"artifacts": (_upload(5000),)},
    "models": {"artifacts": (Model(_upload(5000), 1.0, 100),)},
    "texts": {"texts": (("1", "x" * 5000),)},
    "forcing": {"forcing": "late=1, " * 700},
    "moves": {"moves": ((0.0, "queued"),) * 50},
}


@pytest.mark.parametrize("what", GROWTH)
def test_what_grows_of_a_task_needs_room(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(task_store, "MOST_BYTES", 10_000)
    tasks = Tasks()
    for number in range(3):
        tasks.add(task(number, 0.0, cost=Decimal(0)), 0.0)
    for number in (0, 1, 2):
        known = tasks.get("tasks", f"task-{number}")
        assert known is not None
        done = tasks.put(known, known._replace(**GROWTH[what]), 0.0)
        assert done == ("replaced" if number == 0 else "full")  # nothing that is under way makes room
    newest = tasks.get("tasks", "task-2")
    assert newest is not None
    assert tasks.put(newest, newest._replace(**GROWTH[what]), 5.0) == "replaced"  # they have ended meanwhile
    assert tasks.get("tasks", "task-0") is None
    assert tasks.put(newest, newest, 5.0) == "changed"


def test_callbacks_of_tasks_that_are_forgotten_do_not_wait() -> None:
    async def waiting() -> list[int]:
        queue, callback = CallbackQueue(), Callback("ended", "{$request.body#/hook}", "post", frozenset())
        for number in range(4):
            holder = ("tasks", f"sk-{number % 2}")
            queue.push(1.0, None, Course.of(task(number, 0.0, holder=holder)), callback, 1)
        counts = [len(queue)]
        for key in ("sk-1", "sk-1", None):
            queue.forget(key)
            counts.append(len(queue))
        return counts

    assert asyncio.run(waiting()) == [4, 2, 2, 0]


def test_what_is_kept_packed_comes_out_as_it_was() -> None:
    shelf: Shelf[Any] = Shelf(fresh=2)
    kept = [task(number, number / 7, **GROWTH[what]) for number, what in enumerate(GROWTH)]
    kept += [task(number + 10, 3.0, artifacts=(_upload(20_000),)) for number in range(2)]
    for each in kept:
        shelf[each.holder[0], each.id] = each
    assert (list(shelf.oldest()), list(shelf.newest())) == (kept, kept[::-1])
    assert [shelf["tasks", each.id] for each in kept] == kept
    changed = kept[1]._replace(looks=7)  # of one that was looked at while it was packed
    shelf["tasks", changed.id] = changed
    assert shelf["tasks", changed.id] == changed
    assert shelf.pop(("tasks", kept[0].id)) == kept[0]
    assert (("tasks", kept[0].id) in shelf, shelf.get(("tasks", kept[0].id)), len(shelf)) == (False, None, 7)
    for number in range(1000):
        shelf["tasks", f"task-{number}"] = task(number, 1000.0 + number / 3)
    assert sum(len(each) for each in shelf._packed.values() if isinstance(each, bytes)) < 250 * 1000
