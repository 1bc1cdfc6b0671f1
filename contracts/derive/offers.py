"""Follow-ups that take an offer: what the request says that takes it, of a task that has ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.case import Request
from proofsheet.contracts.checks.offers import shown_id
from proofsheet.contracts.derive.request_bodies import is_admitted
from proofsheet.contracts.derive.samples import smallest
from proofsheet.contracts.derive.task_requests import in_its_text, with_id
from proofsheet.contracts.trail import Ended
from proofsheet.spec import expressions, pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.expressions import Expression
from proofsheet.spec.tasks import Offer, Starts


def taking(operation: Operation, offer: Offer, parent: Ended) -> dict[str, Any] | None:
    """A body that takes an offer of a task, by the id that its view shows, or by name; None if none does."""
    role = operation.task
    if not isinstance(role, Starts) or role.offer is None or operation.body is None:
        return None
    base = with_id(operation, Request(operation.id, json=smallest(operation)), parent.id).json
    found = ({**base, **fields} for fields in _ways(operation, role.offer, offer, parent, base))
    return next((body for body in found if is_admitted(operation, body)), None)


def _ways(
    operation: Operation, place: Expression, offer: Offer, parent: Ended, base: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The fields that name an offer: a field of its own, a part of a text, or several fields together."""
    names = (offer.name, *sorted(offer.names))
    if place.is_template:
        yield from filter(None, (_spread(operation, place, name) for name in names))
        return
    field = pointers.split(place.text.partition("#")[2])[0]
    if place.match:
        yield from ({field: in_its_text(place, base, field, name)} for name in names)
    elif offer.id is None:
        yield {field: offer.name}
    elif (shown := shown_id(offer, parent.offers)) is not None:
        yield {field: shown}


def _spread(operation: Operation, place: Expression, name: str) -> dict[str, Any] | None:
    """The fields of a template that make this name together; None where it has another form."""
    assert operation.body is not None
    fields = [pointers.split(each.text.partition("#")[2])[0] for each in expressions.embedded(place.text)]
    pattern = expressions.fill(place.text, {each.text: "\0" for each in expressions.embedded(place.text)})
    found = re.fullmatch(re.escape(pattern).replace("\0", "(.+)"), name)
    known = operation.body.schema.get("properties", {})
    if found is None:
        return None
    return {
        field: _typed(known.get(field, {}), text) for field, text in zip(fields, found.groups(), strict=True)
    }


def _typed(schema: Any, text: str) -> Any:
    """A part of a name as its field has it: names are compared whatever the case of their letters."""
    for each in schema.get("enum", ()):
        if isinstance(each, str) and each.casefold() == text.casefold():
            return each
    return int(text) if schema.get("type") == "integer" and text.isdecimal() else text
