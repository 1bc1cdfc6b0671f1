"""A refusal in the document's words."""

from __future__ import annotations

import re
from typing import Any

from proofsheet.mockserver.call import Call, Refusal
from proofsheet.spec.schemas import Flaw

MOST_SAID = 200  # characters of a value that a message repeats


def wording(call: Call, refusal: Refusal) -> list[str]:
    """What a refusal says, one sentence per flaw, in the document's words; empty if it has none."""
    table = call.operation.policy.wording
    flaws = refusal.flaws or (Flaw(refusal.kind, ""),)
    found = []
    for flaw in flaws:
        template = refusal.says or flaw.params.get("says") or table.get(f"{refusal.gate}.{flaw.kind}")
        if template:
            found.append(_fill(template, call, flaw))
        elif refusal.flaws:
            found.append(f"{flaw.field}: is invalid ({flaw.kind})")
    return found


def _fill(template: str, call: Call, flaw: Flaw) -> str:
    values = {**flaw.params, "field": flaw.field, "masked": call.operation.policy.mask(call.key or "")}
    values = {name: _short(value) for name, value in values.items()}
    return re.sub(r"\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), template)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_SAID else text[: MOST_SAID - 1] + "…"
