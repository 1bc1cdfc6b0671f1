"""What a refusal complains of, in the document's words and codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.mockserver.refusal import Complaint, Refusal
from proofsheet.spec.policy import Policy
from proofsheet.spec.schemas import Flaw

MOST_SAID = 200  # characters of a value that a message repeats
_CODE = "$code"  # of a flaw that has one of its own
_OF_THE_BODY = ("body-size", "media-type", "validate")  # gates that refuse a body


def complaints(policy: Policy, key: str | None, refusal: Refusal) -> list[Complaint]:
    """What a refusal complains of: one thing for each flaw, or one for the refusal itself."""
    place = "body" if refusal.gate in _OF_THE_BODY else ""
    flaws = refusal.flaws or (Flaw(refusal.kind, "", path=(), place=place),)
    return [_complaint(policy, policy.mask(key or ""), refusal, each) for each in flaws]


def _complaint(policy: Policy, masked: str, refusal: Refusal, flaw: Flaw) -> Complaint:
    template = refusal.says or flaw.params.get("says") or next(_of(policy.wording, refusal.gate, flaw), None)
    message = _fill(template, masked, flaw, policy.type_names) if template else None
    if message is None and flaw.field:
        message = f"{flaw.field}: is invalid ({flaw.kind})"
    codes = (flaw.params[_CODE],) if _CODE in flaw.params else tuple(_of(policy.codes, refusal.gate, flaw))
    return Complaint(message, flaw.field, flaw.location, codes[:1])


def _of(table: Mapping[str, Any], gate: str, flaw: Flaw) -> Iterator[Any]:
    """The entries for a flaw, best first: by the expected type, the kind of flaw, the gate alone."""
    key = f"{gate}.{flaw.kind}"
    expected = _expected(flaw)
    names = (f"{key}.{expected[0] if expected else ''}", key, gate)
    yield from (table[name] for name in names if name in table)


def _expected(flaw: Flaw) -> list[str]:
    """The types that a value may have: that it may be null too, no API says when it refuses another."""
    return [each for each in str(flaw.params.get("expected", "")).split(", ") if each not in ("null", "")]


def _fill(template: str, masked: str, flaw: Flaw, names: Mapping[str, str]) -> str:
    own = {"field": flaw.field, "member": flaw.field.rpartition(".")[2], "masked": masked}
    values = {**flaw.params, **_types(flaw, names), **own}
    values = {name: _short(value) for name, value in values.items()}
    return re.sub(r"\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), template)


def _types(flaw: Flaw, names: Mapping[str, str]) -> dict[str, str]:
    """The types that were expected and the one that came, as the document names them."""
    expected = _expected(flaw)
    if not names:
        return {"expected": ", ".join(expected)} if expected else {}
    items = flaw.params.get("items")
    found = [names.get(f"{each}.{items}") or names.get(each, each) for each in expected]
    if len(found) > 1:  # "a string or array of objects"
        listed = " or ".join([found[0], *(re.sub(r"^an? ", "", each) for each in found[1:])])
        found = [names.get("several", "{types}").replace("{types}", listed)]
    whole = type(flaw.params.get("value")) is int
    received = "integer" if whole else str(flaw.params.get("received", ""))
    return {
        "expected": "".join(found),
        "received": names.get(f"received.{received}") or names.get(received, received),
    }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_SAID else text[: MOST_SAID - 1] + "…"
