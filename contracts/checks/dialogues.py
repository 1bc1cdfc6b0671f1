"""What is expected of a dialogue over a WebSocket: messages as documented, in their order, of one reply."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from proofsheet.contracts.checks.extraction import excerpt
from proofsheet.contracts.checks.written import adds_up, place
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.spec import pointers
from proofsheet.spec.dialogue import Dialogue, Message

UNHEARD = "xyz.proofsheet"  # a message that no API has
_MOST_SAID = 3
_WRITTEN = ("item", "message", "written")  # the steps of a thing that is written


class OfDialogue(Expectation):
    """Something expected of a dialogue that was opened."""

    def findings(self, answer: Answer) -> Iterator[str]:
        dialogue = answer.operation.dialogue
        if answer.exchange.status != 101 or dialogue is None:
            yield f"expected 101 and a dialogue, came {answer.exchange.status} {excerpt(answer.exchange)}"
            return
        yield from self.of_dialogue(dialogue, answer.exchange.messages)
        if answer.exchange.closed is not None:
            yield f"the target closed the connection with {answer.exchange.closed}"

    @abstractmethod
    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        """What is wrong with the messages that came, one sentence each."""


@dataclass(frozen=True)
class Opens(OfDialogue):
    """It begins with the messages that open it."""

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        came = [name_of(dialogue, each) for each in messages[: len(dialogue.opens)]]
        if came != [_wire(dialogue, each) for each in dialogue.opens]:
            yield f"expected {', '.join(dialogue.opens)} first, came {', '.join(map(str, came)) or 'nothing'}"


@dataclass(frozen=True)
class Documented(OfDialogue):
    """Every message is one of the document's, of the form that it has there, with an id of its own."""

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        for each in [each for each in messages if not _known(dialogue, each)][:_MOST_SAID]:
            known = named(dialogue, each)
            flaws = known[0].payload.flaws(each) if known else []
            why = f"{flaws[0].field}: {flaws[0].kind}" if flaws else "no message of the document"
            yield f"{name_of(dialogue, each)}: {why}: {str(each)[:120]}"
        ids = [next(pointers.find(each, dialogue.id), None) for each in messages]
        own = {each for each in ids if isinstance(each, str)}
        if len(own) != len(ids):
            yield f"expected an id of its own for each message, came {len(own)} for {len(ids)}"


@dataclass(frozen=True)
class IsAnswered(OfDialogue):
    """A message of the client's is answered by these, in this order."""

    names: tuple[str, ...]

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        wanted = [_wire(dialogue, each) for each in self.names]
        came = [name for each in messages if (name := name_of(dialogue, each)) in wanted]
        if came[: len(wanted)] != wanted:
            yield f"expected {', '.join(wanted)}, came {', '.join(came) or 'none of them'}"


@dataclass(frozen=True)
class ReplyInOrder(OfDialogue):
    """The messages of a reply come in the order of its steps, all those of an item, and name one reply."""

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        found = of_reply(dialogue, messages)
        if not found:
            yield "no message of a reply came"
            return
        came = [name for name, _ in groupby(name for name, _ in found)]
        wanted = _order(dialogue)
        if (
            came != [each for each in wanted if each in came]
            or wanted[0] != came[0]
            or wanted[-1] != came[-1]
        ):
            yield f"expected the messages of a reply in the order {', '.join(wanted)}, came {', '.join(came)}"
        if lost := [each for each in dict.fromkeys(_of_items(dialogue)) if each not in came]:
            yield f"expected {', '.join(lost)} of what is written, came none"
        ids = {str(each) for _, each in found}
        if len(ids) > 1:
            yield f"expected one id of the reply in all of them, came {', '.join(sorted(ids)[:_MOST_SAID])}"


@dataclass(frozen=True)
class PiecesAreWhole(OfDialogue):
    """The pieces of a text are the text."""

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        pieces = "".join(str(each) for each in _values(dialogue, messages, "$piece.text"))
        wholes = {str(each) for each in _values(dialogue, messages, "$reply.text")}
        if not pieces:
            yield "no piece of any text came"
        for each in sorted(wholes - {pieces}):
            yield f"the pieces are {pieces[:80]!r}, the whole is {each[:80]!r}"


@dataclass(frozen=True)
class UsageOnce(OfDialogue):
    """The usage comes once, and adds up."""

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        counts = [
            list(_values(dialogue, messages, f"$usage.{name}")) for name in ("prompt", "completion", "total")
        ]
        if [len(each) for each in counts] != [1, 1, 1]:
            yield f"expected the usage once, came {len(counts[2])} times"
            return
        yield from adds_up([each[0] for each in counts])


@dataclass(frozen=True)
class ErrorGoesOn(OfDialogue):
    """What is wrong is said in a message, and the dialogue goes on: the next message is answered."""

    answers: tuple[str, ...]

    def of_dialogue(self, dialogue: Dialogue, messages: Sequence[Any]) -> Iterator[str]:
        names = [name_of(dialogue, each) for each in messages]
        error = _wire(dialogue, dialogue.error)
        if error not in names:
            yield f"expected {error} for a message that there is not, came {', '.join(map(str, names))}"
        elif not set(self.answers) <= set(names[names.index(error) :]):
            yield f"expected {', '.join(self.answers)} after the error, came nothing"


@dataclass(frozen=True)
class HandshakeRefused(Expectation):
    """A wrong credential is refused before the connection is a WebSocket."""

    statuses_expected: tuple[int, ...]

    def findings(self, answer: Answer) -> Iterator[str]:
        if answer.exchange.status not in self.statuses_expected:
            wanted = " or ".join(map(str, self.statuses_expected))
            yield f"expected {wanted}, came {answer.exchange.status}"


def name_of(dialogue: Dialogue, message: Any) -> str | None:
    """What a message is called on the wire."""
    found = next(pointers.find(message, dialogue.name), None) if isinstance(message, dict) else None
    return found if isinstance(found, str) else None


def named(dialogue: Dialogue, message: Any) -> list[Message]:
    """The messages of the document that go by the name of one: several may."""
    name = name_of(dialogue, message)
    return [each for each in dialogue.sends.values() if name_of(dialogue, each.template.value) == name]


def of_reply(dialogue: Dialogue, messages: Sequence[Any]) -> list[tuple[str, Any]]:
    """The messages that name a reply: each with its name, and the id of that."""
    known = ((each, named(dialogue, each)) for each in messages)
    places = ((each, place(found[0].template.binds, "$reply.id")) for each, found in known if found)
    return [
        (str(name_of(dialogue, each)), next(pointers.find(each, at), None))
        for each, at in places
        if at is not None
    ]


def _known(dialogue: Dialogue, message: Any) -> bool:
    return any(each.payload.is_valid(message) for each in named(dialogue, message))


def _wire(dialogue: Dialogue, name: str) -> str:
    return str(name_of(dialogue, dialogue.sends[name].template.value))


def _order(dialogue: Dialogue) -> list[str]:
    """The names of the steps of a written reply that name it, in their order."""
    return [name for name, _ in groupby(_names(dialogue, (None, *_WRITTEN)))]


def _of_items(dialogue: Dialogue) -> Iterator[str]:
    """Those of them that are gone through for each thing that is written."""
    return _names(dialogue, _WRITTEN)


def _names(dialogue: Dialogue, of: Sequence[str | None]) -> Iterator[str]:
    for each in dialogue.reply:
        bound = place(dialogue.sends[each.sends].template.binds, "$reply.id")
        if each.of in of and bound is not None:
            yield _wire(dialogue, each.sends)


def _values(dialogue: Dialogue, messages: Sequence[Any], source: str) -> Iterator[Any]:
    """What stands in messages where an expression is filled in."""
    for each in messages:
        for known in named(dialogue, each)[:1]:
            if (at := place(known.template.binds, source)) is not None:
                yield from list(pointers.find(each, at))[:1]
