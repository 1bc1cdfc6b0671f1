"""The same picture asked for twice, in another form, and with another seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.case import Expect, Wish
from contracts.deriving.forms import Form, forms
from contracts.deriving.source import Derived, Source
from contracts.samples import prompted
from spec.document import Operation

SUBJECT = "A stone bridge over a mountain stream in spring"
SEED = 20_000  # any that is not the random one; its neighbour is the other


def repeated(source: Source, operation: Operation) -> Iterator[Derived]:
    """The same asked twice, in another form, and with another seed."""
    seed = operation.artifact.seed if operation.artifact else None
    kinds = {form.name: form for form in forms(operation)}
    if seed is None or set(kinds) != {"bytes", "json"}:
        return
    plain, packed = kinds["bytes"], kinds["json"]
    name = seed.field[0]
    # Machines of different make do not compute alike to the last bit, and no page promises it.
    pairs = (
        ("repeat.forms", "same", "both forms of one seed show the same", (plain, SEED), (packed, SEED), None),
        ("repeat.same", "same", "the same seed draws the same", (plain, SEED), (plain, SEED), "repeat"),
        (
            "repeat.seed",
            "other",
            "another seed draws another picture",
            (plain, SEED),
            (plain, SEED + 1),
            "repeat",
        ),
    )
    for topic, check, says, first, second, needs in pairs:
        wanted = source.requirement(
            operation, topic, says, "/x-artifact/seed", profile="extended", most="SHOULD", needs=needs
        )
        expect = Expect(wanted.id, check)
        owns = ("first", "packed" if second[0] is packed else topic)
        wishes = tuple(
            _own(operation, expect, form, {name: value}, own)
            for (form, value), own in zip((first, second), owns, strict=True)
        )
        yield Derived(wanted, also=wishes)


def _own(operation: Operation, expect: Expect, form: Form, fields: dict[str, Any], own: str) -> Wish:
    media = next(each.fields for each in forms(operation) if each.name == "bytes")
    body = {**prompted(operation, SUBJECT), **media, **fields}
    return Wish(operation.id, expect, form.accept, body, own)
