"""A prompt that is clearly not English, where the service takes no other; by permission only."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.case import Expect
from contracts.deriving.source import Derived, Source
from contracts.samples import prompted, request, smallest
from spec.document import Operation

FOREIGN = "Ein altes Haus am See mit einem roten Dach und einem kleinen Boot vor dem Steg"


def language(source: Source, operation: Operation) -> Iterator[Derived]:
    """One refusal; it is free, unless the target draws all the same."""
    if operation.artifact is None or "language" not in operation.policy.precedence:
        return
    at = f"#/components/x-policies/{operation.policy.name}/x-refusals/language"
    says = f"a prompt in another language ({FOREIGN[:14]}…) is refused"
    # A proxy may translate, and no page says how a service tells one language from another.
    wanted = source.requirement(
        operation, "language", says, at, profile="extended", most="SHOULD", needs="moderation"
    )
    expect = Expect(wanted.id, "outcome", {"outcome": operation.policy.outcome("language", "")})
    body = smallest(operation, **prompted(operation, FOREIGN))
    yield Derived(wanted, (request(operation, "language", body, (expect,)),))
