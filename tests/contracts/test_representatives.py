"""What the document says once is judged once below the extended profile; each operation gets a share."""

from __future__ import annotations

import pytest

from proofsheet.contracts.case import Case
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.contracts.plan.rate_order import spread
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library


@pytest.fixture(scope="module")
def stability() -> Source:
    return Source(Library().load("stability"))


@pytest.fixture(scope="module")
def free(stability: Source) -> Plan:
    return plan(stability, "free", seed=1)


@pytest.fixture(scope="module")
def whole(stability: Source) -> Plan:
    return plan(stability, "extended", seed=1)


def _topic(each: Requirement) -> str:
    return each.id.split(".", 2)[2]


def test_what_is_not_asked_is_spoken_for_by_an_operation_of_its_policy(
    stability: Source, free: Plan, whole: Plan
) -> None:
    operations = stability.document.operations
    asked = {each.id for each in free.requirements}
    spoken = {
        (other, _topic(each)): each.operation for each in free.requirements for other in each.speaks_for
    }
    spared = [each for each in whole.requirements if each.profile == "free" and each.id not in asked]
    assert len(spared) > 500
    for each in spared:
        speaker = spoken[each.operation, _topic(each)]
        assert operations[speaker].policy.name == operations[each.operation].policy.name
    assert len(spoken) == len(spared)
    assert not any(each.speaks_for for each in whole.requirements)


def test_each_operation_is_asked_what_is_its_own(free: Plan, whole: Plan) -> None:
    """Bounds, required fields, rules, an unknown key: what differs between operations, or matters most."""
    own = ("maximum", "minimum", "required", "enum", "wrong", "maxLength", "minLength", "multipleOf")
    topics = {
        (each.operation, _topic(each))
        for each in whole.requirements
        if each.profile == "free" and (each.id.rpartition(".")[2] in own or ".rules." in each.id)
        if not _topic(each).startswith("header.")
    }
    assert topics <= {(each.operation, _topic(each)) for each in free.requirements}


def test_two_large_bodies_are_sent_for_a_policy(free: Plan) -> None:
    large = [case for case in free.cases if _length(case) > 2**20]
    assert len(large) == 2


def _length(case: Case) -> int:
    return sum(len(part.value) * part.times for part in case.request.form or ())


def test_another_seed_asks_other_operations(stability: Source, free: Plan) -> None:
    other = plan(stability, "free", seed=2)
    assert {_topic(each) for each in other.requirements} == {_topic(each) for each in free.requirements}
    assert {each.id for each in other.requirements} != {each.id for each in free.requirements}
    assert plan(stability, "free", seed=1) == free


def test_the_share_is_spread_over_all_operations(stability: Source, free: Plan) -> None:
    speakers = {each.operation for each in free.requirements if each.speaks_for}
    policy = stability.document.operations["generateCore"].policy.name
    ones = {name for name, each in stability.document.operations.items() if each.policy.name == policy}
    assert len(speakers & ones) > len(ones) / 2


def test_what_is_selected_is_asked_whoever_would_speak_for_it(stability: Source) -> None:
    only = ("stability.generateSd3.key", "stability.inpaint.robust.nul")
    found = {each.id for each in plan(stability, "free", only).requirements}
    assert {"stability.generateSd3.key.none", "stability.generateSd3.key.empty"} <= found
    assert "stability.inpaint.robust.nul" in found
    named = ("stability.generateSd3.key.none", "stability.generateCore.key.none")
    assert {each.id for each in plan(stability, "free", named).requirements} == {*named}


def test_a_plan_of_the_ids_of_another_is_the_same(stability: Source, free: Plan) -> None:
    """So does --resume select."""
    again = plan(stability, "free", tuple(each.id for each in free.requirements), seed=1)
    assert again.requirements == free.requirements
    assert [each.id for each in again.cases] == [each.id for each in free.cases]


def test_what_is_asked_of_every_answer_takes_all_of_its_operation(stability: Source) -> None:
    made = plan(stability, "free", ("stability.inpaint.answer.schema",))
    assert {"inpaint/key.none", "inpaint/robust.nul"} <= {case.id for case in made.cases}


def test_a_document_of_one_operation_speaks_for_itself(miniature: Document) -> None:
    assert not any(each.speaks_for for each in plan(Source(miniature), "free").requirements)


def test_what_counts_is_sent_within_a_window_before_and_after_the_rest(stability: Source, free: Plan) -> None:
    """Version 1 looks at the rate before the body: more than 150 in 10 seconds would have to wait."""
    document = stability.document
    blocks = [[case for case in free.cases if case.operation == name] for name in document.operations]
    names = [block[0].operation for block in spread(document, filter(None, blocks))]
    counted = [document.operations[each].policy.name.startswith("v1") for each in names]
    first, last = counted.index(False), len(counted) - counted[::-1].index(False)
    assert counted == [True] * first + [False] * (last - first) + [True] * (len(counted) - last)
    assert 0 < sum(len(block) for block in blocks if block and block[0].operation in names[:first]) <= 150
    assert sorted(names) == sorted(block[0].operation for block in blocks if block)
