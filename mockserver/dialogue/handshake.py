"""The handshake of a dialogue: what refuses it, as any call is refused, and the protocol that is chosen."""

from __future__ import annotations

from typing import Any

from starlette.websockets import WebSocket

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.forcing import CannotForce, forced
from proofsheet.mockserver.gates import admit
from proofsheet.mockserver.refusal import Refusal
from proofsheet.mockserver.replies import Reply, problem
from proofsheet.mockserver.replies import reply as http_reply
from proofsheet.mockserver.wording import complaints
from proofsheet.spec.dialogue import Dialogue


async def refusal(call: Call, double: Double) -> Reply | None:
    """What the handshake is refused with; None where it is admitted."""
    try:
        wanted = forced(call, double)
        if wanted.outcome and wanted.outcome != call.operation.success.name:
            return await http_reply(call, double, wanted.outcome, ())
        admit(call, double)
    except CannotForce as wrong:
        return problem(400, "cannot force this", str(wrong))
    except Refusal as no:
        policy = call.operation.policy
        said = complaints(policy, call.key, no)
        return await http_reply(call, double, no.outcome_of(policy), (), said)
    return None


async def refuse(socket: WebSocket, made: Reply) -> None:
    """Answer the handshake with a status, where the server can; otherwise close."""
    await socket.receive()  # websocket.connect
    if "websocket.http.response" not in socket.scope.get("extensions", {}):
        await socket.close(1008)
        return
    start = {"type": "websocket.http.response.start", "status": made.status, "headers": made.headers}
    await socket.send(start)
    await socket.send({"type": "websocket.http.response.body", "body": made.body})


def chosen_protocol(dialogue: Dialogue, scope: Any) -> str | None:
    """The first subprotocol that is offered and known."""
    offered = scope.get("subprotocols", ())
    return next((each for each in dialogue.protocols if each in offered), None)
