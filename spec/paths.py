"""How a request's path leads to operations: concrete paths by table, templated ones by pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proofsheet.spec.document import Operation

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Found:
    """What stands at a path: operations by method, and the values of the path's parameters."""

    operations: Mapping[str, Operation]
    parameters: Mapping[str, str]


class Paths:
    """The paths of some operations, compiled. A concrete path wins over a templated one, and of two
    templated ones that which is concrete where they part.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        by_path: dict[str, dict[str, Operation]] = {}
        for each in operations:
            by_path.setdefault(each.path, {})[each.method] = each
        self._concrete = {path: each for path, each in by_path.items() if "{" not in path}
        templated = sorted((path for path in by_path if "{" in path), key=_openness)
        self._templated = [(pattern(path), by_path[path]) for path in templated]

    def find(self, path: str) -> Found | None:
        """What stands at a decoded path without its base; None if nothing does."""
        if (found := self._concrete.get(path)) is not None:
            return Found(found, {})
        for compiled, operations in self._templated:
            if match := compiled.fullmatch(path):
                return Found(operations, match.groupdict())
        return None


def _openness(path: str) -> list[tuple[bool, int]]:
    """How open each segment is: in this order the more concrete paths come first."""
    return [("{" in each, -len(_PARAMETER.sub("", each))) for each in path.split("/")]


def pattern(path: str) -> re.Pattern[str]:
    """A templated path as a pattern, whose groups are the parameters; each is one segment."""
    parts = _PARAMETER.split(path)
    literals = (
        re.escape(each) if index % 2 == 0 else f"(?P<{each}>[^/]+)" for index, each in enumerate(parts)
    )
    return re.compile("".join(literals))
