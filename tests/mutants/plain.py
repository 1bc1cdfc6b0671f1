"""What plain schemathesis sees of a mutant: default checks, the same document, the same wire in this process.

A finding is (operation, check). What it says of the clean mock, with the same seed, is noise and left out.
"""

from __future__ import annotations

import asyncio
import copy
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

from mutants.catalogue import Mutant
from mutants.relay import Relay, Sent, made
from mutants.trial import KEY, mutated, site, true_document

EXAMPLES = 5  # for each operation and phase


class Relayed:
    """A relay and what is behind it as an ASGI application."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        got = await asyncio.to_thread(self._relay.answer, _sent(scope, body))
        headers = [(name.encode(), value.encode("latin-1")) for name, value in got.headers]
        await send({"type": "http.response.start", "status": got.status, "headers": headers})
        await send({"type": "http.response.body", "body": got.body})


def _sent(scope: Any, body: bytes) -> Sent:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    path = (scope.get("raw_path") or scope["path"].encode()) + query
    headers = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
    return Sent(scope["method"], path.decode("latin-1"), tuple(headers), body)


def findings(mutant: Mutant) -> list[str]:
    """The checks that fail for a mutant and not for the clean mock, each with how many operations."""
    relay = Relay(site(mutated(mutant), 1, **mutant.settings), made(mutant.damage) if mutant.damage else None)
    checks: dict[str, int] = {}
    for _, check in sorted(_run(relay, mutant.document) - noise(mutant.document)):
        checks[check] = checks.get(check, 0) + 1
    return [f"{check} ×{count}" if count > 1 else check for check, count in checks.items()]


@cache
def noise(document: str) -> frozenset[tuple[str, str]]:
    """What schemathesis has against the clean mock."""
    return frozenset(_run(Relay(site(true_document(document), 1)), document))


def _run(relay: Relay, document: str) -> set[tuple[str, str]]:
    import schemathesis.engine
    import schemathesis.openapi
    from schemathesis.config import SchemathesisConfig

    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {"Authorization": f"Bearer {KEY}"},
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "suppress-health-check": ["all"],
        }
    )
    raw = copy.deepcopy(dict(true_document(document).source))
    raw["servers"] = [{"url": "/"}]
    schema = schemathesis.openapi.from_dict(raw, config=config)
    schema.app = Relayed(relay)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = set(_failed(schemathesis.engine.from_schema(schema).execute()))
    relay.close()
    return found


def _failed(events: Any) -> Iterator[tuple[str, str]]:
    for event in events:
        recorder = getattr(event, "recorder", None)
        for case, checks in recorder.checks.items() if recorder else ():
            for check in checks:
                if check.failure_info is not None:
                    yield recorder.cases[case].value.operation.label, check.name
