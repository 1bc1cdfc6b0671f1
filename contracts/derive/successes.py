"""What a success looks like: its forms by Accept, formats, seeds. All paid; wishes are merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from proofsheet.contracts.case import Wish
from proofsheet.contracts.checks.expected import Picture, SeedIs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import EMPTY, PLAIN, forms
from proofsheet.contracts.derive.samples import value
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def answers(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the successes of an operation that draws."""
    if operation.artifact is None:
        return
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
        wanted = source.requirement(operation, f"form.{form.name}", says, at, also=also, profile="core")
        expect = Picture(wanted.id, form.media_type, _picked(operation, {}))
        yield Derived(wanted, wish=Wish(operation.id, expect, form.accept, form.fields))
    yield from _default_form(source, operation)


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
    drawn = _picked(operation, {})
    media = "application/json" if default == "application/json" else drawn
    choice = operation.artifact.media if operation.artifact else None
    field = (provenance.field(operation, choice.field[0], "default"),) if choice and choice.field else ()
    also = (
        "",
        "/x-artifact/media/default",
        provenance.body(operation, "required"),
        *field,
        *_paths(operation),
    )
    also += tuple(provenance.answer(operation, operation.success.name))
    wanted = source.requirement(operation, "form.default", says, at, also=also, profile="core")
    expect = Picture(wanted.id, media, drawn)
    yield Derived(wanted, wish=Wish(operation.id, expect, "", {}, PLAIN))
    says = "an Accept header that is empty is none"
    at, also = provenance.policy(operation, "x-negotiation", "unsupported"), (at,)
    wanted = source.requirement(operation, "form.empty", says, at, also=also, profile="extended")
    yield Derived(wanted, wish=Wish(operation.id, replace(expect, requirement=wanted.id), EMPTY))


def _paths(operation: Operation) -> Iterator[str]:
    """The values that stand in the path where nothing else is asked for."""
    for index, each in enumerate(operation.parameters):
        if each.place == "path":
            yield f"/parameters/{index}/schema/example"
            values = each.schema.get("enum", [])
            if (chosen := value(each.schema)) in values:
                yield f"/parameters/{index}/schema/enum/{values.index(chosen)}"


def _picked(operation: Operation, body: dict[str, Any]) -> str:
    assert operation.artifact is not None
    return str(operation.artifact.media.pick(body))


def _formats(source: Source, operation: Operation) -> Iterator[Derived]:
    choice = operation.artifact.media if operation.artifact else None
    if choice is None or not choice.table or operation.body is None:
        return
    name = choice.field[0]
    listed = operation.body.schema["properties"][name].get("enum", list(choice.table))
    for key, media_type in choice.table.items():
        if key not in listed:
            continue
        also = (
            *(f"/x-artifact/media{more}" for more in ("", "/field", "/table")),
            provenance.field(operation, name, "enum", listed.index(key)),
            *([provenance.field(operation, name, "default")] if key == choice.default else ()),
        )
        at = provenance.field(operation, name, "enum")
        says = f"{name} {key} gives {media_type}"
        profile = "core" if key == choice.default else "extended"
        wanted = source.requirement(operation, f"format.{key}", says, at, also=also, profile=profile)
        expect = Picture(wanted.id, media_type)
        yield Derived(wanted, wish=Wish(operation.id, expect, "image/*", {name: key}))


def _seeds(source: Source, operation: Operation) -> Iterator[Derived]:
    seed = operation.artifact.seed if operation.artifact else None
    if seed is None:
        return
    name, at = seed.field[0], "/x-artifact/seed"
    random = (f"{at}/random", provenance.field(operation, name, "description"))
    for topic, says, also, reported, asked in (
        (
            "seed.largest",
            f"the seed {seed.maximum}, the largest, is taken and reported",
            (f"{at}/maximum",),
            seed.maximum,
            {name: seed.maximum},
        ),
        (
            "seed.fresh",
            f"{name} {seed.random} draws a fresh seed and reports it",
            random,
            None,
            {name: seed.random},
        ),
        (
            "seed.default",
            "without a seed a fresh one is drawn and reported",
            (*random, provenance.field(operation, name, "default")),
            None,
            {},
        ),
    ):
        wanted = source.requirement(operation, topic, says, at, also=also, profile="core")
        own, accept = ("", None) if asked else (PLAIN, "")
        wish = Wish(operation.id, SeedIs(wanted.id, reported, seed.maximum), accept, asked, own)
        yield Derived(wanted, wish=wish)
