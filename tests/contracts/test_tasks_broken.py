"""What breaks a fact about tasks is found, by the requirement that is about it; what breaks none is not."""

from __future__ import annotations

import pytest
import task_breakages
import task_harmless
from judging import Judged
from task_relays import RELAYS

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.mockserver.tasks.pace import parse_pace
from proofsheet.spec.document import Document

# relay: topics of which each must be found broken
BROKEN = {
    "states_translated": ("task.states", "answer.schema"),
    "one_state_undeclared": ("task.states",),
    "goes_back_a_state": ("task.moves",),
    "progress_falls": ("task.progress",),
    "progress_beyond_its_state": ("task.progress.range",),
    "progress_is_a_share": ("task.progress",),
    "final_state_changes": ("task.final",),
    "result_goes_after_the_first_look": ("task.final",),
    "end_moves_on": ("task.final",),
    "result_early": ("task.results.early",),
    "result_missing": ("task.results",),
    "result_is_no_link": ("task.results",),
    "id_rewritten_in_views": ("task.id.stays",),
    "id_rewritten_in_submissions": ("task.id",),
    "submission_without_id": ("task.id",),
    "envelope_unwrapped": ("task.states",),
    "times_reversed": ("task.times",),
    "created_in_seconds": ("task.times",),
    "created_anew_each_time": ("task.times",),
    "prompt_rewritten": ("task.echo",),
    "kind_lost": ("task.echo",),
    "unknown_is_200": ("task.unknown",),
    "unknown_is_400": ("task.unknown",),
    "refusals_of_moves_are_200": ("task.ended", "task.early", "task.moved-again"),
    "a_second_cancel_revives": ("task.moved-again",),
    "cancel_does_nothing": ("task.moved",),
    "link_dead": ("task.file",),
    "file_cut": ("answer.picture",),
    "file_empty": ("task.file",),
    "file_is_a_page": ("task.file",),
    "file_of_another_size": ("picture.size",),
    "file_of_another_format": ("picture.format",),
    "inner_host_in_links": ("task.file",),
    "view_link_leads_elsewhere": ("task.link",),
    "list_lacks_the_newest": ("task.listed.list",),
    "list_in_the_other_order": ("task.listed.list",),
    "list_has_it_twice": ("task.listed.list",),
    "list_lags_behind": ("task.listed.list",),
    "view_lost_for_a_while": ("task.states",),
    "charged_twice": ("cost",),
    "nothing_charged": ("moves",),
}
HARMLESS = (
    "further_fields",
    "numbers_as_floats",
    "header_case_and_more_headers",
    "files_on_another_host",
    "links_signed_anew_at_each_look",
    "files_without_a_type",
    "a_state_is_never_seen",
    "progress_in_fractions",
    "missing_values_left_out",
    "view_link_on_another_host",
)
REAL = {"task_pace": parse_pace("real")}  # so that each state is seen several times
ASKED = ("tasks.draw", "tasks.redraw", "tasks.look", "tasks.cancel", "tasks.balance")


def _broken(document: Document, name: str) -> dict[str, list[str]]:
    judged = Judged(document, plan(Source(document), "core", ASKED), relay=RELAYS[name](), **REAL).all()
    return {each.requirement.id: each.messages for each in judged.run.verdicts.values() if each.is_breach}


@pytest.mark.parametrize(("name", "topics"), BROKEN.items())
def test_what_breaks_a_fact_is_found(small_tasks: Document, name: str, topics: tuple[str, ...]) -> None:
    found = {each.split(".", 2)[2] for each in _broken(small_tasks, name)}
    assert not set(topics) - found, sorted(found)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_breaks_none_is_no_finding(small_tasks: Document, name: str) -> None:
    assert _broken(small_tasks, name) == {}


def test_every_relay_is_tried() -> None:
    here = {*BROKEN, *HARMLESS}
    known = {name for name, make in RELAYS.items() if make.__module__ in _MODULES}
    assert here == known


_MODULES = (task_breakages.__name__, task_harmless.__name__)
