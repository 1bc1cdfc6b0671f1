"""The judge on JSON bodies of every kind: a double that keeps its document passes, a laxer one is found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from exploring_runs import explored
from judging import Judged

from proofsheet.contracts.derive.samples import plain_request
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.verdict import Status
from proofsheet.spec import build, pointers
from proofsheet.spec.document import Document
from proofsheet.spec.load import resolve
from proofsheet.spec.yaml_reader import Source as Plain

NEEDS = ("needs ", "asked by exploring only")
GONE = object()


def served_with(document: Document, changes: dict[str, Any]) -> Document:
    """The document with other values at some pointers; `GONE` takes away what stands there."""
    raw = copy.deepcopy(dict(document.source))
    for pointer, new in changes.items():
        *way, last = pointers.split(pointer)
        place = pointers.get(raw, pointers.join(*way))
        if new is GONE:
            del place[last]
        else:
            place[last] = new
    return build.document(document.name, resolve(Plain(Path("changed.yaml"), raw, {})), raw)


@pytest.mark.parametrize("profile", ["free", "core", "extended"])
def test_a_double_that_keeps_it_passes(nested: Document, profile: str) -> None:
    judged = Judged(nested, plan(Source(nested), profile), rate_limit=False).all()
    told = {name: why for name, why in judged.told().items() if not why[0].startswith(NEEDS)}
    assert told == {}
    assert len(judged.asked) > 60


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found_at_random(nested: Document, seed: int) -> None:
    found = explored(nested, [f"{each}.any" for each in nested.operations], seed=seed)
    assert {each.status for each in found.run.verdicts.values()} == {Status.PASSED}


DRAW = "/paths/~1pictures/post/requestBody/content/application~1json/schema"
FIELD = f"{DRAW}/properties"
SHEET = "/paths/~1sheets/post/requestBody/content/multipart~1form-data/schema"
EITHER = "/paths/~1either/post/requestBody/content"
CODED = "/paths/~1coded/post/requestBody/content/application~1json/schema/properties"
POLICIES = "/components/x-policies"
ANSWERS = "/components/responses/Coded/content/application~1json/examples"


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({f"{FIELD}/width/maximum": 512}, "drawPicture.width.maximum"),
        ({f"{FIELD}/width/multipleOf": GONE}, "drawPicture.width.multipleOf"),
        ({f"{FIELD}/height/type": ["integer", "string"]}, "drawPicture.height.type"),
        ({f"{FIELD}/richer/type": ["boolean", "string"]}, "drawPicture.richer.kind"),
        ({f"{FIELD}/style/type": ["object", "string"]}, "drawPicture.style.kind"),
        ({f"{FIELD}/seed/type": "integer"}, "drawPicture.seed.null"),
        ({f"{FIELD}/tone/enum": ["warm", "cold"]}, "drawPicture.tone.listed"),
        ({f"{FIELD}/tone/enum": GONE}, "drawPicture.tone.enum"),
        ({f"{FIELD}/style/properties/weight/maximum": 9}, "drawPicture.style.weight.maximum"),
        ({f"{FIELD}/style/properties/name/enum": GONE}, "drawPicture.style.name.enum"),
        ({f"{FIELD}/style/required": []}, "drawPicture.style.name.required"),
        ({f"{FIELD}/style/properties/palette/maxItems": GONE}, "drawPicture.style.palette.maxItems"),
        ({f"{FIELD}/style/properties/palette/minItems": GONE}, "drawPicture.style.palette.minItems"),
        (
            {f"{FIELD}/style/properties/palette/items/pattern": GONE},
            "drawPicture.style.palette.items.pattern",
        ),
        ({f"{FIELD}/prompt/maxLength": GONE}, "drawPicture.prompt.maxLength"),
        ({f"{DRAW}/required": []}, "drawPicture.prompt.required"),
        ({f"{DRAW}/additionalProperties": False}, "drawPicture.robust.unknown-field"),
        ({f"{FIELD}/images/maxItems": GONE}, "drawPicture.images.maxItems"),
        ({f"{FIELD}/images/minItems": GONE}, "drawPicture.images.minItems"),
        ({f"{FIELD}/images/items/x-picture": GONE}, "drawPicture.images.format"),
        ({f"{FIELD}/images/items/x-picture": GONE}, "drawPicture.images.broken"),
        ({f"{FIELD}/images/items/x-picture/min-side": GONE}, "drawPicture.images.min-side"),
        ({f"{FIELD}/cover/pattern": GONE, f"{FIELD}/cover/x-picture": GONE}, "drawPicture.cover.pattern"),
        ({f"{FIELD}/cover/x-picture/max-side": GONE}, "drawPicture.cover.max-side"),
        ({f"{FIELD}/cover/type": "string"}, "drawPicture.cover.null"),
        ({f"{SHEET}/properties/settings/required": ["width"]}, "drawSheet.settings.height.required"),
        ({f"{SHEET}/properties/settings/properties/width/maximum": 512}, "drawSheet.settings.width.maximum"),
        ({f"{SHEET}/properties/settings/properties/tone/enum": GONE}, "drawSheet.settings.tone.enum"),
        (
            {f"{SHEET}/properties/settings/properties/strength/type": "number"},
            "drawSheet.settings.strength.null",
        ),
        (
            {f"{EITHER}/application~1json/schema/properties/steps/maximum": GONE},
            "drawEither.json.steps.maximum",
        ),
        ({f"{EITHER}/application~1json/schema/properties/seed/type": "integer"}, "drawEither.json.seed.null"),
        ({f"{EITHER}/application~1json": GONE}, "drawEither.json.taken"),
        ({f"{CODED}/prompt/maxLength": GONE}, "drawCoded.prompt.maxLength"),
        ({f"{CODED}/size/enum": GONE}, "drawCoded.size.enum"),
        ({f"{CODED}/state/type": "string"}, "drawCoded.state.null"),
        ({f"{POLICIES}/coded/x-refusals/validate.required": "coded_wrong"}, "drawCoded.prompt.required"),
        ({f"{POLICIES}/coded/x-refusals/authenticate": "coded_wrong"}, "drawCoded.key.wrong"),
        ({f"{POLICIES}/coded/x-refusals/validate": "coded_drawn"}, "drawCoded.prompt.maxLength"),
        ({f"{ANSWERS}/coded_wrong/value/code": 99}, "drawCoded.prompt.maxLength"),
    ],
)
def test_another_rule_is_found_in_core(nested: Document, changes: dict[str, Any], broken: str) -> None:
    served = served_with(nested, changes)
    made = plan(Source(nested), "core", (f"nested.{broken}",))
    found = Judged(nested, made, served, rate_limit=False).all()
    assert f"nested.{broken}" in found.told(), sorted(found.told())
    (requirement,) = [each for each in found.run.plan.requirements if each.id == f"nested.{broken}"]
    assert requirement.level in ("MUST", "SHOULD")


def test_what_is_lax_only_far_from_a_bound_is_found_at_random(nested: Document) -> None:
    """In an object within a part of a form, where the value next to the bound is refused."""
    sides = [f"{SHEET}/properties/settings/properties/{each}" for each in ("width", "height")]
    lax = {"type": "integer", "multipleOf": 32, "anyOf": [{"minimum": 64, "maximum": 256}, {"minimum": 1000}]}
    served = served_with(nested, dict.fromkeys(sides, lax))
    found = explored(nested, ["drawSheet.any.refused"], served=served, examples=60)
    assert found.failed() == {"drawSheet.any.refused"}


def test_the_parts_of_a_list_are_called_as_the_document_says(nested: Document) -> None:
    operation = nested.operations["drawSheet"]
    fields = {"prompt": "a cat", "words": ["soft", "loud"], "settings": {"width": 64, "height": 64}}
    sent = plain_request(operation, fields).form
    assert [each.name for each in sent or ()] == ["prompt", "words[]", "words[]", "settings"]
    assert operation.body is not None
    known = operation.body.fields_of_parts
    assert {known.get(name) for name in ("words[]", "words")} == {"words"}
    assert known.get("prompt[]") is None
