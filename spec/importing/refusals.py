"""How operations refuse: by statuses that a document declares, else by assumed ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec.importing.answers import plain_error
from proofsheet.spec.importing.notes import Notes

NOTHING_SAYS = {"assumed": "the document does not say so"}
_STATUSES = {  # by which a gate may refuse, the likeliest first; the last is assumed where none is declared
    "authenticate": (401, 403, 401),
    "media-type": (415, 400, 422, 400),
    "path": (404, 400, 422, 404),
    "validate": (422, 400, 422),
}
_WORDING = {
    "authenticate.missing": "no key was sent",
    "authenticate.unknown": "the key is not known",
    "media-type.missing": "a content-type is required",
    "media-type.other": "the content-type must be one of {options}",
    "media-type.broken": "the body cannot be read",
    "validate.required": "{field}: is required",
    "validate.type": "{field}: must be {expected}, was {received}",
    "validate.enum": "{field}: must be one of {options}",
    "validate.minLength": "{field}: at least {limit} characters",
    "validate.maxLength": "{field}: at most {limit} characters",
    "validate.minimum": "{field}: at least {limit}",
    "validate.maximum": "{field}: at most {limit}",
    "validate.multipleOf": "{field}: a multiple of {limit}",
}
_BOUNDS = (
    *("required", "type", "kind", "null", "enum", "pattern", "format", "minimum", "maximum", "multipleOf"),
    *("exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"),
)
_OF_ANY = ("answer.status", "answer.media-type")  # which statuses may come at all, and in what form
_TOPICS: dict[str, tuple[str, ...]] = {  # what the judge asks of each refusal
    "authenticate": ("key.*",),
    "media-type": ("media-type.*",),
    "path": ("path.*",),
    "validate": (
        *(f"*.{each}" for each in _BOUNDS),
        *("any.refused*", "several-faults", "precedence.*", "robust.*"),
    ),
}


def gates(parameters: list[dict[str, Any]], body: Any) -> Iterator[str]:
    """The gates that have something to refuse, in the order that is assumed."""
    yield "authenticate"
    yield from ("media-type",) if body else ()
    yield from ("path",) if any(each["in"] == "path" for each in parameters) else ()
    yield from ("validate",) if body or any(each["in"] != "path" for each in parameters) else ()


@dataclass
class Refusals:
    """The policies that operations share, made as operations come."""

    notes: Notes
    _policies: dict[str, str] = field(default_factory=dict)  # refusals as JSON, to the policy's name
    _assumed: set[str] = field(default_factory=set)  # gates that refuse by an assumed status somewhere

    def of(self, statuses: tuple[int, ...], place: str, wanted: Iterator[str]) -> dict[str, str]:
        """The outcome by which each gate refuses, of an operation that declares these statuses."""
        found = {}
        for gate in wanted:
            *declared, assumed = _STATUSES[gate]
            status = next((each for each in declared if each in statuses), assumed)
            if status not in statuses:
                self._assumed.add(gate)
                self.notes.add(f"no status says how {gate} refuses; {assumed} is assumed", place)
            found[gate] = f"status_{status}"
        return found

    def policy(self, refusals: Mapping[str, str]) -> str:
        """The name of the policy that refuses so."""
        return self._policies.setdefault(json.dumps(refusals), f"policy-{len(self._policies) + 1}")

    def policies(self) -> dict[str, Any]:
        """Every policy by its name."""
        return {name: _policy(json.loads(text)) for text, name in self._policies.items()}

    def differences(self) -> dict[str, Any]:
        """Where refusals are assumed, a target may refuse in its own way."""
        assumed = [gate for gate in _STATUSES if gate in self._assumed]
        if not assumed:
            return {}
        topics = [*_OF_ANY, *(each for gate in assumed for each in _TOPICS[gate])]
        why = f"the document does not declare how {', '.join(assumed)} refuses"
        return {
            "x-may-differ": [{"topics": topics, "level": "MAY", "why": why, "x-evidence": {**NOTHING_SAYS}}]
        }


def _policy(refusals: dict[str, str]) -> dict[str, Any]:
    words = {kind: each for kind, each in _WORDING.items() if kind.partition(".")[0] in refusals}
    head = {"x-precedence": [*refusals], "x-refusals": refusals, "x-wording": words}
    return {**head, "x-evidence": {**NOTHING_SAYS}}


def assumed_errors(statuses: tuple[int, ...], refusals: Mapping[str, str]) -> dict[str, Any]:
    """The responses by which an operation refuses and that it does not declare."""
    found = {}
    for name in dict.fromkeys(refusals.values()):
        status = name.removeprefix("status_")
        if int(status) not in statuses:
            content = {"application/json": plain_error(name)}
            found[status] = {"description": "Refused.", "content": content, "x-evidence": {**NOTHING_SAYS}}
    return found
