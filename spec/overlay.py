"""OpenAPI Overlay 1.0: small declared differences, applied to a document's plain data.

It is stricter than the standard in two points: a target that matches nothing and an action that does nothing
are errors, because a difference that no longer applies is a fact that has been lost. Of Overlay 1.1, `copy`
and primitive targets are not done.
"""

from __future__ import annotations

import copy
from typing import Any

from proofsheet.spec.yaml_reader import BadFile, Source


class BadOverlay(BadFile):
    """An overlay that cannot be applied."""


def apply(document: Any, overlay: Source) -> Any:
    """`document` with the overlay's actions done in order; neither argument is changed. Raises BadOverlay."""
    result = copy.deepcopy(document)
    for index, action in enumerate(_actions(overlay)):
        where = overlay.where(f"/actions/{index}")
        if not isinstance(action, dict) or not isinstance(action.get("target"), str):
            raise BadOverlay(where, "an action needs a target")
        for node in _nodes(action["target"], result, overlay.where(f"/actions/{index}/target")):
            _act(action, node, where)
    return result


def _actions(overlay: Source) -> list[Any]:
    value = overlay.value
    if not isinstance(value, dict) or not str(value.get("overlay", "")).startswith("1."):
        raise BadOverlay(overlay.where(""), "is no overlay: `overlay: 1.0.0` is missing")
    actions = value.get("actions")
    if not isinstance(actions, list) or not actions:
        raise BadOverlay(overlay.where("/actions"), "has no actions")
    return actions


def _nodes(target: str, document: Any, where: str) -> list[Any]:
    import jsonpath  # 40 ms of import that a document without overlays need not pay

    try:
        nodes = list(jsonpath.finditer(target, document))
    except jsonpath.JSONPathError as error:
        raise BadOverlay(where, f"the target is no JSONPath: {error}") from None
    if not nodes:
        raise BadOverlay(where, f"the target {target} matches nothing")
    return nodes


def _act(action: dict[str, Any], node: Any, where: str) -> None:
    if action.get("remove") is True and node.parent is None:
        raise BadOverlay(where, "the whole document cannot be removed")
    if action.get("remove") is True:
        _remove(node)
    elif "update" in action:
        _update(node.obj, action["update"], where)
    else:
        raise BadOverlay(where, "an action needs `update` or `remove: true`")


def _update(target: Any, update: Any, where: str) -> None:
    if isinstance(target, list):
        target.append(copy.deepcopy(update))
    elif isinstance(target, dict) and isinstance(update, dict):
        merge(target, update)
    else:
        raise BadOverlay(where, "a scalar changes through its parent: target the parent")


def _remove(node: Any) -> None:
    parent, name = node.parent.obj, node.parts[-1]
    if isinstance(parent, list):
        # By identity: earlier removals in the same action may have moved the index.
        parent[:] = [item for item in parent if item is not node.obj]
    else:
        del parent[name]


def merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    """Merge `update` into `target` in place: objects deeply, arrays by concatenation, else replace."""
    for key, value in update.items():
        mine = target.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            merge(mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            mine.extend(copy.deepcopy(value))
        else:
            target[key] = copy.deepcopy(value)
