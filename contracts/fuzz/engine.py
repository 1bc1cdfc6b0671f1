"""Schemathesis' engine, set up so that it reaches nothing but a gate and leaves nothing in your folder."""

from __future__ import annotations

import contextlib
import unittest
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.explore.hypothesis_storage import elsewhere
from proofsheet.contracts.fuzz import advice, conversion
from proofsheet.contracts.fuzz.document import as_read, has_links
from proofsheet.contracts.fuzz.gate import Barred, Gate
from proofsheet.spec.document import Document, Operation

JUDGED = "proofsheet_judged"  # our check among its checks
LISTED, DRAWN = 2, 2  # requests of an operation for each example: the enumerated ones, and with shrinking


@dataclass(frozen=True)
class Said:
    """What one of its checks said of one request: nothing, or what is wrong."""

    case: str  # schemathesis' id
    check: str
    message: str | None


@dataclass
class Engine:
    """Runs passes of phases: no connection, nothing printed, no thread left when a pass is over."""

    document: Document
    gate: Gate
    seed: int
    examples: int
    said: list[Said] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)  # operation ("" for all) to what it could not do
    _stream: Any = None
    _enumerated: Counter[str] | None = None

    def passes(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """How many requests each operation gets, and the pass itself.

        First what is enumerated, to the end; then what is drawn: that stops and shrinks at what is found.
        """
        yield LISTED * self.examples, lambda: self._run(("examples", "coverage"), carry_on=True)
        drawn = ("fuzzing", "stateful") if has_links(self.document) else ("fuzzing",)
        yield DRAWN * self.examples, lambda: self._run(drawn, carry_on=False)

    def stop(self) -> None:
        """Make no further request."""
        if self._stream is not None:
            self._stream.stop()

    def _run(self, phases: tuple[str, ...], carry_on: bool) -> None:
        import schemathesis.engine

        from proofsheet.contracts.fuzz import pictures

        with warnings.catch_warnings(), _check(self.gate), elsewhere():
            warnings.simplefilter("ignore")  # what it has to say of a document is for spec's own lint
            pictures.register()
            self._stream = schemathesis.engine.from_schema(self._schema(phases, carry_on)).execute()
            self._enumerated = Counter() if carry_on else None
            for event in self._stream:
                self.said += _said(event)
                self.broken.update(self._broken(event))

    def _schema(self, phases: tuple[str, ...], carry_on: bool) -> Any:
        import schemathesis.openapi
        from schemathesis.config import SchemathesisConfig

        from proofsheet.contracts.fuzz.transport import through

        config = SchemathesisConfig.from_dict(
            settings(self.document, self.seed, self.examples, phases, carry_on)
        )
        made = schemathesis.openapi.from_dict(as_read(self.document), config=config)
        through(made, self.gate)
        made.hooks.register_hook_with_name(self._filter, "filter_case")
        return made

    def _filter(self, context: Any, case: Any) -> bool:
        """Whether a case would be let through, asked before it is sent: a refusal at the gate is an error."""
        from proofsheet.contracts.fuzz.transport import readable

        operation: str = case.operation.definition.raw["operationId"]
        if not self.gate.is_open(operation):
            if self._enumerated is None:
                raise unittest.SkipTest("had its share")  # else it would draw on and on
            return False
        sent = readable(case, headers(self.document.operations[operation]))
        return sent is not None and self.gate.admits(sent) and self._is_listed(operation)

    def _is_listed(self, operation: str) -> bool:
        """Whether a case belongs to the first so many that are enumerated, all before one is sent."""
        if self._enumerated is None:
            return True
        self._enumerated[operation] += 1
        return self._enumerated[operation] <= LISTED * self.examples

    def _broken(self, event: Any) -> Iterator[tuple[str, str]]:
        error = getattr(event, "info", None)
        if error is not None and not isinstance(event.value, Barred):
            labels = {f"{each.method} {each.path}": each.id for each in self.document.operations.values()}
            yield labels.get(event.label, ""), f"{error.title}: {error.message}"


def settings(
    document: Document, seed: int, examples: int, phases: tuple[str, ...], carry_on: bool
) -> dict[str, Any]:
    """Its configuration. What is drawn depends on the seed alone, not on answers, files or source code."""
    every = ("examples", "coverage", "fuzzing", "stateful")
    return {
        "seed": seed,
        "generation": {"max-examples": examples, "database": "none"},
        "continue-on-failure": carry_on,
        "suppress-health-check": ["all"],
        "cache": {"enabled": False},
        "analysis": {"constants": {"enabled": False}},
        "phases": {name: _phase(name, name in phases) for name in every},
        "checks": {name: {"enabled": False} for name in advice.SILENT if name != "max_response_time"},
        "operations": [_operation(each) for each in document.operations.values()],
    }


def _phase(name: str, enabled: bool) -> dict[str, Any]:
    if name == "fuzzing":
        learns = {"extra-data-sources": {"responses": False}, "error-feedback": {"enabled": False}}
        return {"enabled": enabled, **learns}
    return {"enabled": enabled}


def _operation(operation: Operation) -> dict[str, Any]:
    # A request that costs money if it is granted is only made where it is refused.
    free = {"generation": {"mode": "negative"}, "phases": {"examples": {"enabled": False}}}
    only = {} if operation.cost is None else free
    return {"include-operation-id": operation.id, "headers": headers(operation), **only}


def headers(operation: Operation) -> dict[str, str]:
    """What each request of an operation brings along: whose it is, and something in the place of the key."""
    return {conversion.OPERATION: operation.id, **conversion.key_header(operation)}


@contextlib.contextmanager
def _check(gate: Gate) -> Iterator[None]:
    """Our judgement as one of its checks, so that it shrinks what we find."""
    import schemathesis.checks

    def proofsheet_judged(context: Any, response: Any, case: Any) -> None:
        asked = gate.asked.get(case.id)
        if asked is not None and asked.messages:
            raise AssertionError("\n".join(message for _, message in asked.messages))

    schemathesis.checks.CHECKS.register(proofsheet_judged)
    try:
        yield
    finally:
        schemathesis.checks.CHECKS.unregister(JUDGED)


def _said(event: Any) -> Iterator[Said]:
    recorder = getattr(event, "recorder", None)
    found: Mapping[str, Any] = recorder.checks if recorder else {}
    for case, checks in found.items():
        for each in checks:
            if each.name in advice.CHECKS:
                failed = each.failure_info
                yield Said(
                    case, each.name, failed.failure.message or failed.failure.title if failed else None
                )
