"""A choice: the one table shape. A field of the request picks a value; absent, the default does."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers

_RATIO = re.compile(r"([0-9]{1,6}):([0-9]{1,6})")
_SIDES = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")


@dataclass(frozen=True)
class ByRatio:
    """Sides of a ratio that no table has: about `pixels` in all, whole multiples of `multiple`, bounded."""

    pixels: int
    multiple: int = 1
    longest: int | None = None

    def sides(self, ratio: str) -> list[int] | None:
        """Width and height in pixels for a ratio such as `16:9`; None for a text that is none."""
        match = _RATIO.fullmatch(ratio)
        across, down = (int(match[1]), int(match[2])) if match else (0, 0)
        if not across or not down:
            return None
        sides = (math.sqrt(self.pixels * across / down), math.sqrt(self.pixels * down / across))
        shrink = min(1.0, (self.longest or math.inf) / max(sides))
        return [max(1, round(each * shrink / self.multiple)) * self.multiple for each in sides]


@dataclass(frozen=True)
class Written:
    """Sides that the text itself says, in pixels: `1536x864`."""

    def sides(self, text: str) -> list[int] | None:
        """Width and height; None for a text that is none."""
        match = _SIDES.fullmatch(text)
        found = [int(match[1]), int(match[2])] if match else []
        return found if all(found) and found else None


@dataclass(frozen=True)
class Choice:
    """`{field: /aspect_ratio, default: "1:1", table: {"1:1": [1024, 1024]}}`, or a constant.

    A line of the table may be a choice in turn, by another field. `otherwise` gives the size of what the
    table lacks.
    """

    field: tuple[str, ...]
    default: str | None
    table: dict[str, Any]
    constant: Any = None
    tolerance: float = 0.0  # relative; of a table whose values are only assumed
    otherwise: ByRatio | Written | None = None

    def pick(self, body: Any) -> Any:
        """The value for a request body; the default's where the field is absent or a stranger."""
        if self.constant is not None:
            return self.constant
        value = next(pointers.find(body, self.field), self.default)
        if isinstance(value, bool):
            value = str(value).lower()  # as YAML and JSON write it
        other = self.otherwise.sides(str(value)) if self.otherwise and str(value) not in self.table else None
        found = other or self.table.get(str(value), self.table[str(self.default)])
        return found.pick(body) if isinstance(found, Choice) else found


def choice(value: Any) -> Choice:
    """Read a choice, or wrap a constant. Raises ValueError when the default is not in the table."""
    if not _is_choice(value):
        return Choice((), None, {}, constant=value)
    if str(value.get("default")) not in value["table"]:
        raise ValueError(f"the default {value.get('default')!r} is not in the table")
    return Choice(
        field=pointers.split(value["field"]),
        default=value["default"],
        table={key: choice(each) if _is_choice(each) else each for key, each in value["table"].items()},
        tolerance=value.get("tolerance", 0.0),
        otherwise=_otherwise(value.get("otherwise")),
    )


def _otherwise(node: Any) -> ByRatio | Written | None:
    if node is None:
        return None
    return Written() if node == "written" else ByRatio(**node)


def _is_choice(value: Any) -> bool:
    return isinstance(value, dict) and "table" in value
