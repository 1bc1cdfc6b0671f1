"""Rules about catalogues: an entry of a vendor's menu may not say of itself that it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import build, pointers
from proofsheet.spec.catalogue.grades import grade
from proofsheet.spec.catalogue.menu import ASSUMED, Entry, Menu
from proofsheet.spec.lint.context import Context, Found
from proofsheet.spec.yaml_reader import BadFile


def readable(context: Context) -> Iterator[Found]:
    """A vendor's menu has the form of a menu, and is the vendor's."""
    if context.name not in context.library.catalogued():
        return
    try:
        menu = context.library.menu(context.name)
    except BadFile as problem:
        yield Found("", f"the vendor's menu: {problem}")
        return
    if menu.vendor != context.name:
        yield Found(
            "/vendor", f"expected {context.name}, as the file is named, came {menu.vendor}", menu.source
        )


def grounded(context: Context) -> Iterator[Found]:
    """What an entry means is in a document, with an example; what is only assumed is so in the menu too."""
    for menu, entry in _entries(context):
        for index, name in enumerate(entry.means):
            if flaw := _flaw(context, name):
                yield Found(f"{entry.pointer}/means/{index}", flaw, menu.source)
        if flaw := _misgraded(context, entry):
            yield Found(entry.pointer, flaw, menu.source)
        if entry.planned in context.library.families():
            message = f"there is a document {entry.planned}: say which of its operations the entry means"
            yield Found(f"{entry.pointer}/planned", message, menu.source)


def _entries(context: Context) -> Iterator[tuple[Menu, Entry]]:
    if context.name not in context.library.catalogued():
        return
    try:
        menu = context.library.menu(context.name)
    except BadFile:
        return  # `readable` says so
    yield from ((menu, entry) for entry in menu.entries)


def _flaw(context: Context, name: str) -> str | None:
    of, _, wanted = name.rpartition(".")
    if of not in context.library.names():
        return f"there is no document {of}; there are {', '.join(context.library.names())}"
    document = context.library.load(of).raw
    for _, _, node in build.operations(document):
        if node["operationId"] != wanted:
            continue
        return (
            None if _has_example(document, node) else f"{name} has no example of a request or of its success"
        )
    known = ", ".join(node["operationId"] for _, _, node in build.operations(document))
    return f"{of} has no operation {wanted}; it has {known}"


def _misgraded(context: Context, entry: Entry) -> str | None:
    """An entry says of itself that it is assumed where an operation of it is, and only there."""
    found = [name for name in entry.means if _is_assumed(context, name)]
    if found and not entry.is_assumed:
        return f"nothing but an assumption says how {found[0]} is known; say `grade: assumed` of the entry"
    if entry.is_assumed and not found:
        return "what the entry means is known from a source; it has no `grade: assumed`"
    return None


def _is_assumed(context: Context, name: str) -> bool:
    of, _, operation = name.rpartition(".")
    known = of in context.library.names()
    return known and grade(context.library.load(of).raw, operation) == ASSUMED


def _has_example(document: Any, node: Mapping[str, Any]) -> bool:
    if "x-dialogue" in node:  # its messages are examples, each of them
        return True
    good = [each for status, each in node["responses"].items() if status.startswith("2")]
    found = [node.get("requestBody", {}), *good]
    whole = [pointers.get(document, each["$ref"][1:]) if "$ref" in each else each for each in found]
    return any(content.get("examples") for each in whole for content in each.get("content", {}).values())
