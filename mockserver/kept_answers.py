"""Answers that are kept under their ids, with what was said before them; each account has its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofsheet.mockserver.call import Call, Refusal
from proofsheet.mockserver.double import Double
from proofsheet.spec import pointers
from proofsheet.spec.document import Representation
from proofsheet.spec.kept import Kept
from proofsheet.spec.schemas import Flaw


def recall(call: Call, double: Double) -> None:
    """Look for the kept answer that a call names, before anything depends on it."""
    role = call.operation.kept
    name = _named(call, role)
    if role is not None and name is not None:
        packed = double.state.recall(_place(call, role, name))
        call.kept = None if packed is None else json.loads(packed)


def kept(call: Call, double: Double) -> None:
    """The gate: the answer that a call names is kept."""
    role = call.operation.kept
    name = _named(call, role)
    if role is not None and role.id is not None and name is not None and call.kept is None:
        kind = "earlier" if role.keeps else "missing"
        raise Refusal("kept", kind, (Flaw(kind, role.id.text.rpartition("/")[2], {"value": name}),))


def keep(call: Call, double: Double, form: Representation, value: Any) -> None:
    """Keep the answer of a call, or let go of the one that it deletes."""
    role = call.operation.kept
    name = _named(call, role)
    if role is not None and role.deletes and name is not None:
        double.state.forget(_place(call, role, name))
    if role is None or role.keeps is None or not role.keeps.when.is_valid(call.known_fields):
        return
    id = next(pointers.find(value, role.keeps.id), None)
    record = {"answer": value, "items": [*call.earlier, *_own(call), *_said(form, value)]}
    packed = json.dumps(record).encode()  # of which the state holds only so many bytes
    double.state.remember(_place(call, role, str(id)), packed, role.keeps.seconds)


def _named(call: Call, role: Kept | None) -> str | None:
    found = call.evaluate(role.id) if role is not None and role.id is not None else None
    return found if isinstance(found, str) else None


def _place(call: Call, role: Kept, name: str) -> tuple[str, ...]:
    family, key = call.account
    return f"kept {role.of}", key, family, name


def _own(call: Call) -> list[Any]:
    """What the call itself said, as items of a conversation."""
    completion = call.operation.completion
    return completion.items(call.fields) if completion is not None else []


def _said(form: Representation, value: Mapping[str, Any]) -> list[Any]:
    """What was answered, as items: the list that has one for each part."""
    places = (at for at, each in form.binds if each.patterns)
    return [item for at in places for found in pointers.find(value, at) for item in found]
