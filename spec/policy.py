"""A policy: the rules that operations share, from which gate refuses how to how often one may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec.choices import Choice, choice


@dataclass(frozen=True)
class RateLimit:
    """At most `requests` in `window` seconds; one more shuts the credential out for `penalty` seconds.

    Each credential has one window, or one for each operation or resource (`per`). What is refused may count
    like the rest and begin the penalty anew (`refused`).
    """

    requests: int
    window: float
    penalty: float
    per: str = "credential"  # credential | operation | resource
    refused: str = "pass"  # pass | count

    @property
    def most(self) -> int:
        """How many there may be in a window."""
        return self.requests


@dataclass(frozen=True)
class TokenLimit:
    """At most so many `tokens`, read and written, in `window` seconds; `per` as of a RateLimit."""

    tokens: int
    window: float
    per: str = "credential"

    @property
    def most(self) -> int:
        """How many there may be in a window."""
        return self.tokens


@dataclass(frozen=True)
class Mask:
    """How a message shows a key: so many of its first and last characters, asterisks between."""

    first: int
    last: int
    shortest: int  # a key of fewer characters is asterisks only

    def __call__(self, key: str) -> str:
        if len(key) < self.shortest:
            return "*" * len(key)
        hidden = max(len(key) - self.first - self.last, 0)
        return key[: self.first] + "*" * hidden + key[len(key) - self.last :]


@dataclass(frozen=True)
class Policy:
    """The rules an operation shares with others: which gate refuses how, in what order and words."""

    name: str
    precedence: tuple[str, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)  # gate, or gate.kind, to an outcome's name
    wording: Mapping[str, str] = field(default_factory=dict)  # gate.kind to a message with {placeholders}
    type_names: Mapping[str, str] = field(default_factory=dict)  # how messages name JSON's types
    codes: Mapping[str, Any] = field(default_factory=dict)  # gate.kind to the vendor's code
    default_accept: str = "*/*"
    unsupported_accept: str = "default"  # default | refuse
    chosen_form: Choice | None = (
        None  # the media type of a success, by a field of the request and not by Accept
    )
    max_body_bytes: int | None = None
    token_limit: TokenLimit | None = None
    rate_limit: RateLimit | None = None
    empty_parts: str = "value"  # absent | value
    part_names: str = "any"  # any | quoted
    latency: tuple[float, float] | None = None
    credit_usd: float | None = None
    mask: Mask = Mask(0, 0, 0)

    def outcome(self, gate: str, kind: str) -> str:
        """The outcome's name for a refusal of `gate`. Raises KeyError where the policy has none."""
        return self.refusals.get(f"{gate}.{kind}") or self.refusals[gate]


def policy(name: str, node: Any) -> Policy:
    """From the members of an operation together with those of the policy that it names."""
    negotiation = node.get("x-negotiation", {})
    limit = node.get("x-rate-limit")
    latency = node.get("x-latency")
    return Policy(
        name=name,
        precedence=tuple(node.get("x-precedence", ())),
        refusals=node.get("x-refusals", {}),
        wording=node.get("x-wording", {}),
        type_names=node.get("x-type-names", {}),
        codes=node.get("x-codes", {}),
        default_accept=negotiation.get("default", "*/*"),
        unsupported_accept=negotiation.get("unsupported", "default"),
        chosen_form=choice(negotiation["by"]) if "by" in negotiation else None,
        max_body_bytes=node.get("x-max-body-bytes"),
        token_limit=TokenLimit(**node["x-token-limit"]) if "x-token-limit" in node else None,
        rate_limit=RateLimit(**limit) if limit else None,
        empty_parts=node.get("x-empty-parts", "value"),
        part_names=node.get("x-part-names", "any"),
        latency=(latency["seconds"][0], latency["seconds"][1]) if latency else None,
        credit_usd=node.get("x-credit-usd"),
        mask=Mask(**node.get("x-mask", {"first": 0, "last": 0, "shortest": 0})),
    )
