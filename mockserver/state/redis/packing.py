"""Values as bytes, and back: only such as this package makes, for others may write to the same server."""

from __future__ import annotations

import dataclasses
import io
import pickle
from typing import Any

_PLAIN = frozenset({("decimal", "Decimal"), ("builtins", "frozenset"), ("builtins", "set")})


def packed(value: Any) -> bytes:
    """A value of plain types, dataclasses and named tuples as bytes."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith("proofsheet."):
            found = self._found(module, name)
            # A function, or a class that does something when it is made, is no value.
            if isinstance(found, type) and (dataclasses.is_dataclass(found) or issubclass(found, tuple)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of ours")

    def _found(self, module: str, name: str) -> Any:
        """What has that name; None where this version of us has it no more, or not yet."""
        try:
            return super().find_class(module, name)
        except (ImportError, AttributeError):
            return None


def unpacked(data: bytes) -> Any:
    """The value. Raises pickle.UnpicklingError where the bytes name anything but values."""
    return _Reader(io.BytesIO(data)).load()
