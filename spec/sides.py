"""The keyword `x-sides` of a schema: bounds of a size that is written as text, such as `1536x864`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

KEYWORD = "x-sides"
_SIDES = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")


def keeps_to(bounds: Mapping[str, Any], size: Any) -> bool:
    """Whether a size is within bounds of its sides in pixels, or is no text of two sides at all."""
    found = _SIDES.fullmatch(size) if isinstance(size, str) else None
    if found is None:
        return True
    width, height = int(found[1]), int(found[2])
    step, pixels = bounds.get("multiple-of", 1), width * height
    return bool(
        width % step == height % step == 0
        and max(width, height) <= bounds.get("max-ratio", math.inf) * min(width, height)
        and bounds.get("min-pixels", 0) <= pixels <= bounds.get("max-pixels", math.inf)
    )


def beyond(bounds: Mapping[str, Any]) -> str | None:
    """A size that breaks just one kind of bound, near what is usual; None where there is no bound."""
    step = bounds.get("multiple-of", 1)
    if step > 1:
        return f"1024x{1024 + step // 2}"
    if ratio := bounds.get("max-ratio"):
        return f"{512 * math.ceil(ratio) + 256}x512"
    if least := bounds.get("min-pixels"):
        side = max(16, math.isqrt(least) // 32 * 16)
        return f"{side}x{side}"
    if most := bounds.get("max-pixels"):
        side = math.isqrt(most) // 16 * 16 + 16
        return f"{side}x{side}"
    return None


class SidesKeyword:
    """What jsonschema-rs calls for the keyword."""

    def __init__(self, parent: Any, value: Any, path: Any) -> None:
        self._bounds = value

    def validate(self, instance: Any) -> None:
        """Raises ValueError on a size beyond the bounds."""
        if not keeps_to(self._bounds, instance):
            raise ValueError(f"{instance} is beyond {self._bounds}")
