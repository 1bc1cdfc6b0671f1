"""The probe: a plain request that costs nothing, whose answer tells whether the target is there at all."""

from __future__ import annotations

from proofsheet.contracts.case import Case
from proofsheet.contracts.derive.samples import case_of
from proofsheet.spec.document import Document, Operation


def probe(document: Document) -> Case | None:
    """A request of an operation without a price and a body; None if there is no such operation.

    One that wants no id of something is preferred: what it is answered does not hang on what there is.
    """
    plain = [each for each in document.operations.values() if each.cost is None and each.body is None]
    by_itself = (each for each in plain if each.task is None and not _asks_for_something(each))
    operation = next(by_itself, next(iter(plain), None))
    return case_of(operation, "probe", {}, ()) if operation else None


def _asks_for_something(operation: Operation) -> bool:
    return any(
        each.place == "path" or (each.required and each.place == "query") for each in operation.parameters
    )
