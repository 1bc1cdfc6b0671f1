"""JSON Pointer (RFC 6901), and the liberty this project takes with it: `*` for every item or member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def escape(name: str) -> str:
    """One reference token."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def split(pointer: str) -> tuple[str, ...]:
    """The tokens of a pointer. Raises ValueError if it is neither empty nor led by a slash."""
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON pointer: it must be empty or begin with /")
    tokens = pointer[1:].split("/")
    if "~" not in pointer:
        return tuple(tokens)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def split_or_none(pointer: str | None) -> tuple[str, ...] | None:
    """The tokens of a pointer that may be absent. Raises as `split`."""
    return None if pointer is None else split(pointer)


def join(*tokens: str | int) -> str:
    """The pointer made of `tokens`."""
    return "".join("/" + escape(str(token)) for token in tokens)


def step(value: Any, token: str) -> Any:
    """The child `token` of an object or array. Raises KeyError where there is none."""
    if isinstance(value, dict):
        return value[token]
    if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
        return value[int(token)]
    raise KeyError(token)


def get(value: Any, pointer: str) -> Any:
    """What stands at `pointer`. Raises KeyError where nothing does."""
    for token in split(pointer):
        value = step(value, token)
    return value


def find(value: Any, tokens: tuple[str, ...]) -> Iterator[Any]:
    """Everything at `tokens`; `*` means every item of an array or member of an object."""
    for at, token in enumerate(tokens):
        if token == "*":
            for item in (
                value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
            ):
                yield from find(item, tokens[at + 1 :])
            return
        if isinstance(value, dict):  # as `step` goes; most are asked for in vain, and an error takes time
            if token not in value:
                return
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return
    yield value


def text(value: Any, tokens: tuple[str, ...] | None) -> str:
    """The text at a place that may be absent; empty where there is none."""
    found = next(find(value, tokens), "") if tokens else ""
    return found if isinstance(found, str) else ""


def replaced(value: Any, tokens: tuple[str, ...], by: Any) -> Any:
    """A copy of `value` in which `by` stands at `tokens`: members of objects, and items of arrays that there
    are or that are made (where a number leads into what is no object)."""
    if not tokens:
        return by
    first, rest = tokens[0], tokens[1:]
    if first.isdigit() and not isinstance(value, dict):
        items = list(value) if isinstance(value, list) else []
        at = min(int(first), len(items))
        return [*items[:at], replaced(items[at] if at < len(items) else None, rest, by), *items[at + 1 :]]
    members = value if isinstance(value, dict) else {}
    return {**members, first: replaced(members.get(first), rest, by)}


def removed(value: Any, tokens: tuple[str, ...]) -> Any:
    """A copy of `value` without the member of an object at `tokens`, if there is one."""
    first, *rest = tokens
    if not isinstance(value, dict) or first not in value:
        return value
    kept = {name: each for name, each in value.items() if name != first}
    return {**kept, first: removed(value[first], tuple(rest))} if rest else kept


def find_places(
    value: Any, tokens: tuple[str, ...], way: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """What `find` finds, and the way to each: members by name, items by number."""
    if not tokens:
        yield way, value
    elif tokens[0] == "*":
        items: Any = enumerate(value) if isinstance(value, list) else ()
        for at, item in value.items() if isinstance(value, dict) else items:
            yield from find_places(item, tokens[1:], (*way, at))
    elif isinstance(value, dict) and tokens[0] in value:
        yield from find_places(value[tokens[0]], tokens[1:], (*way, tokens[0]))


def origin(source: Any, pointer: str) -> str:
    """Where in a document with references the value really stands that `pointer` finds without them.

    Follows each `$ref` on the way, except where a sibling of the reference overrides it.
    """
    value, place = source, ""
    for token in split(pointer):
        while isinstance(value, dict) and token not in value and "$ref" in value:
            place = value["$ref"][1:]
            value = get(source, place)
        value, place = step(value, token), f"{place}/{escape(token)}"
    return place
