"""From a document's plain data to its lifecycles and to what its operations do to tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.callback import Callback
from proofsheet.spec.expressions import (
    Expression,
    UnknownExpression,
    embedded,
    is_expression,
    parse,
    parse_link,
    parse_text,
)
from proofsheet.spec.follow_up import follow_up
from proofsheet.spec.paging import page
from proofsheet.spec.schemas import Schema
from proofsheet.spec.tasks import (
    Changes,
    Lifecycle,
    Link,
    Lists,
    Moves,
    Offer,
    Parent,
    Queued,
    Removes,
    Role,
    Starts,
    State,
    Views,
    Where,
)

ROLES = ("starts", "views", "lists", "moves", "removes", "changes")


def lifecycles(raw: Any) -> dict[str, Lifecycle]:
    """Those of components/x-lifecycles."""
    known = raw.get("components", {}).get("x-lifecycles", {})
    made = {name: _lifecycle(name, node) for name, node in known.items()}
    return {name: replace(each, entered=_entered(name, made.values())) for name, each in made.items()}


def _lifecycle(name: str, node: Any) -> Lifecycle:
    return Lifecycle(name, node["start"], {key: _state(key, each) for key, each in node["states"].items()})


def _entered(name: str, lifecycles: Iterable[Lifecycle]) -> frozenset[str]:
    """The states of a lifecycle, other than its start, in which offers start a task."""
    offers = (offer for each in lifecycles for state in each.states.values() for offer in state.offers)
    return frozenset(offer.at for offer in offers if offer.lifecycle == name and offer.at)


def _state(name: str, node: Any) -> State:
    return State(
        name=name,
        seconds=_pair(node.get("seconds")),
        to=tuple(node.get("to", ())),
        progress=_pair(node.get("progress")),
        offers=tuple(_offer(key, each) for key, each in node.get("offers", {}).items()),
    )


def _offer(name: str, node: Any) -> Offer:
    starts = node.get("starts", {})
    return Offer(
        name=name,
        id=_text(node.get("id")),
        label=node.get("label"),
        icon=node.get("icon"),
        names=frozenset(each.casefold() for each in (name, *node.get("names", ()))),
        lifecycle=starts.get("lifecycle"),
        again=starts.get("again", False),
        at=starts.get("at"),
        kind=starts.get("kind"),
        answer=node.get("answer"),
        credits=node.get("credits"),
        fills=_fills(node.get("fills", {})),
        artifact=follow_up(node["artifact"]) if "artifact" in node else None,
    )


def _fills(node: Mapping[str, Any]) -> Mapping[str, Any]:
    for each in node.values():
        embedded(each if isinstance(each, str) else "")  # so that an unknown expression is found now
    return node


def _text(node: Any) -> Expression | None:
    """A text as it is, one with expressions in it, or a part of one."""
    if node is None or (isinstance(node, str) and "$" not in node):
        return node if node is None else Expression(node)
    return parse_text(node)


def _pair(node: Any) -> tuple[float, float] | None:
    return None if node is None else (float(node[0]), float(node[1]))


def role(node: Any, known: Mapping[str, Lifecycle]) -> Role | None:
    """What an operation does to tasks, by its x-task. Raises KeyError and UnknownExpression."""
    if node is None:
        return None
    name = next(each for each in ROLES if each in node)
    return _MAKE[name](node[name], known)


def _starts(node: Any, known: Mapping[str, Lifecycle]) -> Starts:
    found = node.get("parent", [])
    parents = tuple(_parent(each) for each in (found if isinstance(found, list) else [found]))
    return Starts(
        lifecycle=known[node["lifecycle"]] if "lifecycle" in node else None,
        lifecycles={node["lifecycle"]: known[node["lifecycle"]]} if "lifecycle" in node else known,
        id_form=node["id"],
        prefix=node.get("prefix", ""),
        kind=node.get("kind"),
        most=node.get("most"),
        per=node.get("per", "credential"),
        parent=next(iter(parents), None),
        parents=parents,
        label=_text(node.get("label")),
        offer=_text(node.get("offer")),
        queued=Queued(**node["queued"]) if "queued" in node else None,
        flawed=node.get("flawed"),
        expires=pointers.split(node["expires"]) if "expires" in node else None,
        when=Schema(node["when"]) if "when" in node else None,
    )


def _parent(node: Any) -> Parent:
    inherits = tuple(pointers.split(each) for each in node.get("inherits", ()))
    made = follow_up(node["artifact"]) if "artifact" in node else None
    return Parent(
        id=parse_text(node["id"]),
        states=frozenset(node["states"]),
        inherits=inherits,
        artifact=made,
        optional=node.get("optional", False),
        by_artifact=node.get("names") == "artifact",
    )


def _views(node: Any, known: Mapping[str, Lifecycle]) -> Views:
    return Views(
        id=parse(node["id"]),
        missing=node["missing"],
        any_key=node.get("foreign") == "see",
        by_artifact=node.get("names") == "artifact",
        joined=pointers.split(node["joined"]) if "joined" in node else None,
        answers=node.get("answers"),
        otherwise=node.get("otherwise"),
        refuses=_refuses(node.get("refuses")),
        until=node.get("until"),
    )


def _refuses(node: Any) -> tuple[Schema, str] | None:
    return None if node is None else (Schema(node["when"]), node["outcome"])


def _lists(node: Any, known: Mapping[str, Lifecycle]) -> Lists:
    return Lists(
        view=node["view"],
        ids=_optional(node.get("ids")),
        states=frozenset(node["states"]) if "states" in node else None,
        order=order if isinstance(order := node.get("order", "newest"), str) else "newest",
        turned=None if isinstance(order, str) else (parse(order["by"]), order["oldest"]),
        most=node.get("most"),
        all_without_ids=node.get("without-ids", "all") == "all",
        page=page(node.get("page")),
        where=tuple(_where(each) for each in node.get("where", ())),
        part=pointers.split(node.get("part", "")),
        without=tuple(node.get("without", ())),
    )


def _where(node: Any) -> Where:
    return Where(pointers.split(node["shows"]), parse(node["is"]))


def _moves(node: Any, known: Mapping[str, Lifecycle]) -> Moves:
    return Moves(parse(node["id"]), node["to"], node["missing"], node["refused"], node.get("merges", False))


def _changes(node: Any, known: Mapping[str, Lifecycle]) -> Changes:
    sets = tuple((pointers.split(at), parse(each)) for at, each in node["sets"].items())
    return Changes(parse(node["id"]), node["missing"], sets)


def _removes(node: Any, known: Mapping[str, Lifecycle]) -> Removes:
    states = frozenset(node["states"])
    return Removes(parse(node["id"]), states, node["missing"], node.get("refused"), node.get("to"))


_MAKE: Mapping[str, Callable[[Any, Mapping[str, Lifecycle]], Role]] = {
    "starts": _starts,
    "views": _views,
    "lists": _lists,
    "moves": _moves,
    "removes": _removes,
    "changes": _changes,
}


def _optional(text: str | None) -> Expression | None:
    return None if text is None else parse(text)


def callbacks(node: Any) -> Iterator[Callback]:
    """The callbacks of an operation that say on which states they go out (x-on)."""
    for name, paths in node.get("callbacks", {}).items():
        for url, item in paths.items():
            for method, each in item.items():
                if isinstance(each, dict) and "x-on" in each:
                    yield _callback(name, url, method.upper(), each)


def _callback(name: str, url: str, method: str, node: Any) -> Callback:
    retry, headers = node.get("x-retry", {}), node.get("x-headers", {})
    for each in (*embedded(url), *(parse(value) for value in headers.values() if is_expression(value))):
        if each.source != "$request":  # it is made of what the task was submitted with
            raise UnknownExpression(each.text)
    return Callback(
        name=name,
        url=url,
        method=method,
        states=frozenset(node["x-on"]),
        headers=headers,
        attempts=retry.get("attempts", 1),
        retry_seconds=float(retry.get("seconds", 0)),
        retry_is_known="x-retry" in node,
        part=pointers.split(node.get("x-part", "")),
    )


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
