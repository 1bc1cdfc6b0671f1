"""The life of a dialogue: the handshake through the gates, messages as they come, and how it ends."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.dialogue.actions import Ask, CannotDo, Interrupt, act
from proofsheet.mockserver.dialogue.handshake import chosen_protocol, refusal, refuse
from proofsheet.mockserver.dialogue.received import read_message
from proofsheet.mockserver.dialogue.replying import reply
from proofsheet.mockserver.dialogue.session import ReplyUnderWay, Session, merged, new_id
from proofsheet.mockserver.dialogue.templates import Scene
from proofsheet.mockserver.documents import Match, Served
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.journal_entries import entry, message_entry
from proofsheet.mockserver.refusal import Complaint, Refusal
from proofsheet.mockserver.replies import Reply
from proofsheet.mockserver.request import new_call
from proofsheet.mockserver.wording import complaints
from proofsheet.mockserver.writing import writing
from proofsheet.spec import pointers
from proofsheet.spec.dialogue import Received
from proofsheet.spec.shutdowns import day_of

LOOK_SECONDS = 0.25  # between two looks at the double's clock, which tests move
CUT = 1011  # the code with which a dialogue is cut
MOST_SESSIONS = 1_000  # that are shown
_TOO_LARGE = 1009
_MUCH = 32 * 1024  # characters that came, about which is worked in a thread


class Ended(Exception):
    """The connection is closed, by whomever."""


async def serve(double: Double, served: Served, match: Match, scope: Any, receive: Any, send: Any) -> None:
    """The whole life of one connection to an operation that is a dialogue."""
    call = new_call(served, match.parameters, {**scope, "method": "GET"}, double.settings.public_url)
    socket = WebSocket(scope, receive, send)
    dialogue = served.operation.dialogue
    assert dialogue is not None
    refused = await refusal(call, double)
    double.state.record(entry(call, refused or Reply(101, (), (b"",), call.operation.success.name), 0.0))
    if refused is not None:
        await refuse(socket, refused)
        return
    session = Session(f"{dialogue.ids.session}{new_id()}", double.state.now() + dialogue.lifetime)
    talk = _Talk(Scene(double, call, dialogue, session), socket)
    double.dialogues[session.id] = talk.scene
    if len(double.dialogues) > MOST_SESSIONS:
        double.dialogues.popitem(last=False)
    try:
        await socket.accept(chosen_protocol(dialogue, scope))
        await talk.run()
    except (Ended, WebSocketDisconnect):
        pass
    finally:
        session.is_open = False
        await talk.stop()


@dataclass
class _Talk:
    """One connection: what comes in is acted on in turn; a reply goes out meanwhile."""

    scene: Scene
    socket: WebSocket
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def session(self) -> Session:
        return self.scene.session

    async def run(self) -> None:
        """Say hello, then listen until the end. Raises Ended, WebSocketDisconnect."""
        scene = self.scene
        self.session.settings = scene.filled(scene.dialogue.settings)
        if scene.dialogue.sound:
            self.session.audio_buffer.form = scene.dialogue.sound.heard.pick(self.session.settings)
        await self._turn_away()
        for name in scene.dialogue.opens:
            await self._send(scene.made(name))
        while True:
            await self._take(await self._next())

    async def stop(self) -> None:
        """Nothing more is said."""
        for each in self.tasks:
            each.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _turn_away(self) -> None:
        """End what the document refuses once it is accepted."""
        call = self.scene.call
        about = {"headers": call.headers, "query": call.query, "protocols": self.socket.scope["subprotocols"]}
        today = day_of(self.scene.double.state.now())
        for each in self.scene.dialogue.refuses:
            if each.when.is_valid(about) and (
                each.begins is None or today >= date.fromisoformat(each.begins)
            ):
                await self._end(each.kind, each.close)

    async def _next(self) -> Any:
        """The next message, unless the session ends before."""
        coming = asyncio.ensure_future(self.socket.receive())
        try:
            while not coming.done():
                await asyncio.wait((coming,), timeout=LOOK_SECONDS)
                if not coming.done() and self.scene.double.state.now() >= self.session.ends:
                    await self._end(self.scene.dialogue.expired, self.scene.dialogue.close)
        finally:
            coming.cancel()
        message = coming.result()
        if message["type"] == "websocket.disconnect":
            raise Ended
        return message.get("text") if message.get("text") is not None else message.get("bytes", b"")

    async def _end(self, kind: str, code: int) -> None:
        """Say why, and close. Raises Ended."""
        said = await self._fail(self.scene, CannotDo(kind))
        with suppress(RuntimeError):
            await self.socket.close(code, said[:120])
        raise Ended

    async def _take(self, text: Any) -> None:
        self.session.received += 1
        self.session.size += len(text)
        scene = self.scene
        try:
            received, message = read_message(scene.dialogue, text)
        except CannotDo as cannot:
            named: Any = cannot.event
            for each in reversed(scene.dialogue.id):
                named = {each: named}
            await self._fail(replace(scene, message=named), cannot)
            if cannot.kind == "large":
                await self.socket.close(_TOO_LARGE)
                raise Ended from None
            return
        scene = replace(scene, message=message)
        scene.double.state.record(message_entry(scene.call, received.name, "received", message))
        try:
            for each in await self._acted(scene, received, len(text)):
                await self._do(scene, each)
        except CannotDo as cannot:
            await self._fail(scene, cannot)
        except (Ended, WebSocketDisconnect):
            raise
        except Exception:
            await self._crashed(scene)

    async def _acted(self, scene: Scene, received: Received, size: int) -> list[Any]:
        """What a message leads to; much sound is heard in a thread. Raises CannotDo."""
        if received.does == "hear" and size > _MUCH:  # a reply meanwhile looks at none of it
            return await asyncio.to_thread(lambda: list(act(scene, received)))
        return list(act(scene, received))

    async def _do(self, scene: Scene, wanted: Any) -> None:
        if isinstance(wanted, Ask):
            self._begin(scene, wanted)
        elif isinstance(wanted, Interrupt):
            if self.session.reply is not None:
                self.session.reply.is_cancelled = True
        else:
            await self._send(wanted)

    def _begin(self, scene: Scene, wanted: Ask) -> None:
        """Begin a reply, which is sent while more is listened to."""
        if self.session.reply is not None:
            return
        under_way = self.session.reply = ReplyUnderWay(f"{scene.dialogue.ids.reply}{new_id()}")
        task = asyncio.ensure_future(self._reply(scene, wanted, under_way))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _reply(self, scene: Scene, wanted: Ask, under_way: ReplyUnderWay) -> None:
        try:
            await self._say(scene, wanted, under_way)
        except CannotDo as cannot:
            await self._fail(scene, cannot)
        except (Ended, WebSocketDisconnect):
            pass  # nobody listens any more
        except Exception:
            await self._crashed(scene)
        finally:
            self.session.reply = None

    async def _crashed(self, scene: Scene) -> None:
        """Say in the API's own words that something of ours broke, if anybody listens."""
        if self.socket.application_state is WebSocketState.CONNECTED is self.socket.client_state:
            traceback.print_exc(file=sys.stderr)
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._fail(scene, CannotDo("crash"))

    async def _say(self, scene: Scene, wanted: Ask, under_way: ReplyUnderWay) -> None:
        overrides = wanted.overrides if isinstance(wanted.overrides, dict) else {}
        is_much = self.session.size > _MUCH
        call = await asyncio.to_thread(_asked, scene, overrides) if is_much else _asked(scene, overrides)
        state = scene.double.state
        if call.cost and not state.reserve(call.account, call.cost, call.id):
            raise CannotDo("short")
        sound, pace = _sound(scene, call.fields), scene.call.stream_pace
        apart = scene.dialogue.apart
        keeps = apart.alone is None or apart.alone not in pointers.find(overrides, apart.at)
        pauses, pieces = pace.pauses(scene.double.rng), 0
        written, is_whole = 0, False
        try:
            for each in reply(replace(scene, call=call), under_way, sound, keeps):
                if each.is_piece:
                    pieces += 1
                    await asyncio.sleep(0 if pace.is_immediate else next(pauses))
                    await self._break_off(scene, pieces)
                await self._send(each.value)
                written += each.tokens
            is_whole = not under_way.is_cancelled
        finally:
            self.session.heard_ms = 0.0
            if call.cost:  # what breaks off, or is cancelled, costs what was sent of it
                paid = call.cost if is_whole else min(call.cost_of(written), call.cost)
                state.settle(call.account, call.cost, True, paid, call.id)
                self.session.credits += float(paid)

    async def _break_off(self, scene: Scene, pieces: int) -> None:
        """End in the middle, if that is wanted. Raises Ended, CannotDo."""
        pace = scene.call.stream_pace
        if pace.cut is not None and pieces > pace.cut:
            await self.socket.close(CUT)
            raise Ended
        if pace.error is not None and pieces > pace.error:
            raise CannotDo("crash")

    async def _fail(self, scene: Scene, cannot: CannotDo) -> str:
        """Say what is wrong; returns the words."""
        flaws = (cannot.flaw,) if cannot.flaw else ()
        policy = scene.call.operation.policy
        said: list[Complaint] = complaints(policy, scene.call.key, Refusal("dialogue", cannot.kind, flaws))
        await self._send(replace(scene, complaints=said).made(scene.dialogue.error))
        return said[0].message or cannot.kind

    async def _send(self, value: Any) -> None:
        scene = self.scene
        name = str(next(pointers.find(value, scene.dialogue.name), ""))
        async with self.lock:
            await self.socket.send_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        self.session.sent += 1
        scene.double.state.record(message_entry(scene.call, name, "sent", value))


def _asked(scene: Scene, overrides: dict[str, Any]) -> Call:
    """A call that stands for a reply: its fields are the settings, as the message changes them, and items."""
    apart = scene.dialogue.apart.items
    own = next(pointers.find(overrides, apart), None) if apart else None
    items = own if isinstance(own, list) else scene.session.items
    known = {each.get("id"): each for each in scene.session.items}
    named = [known.get(each.get("id"), each) if isinstance(each, dict) else each for each in items]
    fields = {**merged(scene.session.settings, overrides), "items": named}
    call = replace(scene.call, fields=fields, writing=None)
    writing(call)
    return call


def _sound(scene: Scene, fields: Any) -> str | None:
    """The form in which a reply is spoken; None where it is written."""
    sound = scene.dialogue.sound
    if sound is None:
        return None
    at, word = sound.spoken_if
    wanted = next(pointers.find(fields, at), ())
    return str(sound.spoken.pick(fields)) if isinstance(wanted, list) and word in wanted else None
