"""A choice: the one table shape. A field of the request picks a value; absent, the default does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers


@dataclass(frozen=True)
class Choice:
    """`{field: /aspect_ratio, default: "1:1", table: {"1:1": [1024, 1024]}}`, or a constant."""

    field: tuple[str, ...]
    default: str | None
    table: dict[str, Any]
    constant: Any = None
    tolerance: float = 0.0  # relative; of a table whose values are only assumed

    def pick(self, body: Any) -> Any:
        """The value for a request body; the default's where the field is absent or a stranger."""
        if self.constant is not None:
            return self.constant
        value = next(pointers.find(body, self.field), self.default)
        if str(value) in self.table:
            return self.table[str(value)]
        return self.table[str(self.default)]


def choice(value: Any) -> Choice:
    """Read a choice, or wrap a constant. Raises ValueError when the default is not in the table."""
    if not isinstance(value, dict) or "table" not in value:
        return Choice((), None, {}, constant=value)
    if str(value.get("default")) not in value["table"]:
        raise ValueError(f"the default {value.get('default')!r} is not in the table")
    tolerance = value.get("tolerance", 0.0)
    return Choice(pointers.split(value["field"]), value["default"], value["table"], tolerance=tolerance)
