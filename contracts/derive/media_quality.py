"""What is expected of every paid picture, whatever it was asked for: at no cost of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.cross_exchange import PicturesDiffer, SeedEchoed, SeedsFresh
from proofsheet.contracts.checks.expected import Constants
from proofsheet.contracts.checks.extraction import shows_seed
from proofsheet.contracts.checks.media_quality import FileEnds, InColour, IsSharp, ShowsSomething
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import (
    Form,
    PaidRequest,
    forms,
    is_default,
    needs_picture,
    variety,
)
from proofsheet.contracts.derive.samples import smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.success_markers import markers
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

DRAWING = "image/svg+xml"
Every = Callable[[PaidRequest], Expectation | None]

# expectation, topic, most, what is required
_EVERY = (
    # Decoders do not mind what follows the end, and no document speaks of it.
    (FileEnds, "picture.end", "SHOULD", "a picture's file ends with the picture"),
    # Line art may well come in grey.
    (InColour, "picture.colour", "MAY", "a picture is in RGB, with transparency or without"),
    (ShowsSomething, "picture.content", "MUST", "a picture shows something, it is no placeholder"),
    # That only filtered pictures are blurred is documented; how sharp a success must be, nowhere.
    (IsSharp, "picture.sharp", "MAY", "a plain success is not blurred all over"),
)


def media_quality(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements that all pictures of an operation answer."""
    artifact = operation.artifact
    if artifact is None or artifact.kind not in ("image", "model"):
        return
    for check, topic, most, says in _EVERY:
        if check is IsSharp and (artifact.is_edit or needs_picture(operation)):
            continue  # the picture that is given may be as soft as it likes
        if check is ShowsSomething and artifact.text:
            continue  # what is put in words is shown again as it was given
        if check in (InColour, IsSharp) and artifact.media.constant == DRAWING:
            continue  # which has no pixels
        level = "MAY" if most == "MAY" else None
        wanted = source.requirement(
            operation, topic, says, "/x-artifact", profile="core", most=most, level=level
        )
        every = _EVERY_OF.get(check, _of_all)(check(wanted.id))
        fields = _given(operation) if check is ShowsSomething else {}
        yield Derived(wanted, paid=(PaidConstraint(operation.id, fields=fields),), every=every)
    if artifact.prompts and artifact.draws_anew:
        says, at = "another prompt gives another picture", "/x-artifact/prompt"
        profile = "extended" if operation.lifecycles else variety(operation)  # there it takes a task more
        wanted = source.requirement(operation, "picture.distinct", says, at, profile=profile)
        yield _in_every_form(operation, wanted, PicturesDiffer(wanted.id))
    yield from _finish(source, operation)
    yield from _seeds(source, operation)


def _of_all(expect: Expectation) -> Every:
    return lambda request: expect


def _of_own(expect: Expectation) -> Every:
    """Expected of plain successes that show nothing but what the service drew."""
    return lambda request: expect if request.is_plain and not request.has_source else None


def _given(operation: Operation) -> dict[str, Any]:
    """Our own picture, where nothing else decides about what is seen: an example may have another."""
    artifact, body = operation.artifact, operation.body
    if artifact is None or artifact.draws_anew or body is None or body.is_form:
        return {}
    return {artifact.sources[0]: smallest(operation)[artifact.sources[0]]}


def _of_ours(expect: Expectation) -> Every:
    """Expected of what is drawn, or made of a picture of ours: that of an example may be of one colour."""

    def expected(request: PaidRequest) -> Expectation | None:
        artifact = request.operation.artifact
        given = request.body.get(artifact.sources[0]) if artifact and artifact.sources else None
        is_theirs = isinstance(given[0] if isinstance(given, list) and given else given, str)
        return None if artifact and is_theirs and not artifact.draws_anew else expect

    return expected


_EVERY_OF = {IsSharp: _of_own, ShowsSomething: _of_ours}


def _of_plain(expect: Expectation, form: str | None = None) -> Every:
    """Expected of plain successes, in one form only if it is given."""
    return lambda request: expect if request.is_plain and form in (None, request.form) else None


def _of_form(expect: Expectation, form: str) -> Every:
    return lambda request: expect if request.form == form else None


def _in_every_form(operation: Operation, wanted: Requirement, expect: Expectation) -> Derived:
    """Expected of every picture, and of one in each form at least, so that there are two."""
    paid = tuple(PaidConstraint(operation.id, accept=form.accept) for form in forms(operation))
    return Derived(wanted, paid=paid, every=_of_plain(expect))


def _finish(source: Source, operation: Operation) -> Iterator[Derived]:
    """What the example of a plain success says and that of another success does not."""
    for form in forms(operation):
        at = f"/responses/{operation.success.status}/content/{form.media_type.replace('/', '~1')}"
        at += f"/examples/{operation.success.name}"
        body, headers = markers(operation, operation.success, form.media_type)
        if not body and not headers:
            continue
        marks = ", ".join(f"{name} {value}" for name, value in {**body, **headers}.items())
        profile, accept = _bought_by(operation, form)
        wanted = source.requirement(
            operation, f"finish.{form.name}", f"a plain success says so: {marks}", at, profile=profile
        )
        expect = Constants(wanted.id, body=body, headers=headers)
        yield Derived(
            wanted,
            paid=(PaidConstraint(operation.id, accept=accept),),
            every=_of_plain(expect, form.name),
        )


def _bought_by(operation: Operation, form: Form) -> tuple[str, str | None]:
    """(profile, Accept) of what a form asks for; the one that comes unasked needs no picture of its own."""
    profile = variety(operation)
    return ("core", None) if profile != "core" and is_default(operation, form) else (profile, form.accept)


def _seeds(source: Source, operation: Operation) -> Iterator[Derived]:
    seed = operation.artifact.seed if operation.artifact else None
    answers = operation.success.representations
    shown = [form for form in forms(operation) if shows_seed(answers[form.media_type])]
    if seed is None or not shown:
        return
    for form in shown:
        says = f"the seed of a picture is reported beside its {form.name}"
        topic = f"seed.reported.{form.name}"
        at = pointers.join("responses", operation.success.status, "content", form.media_type)
        also = [*provenance.packed(answers[form.media_type], at, "$artifact.seed")]
        also += [f"{at}/examples/{operation.success.name}/{each}" for each in ("x-bind", "x-headers")]
        profile, accept = _bought_by(operation, form)
        wanted = source.requirement(operation, topic, says, "/x-artifact/seed", also=also, profile=profile)
        expect = SeedEchoed(wanted.id, seed.random, seed.maximum)
        yield Derived(
            wanted,
            paid=(PaidConstraint(operation.id, accept=accept),),
            every=_of_form(expect, form.name),
        )
    if bool(operation.lifecycles):
        return  # where a task's seed is shown is the business of the views
    says = "two pictures for which no seed was asked have different ones"
    # Of a seed deep in the body core buys no second fresh one: it is no dimension of the paid requests.
    profile = "extended" if len(seed.field) > 1 else variety(operation)
    wanted = source.requirement(operation, "seed.distinct", says, "/x-artifact/seed", profile=profile)
    yield _in_every_form(operation, wanted, SeedsFresh(wanted.id, seed.random))
