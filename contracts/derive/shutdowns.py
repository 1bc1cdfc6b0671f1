"""Values that have ended: each is refused from its day on."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.samples import smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec.document import Operation


def shutdowns(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each value that the document does not have any more on the run's day."""
    if operation.body is None:
        return
    for field, ends in operation.body.shutdowns.items():
        left = operation.body.schema["properties"][field]["enum"]
        for value, day in ends.items():
            if value not in left:
                says = f"{field} {value} is refused since {day}, when it was shut down"
                at = provenance.field(operation, field, "x-shutdown", value)
                body = smallest(operation, **{field: value})
                fault = ("validate", "shutdown", body)
                topic = f"{field}.shutdown.{value}"
                yield refused(source, operation, topic, says, at, *fault, names=(field,))
