"""What is judged on the way of a task is no better known than the operation that shows the task.

Where the path or the form of that view is our own, another one shows nothing of what a source says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.samples import smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.task_requests import view_of
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import evidence
from proofsheet.spec.document import Operation


def followed(source: Source, operation: Operation, derived: Derived) -> Derived:
    """The same, as advice where it is judged by a view that is only inherited or assumed."""
    wanted, view = derived.requirement, view_of(source.document, operation)
    if wanted.level == "MAY" or view is None:
        return derived
    grade = evidence.grade(source.document.source, view.pointer) or "assumed"
    if grade not in evidence.ADVISORY or not any(_on_the_way(operation, derived)):
        return derived
    return replace(derived, requirement=replace(wanted, level="MAY", grade=grade))


def _on_the_way(operation: Operation, derived: Derived) -> Iterator[bool]:
    """Of each expectation, whether it is judged after the answer to the submission."""
    yield from (_is_later(each.expect) for each in derived.paid if each.expect is not None)
    for case in derived.cases:
        expects = case.follow.expects if case.follow else ()
        yield from (_is_later(each) for each in expects if each.requirement == derived.requirement.id)
    if derived.every is not None:
        expect = derived.every(PaidRequest(operation, smallest(operation), ""))
        yield expect is None or _is_later(expect)  # of some requests: it is about what they make


def _is_later(expect: Expectation) -> bool:
    return expect.of != "answer"
