"""What each message of a client does: one function for each word of `does`, which yields what is sent."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.dialogue.session import Missing, new_id
from proofsheet.mockserver.dialogue.templates import Scene
from proofsheet.mockserver.dialogue.turn_detection import Detection, Turn
from proofsheet.mockserver.transcripts import invented
from proofsheet.spec import pointers, tokens
from proofsheet.spec.dialogue import HeardText, Received, Sound
from proofsheet.spec.schemas import Flaw


@dataclass(eq=False)
class CannotDo(Exception):
    """Why a message does nothing: a kind of error that the document words, and what is wrong.

    `event` is the id of a message that cannot be taken.
    """

    kind: str
    flaw: Flaw | None = None
    event: str | None = None


@dataclass(frozen=True)
class Ask:
    """That a reply is wanted, with settings of its own, if any."""

    overrides: Any = None


@dataclass(frozen=True)
class Interrupt:
    """That the reply under way is to stop."""


Messages = Iterator[Any]  # messages, an Ask or an Interrupt


def act(scene: Scene, received: Received) -> Messages:
    """What a message leads to. Raises CannotDo."""
    return _ACTIONS[received.does](scene, received)


def _subject(scene: Scene, received: Received) -> Any:
    return next(pointers.find(scene.message, received.at), None)


def _answers(scene: Scene, received: Received) -> Messages:
    for name in received.answers:
        yield scene.made(name)


def _update(scene: Scene, received: Received) -> Messages:
    scene.session.update(_subject(scene, received))
    sound = scene.dialogue.sound
    form = sound.heard.pick(scene.session.settings) if sound else ""
    audio_buffer = scene.session.audio_buffer
    if sound and form != audio_buffer.form:
        audio_buffer.clear()
        audio_buffer.form = form
    yield from _answers(scene, received)


def _add(scene: Scene, received: Received) -> Messages:
    item = {"id": f"{scene.dialogue.ids.item}{new_id()}", **received.defaults, **_subject(scene, received)}
    after = next(pointers.find(scene.message, received.after), None) if received.after else None
    if any(each.get("id") == item["id"] for each in scene.session.items):
        raise CannotDo("item-known", Flaw("item-known", pointers_name(received.at), {"value": item["id"]}))
    if received.pairs is not None and received.pairs.lacks(item, scene.session.items):
        name = next(pointers.find(item, received.pairs.by), None)
        raise CannotDo("call-missing", Flaw("call-missing", "", {"value": name}))
    try:
        before = scene.session.add(item, after)
    except Missing:
        raise _missing(after, received.after or ()) from None
    yield from _answers(scene.knowing(item=item, item_id=item["id"], item_before=before), received)


def pointers_name(at: tuple[str, ...]) -> str:
    """A place of a message as errors name it: `item.id`."""
    return ".".join(at)


def _missing(name: Any, at: tuple[str, ...]) -> CannotDo:
    return CannotDo("item-missing", Flaw("item-missing", pointers_name(at), {"value": name}))


def _found(scene: Scene, received: Received) -> dict[str, Any]:
    name = _subject(scene, received)
    try:
        return scene.session.item(name)
    except Missing:
        raise _missing(name, received.at) from None


def _view(scene: Scene, received: Received) -> Messages:
    item = _found(scene, received)
    yield from _answers(scene.knowing(item=item, item_id=item["id"]), received)


def _remove(scene: Scene, received: Received) -> Messages:
    item = _found(scene, received)
    scene.session.items.remove(item)
    yield from _answers(scene.knowing(item_id=item["id"]), received)


def _truncate(scene: Scene, received: Received) -> Messages:
    """What was not heard of an item is forgotten: the words of its sound."""
    item = _found(scene, received)
    *way, last = received.forgets or ("",)
    for part in pointers.find(item, tuple(way)):
        if isinstance(part, dict) and last in part:
            part[last] = None
    yield from _answers(scene.knowing(item_id=item["id"]), received)


def _hear(scene: Scene, received: Received) -> Messages:
    sound = _sound(scene)
    try:
        scene.session.audio_buffer.add(base64.b64decode(str(_subject(scene, received)), validate=True))
    except (binascii.Error, ValueError):
        raise CannotDo("sound-broken", Flaw("sound-broken", pointers_name(received.at))) from None
    by = _detection(scene, sound)
    for turn in scene.session.audio_buffer.turns(by) if by else ():
        yield from _turn(scene, sound, turn)
    yield from _answers(scene, received)


def _turn(scene: Scene, sound: Sound, turn: Turn) -> Messages:
    known = scene.knowing(item_id=_upcoming(scene), heard_start=turn.at, heard_end=turn.at)
    wants = _switches(scene, sound)
    if turn.kind == "started":
        yield from (known.made(name) for name in sound.started)
        if wants["interrupts"]:
            yield Interrupt()
        return
    yield from (known.made(name) for name in sound.stopped)
    yield from _committed(scene, sound)
    if wants["replies"]:
        yield Ask()


def _upcoming(scene: Scene) -> str:
    """The id of the item that is heard."""
    return f"{scene.dialogue.ids.item}{scene.session.upcoming}"


def _committed(scene: Scene, sound: Sound) -> Messages:
    session = scene.session
    name = _upcoming(scene)
    session.upcoming = new_id()
    text = _heard_text(scene)
    heard_ms = session.audio_buffer.clear()
    session.heard_ms += heard_ms
    known = scene.knowing(item_id=name)
    item = known.filled(scene.dialogue.items["heard"])
    before = session.add(item)
    known = known.knowing(item=item, item_before=before)
    yield from (known.made(each) for each in sound.committed)
    if text is not None and sound.transcribed is not None:
        yield from _transcribed(known, sound, sound.transcribed, text, heard_ms)


def _heard_text(scene: Scene) -> str | None:
    """What is written of what is heard; None where nobody wants it."""
    sound, heard = scene.dialogue.sound, scene.session.audio_buffer
    wanted = sound.transcribed if sound else None
    if wanted is None or not isinstance(scene.session.at(wanted.at), Mapping):
        return None
    peak = max(max(heard.kept, default=0), -min(heard.kept, default=0))
    return invented(heard.kept.tobytes(), heard.length / 1000, peak / 32768)


def _transcribed(scene: Scene, sound: Sound, wanted: HeardText, text: str, heard_ms: float) -> Messages:
    """The text of what was heard, in pieces and whole."""
    pieces, read = tokens.tokens(text), round(heard_ms / sound.heard_token)
    *way, last = wanted.sets
    for part in pointers.find(scene.said["$item"] if scene.said else None, tuple(way)):
        part[last] = text
    if wanted.pieces:
        yield from (scene.knowing(piece_text=each).made(wanted.pieces) for each in pieces)
    counts = {"usage_read": read, "usage_written": len(pieces), "usage_total": read + len(pieces)}
    yield scene.knowing(heard_text=text, **counts).made(wanted.whole)


def _commit(scene: Scene, received: Received) -> Messages:
    sound = _sound(scene)
    length = scene.session.audio_buffer.length
    if length < sound.least:
        raise CannotDo(
            "sound-short", Flaw("sound-short", "", {"limit": sound.least, "value": f"{length:.2f}"})
        )
    yield from _committed(scene, sound)


def _forget(scene: Scene, received: Received) -> Messages:
    scene.session.audio_buffer.clear()
    yield from _answers(scene, received)


def _reply(scene: Scene, received: Received) -> Messages:
    if scene.session.reply is not None:
        raise CannotDo("busy", Flaw("busy", "", {"value": scene.session.reply.id}))
    yield Ask(_subject(scene, received))


def _cancel(scene: Scene, received: Received) -> Messages:
    if scene.session.reply is None:
        raise CannotDo("idle")
    yield Interrupt()


def _sound(scene: Scene) -> Sound:
    if scene.dialogue.sound is None:
        raise CannotDo("sound-broken")
    return scene.dialogue.sound


def _detection(scene: Scene, sound: Sound) -> Detection | None:
    """How turns are told; None where the client tells them itself."""
    turns = scene.session.at(sound.turns.at)
    if not isinstance(turns, Mapping):
        return None

    def number(name: str) -> float:
        sent = next(pointers.find(turns, getattr(sound.turns, name)), None)
        if isinstance(sent, int | float) and not isinstance(sent, bool):
            return float(sent)
        return float(sound.turns.usual[name])

    return Detection(number("threshold"), number("silence"), number("padding"))


def _switches(scene: Scene, sound: Sound) -> dict[str, bool]:
    turns = scene.session.at(sound.turns.at)
    return {
        name: next(pointers.find(turns, getattr(sound.turns, name)), None) is not False
        for name in ("replies", "interrupts")
    }


_ACTIONS: Mapping[str, Callable[[Scene, Received], Messages]] = {
    "update": _update,
    "add": _add,
    "view": _view,
    "remove": _remove,
    "truncate": _truncate,
    "hear": _hear,
    "commit": _commit,
    "forget": _forget,
    "reply": _reply,
    "cancel": _cancel,
}
