"""What plain schemathesis sees of a mutant: default checks, the same document, the same wire in this process.

A finding is (operation, check), or (operation, "error") where it could not go on. What it finds in the
clean mock with the same seed is noise, and left out. It goes on after a finding, so that none hides
another; and the mock's clock moves with each request, so that the limit of requests does not hide the
rest.
"""

from __future__ import annotations

import asyncio
import copy
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from mutants.catalogue import Mutant
from mutants.judging import CREDITS, KEY, PACE, mutated, site, true_document
from mutants.relay import Damage, Relay, Sent, made

from proofsheet.mockserver.app import Site
from proofsheet.spec.document import Document

EXAMPLES = 5  # for each operation in each phase; its own default is 100


@dataclass(frozen=True)
class Seen:
    """What it found, as (operation, check), how many requests it took and what they would have cost."""

    failed: frozenset[tuple[str, str]]
    requests: int = 0
    spent: float = 0.0  # credits


class Relayed:
    """A relay and what is behind it as an ASGI application; `pause` is called before each request."""

    def __init__(self, relay: Relay, pause: Callable[[], None]) -> None:
        self._relay, self._pause = relay, pause
        self.requests = 0
        self.broke: Exception | None = None  # the relay itself, which is no finding

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self._pause()
        self.requests += 1
        try:
            got = await asyncio.to_thread(self._relay.answer, _sent(scope, body))
        except Exception as error:
            self.broke = error
            raise
        headers = [(name.encode(), value.encode("latin-1")) for name, value in got.headers]
        await send({"type": "http.response.start", "status": got.status, "headers": headers})
        await send({"type": "http.response.body", "body": got.body})


def _sent(scope: Any, body: bytes) -> Sent:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    path = (scope.get("raw_path") or scope["path"].encode()) + query
    headers = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
    return Sent(scope["method"], path.decode("latin-1"), tuple(headers), body)


def about() -> dict[str, Any]:
    """The version, how it is asked, and what it does and finds on the clean mock."""
    seen = noise("stability")
    return {
        "version": version("schemathesis"),
        "examples": EXAMPLES,
        "requests": seen.requests,
        "credits": round(seen.spent, 1),
        "noise": [f"{check} of {operation}" for operation, check in sorted(seen.failed)],
    }


def findings(mutant: Mutant) -> list[str]:
    """The checks that fail for a mutant and not for the clean mock, each with how many operations."""
    served = site(mutated(mutant), 1, **mutant.settings)
    seen = _judged(served, made(mutant.damage) if mutant.damage else None, mutant.document)
    checks = Counter(check for _, check in seen.failed - noise(mutant.document).failed)
    return [f"{check} ×{count}" if count > 1 else check for check, count in sorted(checks.items())]


@cache
def noise(document: str) -> Seen:
    """What schemathesis has against the clean mock."""
    return _judged(site(true_document(document), 1), None, document)


def _judged(served: Site, harm: Damage | None, document: str) -> Seen:
    with Relay(served, harm) as relay:
        app = Relayed(relay, lambda: served.double.state.move_clock(PACE))
        failed = frozenset(_run(app, true_document(document)))
    if app.broke:
        raise app.broke
    return Seen(failed, app.requests, float(CREDITS - (served.double.state.balance(KEY) or CREDITS)))


def _run(app: Relayed, document: Document) -> Iterator[tuple[str, str]]:
    import schemathesis.engine
    import schemathesis.openapi
    from schemathesis.config import SchemathesisConfig

    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "headers": {"Authorization": f"Bearer {KEY}"},
            "continue-on-failure": True,
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "suppress-health-check": ["all"],
        }
    )
    raw = copy.deepcopy(dict(document.source))
    raw["servers"] = [{"url": "/"}]
    schema = schemathesis.openapi.from_dict(raw, config=config)
    schema.app = app
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for event in schemathesis.engine.from_schema(schema).execute():
            yield from _failed(event)


def _failed(event: Any) -> Iterator[tuple[str, str]]:
    from schemathesis.engine.events import FatalError, NonFatalError

    if isinstance(event, FatalError):
        raise event.exception
    if isinstance(event, NonFatalError):
        yield event.label, "error"
    recorder = getattr(event, "recorder", None)
    for case, checks in recorder.checks.items() if recorder else ():
        for check in checks:
            if check.failure_info is not None:
                yield recorder.cases[case].value.operation.label, check.name
