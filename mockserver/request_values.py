"""What a call asks for: its fields with their defaults, its prompts, its price, the form of its answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.spec import pointers


def field_value(call: Call, field: tuple[str, ...]) -> Any:
    """A field's value, or its schema's default, or None."""
    found = next(pointers.find(call.fields, field), None)
    if found is None and call.body and len(field) == 1:
        return call.body.defaults.get(field[0])
    return found


def prompts(call: Call) -> list[str]:
    """The texts that say what to draw."""
    artifact = call.operation.artifact
    if artifact is None:
        return []
    found = (value for field in artifact.prompts for value in pointers.find(call.fields, field))
    return [value for value in found if isinstance(value, str)]


def price(call: Call) -> Decimal:
    """What the call costs if it succeeds, in credits."""
    cost = call.operation.cost
    if cost is None:
        return Decimal(0)
    credits = Decimal(str(cost.credits.pick(call.fields)))
    return credits * (count(call) if cost.per else 1)


def count(call: Call) -> int:
    """How many pictures a call asks for; one where it does not say, or not within its bounds."""
    artifact, body = call.operation.artifact, call.body
    if artifact is None or body is None or artifact.count is None:
        return 1
    value = field_value(call, artifact.count)
    most = body.schema["properties"][artifact.count[0]].get("maximum", 1)
    usable = isinstance(value, int | float) and value == int(value) and 1 <= value <= most
    return int(value) if usable else 1


def artifact_media(call: Call) -> str | None:
    """The media type in which the request wants its artifact; None if the operation makes none."""
    artifact = call.operation.artifact
    return None if artifact is None else str(artifact.media.pick(call.fields))


def choose_representation(call: Call, double: Double) -> str:
    """The media type of a success by the Accept header; empty if the vendor would refuse."""
    checks = double.checks[call.operation.id]
    found = _pick(call, checks.candidates(call.headers.get("accept") or "*/*"))
    if not found and call.operation.policy.unsupported_accept == "default":
        return _pick(call, checks.usual)
    return found


def _pick(call: Call, candidates: tuple[str, ...]) -> str:
    drawn = artifact_media(call)
    return next((each for each in candidates if drawn in (None, each) or not _is_picture(each)), "")


def _is_picture(media_type: str) -> bool:
    return media_type.startswith("image/")
