"""What gateways do to tasks on the way: what breaks a documented fact is found, what breaks none is not."""

from __future__ import annotations

import pytest
import task_proxies
from judging import Judged
from task_relays import RELAYS

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document

ONE = ("tasks.draw.task", "tasks.look.task")
TWO = (*ONE, "tasks.redraw.task")  # what answers one task with another needs two
# relay: topics of which each must be found broken
BROKEN = {
    "result_links_without_a_host": ("task.file.there",),
    "result_links_of_the_store": ("task.file.there",),
    "view_link_without_a_host": ("task.link",),
    "files_redirected_to_a_sign_in": ("task.file",),
    "submission_in_an_envelope": ("task.id",),
    "views_cached_for_ever": ("task.ends",),
    "unknown_is_the_newest": ("task.id.unknown",),
    "progress_starts_anew_at_the_end": ("task.progress.range",),
    "lists_without_results": ("task.listed.list", "task.listed.listSome"),
    "a_list_by_ids_has_all": ("task.listed.listSome",),
    "result_comes_with_the_second_look": ("task.results", "task.final"),
    "submissions_answered_by_the_first": ("task.echo",),
}
Plans = dict[tuple[str, ...], Plan]
MADE = {name for name, make in RELAYS.items() if make.__module__ == task_proxies.__name__}


@pytest.fixture(scope="module")
def plans(small_tasks: Document) -> Plans:
    return {each: plan(Source(small_tasks), "core", each) for each in (ONE, TWO)}


def _broken(document: Document, made: Plan, name: str) -> dict[str, list[str]]:
    judged = Judged(document, made, relay=RELAYS[name](), task_pace=parse_pace("real")).all()
    return {each.requirement.id: each.messages for each in judged.run.verdicts.values() if each.is_breach}


@pytest.mark.parametrize(("name", "topics"), BROKEN.items())
def test_what_breaks_a_fact_is_found(
    small_tasks: Document, plans: Plans, name: str, topics: tuple[str, ...]
) -> None:
    found = {each.split(".", 2)[2] for each in _broken(small_tasks, plans[TWO], name)}
    assert not set(topics) - found, sorted(found)


@pytest.mark.parametrize("name", sorted(MADE - set(BROKEN)))
def test_what_breaks_none_is_no_finding(small_tasks: Document, plans: Plans, name: str) -> None:
    assert _broken(small_tasks, plans[ONE], name) == {}


def test_every_relay_that_breaks_something_is_there() -> None:
    assert set(BROKEN) < MADE
