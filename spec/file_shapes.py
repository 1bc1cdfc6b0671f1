"""The shapes of spec/shapes.yaml: what a file must be like before code can rely on it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from proofsheet.spec import pointers
from proofsheet.spec.yaml_reader import BadFile, Source, read

_FILE = Path(__file__).parent / "shapes.yaml"
_LONGEST = 200


def flaws(shape: str, value: Any) -> list[tuple[str, str]]:
    """What keeps `value` from having a shape: the JSON pointer, and what is wrong there."""
    return [
        (pointers.join(*each.instance_path), " ".join(each.message.split())[:_LONGEST])
        for each in _compiled(shape).iter_errors(value)
    ]


def checked(shape: str, path: Path, error: type[BadFile] = BadFile) -> Source:
    """Read a file that has a shape. Raises BadFile where it cannot be read, and `error` where it has not."""
    source = read(path)
    for pointer, problem in flaws(shape, source.value):
        raise error(source.where(pointer), problem)
    return source


@cache
def _compiled(shape: str) -> jsonschema_rs.Draft202012Validator:
    shapes = read(_FILE).value
    return jsonschema_rs.Draft202012Validator({**shapes[shape], "$defs": shapes["$defs"]})
