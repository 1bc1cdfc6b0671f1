"""The probe: a plain request that costs nothing, whose answer tells whether the target is there at all."""

from __future__ import annotations

from proofsheet.contracts.case import Case
from proofsheet.contracts.derive.samples import case_of
from proofsheet.spec.document import Document


def probe(document: Document) -> Case | None:
    """A request of the first operation without a price and a body; None if there is no such operation."""
    plain = (each for each in document.operations.values() if each.cost is None and each.body is None)
    operation = next(plain, None)
    return case_of(operation, "probe", {}, ()) if operation else None
