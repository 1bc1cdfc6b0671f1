"""What a success looks like: its forms by Accept, formats, seeds. All paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.expected import FormatIs, Picture, SeedIs
from proofsheet.contracts.checks.extraction import shows_seed
from proofsheet.contracts.checks.task_facts import binds
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import EMPTY, PLAIN, PaidRequest, forms, variety
from proofsheet.contracts.derive.repeated_requests import takes_fresh_seed
from proofsheet.contracts.derive.sample_values import value
from proofsheet.contracts.derive.samples import asking
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.task_requests import view_of
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice
from proofsheet.spec.document import Operation


def answers(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the successes of an operation that draws."""
    if operation.artifact is None or operation.artifact.kind not in ("image", "model"):
        return
    if not operation.lifecycles:
        yield from _forms(source, operation)
    yield from _formats(source, operation)
    yield from _seeds(source, operation)


def _forms(source: Source, operation: Operation) -> Iterator[Derived]:
    """One form for each kind of Accept that the document knows."""
    for form in forms(operation):
        says = f"Accept: {form.accept} gives the picture as {form.media_type}"
        at = pointers.join("responses", operation.success.status, "content", form.media_type)
        representation = operation.success.representations[form.media_type]
        also = (
            *(f"{at}/schema", f"{at}/schema/format", f"{at}/x-content-type", "/x-artifact/media", ""),
            *provenance.packed(representation, at, "$artifact.base64"),
            *_bearer(source),
        )
        wanted = source.requirement(
            operation, f"form.{form.name}", says, at, also=also, profile=variety(operation)
        )
        yield Derived(
            wanted,
            paid=(PaidConstraint(operation.id, accept=form.accept),),
            every=_where_accepted(wanted.id, form.accept),
        )
    yield from _default_form(source, operation)


def _where_accepted(requirement: str, accept: str) -> Callable[[PaidRequest], Expectation | None]:
    """The picture in the form and format that a request with this Accept header gets."""

    def expected(request: PaidRequest) -> Expectation | None:
        if request.accept != accept:
            return None
        return Picture(requirement, request.media_type, request.encoded)

    return expected


def _bearer(source: Source) -> Iterator[str]:
    """Where the document has the scheme by which the key was sent."""
    for name, each in source.document.raw.get("components", {}).get("securitySchemes", {}).items():
        if each["type"] == "http":
            for more in ((), ("type",), ("scheme",)):
                yield "#" + pointers.join("components", "securitySchemes", name, *more)


def _default_form(source: Source, operation: Operation) -> Iterator[Derived]:
    """Nothing is asked for but the picture: neither a form, nor a format."""
    default = operation.policy.default_accept
    says = f"without an Accept header the answer is that of Accept: {default}"
    at = provenance.policy(operation, "x-negotiation", "default")
    choice = operation.artifact.media if operation.artifact else None
    field = (provenance.place(operation, choice.field, "default"),) if choice and choice.field else ()
    also = (
        "",
        "/x-artifact/media/default",
        provenance.body(operation, "required"),
        *field,
        *_paths(operation),
    )
    also += tuple(provenance.answer(operation, operation.success.name))
    wanted = source.requirement(operation, "form.default", says, at, also=also, profile="core")
    expect = _where_accepted(wanted.id, "")
    yield Derived(wanted, paid=(PaidConstraint(operation.id, None, "", {}, PLAIN),), every=expect)
    says = "an Accept header that is empty is none"
    at, also = provenance.policy(operation, "x-negotiation", "unsupported"), (at,)
    wanted = source.requirement(operation, "form.empty", says, at, also=also, profile="extended")
    yield Derived(
        wanted, paid=(PaidConstraint(operation.id, None, EMPTY),), every=_where_accepted(wanted.id, EMPTY)
    )


def _paths(operation: Operation) -> Iterator[str]:
    """The values that stand in the path where nothing else is asked for."""
    for index, each in enumerate(operation.parameters):
        if each.place == "path":
            yield f"/parameters/{index}/schema/example"
            values = each.schema.get("enum", [])
            if (chosen := value(each.schema)) in values:
                yield f"/parameters/{index}/schema/enum/{values.index(chosen)}"


def _formats(source: Source, operation: Operation) -> Iterator[Derived]:
    """That every picture comes in the format that was asked for, in either form; and each format alone."""
    choice = operation.artifact.media if operation.artifact else None
    if choice is None or operation.body is None:
        return
    says = "a picture comes in the format that was asked for"
    wanted = source.requirement(operation, "picture.format", says, "/x-artifact/media", profile="core")
    yield Derived(
        wanted, paid=(PaidConstraint(operation.id),), every=lambda each: FormatIs(wanted.id, each.encoded)
    )
    if not choice.table:
        return
    name = choice.field[-1]
    listed = (operation.body.schema_at(choice.field) or {}).get("enum", list(choice.table))
    in_bytes = any(each.name == "bytes" for each in forms(operation))  # else it is linked, or base64
    for key, media_type in choice.table.items():
        if key not in listed or isinstance(media_type, Choice):
            continue  # another field has a say in it as well: `picture.format` judges by both
        also = (
            *(f"/x-artifact/media{more}" for more in ("", "/field", "/table")),
            provenance.place(operation, choice.field, "enum", listed.index(key)),
            *([provenance.place(operation, choice.field, "default")] if key == choice.default else ()),
        )
        at = provenance.place(operation, choice.field, "enum")
        says = f"{name} {key} gives {media_type}"
        each = source.requirement(operation, f"format.{key}", says, at, also=also, profile="extended")
        expect = Picture(each.id, media_type) if in_bytes else FormatIs(each.id, media_type)
        accept = "image/*" if in_bytes else None
        constraint = PaidConstraint(operation.id, expect, accept, **asking(choice.field, key))
        yield Derived(each, paid=(constraint,))


def _seeds(source: Source, operation: Operation) -> Iterator[Derived]:
    seed = operation.artifact.sent_seed if operation.artifact else None
    if seed is None:
        return
    view = view_of(source.document, operation)
    if operation.lifecycle and view and not binds(view, operation.lifecycle, "$artifact.seed"):
        return
    if not operation.lifecycles and not any(map(shows_seed, operation.success.representations.values())):
        return
    name, at = seed.field[-1], "/x-artifact/seed"
    random = (f"{at}/random", provenance.place(operation, seed.field, "description"))
    for topic, says, also, reported, asked in (
        (
            "seed.largest",
            f"the seed {seed.maximum}, the largest, is taken and reported",
            (f"{at}/maximum",),
            seed.maximum,
            asking(seed.field, seed.maximum),
        ),
        (
            "seed.fresh",
            f"{name} {seed.random} draws a fresh seed and reports it",
            random,
            None,
            asking(seed.field, seed.random),
        ),
        (
            "seed.default",
            "without a seed a fresh one is drawn and reported",
            (*random, provenance.place(operation, seed.field, "default")),
            None,
            {},
        ),
    ):
        if topic == "seed.fresh" and not takes_fresh_seed(operation, seed):
            continue
        profile = variety(operation) if asked else "core"
        profile = "extended" if operation.lifecycle and not reported else profile  # a task more for each
        wanted = source.requirement(operation, topic, says, at, also=also, profile=profile)
        own, accept = ("", None) if asked else (PLAIN, "")
        expect = SeedIs(wanted.id, reported, seed.maximum)
        constraint = PaidConstraint(operation.id, expect, accept, own=own, **asked)
        yield Derived(wanted, paid=(constraint,))
