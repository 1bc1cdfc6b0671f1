"""Credits as the scripts count them: two integers, `whole:part`, the part in units of 1e-15."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

_DIGITS = 15
_PARTS = 10**_DIGITS
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
UNLIMITED = "inf"


def packed(credits: Decimal | None) -> str:
    """Credits as a text; what is finer than 1e-15 is rounded to that. None is without a limit."""
    if credits is None:
        return UNLIMITED
    units = int(_EXACT.to_integral_value(_EXACT.scaleb(credits, _DIGITS)))
    whole, part = divmod(units, _PARTS)
    return f"{whole}:{part}"


def unpacked(text: str) -> Decimal | None:
    """The credits that a text stands for, without zeros at the end."""
    if text == UNLIMITED:
        return None
    whole, _, part = text.partition(":")
    units = int(whole) * _PARTS + int(part)
    found = _EXACT.scaleb(Decimal(units), -_DIGITS)
    return found.quantize(Decimal(1)) if units % _PARTS == 0 else _EXACT.normalize(found)
