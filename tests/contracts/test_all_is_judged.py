"""What is planned is judged: nothing stays open because no request, or no answer, can show it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from judging import Judged, derived

from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.explore.explorers import explorers
from proofsheet.contracts.plan.plan import DERIVERS, plan
from proofsheet.contracts.verdict import Status
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library


def kinds(kind: type[Expectation] = Expectation) -> Iterator[type[Expectation]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds(each)


def test_what_looks_at_a_picture_looks_at_the_file_of_a_task() -> None:
    ways = ("decoded(answer)", "with_pixels(answer)")
    looking = [each for each in kinds() if any(way in inspect.getsource(each) for way in ways)]
    assert len(looking) > 5
    assert {each.__name__ for each in looking if each.of not in ("file", "report")} == set()


@pytest.mark.parametrize("name", ["flux", "midjourney"])
def test_something_shows_each_requirement(name: str, library: Library) -> None:
    document = library.load(name)
    source = Source(document)
    every = [
        each for one in document.operations.values() for deriver in DERIVERS for each in deriver(source, one)
    ]
    assert {each.requirement.id for each in every if not is_shown(each)} == set()


def is_shown(derived: Derived) -> bool:
    """By requests of its own, by others, or once a target.toml gives what it needs."""
    own = derived.cases or derived.paid or derived.requirement.needs
    return bool(own or derived.every or derived.ledger or derived.by_explorers or derived.is_general)


def test_null_where_a_rule_wants_another_field_in_its_place(library: Library) -> None:
    [case] = derived(library.load("flux"), "fluxPro10Canny")["control_image.null"].cases
    assert case.request.json["control_image"] is None
    assert case.request.json["preprocessed_image"]
    assert "prompt" not in case.request.json


def test_words_are_no_picture(library: Library) -> None:
    known = derived(library.load("midjourney"), "submitShorten")
    assert not any(topic.startswith("picture.") for topic in known)


def test_a_picture_that_decides_alone_about_what_is_seen_is_ours(library: Library) -> None:
    [constraint] = derived(library.load("midjourney"), "swapFace")["picture.content"].paid
    assert isinstance(constraint.fields["targetBase64"], bytes)


def test_what_goes_on_from_a_task_comes_to_no_later_gate_without_one(small_tasks: Document) -> None:
    assert "credits.none" in derived(small_tasks, "draw")
    assert "credits.none" not in derived(small_tasks, "redraw")


def test_a_valid_request_at_random_is_followed_to_its_file(small_tasks: Document) -> None:
    made = plan(Source(small_tasks), "extended", ("tasks.draw.any.granted",))
    judged = Judged(small_tasks, made)
    judged.run.explorers = explorers(Source(small_tasks), made, 1, 5, frozenset({"paid"}), ())
    judged.all()
    assert {each.status for each in judged.run.verdicts.values()} == {Status.PASSED}
    [result] = judged.asked
    assert result.trail is not None
    assert any(look.role == "file" for look in result.trail.looks)
