"""Schemathesis' transport with another end: it writes requests as it always does, and a gate answers them."""

from __future__ import annotations

from typing import Any

import requests
from schemathesis.core.transport import Response
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from proofsheet.contracts.fuzz import conversion
from proofsheet.contracts.fuzz.conversion import Request
from proofsheet.contracts.fuzz.gate import Gate


class Transport:
    """What a schema sends with. Everything but sending is the transport's of `st run`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(REQUESTS_TRANSPORT, name)

    def send(self, case: Any, *, session: Any = None, **options: Any) -> Response:
        """Have a case answered. Sessions, redirects, certificates and timeouts are ours to decide."""
        written = prepared(case, {**(session.headers if session else {}), **(options.get("headers") or {})})
        exchange = self._gate.answer(conversion.request(written))
        return Response(
            status_code=exchange.status,
            headers=conversion.headers(exchange),
            content=exchange.body,
            request=written,
            elapsed=0.0,  # how long it took is no part of a contract, and nothing shall depend on it
            verify=False,
        )


def prepared(case: Any, headers: dict[str, str]) -> requests.PreparedRequest:
    """A case of schemathesis as it would be written to the wire."""
    written = REQUESTS_TRANSPORT.serialize_case(case, base_url=conversion.ORIGIN, headers=headers)
    return requests.Request(**written).prepare()


def readable(case: Any, headers: dict[str, str]) -> Request | None:
    """The same, read; None for what no client could write."""
    try:
        return conversion.request(prepared(case, headers))
    except (requests.RequestException, ValueError, TypeError):
        return None


def through(schema: Any, gate: Gate) -> None:
    """Make a loaded schema send through a gate, whoever asks it to: phases, checks and probes of checks."""
    transport = Transport(gate)
    # The transport is a property of the class, and made from the kind of application: there is no other seam.
    schema.__class__ = type("Gated", (type(schema),), {"transport": property(lambda self: transport)})
