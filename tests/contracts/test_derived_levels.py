"""Where a target may differ is data of the document: each entry meets a requirement and lowers its level."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judging import Judged, derived

from proofsheet.contracts.client.target import PERMISSIONS
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import LARGEST, Plan, plan
from proofsheet.contracts.requirement import LEVELS, Requirement
from proofsheet.spec.document import Difference, Document
from proofsheet.spec.load import Library

EVERYTHING = frozenset(PERMISSIONS) | {"other-key", "broke-key"}


def required(document: Document) -> dict[str, Requirement]:
    made = plan(Source(document), "extended", (), EVERYTHING)
    return {each.id: each for each in made.requirements}


@pytest.fixture(scope="module")
def known(document: Document) -> dict[str, Requirement]:
    return required(document)


@pytest.mark.parametrize("name", ["stability", "stability.pages-2024"])
def test_every_entry_is_about_a_requirement_and_lowers_its_level(name: str) -> None:
    document = Library().load(name)
    assert document.differences
    found = required(document).values()
    for entry in document.differences:
        reached = [each for each in found if each.differs == entry.why]
        assert reached, entry.topics
        for each in reached:
            assert LEVELS.index(each.level) >= LEVELS.index(entry.level), each.id


def test_without_the_entries_the_same_are_asked_for_as_the_facts_demand(
    variant: Document,
) -> None:
    strict, lenient = required(replace(variant, differences=())), required(variant)
    assert strict.keys() <= lenient.keys()
    changed = {name for name in strict if strict[name].level != lenient[name].level}
    assert {"stability.generateCore.finish.bytes", "stability.getBalance.moves"} <= changed
    assert all(lenient[name].differs for name in changed)
    assert {strict[name].level for name in changed} <= {"MUST", "SHOULD"}


def test_the_first_entry_that_fits_counts(small_tasks: Document) -> None:
    entries = (Difference(("key.*",), "MAY", "first"), Difference(("key.none",), "SHOULD", "second"))
    found = required(replace(small_tasks, differences=entries))
    wanted = next(each for name, each in found.items() if name.endswith(".key.none"))
    assert (wanted.level, wanted.differs) == ("MAY", "first")


@pytest.mark.parametrize(
    ("topic", "level"),
    [
        ("generateCore.form.json", "MUST"),
        ("generateCore.prompt.required", "MUST"),
        ("generateCore.cost.refusals", "MUST"),
        ("generateCore.answer.headers", "MAY"),
        ("generateCore.answer.id", "MAY"),
        ("generateCore.answer.no-leak", "MUST"),
        ("generateCore.answer.no-internals", "SHOULD"),
        ("generateCore.finish.bytes", "SHOULD"),
        ("generateCore.finish.json", "MUST"),
        ("generateCore.seed.reported.json", "SHOULD"),
        ("generateCore.cost", "SHOULD"),
        ("textToImage.cost", "MAY"),  # its price is only assumed
        ("generateCore.precedence.field-before-key", "MAY"),
        ("textToImage.precedence.path-before-field", "MAY"),
        ("generateCore.robust.nul", "SHOULD"),
        ("generateCore.prompt.kind", "MAY"),
        ("textToImage.header.Organization.taken", "MAY"),
        ("textToImage.engine_id.listed.stable-diffusion-xl-1024-v1-0", "MUST"),
        ("textToImage.engine_id.listed.stable-diffusion-xl-1024-v0-9", "MAY"),
        ("listEngines.limit.refused", "MAY"),  # the answer of v1 was never seen
        ("listEngines.key.bare", "SHOULD"),
    ],
)
def test_levels(known: dict[str, Requirement], topic: str, level: str) -> None:
    assert known[f"stability.{topic}"].level == level


def test_nothing_is_asked_of_every_answer_that_no_answer_could_break(document: Document) -> None:
    topics = {name: set(derived(document, name)) for name in document.operations}
    assert {"answer.picture", "answer.type", "answer.id"} <= topics["generateCore"]
    assert topics["textToImage"].isdisjoint({"answer.type", "answer.id"})
    assert topics["getBalance"].isdisjoint({"answer.picture", "answer.type", "answer.id"})


def test_without_a_picture_none_has_passed(document: Document) -> None:
    made = plan(Source(document), "core", ("stability.generateCore.answer",))
    refusals = tuple(each for each in made.cases if not each.pays)
    found = Judged(document, replace(made, cases=refusals)).all()
    assert set(found.told()) == {"stability.generateCore.answer.picture"}


@pytest.mark.parametrize("name", ["openai", "openai-audio", "recraft"])  # where there are such bounds
def test_a_request_of_megabytes_that_only_we_assume_is_sent_by_extended_alone(name: str) -> None:
    made = plan(Source(Library().load(name)), "core")
    every = plan(Source(Library().load(name)), "extended")
    assumed = {each.id for each in every.requirements if each.grade == "assumed"}

    def large(made: Plan) -> list[str]:
        cases = [each for each in made.cases if any(step.request.length > LARGEST for step in each.steps)]
        return [each.id for each in cases if assumed >= {expect.requirement for expect in each.expects}]

    assert (bool(large(every)), large(made)) == (True, [])
