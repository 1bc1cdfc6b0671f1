"""Answers that are kept under their ids, with what was said before them; each account has its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from proofsheet.mockserver import later_answers
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.listings import Listing, items_listed
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.tasks.pace import Pace
from proofsheet.spec import pointers
from proofsheet.spec.document import Representation
from proofsheet.spec.kept import Form, Kept
from proofsheet.spec.schemas import Flaw
from proofsheet.spec.turns import Turns


def recall(call: Call, double: Double) -> None:
    """Look for the kept answer that a call names, before anything depends on it."""
    role = call.operation.kept
    name = _named(call, role)
    if role is not None and name is not None:
        packed = double.state.recall(_place(call, role, name))
        call.kept = None if packed is None else json.loads(packed)
        if call.kept and call.kept["later"]:
            if role.is_look and call.kept["later"]["looks"] is not None:
                call.kept["later"]["looks"] += 1
                _remember(call, double, role, name, call.kept)
            _show(call, double)


def kept(call: Call, double: Double) -> None:
    """The gate: the answer that a call names is kept."""
    role = call.operation.kept
    name = _named(call, role)
    if role is not None and role.id is not None and name is not None and call.kept is None:
        kind = "earlier" if role.keeps or call.operation.completion else "missing"
        raise Refusal("kept", kind, (Flaw(kind, role.id.text.rpartition("/")[2], {"value": name}),))
    if role is not None and role.moves is not None and call.kept and not call.kept["later"]:
        raise Refusal("kept", "unfit", (Flaw("unfit", "", {"value": name}),))


def move(call: Call, double: Double) -> None:
    """Bring the kept answer that a call names to another state, unless it is there by now."""
    role = call.operation.kept
    name = _named(call, role)
    if role is None or role.moves is None or name is None or not call.kept:
        return
    if later_answers.state(call.kept["later"], double.state.now()) is not None:
        call.kept["later"]["moved"] = role.moves
        _remember(call, double, role, name, call.kept)
        _show(call, double)


def _show(call: Call, double: Double) -> None:
    """Let the call see the kept answer as it stands now."""
    known = call.kept
    shown = later_answers.shown(known["answer"], known["later"], double.state.now())
    call.kept = {**known, "shown": shown}


def _remember(call: Call, double: Double, role: Kept, name: str, record: Mapping[str, Any]) -> None:
    packed = json.dumps(record).encode()  # of which the state holds only so many bytes
    double.state.remember(_place(call, role, name), packed, record["seconds"])


def keep(call: Call, double: Double, form: Representation, value: Any, pace: Callable[[], Pace]) -> Any:
    """Keep the answer of a call, or let go of the one that it deletes; returns it as it is shown now."""
    role = call.operation.kept
    name = _named(call, role)
    if role is not None and role.deletes and name is not None:
        double.state.forget(_place(call, role, name))
    if role is None or role.keeps is None or not role.keeps.when.is_valid(call.known_fields):
        return value
    id = next(pointers.find(value, role.keeps.id), None)
    read = [*call.earlier, *_own(call)]
    wanted, now = role.keeps.later, double.state.now()
    is_later = wanted is not None and wanted.when.is_valid(call.known_fields)
    later = later_answers.begun(wanted, pace(), now) if wanted and is_later else None
    record = {
        "answer": value,
        "items": [*read, *_said(form, value)],
        "read": len(read),
        "later": later,
        "seconds": role.keeps.seconds,
    }
    _remember(call, double, role, str(id), record)
    return later_answers.shown(value, later, now) if later else value


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
