"""A message as it comes: which of the document's it is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from proofsheet.mockserver.dialogue.actions import CannotDo
from proofsheet.mockserver.request import read_json
from proofsheet.spec import pointers
from proofsheet.spec.dialogue import Dialogue, Received
from proofsheet.spec.schemas import Flaw, Schema


def read_message(dialogue: Dialogue, text: Any) -> tuple[Received, Any]:
    """A message, and what it is. Raises CannotDo."""
    if len(text) > dialogue.largest:
        raise CannotDo("large", Flaw("large", "", {"limit": dialogue.largest}))
    try:
        message = read_json(text.encode()) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise CannotDo("broken")
    sent = next(pointers.find(message, dialogue.id), None)
    event = sent if isinstance(sent, str) else None  # what is no name is named back to nobody
    name = next(pointers.find(message, dialogue.name), None)
    at = ".".join(dialogue.name)
    if name is None:
        raise CannotDo("unnamed", Flaw("unnamed", at), event)
    if not isinstance(name, str):
        flaw = Schema({"type": "string"}).flaws(name)[0]
        raise CannotDo("type", replace(flaw, field=at, path=dialogue.name), event)
    received = dialogue.receives.get(name)
    if received is None:
        listed = ", ".join(f"'{each}'" for each in dialogue.receives)
        raise CannotDo("unknown", Flaw("unknown", at, {"value": name, "listed": listed}), event)
    if flaws := received.payload.flaws(message):
        raise CannotDo(flaws[0].kind, flaws[0], event)
    return received, message
