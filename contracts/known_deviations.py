"""The known deviations of a target.toml: each with a reason and a day, of a requirement that there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.layers import BadUse
from proofsheet.contracts.plan.plan import plan


def known_deviations(source: Source, known: Mapping[str, Any], others: set[str]) -> dict[str, dict[str, Any]]:
    """The known deviations of a target.toml, held against the requirements there are.

    Those of `others` are of families that the target serves too, and another run is about.
    """
    for name, each in known.items():
        if not isinstance(each, dict) or set(each) != {"reason", "until"}:
            raise BadUse(
                f'deviations: expected [deviations."ID"], and in it reason = "…" and until = 2027-01-31; '
                f"look at {name}"
            )
        if not isinstance(each["reason"], str):
            raise BadUse(f"deviations.{name}.reason: expected a text, came {each['reason']!r}")
        if type(each["until"]) is not date:
            raise BadUse(f"deviations.{name}.until: expected a date such as 2027-01-31")
    known = {name: each for name, each in known.items() if name.partition(".")[0] not in others}
    if known and (unknown := set(known) - {each.id for each in plan(source, "extended").requirements}):
        raise BadUse(f"deviations: there is no requirement {', '.join(sorted(unknown))}")
    return {name: dict(each) for name, each in known.items()}
