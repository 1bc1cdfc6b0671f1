"""Which outcome an answer is: one reading for the double, the judge, the proxy and the reports.

Whether the answer also keeps to its schema is judged elsewhere, and twice; here it is only given its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import media_types, pointers
from proofsheet.spec.document import Operation, Outcome, Representation


@dataclass(frozen=True)
class Recognition:
    """The outcomes that an answer may be, best first: mostly one. Where none, `mismatch` says why."""

    outcomes: tuple[Outcome, ...]
    mismatch: str = ""
    responder: str | None = None  # who answered, where it is not the API itself

    @property
    def outcome(self) -> Outcome | None:
        """The one outcome that it is; None where it is none, or cannot be told from another."""
        return self.outcomes[0] if len(self.outcomes) == 1 else None


def recognise(
    operation: Operation, status: int, media_type: str, body: Any, headers: Mapping[str, str] | None = None
) -> Recognition:
    """The outcome of an answer, by its status, its media type and the constants of the examples.

    `media_type` is the Content-Type, with or without parameters. `body` is the JSON value, or None for any
    other body. `headers` (names in lower case) tell apart what is no JSON; None if they are not known.
    """
    responder = responder_of(operation, body)
    declared = [each for each in operation.outcomes.values() if each.status == status]
    if not declared:
        known = ", ".join(map(str, sorted({each.status for each in operation.outcomes.values()})))
        return Recognition((), f"status {status} is not declared; the document has {known}", responder)
    name = media_types.parse(media_type).name
    typed = [(each, each.representations[name]) for each in declared if name in each.representations]
    if not typed:
        offered = ", ".join(dict.fromkeys(each for outcome in declared for each in outcome.representations))
        why = f"{name or 'no media type'} is not declared for {status}; expected {offered}"
        return Recognition((), why, responder)
    fitting = [pair for pair in typed if pair[1].responder == responder]
    misses = {pair[0].name: list(_misses(pair[1], body, headers)) for pair in fitting}
    found = [pair for pair in fitting if not misses[pair[0].name]]
    if found:
        return Recognition(tuple(_closest(found)), "", responder)
    return Recognition((), _why(status, responder, misses), responder)


def _closest(found: list[tuple[Outcome, Representation]]) -> Iterator[Outcome]:
    """Those that no other says more of: a failure for one reason is no longer just a failure."""
    marks = {
        outcome.name: {(at, repr(value)) for at, value in (*form.constants, *form.header_constants)}
        for outcome, form in found
    }
    for outcome, _ in found:
        if not any(marks[outcome.name] < each for each in marks.values()):
            yield outcome


def _why(status: int, responder: str | None, misses: Mapping[str, list[str]]) -> str:
    if not misses:
        return f"no outcome under {status} has the form of the {responder or 'API'}'s answers"
    return "; ".join(f"{name}: {', '.join(each)}" for name, each in misses.items())


def _misses(form: Representation, body: Any, headers: Mapping[str, str] | None) -> Iterator[str]:
    """The constants of a representation that an answer does not have."""
    for tokens, value in form.constants:
        came = list(pointers.find(body, tokens))
        if not came or any(each != value for each in came):
            yield f"expected {value!r} at {pointers.join(*tokens)}, came {came[0] if came else 'nothing'!r}"
    if headers is None:
        return
    for name, wanted in form.header_constants:
        if (text := headers.get(name)) != wanted:
            yield f"expected {name}: {wanted}, came {text!r}"


def responder_of(operation: Operation, body: Any) -> str | None:
    """Whose error the JSON value `body` is by its form; None if it is the API's, or of no known form.

    The forms are those of the outcomes that have a speaker (`x-speaker`), whatever their status: a gateway
    wraps what it has to say in one way, and in another status than the one that is declared for it.
    """
    for outcome in operation.outcomes.values():
        for each in outcome.representations.values():
            if each.responder and _has_form(body, each.value):
                return each.responder
    return None


def refusal_by_form(operation: Operation, body: Any) -> Outcome | None:
    """The declared refusal whose form the JSON value `body` has, whatever its status; None for a success's.

    For services that answer 200 to everything, where their document does not say so.
    """
    success = operation.success.representations.get("application/json")
    if success is not None and _has_form(body, success.value):
        return None
    refusals = (each for each in operation.outcomes.values() if each.status >= 400)
    forms = ((each, each.representations.get("application/json")) for each in refusals)
    return next((each for each, form in forms if form and form.value and _has_form(body, form.value)), None)


def _has_form(value: Any, example: Any) -> bool:
    """Whether an object has at least the example's keys, with values of the same types."""
    if isinstance(example, dict):
        return isinstance(value, dict) and all(
            key in value and _has_form(value[key], each) for key, each in example.items()
        )
    return type(value) is type(example)
