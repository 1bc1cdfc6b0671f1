"""A reply in a dialogue: the messages of its steps in order, piece by piece, to its end or cancelled."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from proofsheet.mockserver.choices import Part
from proofsheet.mockserver.dialogue.session import ReplyUnderWay, new_id
from proofsheet.mockserver.dialogue.templates import Scene
from proofsheet.mockserver.media.audio.pcm import PIECE_MS, spoken
from proofsheet.spec.completion import CANCELLED
from proofsheet.spec.dialogue import Step


@dataclass
class Item:
    """One of the things that a reply says: a text, spoken or written, or a tool to be called."""

    part: Part
    kind: str  # written | spoken | call
    id: str
    said: list[str] = field(default_factory=list)
    shown: Any = None  # the item as it stands in the conversation

    @property
    def text(self) -> str:
        return "".join(self.said)

    def is_of(self, step: Step) -> bool:
        """Whether a step is gone through for it."""
        return step.of in ("item", self.kind) or (step.of == "message" and self.kind != "call")


@dataclass(frozen=True)
class Sent:
    """A message, whether it hands over a piece, before which a pause may be due, and the tokens of that."""

    value: Any
    is_piece: bool = False
    tokens: int = 0  # that were written for it


def reply(scene: Scene, under_way: ReplyUnderWay, sound: str | None, keeps: bool) -> Iterator[Sent]:
    """The messages of a reply to what was said; `sound` is the form in which it is spoken, if it is.

    What it says is added to the conversation if it `keeps` it. It looks at `under_way` before each piece.
    """
    choice = scene.call.writing.choices[0]
    ids = scene.dialogue.ids
    items = [Item(each, _kind(each, sound), f"{ids.item}{new_id()}") for each in choice.parts]
    for group in scene.dialogue.steps():
        if group[0].of is None:
            finish = CANCELLED if under_way.is_cancelled else choice.finish
            writing = scene.call.writing
            status, reason = writing.finishes[finish], writing.causes.get(finish)
            known = scene.knowing(reply_id=under_way.id, reply_status=status, reply_reason=reason)
            yield Sent(_outer(known, group[0], items))
            continue
        for index, item in enumerate(items):
            is_cut = choice.finish == "length" and index == len(items) - 1
            yield from _item(scene, under_way, group, item, index, sound, keeps, is_cut)


def _kind(part: Part, sound: str | None) -> str:
    return "call" if part.tool else "spoken" if sound else "written"


def _outer(scene: Scene, step: Step, items: Sequence[Item]) -> Any:
    """A message of the reply as a whole, with what it has said by then and what that comes to."""
    said = [each for each in items if each.shown is not None]
    sound = scene.dialogue.sound
    spoken_ms = sum(len(each.said) * PIECE_MS for each in said if each.kind == "spoken")
    audio = int(spoken_ms // sound.spoken_token) if sound else 0
    heard = round(scene.session.heard_ms / sound.heard_token) if sound else 0
    written, read = sum(len(each.said) for each in said), scene.call.writing.prompt_tokens
    counts = {"usage_heard": heard, "usage_spoken": audio, "usage_read": read, "usage_written": written}
    counts |= {"usage_prompt": read + heard, "usage_completion": written + audio}
    counts["usage_total"] = counts["usage_prompt"] + counts["usage_completion"]
    return scene.knowing(reply_items=[each.shown for each in said], **counts).made(step.sends)


def _item(
    scene: Scene,
    under_way: ReplyUnderWay,
    steps: Sequence[Step],
    item: Item,
    index: int,
    sound: str | None,
    keeps: bool,
    is_cut: bool,
) -> Iterator[Sent]:
    if under_way.is_cancelled:
        return
    before = scene.session.before({"id": item.id})
    tool = item.part.tool
    known = scene.knowing(reply_id=under_way.id, reply_index=index, item_id=item.id, item_before=before)
    if tool:
        known = known.knowing(reply_name=tool.name, reply_call=tool.id)
    for step in steps:
        if not item.is_of(step):
            continue
        if step.pieces:
            yield from _pieces(known, under_way, step, item, sound)
            continue
        is_whole = len(item.said) == len(item.part.tokens) and not is_cut
        status = scene.call.writing.finishes["stop" if is_whole else "length"]
        bound = known.knowing(reply_text=item.text, reply_arguments=item.text, item_status=status)
        if step.item:
            item.shown = bound.filled(scene.dialogue.items[step.item])
            bound = bound.knowing(item=item.shown)
            _keep(scene, item, keeps)
        yield Sent(bound.made(step.sends))


def _keep(scene: Scene, item: Item, keeps: bool) -> None:
    if not keeps:
        return
    items = scene.session.items
    for number, each in enumerate(items):
        if each.get("id") == item.id:
            items[number] = item.shown
            return
    scene.session.add(item.shown)


def _pieces(
    scene: Scene, under_way: ReplyUnderWay, step: Step, item: Item, sound: str | None
) -> Iterator[Sent]:
    """A message for each piece; of sound, for what has been said of the text by then."""
    if step.pieces == "audio":
        for each in item.said:
            data = base64.b64encode(spoken(each, sound or "pcm16")).decode()
            yield Sent(scene.knowing(piece_audio=data).made(step.sends), is_piece=True)
        return
    for each in item.part.tokens:
        if under_way.is_cancelled:
            return
        item.said.append(each)
        yield Sent(scene.knowing(piece_text=each).made(step.sends), is_piece=True, tokens=1)
