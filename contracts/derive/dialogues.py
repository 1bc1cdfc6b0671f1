"""Dialogues over a WebSocket: one short talk in words, as cheap as can be, by the document's own examples."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from proofsheet.contracts.case import Case, ClientMessage, Request, Step
from proofsheet.contracts.checks.dialogues import (
    UNHEARD,
    Documented,
    ErrorGoesOn,
    HandshakeRefused,
    IsAnswered,
    Opens,
    PiecesAreWhole,
    ReplyInOrder,
    UsageOnce,
)
from proofsheet.contracts.derive.samples import plain_request
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import pointers
from proofsheet.spec.dialogue import Dialogue, Received
from proofsheet.spec.document import Operation

TOKENS = 200  # that a short talk reads and writes at most


def dialogues(source: Source, operation: Operation) -> Iterator[Derived]:
    """What is asked of an operation that opens a dialogue."""
    dialogue = operation.dialogue
    if dialogue is None:
        return
    yield from _handshake(source, operation)
    yield from _free(source, operation, dialogue)
    yield from _reply(source, operation, dialogue)


def _handshake(source: Source, operation: Operation) -> Iterator[Derived]:
    wrong = operation.outcomes.get(operation.policy.refusals.get("authenticate", ""))
    if wrong is None:
        return
    says = f"a wrong key is refused with {wrong.status}, before there is a WebSocket"
    wanted = source.requirement(operation, "dialogue.key", says, f"/responses/{wrong.status}", profile="free")
    expects = (HandshakeRefused(wanted.id, (wrong.status,)),)
    yield Derived(wanted, (_case(operation, "dialogue.key", (), expects, credential="wrong"),))


def _free(source: Source, operation: Operation, dialogue: Dialogue) -> Iterator[Derived]:
    """What costs nothing: how it opens, settings, items, errors; all in one dialogue."""
    found: list[tuple[Any, Any]] = []
    says = f"a dialogue opens with {', '.join(dialogue.opens)}"
    opens = source.requirement(operation, "dialogue.opens", says, "/x-dialogue/opens", profile="free")
    found.append((opens, Opens(opens.id)))
    form = _form(source, operation)
    found.append((form, Documented(form.id)))
    asked = [_await(dialogue, None, dialogue.opens)]
    for each in (one for one in dialogue.receives.values() if one.does in ("update", "add") and one.answers):
        says, at = (
            f"{each.name} is answered by {', '.join(each.answers)}",
            f"/x-dialogue/receives/{each.name}",
        )
        wanted = source.requirement(operation, f"dialogue.{each.name}", says, at, profile="free")
        found.append((wanted, IsAnswered(wanted.id, each.answers)))
        asked.append(_await(dialogue, each.example, each.answers))
    if update := _first(dialogue, "update"):
        says = "a message that there is not is answered by an error, and the dialogue goes on"
        error = source.requirement(operation, "dialogue.error", says, "/x-dialogue/error", profile="free")
        found.append((error, ErrorGoesOn(error.id, update.answers)))
        asked.append(_await(dialogue, _unheard(dialogue), (dialogue.error,)))
        asked.append(_await(dialogue, update.example, update.answers))
    case = _case(operation, "dialogue.talk", tuple(asked), tuple(expect for _, expect in found))
    yield from (Derived(wanted, (case,)) for wanted, _ in found)


def _reply(source: Source, operation: Operation, dialogue: Dialogue) -> Iterator[Derived]:
    add, ask = _first(dialogue, "add"), _first(dialogue, "reply")
    if add is None or ask is None:
        return
    at = "/x-dialogue/reply"
    order, pieces, usage = (
        source.requirement(operation, topic, says, at, profile="core")
        for topic, says in (
            ("dialogue.reply", "the messages of a reply come in their order, and name it"),
            ("dialogue.pieces", "the pieces of a text are the text"),
            ("dialogue.usage", "what a reply counts comes once, and adds up"),
        )
    )
    messages = (
        _await(dialogue, None, dialogue.opens),
        _await(dialogue, add.example, add.answers),
        _await(dialogue, ask.example, (dialogue.reply[-1].sends,)),
    )
    documented = Documented(_form(source, operation).id)  # of what is written, too
    expects = (ReplyInOrder(order.id), PiecesAreWhole(pieces.id), UsageOnce(usage.id), documented)
    cost = _price(operation)
    case = _case(operation, "dialogue.reply", messages, expects, cost=cost, pays=bool(cost))
    yield from (Derived(each, (case,)) for each in (order, pieces, usage))


def _form(source: Source, operation: Operation) -> Requirement:
    says = "every message is one of the document's"
    return source.requirement(operation, "dialogue.messages", says, "/x-dialogue/sends", profile="free")


def _first(dialogue: Dialogue, does: str) -> Received | None:
    return next((each for each in dialogue.receives.values() if each.does == does), None)


def _await(dialogue: Dialogue, message: Any, names: tuple[str, ...]) -> ClientMessage:
    """A message, and the last of those that are awaited; an error ends the waiting too."""
    awaited = (*names[-1:], dialogue.error)
    wire = (next(pointers.find(dialogue.sends[each].template.value, dialogue.name)) for each in awaited)
    return ClientMessage(message, frozenset(map(str, wire)))


def _unheard(dialogue: Dialogue) -> Any:
    return {dialogue.name[0]: UNHEARD, dialogue.id[0]: "proofsheet-1"}


def _price(operation: Operation) -> Decimal:
    """What a short talk costs at most, in credits."""
    cost, role = operation.cost, operation.resource
    if cost is None:
        return Decimal(0)
    name = next(
        (str(each.schema.get("example")) for each in operation.parameters if each.place == "query"), ""
    )
    return cost.of_tokens({}, role.of.items.get(name, {}) if role else {}, TOKENS, TOKENS)


def _case(
    operation: Operation,
    name: str,
    messages: tuple[ClientMessage, ...],
    expects: tuple[Any, ...],
    *,
    cost: Decimal = Decimal(0),
    pays: bool = False,
    **sent: Any,
) -> Case:
    plain: Request = plain_request(operation, {})
    request = Request(plain.operation, plain.path_params, query=plain.query, messages=messages, **sent)
    return Case(f"{operation.id}/{name}", operation.id, (Step(request, expects),), cost, pays)
