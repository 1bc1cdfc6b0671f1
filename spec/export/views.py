"""Views: one form of answer under each status and one way to send the key, as generators take them.

Most generators take one media type of a status and pass over the others; which one differs. Where an
operation chooses by the Accept header, a view has only one form left and says what must be sent to get it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.build import operations, with_policy
from proofsheet.spec.export.losses import Losses
from proofsheet.spec.export.rebuild import Grammar, rebuilt

JSON = "application/json"
BYTES = ("image/", "video/", "audio/", "model/", "application/octet-stream")


def viewed(document: Any, view: str, grammar: Grammar, losses: Losses) -> Any:
    """A copy of `document` as `view` (json | binary) shows it."""
    accepted = {pointer: _accepted(document, node, view) for pointer, node in _operations(document)}

    def change(kind: str, node: dict[str, Any], pointer: str) -> dict[str, Any]:
        if kind == "response" and "content" in node:
            return _response(node, pointer, view, losses)
        if kind == "operation" and (accept := accepted.get(pointer)):
            return _without_others(node, accept)
        return node

    made = rebuilt(document, grammar, change)
    _one_scheme(made, "", losses)
    for pointer, node in _operations(made):
        _one_scheme(node, pointer, losses)
    return made


def _operations(document: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(pointers.join("paths", path, method), node) for path, method, node in operations(document)]


def _response(node: dict[str, Any], pointer: str, view: str, losses: Losses) -> dict[str, Any]:
    content = node["content"]
    kept = _kept(content, view)
    for media_type in content:
        if media_type not in kept and not any(_within(media_type, each) for each in kept):
            losses.note(f"{pointer}/content{pointers.join(media_type)}", f"left out of the {view} view")
    return {**node, "content": kept}


def _kept(content: Mapping[str, Any], view: str) -> dict[str, Any]:
    """The media types of a response that a view shows: all, where it has not both forms."""
    pictures = {name: each for name, each in content.items() if name.startswith(BYTES)}
    if JSON not in content or not pictures:
        return dict(content)
    return {JSON: content[JSON]} if view == "json" else _one(pictures)


def _one(pictures: dict[str, Any]) -> dict[str, Any]:
    """Several formats of one kind as a range such as `image/*`: one entry, and true of each answer."""
    kinds = {name.partition("/")[0] for name in pictures}
    if len(pictures) == 1 or len(kinds) > 1:
        return pictures
    first = next(iter(pictures.values()))
    return {f"{kinds.pop()}/*": {name: each for name, each in first.items() if name != "x-content-type"}}


def _within(media_type: str, pattern: str) -> bool:
    return pattern.endswith("/*") and media_type.startswith(pattern[:-1])


def _accepted(document: Any, operation: Mapping[str, Any], view: str) -> str | None:
    """The Accept header that an operation needs in this view; None where it answers so anyway."""
    for status, each in operation["responses"].items():
        response = pointers.get(document, each["$ref"][1:]) if "$ref" in each else each
        content = response.get("content", {})
        kept = _kept(content, view)
        if status.startswith("2") and len(kept) < len(content):
            default = with_policy(document, operation).get("x-negotiation", {}).get("default", "*/*")
            form = next(iter(kept))
            return None if default == form or _within(form, default) else form
    return None


def _without_others(node: dict[str, Any], accept: str) -> dict[str, Any]:
    parameter = {
        "name": "accept",
        "in": "header",
        "required": True,
        "description": "Which form the answer has. Without it the answer has another form.",
        "schema": {"type": "string", "enum": [accept], "default": accept},
    }
    before = {name: node[name] for name in node if name not in ("requestBody", "responses")}
    rest = {name: node[name] for name in node if name in ("requestBody", "responses")}
    return {**before, "parameters": [*node.get("parameters", ()), parameter], **rest}


def _one_scheme(node: dict[str, Any], pointer: str, losses: Losses) -> None:
    for index, each in enumerate(node.get("security", ())):
        if index:
            losses.note(
                f"{pointer}/security/{index}", f"left out: {' and '.join(each)}, a second way to log in"
            )
    if "security" in node:
        node["security"] = node["security"][:1]
