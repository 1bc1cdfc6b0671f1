"""The same picture asked for twice, in another form, with another seed, and with its defaults in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.cross_exchange import AnotherPicture, SamePicture
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import Form, forms
from proofsheet.contracts.derive.picture_prompts import subject
from proofsheet.contracts.derive.samples import prompted, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.artifact import Seed
from proofsheet.spec.document import Operation
from proofsheet.spec.schemas import is_nullable

SEED = 20_000  # any that is not the random one; its neighbour is the other
STEP = 7_919  # from run to run: a prime, so that it takes long until one comes again


@dataclass(frozen=True)
class _Second:
    """A second picture, held beside the first: its form, and what is asked of it beyond the first."""

    topic: str
    check: type[Expectation]
    says: str
    form: Form
    more: dict[str, Any] = field(default_factory=dict)
    needs: str | None = "repeat"
    also: tuple[str, ...] = ()


def repeated(source: Source, operation: Operation) -> Iterator[Derived]:
    """One picture, and second ones of which each answers a requirement."""
    seed = operation.artifact.sent_seed if operation.artifact else None
    kinds = {form.name: form for form in forms(operation)}
    if seed is None or len(seed.field) > 1 or set(kinds) != {"bytes", "json"}:
        return
    fields = {seed.field[0]: seed_of(source.seed, seed)}
    for each in _seconds(operation, seed, kinds, fields[seed.field[0]]):
        wanted = source.requirement(
            *(operation, each.topic, each.says, "/x-artifact/seed"),
            also=each.also,
            profile="extended",
            needs=each.needs,
        )
        expect = each.check(wanted.id)
        first = _own(source, operation, expect, kinds["bytes"], fields, "first")
        second = _own(source, operation, expect, each.form, {**fields, **each.more}, each.topic)
        yield Derived(wanted, paid=(first, second))


def takes_fresh_seed(operation: Operation, seed: Seed) -> bool:
    """Whether a seed may be sent that asks for a fresh one: a value, or null where the field takes it."""
    schema = operation.body.schema_at(seed.field) if operation.body else None
    return seed.random is not None or is_nullable(schema or {})


def seed_of(turn: int, seed: Seed) -> int:
    """The seed that a run asks for twice; neither the random one nor the largest."""
    return 1 + (SEED - 1 + STEP * turn) % (seed.maximum - 1)


def _seconds(operation: Operation, seed: Seed, kinds: dict[str, Form], one: int) -> Iterator[_Second]:
    plain, packed = kinds["bytes"], kinds["json"]
    name = seed.field[0]
    guides = ("/x-artifact/seed/field",)
    yield _Second("repeat.forms", SamePicture, "both forms of one seed show the same", packed, needs=None)
    yield _Second("repeat.same", SamePicture, "the same seed draws the same", plain, also=guides)
    says = "another seed draws another picture"
    if operation.artifact and operation.artifact.draws_anew:
        yield _Second("repeat.seed", AnotherPicture, says, plain, {name: one + 1}, also=guides)
    known = operation.body.defaults if operation.body else {}
    needed = smallest(operation)  # what a rule asks for has another value than its default
    defaults = {key: each for key, each in known.items() if key != name and key not in needed}
    if defaults:
        says = "a default that is sent in so many words draws the same"
        also = tuple(provenance.field(operation, each, "default") for each in defaults)
        yield _Second("repeat.defaults", SamePicture, says, plain, defaults, also=also)


def _own(
    source: Source, operation: Operation, expect: Expectation, form: Form, fields: dict[str, Any], own: str
) -> PaidConstraint:
    body = {**prompted(operation, subject(source.seed)), **fields}
    return PaidConstraint(operation.id, expect, form.accept, body, own)
