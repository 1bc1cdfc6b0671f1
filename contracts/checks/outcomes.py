"""Which outcome an answer is, for all who judge: an outcome is not only a status (`spec.recognise`)."""

from __future__ import annotations

import json
from typing import Any

from proofsheet.contracts.exchange import Exchange
from proofsheet.spec.document import Operation, Outcome
from proofsheet.spec.recognise import Recognition, recognise, refusal_by_form


def recognised(exchange: Exchange, operation: Operation) -> Recognition:
    """The outcomes that an answer may be. Worked out once."""

    def worked_out() -> Recognition:
        body, label = parsed(exchange), exchange.media_type
        if body is not None and not _is_declared(operation, exchange.status, label):
            label = "application/json"  # that it is labelled otherwise is a finding of its own
        return recognise(operation, exchange.status, label, body, dict(exchange.headers))

    return exchange.once(f"outcome of {operation.id}", worked_out)


def _is_declared(operation: Operation, status: int, media_type: str) -> bool:
    known = (each for each in operation.outcomes.values() if each.status == status)
    return any(media_type in each.representations for each in known)


def is_success(exchange: Exchange, operation: Operation) -> bool:
    """Whether an answer has the status of a success, and is no refusal under that status."""
    return exchange.status == operation.success.status and is_granted(exchange, operation)


def is_granted(exchange: Exchange, operation: Operation) -> bool:
    """Whether an answer has a status of success and is no refusal: it may have been paid for.

    A refusal is one by its constants, or by its form: a gateway may answer 200 to everything.
    """
    if exchange.status >= 300 or refusal_by_form(operation, parsed(exchange)):
        return False
    found = recognised(exchange, operation).outcomes
    return not (found and all(each.name in operation.refusals for each in found))


def is_refusal(exchange: Exchange, operation: Operation) -> bool:
    """Whether an answer says no: by its status, or under that of a success by what it is recognised as."""
    return exchange.status >= 400 or (exchange.status < 300 and not is_granted(exchange, operation))


def is_declared_refusal(exchange: Exchange, operation: Operation) -> bool:
    """Whether an answer refuses the request by its status (4xx), or by a declared outcome under 2xx."""
    if 400 <= exchange.status < 500:
        return any(each.status == exchange.status for each in operation.outcomes.values())
    found = recognised(exchange, operation).outcomes
    return exchange.status < 300 and bool(found) and not is_granted(exchange, operation)


def is_outcome(exchange: Exchange, operation: Operation, name: str) -> bool:
    """Whether an answer has the status of an outcome, and is not recognised as another one.

    A refusal under the status of a success must be recognised: what is neither could be either.
    """
    wanted = as_answered(operation, name, exchange.status)
    found = recognised(exchange, operation).outcomes
    could_be = not found and (wanted.status >= 300 or wanted.name not in operation.refusals)
    return exchange.status == wanted.status and (could_be or wanted in found)


def as_answered(operation: Operation, name: str, status: int) -> Outcome:
    """The named outcome; or what the document has of it under another status, which is the answer's.

    It is the same where the example is, with values that tell it from others.
    """
    wanted = operation.outcomes[name]
    others = (each for each in operation.outcomes.values() if each.status == status != wanted.status)
    return next((each for each in others if _says_the_same(each, wanted)), wanted)


def _says_the_same(one: Outcome, other: Outcome) -> bool:
    pairs = ((form, other.representations.get(name)) for name, form in one.representations.items())
    return any(
        two is not None
        and bool(form.constants)
        and (form.constants, form.value) == (two.constants, two.value)
        for form, two in pairs
    )


def in_words(exchange: Exchange, operation: Operation) -> str:
    """The status of an answer, and the outcome where it can be told from others under that status."""
    found = recognised(exchange, operation)
    named = found.outcome if exchange.status == operation.success.status else None
    return f"{exchange.status} {named.name}" if named else str(exchange.status)


def parsed(exchange: Exchange) -> Any:
    """The body as JSON, or None. Worked out once."""

    def read() -> Any:
        try:
            return json.loads(exchange.body)
        except (ValueError, RecursionError):
            return None

    return exchange.once("json", read)
