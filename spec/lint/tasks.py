"""Rules about tasks: lifecycles that can be gone through, and operations that do something to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from proofsheet.spec import build_tasks, pointers
from proofsheet.spec.callback import Callback
from proofsheet.spec.expressions import UnknownExpression
from proofsheet.spec.lint.context import Context, Found, Op, samples
from proofsheet.spec.tasks import Lifecycle, State

_AT = "/components/x-lifecycles"


def lifecycles(context: Context) -> Iterator[Found]:
    """Every state leads to states, can be reached and is shown by an operation; some state is final."""
    views = [op for op in context.operations if "views" in op.node.get("x-task", {})]
    known = build_tasks.lifecycles(context.resolved)
    for each in known.values():
        at = _AT + pointers.join(each.name)
        flaws = list(_unknown(each, at))
        yield from flaws or _course(each, at)
        yield from _shown(each, at, views)
        yield from _offered(each, at, known)


def _unknown(lifecycle: Lifecycle, at: str) -> Iterator[Found]:
    known = ", ".join(lifecycle.states)
    if lifecycle.start not in lifecycle.states:
        yield Found(f"{at}/start", f"{lifecycle.start!r} is no state of {lifecycle.name}; it has {known}")
    for state in lifecycle.states.values():
        for name in state.to:
            if name not in lifecycle.states:
                place = f"{at}/states{pointers.join(state.name)}/to"
                yield Found(place, f"{name!r} is no state of {lifecycle.name}; it has {known}")
    for name in lifecycle.entered - lifecycle.states.keys():
        yield Found(at, f"an offer starts it at {name!r}, which is no state of it; it has {known}")


def _course(lifecycle: Lifecycle, at: str) -> Iterator[Found]:
    for name in lifecycle.states.keys() - lifecycle.reachable:
        yield Found(f"{at}/states{pointers.join(name)}", f"no state leads to {name}; no task can be in it")
    for state in lifecycle.states.values():
        if state.is_final and state.seconds:
            place = f"{at}/states{pointers.join(state.name)}/seconds"
            yield Found(place, f"{state.name} is final, so it lasts for ever; take `seconds` out or add `to`")
    try:
        _ = lifecycle.ordinary_end
    except ValueError as circle:
        yield Found(f"{at}/states", f"{circle}; the first of `to` is to lead to an end")


def _shown(lifecycle: Lifecycle, at: str, views: list[Op]) -> Iterator[Found]:
    names = [{sample.name for sample in samples(op)} for op in views]
    if not any(lifecycle.states.keys() <= each for each in names):
        best = min((sorted(lifecycle.states.keys() - each) for each in names), key=len, default=[])
        missing = f"; the best one lacks {', '.join(best)}" if best else ""
        yield Found(at, f"no operation that views a task has an example for each of its states{missing}")


def _offered(lifecycle: Lifecycle, at: str, known: Mapping[str, Lifecycle]) -> Iterator[Found]:
    for state in lifecycle.states.values():
        for each in state.offers:
            if each.lifecycle is not None and each.lifecycle not in known:
                place = at + pointers.join("states", state.name, "offers", each.name)
                yield Found(place, f"{each.lifecycle!r} is no lifecycle; known: {', '.join(known)}")


def roles(context: Context) -> Iterator[Found]:
    """What x-task names exists: lifecycles, states, outcomes, operations; a path for the links."""
    known = build_tasks.lifecycles(context.resolved)
    ops = {op.id: op for op in context.operations}
    for op in context.operations:
        for name, role in op.node.get("x-task", {}).items():
            at, check = f"{op.pointer}/x-task/{name}", _ROLES.get(name)
            own = check(op, role, known, ops) if check else ()
            for where, message in (*_outcomes(op, _named(role)), *own):
                yield Found(at + where, message)
        yield from _links(op, ops)
        yield from _callbacks(op, known)


Flaws = Iterator[tuple[str, str]]


def _starts(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    if "lifecycle" in role and role["lifecycle"] not in known:
        yield "/lifecycle", f"{role['lifecycle']!r} is no lifecycle; known: {', '.join(known) or 'none'}"
        return
    finals = dict.fromkeys(name for each in _started(role, known) for name in each.finals)
    for name in op.node.get("x-cost", {}).get("charged", ()):
        if name not in finals:
            yield "", f"x-cost charges for {name}, no final state of its tasks: {', '.join(finals)}"
    states = {state.name: state for each in known.values() for state in each.states.values()}
    for name in (name for each in _parents(role) for name in each["states"]):
        yield from _no_states([name], states, "/parent/states")
        if "offer" in role and name in states and not states[name].offers:
            yield "/parent/states", f"{name} has no offers that {op.id} could take"
    if role.get("flawed") not in (None, *finals):
        yield "/flawed", f"{role['flawed']!r} is no final state of its tasks: {', '.join(finals)}"
    yield from _outcomes(op, {"queued": role["queued"]["answer"]} if "queued" in role else {})
    yield from _outcomes(op, dict(_answers(role, states.values())), "/offer")


def _parents(role: Any) -> list[Any]:
    found = role.get("parent", [])
    return found if isinstance(found, list) else [found]


def _started(role: Any, known: Mapping[str, Lifecycle]) -> list[Lifecycle]:
    """Of which lifecycles the tasks can be that a role starts."""
    return [known[role["lifecycle"]]] if "lifecycle" in role else list(known.values())


def _answers(role: Any, states: Iterable[State]) -> Iterator[tuple[str, str]]:
    """The outcomes of a follow-up that offers name, by the offer's name."""
    if "offer" in role:
        for state in states:
            if any(state.name in each["states"] for each in _parents(role)):
                yield from ((each.name, each.answer) for each in state.offers if each.answer)


def _outcomes(op: Op, named: Mapping[str, str], where: str = "") -> Flaws:
    names = {sample.name for sample in samples(op)}
    for key, name in named.items():
        if name not in names:
            at = where or f"/{key}"
            yield at, f"{name!r} is no example of {op.id}; add the example or mend the name"


def _no_states(names: Iterable[str], states: Collection[str], at: str) -> Flaws:
    yield from ((at, f"{name!r} is no state of any lifecycle") for name in names if name not in states)


def _states(known: Mapping[str, Lifecycle]) -> frozenset[str]:
    return frozenset(name for each in known.values() for name in each.states)


def _named(role: Any) -> dict[str, str]:
    return {key: role[key] for key in ("missing", "refused", "otherwise") if key in role}


def _views(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    states = _states(known)
    for name, outcome in role.get("answers", {}).items():
        yield from _no_states([name], states, f"/answers/{name}")
        yield from _outcomes(op, {name: outcome}, f"/answers/{name}")


def _lists(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    view = ops.get(role["view"])
    if view is None or "views" not in view.node.get("x-task", {}):
        yield "/view", f"{role['view']!r} is no operation that views a task"


def _moves(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    if not any(role["to"] in state.to for each in known.values() for state in each.states.values()):
        yield "/to", f"no state of any lifecycle leads to {role['to']!r}"


def _removes(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    yield from _no_states(sorted(role["states"]), _states(known), "/states")


_ROLES = {
    **{"starts": _starts, "views": _views, "lists": _lists},
    **{"moves": _moves, "removes": _removes},
}


def _links(op: Op, ops: Mapping[str, Op]) -> Iterator[Found]:
    for status, response in op.node["responses"].items():
        for name, link in response.get("links", {}).items():
            if link.get("operationId", op.id) not in ops:
                at = op.pointer + pointers.join("responses", status, "links", name)
                yield Found(at, f"the link {name} leads to {link['operationId']!r}, which is no operation")


def _read(op: Op) -> list[Callback]:
    try:
        return list(build_tasks.callbacks(op.node))
    except UnknownExpression:  # which another rule finds
        return []


def _callbacks(op: Op, known: Mapping[str, Lifecycle]) -> Iterator[Found]:
    started = op.node.get("x-task", {}).get("starts", {})
    if started.get("lifecycle", "") not in ("", *known):
        return
    states = {name for each in _started(started, known) for name in each.states} if started else set()
    for each in _read(op):
        for name in sorted(each.states - states):
            at = op.pointer + pointers.join("callbacks", each.name)
            yield Found(at, f"x-on names {name!r}, which is no state of a task that {op.id} starts")
