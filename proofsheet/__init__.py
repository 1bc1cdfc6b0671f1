"""Curated API documents, a mock server and a conformance suite. Importing this alone imports nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofsheet.in_process import mock

__all__ = ["mock"]


def __getattr__(name: str) -> Any:
    """What users import from here, loaded when they do."""
    if name == "mock":
        from proofsheet.in_process import mock

        return mock
    raise AttributeError(f"module 'proofsheet' has no attribute {name!r}")
