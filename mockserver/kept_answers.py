"""Answers that are kept under their ids, with what was said before them; each account has its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from proofsheet.mockserver.call import Call, Refusal
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.listings import Listing, items_listed
from proofsheet.spec import pointers
from proofsheet.spec.completion import Turns
from proofsheet.spec.document import Representation
from proofsheet.spec.kept import Form, Kept
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
    read = [*call.earlier, *_own(call)]
    record = {"answer": value, "items": [*read, *_said(form, value)], "read": len(read)}
    packed = json.dumps(record).encode()  # of which the state holds only so many bytes
    double.state.remember(_place(call, role, str(id)), packed, role.keeps.seconds)


def _named(call: Call, role: Kept | None) -> str | None:
    found = call.evaluate(role.id) if role is not None and role.id is not None else None
    return found if isinstance(found, str) else None


def _place(call: Call, role: Kept, name: str) -> tuple[str, ...]:
    family, key = call.account
    return f"kept {role.of}", key, family, name


def listed(call: Call) -> Listing | None:
    """The items that the kept answer which a call names was made of, where it lists them."""
    role = call.operation.kept
    if role is None or role.lists is None or call.kept is None:
        return None
    return items_listed(call.evaluate, role.lists, call.kept["items"][: call.kept["read"]])


def _own(call: Call) -> list[Any]:
    """What the call itself said, as items of a conversation."""
    completion, role = call.operation.completion, call.operation.kept
    items = completion.items(call.fields) if completion is not None else []
    form = role.keeps.form if role and role.keeps else None
    if form is None or completion is None or completion.turns is None:
        return items
    turns = completion.turns
    return [_formed(each, form, turns, f"{call.id}{number:04x}") for number, each in enumerate(items)]


def _formed(item: Any, form: Form, turns: Turns, id: str) -> Any:
    """An item with what it left out: its kind, its role, its text as a part, an id."""
    kind = item.get(turns.kind or "") or form.kind
    made: dict[str, Any] = {turns.kind or "": kind, **form.members, **item}
    if kind == form.kind:
        made.setdefault(turns.role, form.role)
        text = made.get(turns.content)
        if isinstance(text, str):
            part = form.parts.get(made[turns.role], form.parts[form.role])
            made[turns.content] = [{turns.kind or "": part, turns.text or "": text}]
    if kind in form.ids and not made.get("id"):
        made["id"] = form.ids[kind] + id
    return made


def _said(form: Representation, value: Mapping[str, Any]) -> list[Any]:
    """What was answered, as items: the list that has one for each part."""
    places = (at for at, each in form.binds if each.patterns)
    return [item for at in places for found in pointers.find(value, at) for item in found]
