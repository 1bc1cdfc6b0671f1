"""Robustness: malformed requests that are refused anyhow, in good order, so that none is paid for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.expected import IsRefusal
from proofsheet.contracts.checks.refusals import NamesFields, OmitsFields, RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.malformed_requests import MALFORMED_REQUESTS, MalformedRequest
from proofsheet.contracts.derive.refusals import names_fields, refused
from proofsheet.contracts.derive.request_bodies import refusable
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import POLICY, Derived, Source
from proofsheet.contracts.derive.task_requests import plain_answer
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation


def robustness(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each malformed request; and for operations without a body, those that need none."""
    if (base := refusable(operation)) is None:
        yield from _bodiless(source, operation)
        return
    name, body, is_named = base.name, base.body, names_fields(operation, base.kind, base.name)
    assert operation.body is not None
    is_form = operation.body.media_type == "multipart/form-data"
    at = pointers.join("requestBody", "content", operation.body.media_type)
    outcome = operation.policy.outcome("validate", base.kind)
    for malformed in MALFORMED_REQUESTS:
        if malformed.form not in (None, is_form):
            continue
        # No document speaks of these; a proxy may refuse what it cannot pass on in a way of its own.
        also = [provenance.policy(operation, *malformed.about)] if malformed.about else ()
        wanted = source.requirement(
            operation,
            f"robust.{malformed.topic}",
            malformed.says,
            at,
            also=also,
            most="SHOULD",
            profile=malformed.profile,
        )
        named = (RefusedAs(wanted.id, outcome), *([NamesFields(wanted.id, (name,))] if is_named else []))
        expects = named if malformed.is_understood else (IsRefusal(wanted.id),)
        case = _changed(
            malformed,
            case_of(operation, f"robust.{malformed.topic}", _filled(operation, body, name), expects),
        )
        yield Derived(wanted, (case,), shared=POLICY)
    if is_named:
        yield from _unknown(source, operation, name, body, at)
    yield from _untyped(source, operation)


def _changed(malformed: MalformedRequest, case: Case) -> Case:
    return case.stepping(request=malformed.change(case.request))


def _filled(operation: Operation, body: dict[str, object], wrong: str) -> dict[str, object]:
    """With a few defaults sent in so many words, so that there is an order and something to cut.

    The field that is `wrong` stays as it is, if it has a default as well.
    """
    known = operation.body.defaults.items() if operation.body else ()
    return {**dict([(name, each) for name, each in known if name != wrong][:3]), **body}


def _bodiless(source: Source, operation: Operation) -> Iterator[Derived]:
    for malformed in MALFORMED_REQUESTS[:2]:
        wanted = source.requirement(operation, f"robust.{malformed.topic}", malformed.says, "", most="SHOULD")
        case = case_of(operation, f"robust.{malformed.topic}", {}, (plain_answer(operation, wanted.id),))
        if operation.body is None:
            yield Derived(wanted, (_changed(malformed, case),))


def _unknown(
    source: Source, operation: Operation, name: str, body: dict[str, object], at: str
) -> Iterator[Derived]:
    unknown = "proofsheet_unknown"
    says = "a field that nobody knows is passed over"
    wanted = source.requirement(operation, "robust.unknown-field", says, at, most="SHOULD")
    expects = (
        NamesFields(wanted.id, (name,)),
        OmitsFields(wanted.id, (unknown,)),
    )
    case = case_of(operation, "robust.unknown-field", {**body, unknown: "1"}, expects)
    yield Derived(wanted, (case,), shared=POLICY)


def _untyped(source: Source, operation: Operation) -> Iterator[Derived]:
    """Nothing is sent, not even a content-type."""
    says = "a request without a content-type and a body is refused"
    at = provenance.worded(operation, "media-type", "missing")
    also = provenance.refusal(operation, "media-type", "missing")
    fault = ("media-type", "missing", smallest(operation))
    options: dict[str, Any] = {
        "names": ("content-type",),
        "sent": {"form": None, "json": None, "raw": b""},
        "also": also,
        "shared": POLICY,
    }
    yield refused(source, operation, "media-type.missing", says, at, *fault, **options)
