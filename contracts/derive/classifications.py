"""What is classified: by one input that nobody minds."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.checks.classifications import Classified
from proofsheet.contracts.checks.written import place, plain_form
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec.document import Operation


def classifications(source: Source, operation: Operation) -> Iterator[Derived]:
    """That each category has a flag and a score, and the whole says whether any is flagged."""
    known, form = operation.classification, plain_form(operation)
    if known is None or form is None or place(form.binds, "$result.scores") is None:
        return
    says = "each category is flagged or not and has a score from 0 to 1, and the whole is flagged if one is"
    wanted = source.requirement(operation, "classified", says, "/x-classification", profile="core")
    body = smallest(operation)
    expect = Classified(wanted.id, len(known.subjects(body)))
    yield Derived(wanted, (case_of(operation, "classified", body, (expect,)),))
