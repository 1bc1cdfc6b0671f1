"""What a success looks like: its forms by Accept, sizes, formats, seeds. All paid; wishes are merged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.case import Expect, Wish
from contracts.deriving.forms import forms
from contracts.deriving.source import Derived, Source
from spec.document import Operation


def answers(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the successes of an operation that draws."""
    if operation.artifact is None:
        return
    yield from _forms(source, operation)
    yield from _sizes(source, operation)
    yield from _formats(source, operation)
    yield from _seeds(source, operation)


def _forms(source: Source, operation: Operation) -> Iterator[Derived]:
    """One form for each kind of Accept that the document knows."""
    for form in forms(operation):
        says = f"Accept: {form.accept} gives the picture as {form.media_type}"
        at = f"/responses/{operation.success.status}/content/{form.media_type.replace('/', '~1')}"
        wanted = source.requirement(operation, f"form.{form.name}", says, at, profile="core")
        expect = Expect(wanted.id, "picture", {"media_type": form.media_type})
        yield Derived(wanted, wish=Wish(operation.id, expect, form.accept, form.fields))
    yield from _default_form(source, operation)


def _default_form(source: Source, operation: Operation) -> Iterator[Derived]:
    default = operation.policy.default_accept
    says = f"without an Accept header the answer is that of Accept: {default}"
    at = f"#/components/x-policies/{operation.policy.name}/x-negotiation/default"
    wanted = source.requirement(operation, "form.default", says, at, profile="core")
    media = "application/json" if default == "application/json" else _picked(operation, {})
    expect = Expect(wanted.id, "picture", {"media_type": media})
    yield Derived(wanted, wish=Wish(operation.id, expect, "", {}))


def _picked(operation: Operation, body: dict[str, Any]) -> str:
    assert operation.artifact is not None
    return str(operation.artifact.media.pick(body))


def _sizes(source: Source, operation: Operation) -> Iterator[Derived]:
    """The default size is core; each other ratio costs a picture and is extended."""
    choice = operation.artifact.size if operation.artifact else None
    if choice is None:
        return
    for key, (width, height) in choice.table.items():
        is_default = key == choice.default
        at = f"/x-artifact/size/table/{key}"
        says = f"{choice.field[0]} {key} gives {width} x {height} pixels"
        topic = f"size.{key.replace(':', 'x')}"
        profile = "core" if is_default else "extended"
        wanted = source.requirement(operation, topic, says, at, profile=profile)
        tolerance = 0.0 if wanted.grade != "assumed" else choice.tolerance
        params = {"width": width, "height": height, "tolerance": tolerance}
        expect = Expect(wanted.id, "size", params)
        yield Derived(wanted, wish=Wish(operation.id, expect, None, {choice.field[0]: key}))


def _formats(source: Source, operation: Operation) -> Iterator[Derived]:
    choice = operation.artifact.media if operation.artifact else None
    if choice is None or not choice.table:
        return
    for key, media_type in choice.table.items():
        schema = operation.body.schema["properties"][choice.field[0]] if operation.body else {}
        if key not in schema.get("enum", (key,)):
            continue
        at = f"/requestBody/content/multipart~1form-data/schema/properties/{choice.field[0]}/enum"
        says = f"{choice.field[0]} {key} gives {media_type}"
        topic = f"format.{key}"
        profile = "core" if key == choice.default else "extended"
        wanted = source.requirement(operation, topic, says, at, profile=profile)
        expect = Expect(wanted.id, "picture", {"media_type": media_type})
        fields = {choice.field[0]: key}
        yield Derived(wanted, wish=Wish(operation.id, expect, "image/*", fields))


def _seeds(source: Source, operation: Operation) -> Iterator[Derived]:
    seed = operation.artifact.seed if operation.artifact else None
    if seed is None:
        return
    says = f"the seed {seed.maximum}, the largest, is taken and reported"
    wanted = source.requirement(operation, "seed.largest", says, "/x-artifact/seed", profile="core")
    expect = Expect(wanted.id, "seed", {"seed": seed.maximum})
    yield Derived(wanted, wish=Wish(operation.id, expect, None, {seed.field[0]: seed.maximum}))
    says = f"{seed.field[0]} {seed.random} draws a fresh seed and reports it"
    wanted = source.requirement(operation, "seed.fresh", says, "/x-artifact/seed", profile="core")
    expect = Expect(wanted.id, "seed", {"seed": None, "maximum": seed.maximum})
    yield Derived(wanted, wish=Wish(operation.id, expect, None, {seed.field[0]: seed.random}))
