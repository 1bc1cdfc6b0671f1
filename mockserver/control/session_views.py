"""The dialogues as the control surface shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.mockserver.double import Double


def sessions(double: Double) -> Iterator[dict[str, Any]]:
    """The dialogues that the control surface shows, the newest first."""
    for name, scene in reversed(double.dialogues.items()):
        session = scene.session
        yield {
            "id": name,
            "key": scene.call.label,
            "document": scene.call.operation.document,
            "operation": scene.call.operation.id,
            "open": session.is_open,
            "received": session.received,
            "sent": session.sent,
            "items": len(session.items),
            "credits": session.credits,
            "ends": session.ends,
        }
