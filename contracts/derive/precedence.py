"""Two faults at once: which of two gates answers first, for the pairs whose order was observed.

A note (MAY): either refusal is true, a gateway with keys of its own checks them first, and no client is known
that sends two faults and relies on which is named.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.body_fields import UNLISTED
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.samples import paths_of, smallest
from proofsheet.contracts.derive.source import POLICY, Derived, Source
from proofsheet.spec.document import Operation


def _unknown_paths(operation: Operation) -> dict[str, Any]:
    return {"path_params": dict.fromkeys(paths_of(operation), UNLISTED)}


_TEXT = {"form": None, "json": None, "raw": b"prompt", "headers": {"content-type": "text/plain"}}
# gate: the kind of its fault, what is wrong, what is sent for it; a wrong field is an empty body
_FAULTS: dict[str, tuple[str, str, Callable[[Operation], dict[str, Any]]]] = {
    "authenticate": ("unknown", "key", lambda operation: {"credential": "wrong"}),
    "media-type": ("other", "content-type", lambda operation: _TEXT),
    "path": ("enum", "path", _unknown_paths),
    "validate": ("required", "field", lambda operation: {}),
}
# Fields of a body that cannot be read; and it is not known whether a path is seen before a type.
_NEVER = ({"media-type", "validate"}, {"path", "media-type"})


def precedence(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each pair; where no order is known, none is asked for."""
    body = operation.body
    if body is None or not body.schema.get("required"):
        return
    order = [each for each in operation.policy.precedence if _can_fail(operation, each)]
    for first, second in itertools.combinations(order, 2):
        if {first, second} not in _NEVER:
            yield _pair(source, operation, first, second)


def _can_fail(operation: Operation, gate: str) -> bool:
    bounded = any(each.place == "path" and "enum" in each.schema for each in operation.parameters)
    return gate in _FAULTS and (gate != "path" or bounded)


def _pair(source: Source, operation: Operation, first: str, second: str) -> Derived:
    kind, wrong, _ = _FAULTS[first]
    other = _FAULTS[second][1]
    topic = f"precedence.{wrong}-before-{other}"
    says = f"with a wrong {other} too, the wrong {wrong} is what is refused"
    at = provenance.policy(operation, "x-precedence", operation.policy.precedence.index(first))
    body = {} if "validate" in (first, second) else smallest(operation)
    sent = {**_FAULTS[first][2](operation), **_FAULTS[second][2](operation)}
    return refused(
        source, operation, topic, says, at, first, kind, body, sent=sent, level="MAY", shared=POLICY
    )
