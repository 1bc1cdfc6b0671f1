"""What every paid picture is asked: to end, to be in colour, to show something, and something of its own."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import Wish
from proofsheet.contracts.checks.cross_exchange import PicturesDiffer, SeedEchoed, SeedsFresh
from proofsheet.contracts.checks.expected import Constants
from proofsheet.contracts.checks.media_quality import FileEnds, InColour, ShowsSomething
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import forms
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.success_markers import telling
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

# expectation, topic, most, what is required
_EVERY = (
    # Decoders do not mind what follows the end, and no document speaks of it.
    (FileEnds, "picture.end", "SHOULD", "a picture's file ends with the picture"),
    # Line art may well come in grey.
    (InColour, "picture.colour", "MAY", "a picture is in RGB, with transparency or without"),
    (ShowsSomething, "picture.content", "MUST", "a picture shows something, it is no placeholder"),
)


def portraits(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements that all pictures of an operation answer, at no cost of their own."""
    if operation.artifact is None:
        return
    for check, topic, most, says in _EVERY:
        level = "MAY" if most == "MAY" else None
        wanted = source.requirement(
            operation, topic, says, "/x-artifact", profile="core", most=most, level=level
        )
        expect = check(wanted.id)
        yield Derived(wanted, wish=Wish(operation.id, expect), every=expect)
    says = "another prompt gives another picture"
    wanted = source.requirement(operation, "picture.distinct", says, "/x-artifact/prompt", profile="core")
    yield _in_every_form(operation, wanted, PicturesDiffer(wanted.id))
    yield from _finish(source, operation)
    yield from _seeds(source, operation)


def _in_every_form(operation: Operation, wanted: Requirement, expect: Expectation) -> Derived:
    """Asked of every picture, and of one in each form at least, so that there are two."""
    wishes = tuple(Wish(operation.id, expect, form.accept, form.fields) for form in forms(operation))
    return Derived(wanted, also=wishes, every=expect)


def _finish(source: Source, operation: Operation) -> Iterator[Derived]:
    """What the example of a plain success says and that of another success does not."""
    for form in forms(operation):
        at = f"/responses/{operation.success.status}/content/{form.media_type.replace('/', '~1')}"
        at += f"/examples/{operation.success.name}"
        body, headers = telling(operation, operation.success, form.media_type)
        if not body and not headers:
            continue
        told = ", ".join(f"{name} {value}" for name, value in {**body, **headers}.items())
        wanted = source.requirement(
            operation, f"finish.{form.name}", f"a plain success says so: {told}", at, profile="core"
        )
        expect = Constants(wanted.id, body=body, headers=headers)
        yield Derived(wanted, wish=Wish(operation.id, expect, form.accept, form.fields))


def _seeds(source: Source, operation: Operation) -> Iterator[Derived]:
    seed = operation.artifact.seed if operation.artifact else None
    if seed is None:
        return
    for form in forms(operation):
        says = f"the seed of a picture is reported beside its {form.name}"
        topic = f"seed.reported.{form.name}"
        at = pointers.join("responses", operation.success.status, "content", form.media_type)
        representation = operation.success.representations[form.media_type]
        also = [*provenance.packed(representation, at, "$artifact.seed")]
        also += [f"{at}/examples/{operation.success.name}/{each}" for each in ("x-bind", "x-headers")]
        wanted = source.requirement(operation, topic, says, "/x-artifact/seed", also=also, profile="core")
        expect = SeedEchoed(wanted.id, seed.random, seed.maximum)
        yield Derived(wanted, wish=Wish(operation.id, expect, form.accept, form.fields))
    says = "two pictures for which no seed was asked have different ones"
    wanted = source.requirement(operation, "seed.distinct", says, "/x-artifact/seed", profile="core")
    yield _in_every_form(operation, wanted, SeedsFresh(wanted.id, seed.random))
