"""Ids for what a callback sends, by the operation that asks for it: generators name functions by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofsheet.spec.build import operations


def with_callback_ids(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `document` in which every operation of a callback has an id of its own.

    That of the callback `finished` of the operation `draw` is `drawFinished`, unless it has one.
    """
    paths: dict[str, Any] = {path: dict(item) for path, item in document.get("paths", {}).items()}
    for path, method, operation in operations(document):
        if "callbacks" in operation:
            called = {
                name: _named(each, operation["operationId"] + name[:1].upper() + name[1:])
                for name, each in operation["callbacks"].items()
            }
            paths[path][method] = {**operation, "callbacks": called}
    return {**document, "paths": paths} if "paths" in document else dict(document)


def _named(callback: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        address: {method: {"operationId": name, **each} for method, each in item.items()}
        for address, item in callback.items()
    }
