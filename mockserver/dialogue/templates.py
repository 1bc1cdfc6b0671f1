"""The messages that the server sends: templates of the document with values of the dialogue filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from proofsheet.mockserver.answer_templates import json_of
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.dialogue.session import Session, new_id
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.refusal import Complaint
from proofsheet.mockserver.sources import Context
from proofsheet.mockserver.written_values import Place
from proofsheet.spec import pointers
from proofsheet.spec.dialogue import Dialogue, Template


@dataclass(frozen=True)
class Scene:
    """Whose dialogue it is, and what is spoken of just now: `said` are values by their expressions."""

    double: Double
    call: Call
    dialogue: Dialogue
    session: Session
    message: Any = None  # that was received
    said: Mapping[str, Any] | None = None
    complaints: Sequence[Complaint] = ()

    def knowing(self, **values: Any) -> Scene:
        """The same with more values: item, item_before, reply_id, piece_audio …"""
        more = {f"${name.replace('_', '.', 1)}": each for name, each in values.items()}
        return replace(self, said={**(self.said or {}), **more})

    def filled(self, template: Template) -> Any:
        """A template's value with everything bound."""
        return json_of(self.call.served.compiled.templates, template, self._context())

    def made(self, name: str) -> Any:
        """The message of a name."""
        return self.filled(self.dialogue.sends[name].template)

    def find(self, text: str) -> list[Any]:
        """The value of an expression of the dialogue; nothing where there is none."""
        if text.startswith("$message"):
            at = pointers.split(text.partition("#")[2])
            return list(pointers.find(self.message, at))[:1]
        if text.startswith("$reply.settings#"):
            return list(pointers.find(self.call.fields, pointers.split(text.partition("#")[2])))[:1]
        own: Mapping[str, Callable[[], Any]] = {
            "$event.id": new_id,
            "$session.id": lambda: self.session.id,
            "$session.settings": lambda: self.session.settings,
            "$session.expires": lambda: self.session.ends,
        }
        if text in own:
            return [own[text]()]
        known = self.said or {}
        return [known[text]] if text in known else []

    def _context(self) -> Context:
        call = self.call
        written = call.writing
        return Context(
            call=call,
            status=200,
            complaints=self.complaints,
            balance=partial(self.double.state.balance, call.account),
            now=self.double.state.now,
            place=Place(written) if written else None,
            resource=call.resource,
            dialogue=self.find,
        )
