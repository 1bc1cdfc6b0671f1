"""From a document's plain data to its lifecycles and to what its operations do to tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from proofsheet.spec.expressions import Expression, is_expression, parse, parse_link
from proofsheet.spec.tasks import Callback, Lifecycle, Link, Lists, Moves, Parent, Role, Starts, State, Views

ROLES = ("starts", "views", "lists", "moves")


def lifecycles(raw: Any) -> dict[str, Lifecycle]:
    """Those of components/x-lifecycles."""
    known = raw.get("components", {}).get("x-lifecycles", {})
    return {name: _lifecycle(name, node) for name, node in known.items()}


def _lifecycle(name: str, node: Any) -> Lifecycle:
    return Lifecycle(name, node["start"], {key: _state(key, each) for key, each in node["states"].items()})


def _state(name: str, node: Any) -> State:
    return State(name, _pair(node.get("seconds")), tuple(node.get("to", ())), _pair(node.get("progress")))


def _pair(node: Any) -> tuple[float, float] | None:
    return None if node is None else (float(node[0]), float(node[1]))


def role(node: Any, known: Mapping[str, Lifecycle]) -> Role | None:
    """What an operation does to tasks, by its x-task. Raises KeyError and UnknownExpression."""
    if node is None:
        return None
    name = next(each for each in ROLES if each in node)
    return _MAKE[name](node[name], known)


def _starts(node: Any, known: Mapping[str, Lifecycle]) -> Starts:
    return Starts(
        lifecycle=known[node["lifecycle"]],
        id_form=node["id"],
        kind=node.get("kind"),
        most=node.get("most"),
        per=node.get("per", "credential"),
        parent=_parent(node.get("parent")),
    )


def _parent(node: Any) -> Parent | None:
    if node is None:
        return None
    return Parent(parse(node["id"]), frozenset(node["states"]), node["missing"], node["refused"])


def _views(node: Any, known: Mapping[str, Lifecycle]) -> Views:
    return Views(parse(node["id"]), node["missing"], node.get("foreign") == "see")


def _lists(node: Any, known: Mapping[str, Lifecycle]) -> Lists:
    return Lists(
        view=node["view"],
        ids=_optional(node.get("ids")),
        states=frozenset(node["states"]) if "states" in node else None,
        order=node.get("order", "newest"),
        most=node.get("most"),
    )


def _moves(node: Any, known: Mapping[str, Lifecycle]) -> Moves:
    return Moves(parse(node["id"]), node["to"], node["missing"], node["refused"], node.get("merges", False))


_MAKE: Mapping[str, Callable[[Any, Mapping[str, Lifecycle]], Role]] = {
    "starts": _starts,
    "views": _views,
    "lists": _lists,
    "moves": _moves,
}


def _optional(text: str | None) -> Expression | None:
    return None if text is None else parse(text)


def callbacks(node: Any) -> Iterator[Callback]:
    """The callbacks of an operation that say on which states they go out (x-on)."""
    for name, paths in node.get("callbacks", {}).items():
        for url, item in paths.items():
            for method, each in item.items():
                if isinstance(each, dict) and "x-on" in each:
                    headers = each.get("x-headers", {})
                    yield Callback(name, url, method.upper(), frozenset(each["x-on"]), headers)


def links(node: Any) -> dict[str, Link]:
    """The links of an operation's responses that name an operation of the document."""
    return {
        name: Link(name, link["operationId"], _parameters(link.get("parameters", {})))
        for response in node["responses"].values()
        for name, link in response.get("links", {}).items()
        if "operationId" in link
    }


def _parameters(node: Any) -> dict[str, Expression]:
    return {name: parse_link(value) for name, value in node.items() if is_expression(value)}
