"""Members of an answer that only some requests get (`x-shown-when`): there for those, and for no others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.shown_members import MembersLeftOut, MembersShown
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.request_bodies import whole
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def shown_members(source: Source, operation: Operation) -> Iterator[Derived]:
    """What every success is held against: the members that its request is answered, and the others."""
    for media_type, form in operation.success.representations.items():
        if not form.shown_when or operation.artifact is None or operation.lifecycles:
            continue
        for check, topic, most, says in (
            (MembersShown, "members.shown", "MUST", "an answer has the members that its request is answered"),
            (MembersLeftOut, "members.others", "SHOULD", "it has none that only other requests are answered"),
        ):
            at = pointers.join("responses", operation.success.status, "content", media_type)
            at += pointers.join("examples", operation.success.name, "x-shown-when")
            wanted = source.requirement(operation, topic, says, at, profile="core", most=most)
            every = partial(_expected, check, wanted.id, media_type)
            yield Derived(wanted, paid=(PaidConstraint(operation.id),), every=every)


def _expected(
    check: type[MembersShown], id: str, media_type: str, request: PaidRequest
) -> Expectation | None:
    form = request.operation.success.representations.get(media_type)
    if form is None or request.media_type != media_type or not request.is_plain:
        return None
    left_out = form.left_out(whole(request.operation, request.body))
    shown = tuple(at for at, _ in form.shown_when if at not in left_out)
    return check(id, left_out if check is MembersLeftOut else shown)
