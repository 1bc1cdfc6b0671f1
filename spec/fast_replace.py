"""`dataclasses.replace` for what is made many times in a call: nothing is checked, so it is quick."""

from __future__ import annotations

from typing import Any, TypeVar

Record = TypeVar("Record")


def fast_replace(record: Record, **changes: Any) -> Record:
    """A copy of a frozen dataclass with other values of some fields, which must be fields of it.

    Not for one with `__post_init__`, slots or cached properties: nothing is computed anew.
    """
    found = object.__new__(type(record))
    found.__dict__.update(record.__dict__, **changes)
    return found
