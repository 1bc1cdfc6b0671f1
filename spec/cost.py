"""What a call costs, in credits, and who pays for which outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice, choice
from proofsheet.spec.resized import Sides

MEGAPIXEL = 1024 * 1024


def minutes(seconds: float) -> Decimal:
    """So many seconds in minutes, to a millionth."""
    return (Decimal(str(seconds)) / 60).quantize(Decimal("0.000001"))


def _lasting(value: Any) -> Decimal:
    """So many seconds, as a number or a text; one for what is neither."""
    text = str(value)
    return Decimal(text) if text.replace(".", "", 1).isdecimal() and len(text) < 10 else Decimal(1)


@dataclass(frozen=True)
class More:
    """Credits for each one of what a field counts, as many as are `usual` where the request does not say."""

    of: tuple[str, ...]
    usual: int
    credits: Choice

    def total(self, fields: Any) -> Decimal:
        """The credits that come to the others."""
        found = next(pointers.find(fields, self.of), self.usual)
        number = found if isinstance(found, int) and found > 0 else self.usual
        return Decimal(str(self.credits.pick(fields))) * number


@dataclass(frozen=True)
class Cost:
    """Credits per call, per item where `per` points to a count, per character of a text, per minute of sound;
    or per token of what is read and written.

    Prices of tokens are for a million of them, by a choice or by a member of the resource that is used.
    """

    credits: Choice
    per: tuple[str, ...] | None
    charged: frozenset[str]  # the outcomes that are paid for; all others are free
    prompt_tokens: Choice | str | None = None
    completion_tokens: Choice | str | None = None
    megapixel: float = 0  # credits for each of the result beyond the first, and each of the given pictures
    seconds: bool = False  # whether `per` points to the seconds of a video
    usual: int = 1  # what `per` counts where the request does not say
    more: More | None = None  # what is to be paid besides

    def items(self, fields: Any, seconds: float | None = None) -> Decimal:
        """By what its credits are multiplied: what `per` counts; of sound (`seconds`) the minutes."""
        if seconds is not None:
            return minutes(seconds)
        found = next(pointers.find(fields, self.per), self.usual) if self.per else 1
        if self.seconds:
            return _lasting(found)
        if isinstance(found, str):
            return Decimal(len(found))
        return Decimal(found if isinstance(found, int) and found > 0 else 1)

    def of_tokens(self, fields: Any, resource: Mapping[str, Any], prompt: int, completion: int) -> Decimal:
        """What so many tokens cost, in credits."""
        prices = ((self.prompt_tokens, prompt), (self.completion_tokens, completion))
        each = (_price(price, fields, resource) * number for price, number in prices)
        return sum(each, Decimal(0)) / Decimal(10**6)

    def total(
        self, fields: Any, count: int | Decimal, result: Sides | None, given: Iterable[Sides]
    ) -> Decimal:
        """The credits that `count` results take; sides in pixels, None where nothing says how large it is."""
        further = (megapixels(result) - 1 if result else 0) + sum(map(megapixels, given))
        each = Decimal(str(self.credits.pick(fields))) + further * Decimal(str(self.megapixel))
        each += self.more.total(fields) if self.more else 0
        return each * count


def _price(price: Choice | str | None, fields: Any, resource: Mapping[str, Any]) -> Decimal:
    found = resource.get(price, 0) if isinstance(price, str) else price.pick(fields) if price else 0
    return Decimal(str(found))


def megapixels(sides: Sides) -> int:
    """How many megapixels a picture counts for: whole ones, and one for what is begun."""
    return math.ceil(sides[0] * sides[1] / MEGAPIXEL)


def cost(node: Any, artifact: Any = None) -> Cost | None:
    """From an `x-cost`, and the `x-artifact` that it is the price of; None where there is none."""
    if node is None:
        return None
    tokens = node.get("tokens", {})
    return Cost(
        credits=choice(node.get("credits", 0)),
        per=pointers.split(node["per"]) if "per" in node else None,
        charged=frozenset(node["charged"]),
        prompt_tokens=_token_price(tokens.get("prompt")),
        completion_tokens=_token_price(tokens.get("completion")),
        megapixel=node.get("megapixel", 0),
        seconds=_is_length(node.get("per"), artifact or {}),
        usual=node.get("usual", 1),
        more=_more(node.get("more")),
    )


def _more(node: Any) -> More | None:
    if node is None:
        return None
    return More(pointers.split(node["of"]), node["usual"], choice(node["credits"]))


def _is_length(per: str | None, artifact: Mapping[str, Any]) -> bool:
    """Whether a price is for each second of what is made: as long as stands there, or as a table says."""
    seconds = artifact.get("seconds")
    by_table = isinstance(seconds, Mapping) and per != artifact.get("count")
    return per is not None and (per == seconds or by_table)


def _token_price(node: Any) -> Choice | str | None:
    """The price of tokens: a choice, or the name of a member of the resource that is used."""
    if isinstance(node, str):
        return node.removeprefix("$resource.")
    return None if node is None else choice(node)
