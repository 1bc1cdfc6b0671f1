"""Rules about tasks: lifecycles that can be gone through, and operations that do something to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import build_tasks, pointers
from proofsheet.spec.lint.context import Context, Found, Op, samples
from proofsheet.spec.tasks import Lifecycle

_AT = "/components/x-lifecycles"


def lifecycles(context: Context) -> Iterator[Found]:
    """Every state leads to states, can be reached and is shown by an operation; some state is final."""
    views = [op for op in context.operations if "views" in op.node.get("x-task", {})]
    for each in build_tasks.lifecycles(context.resolved).values():
        at = _AT + pointers.join(each.name)
        flaws = list(_unknown(each, at))
        yield from flaws or _course(each, at)
        yield from _shown(each, at, views)


def _unknown(lifecycle: Lifecycle, at: str) -> Iterator[Found]:
    known = ", ".join(lifecycle.states)
    if lifecycle.start not in lifecycle.states:
        yield Found(f"{at}/start", f"{lifecycle.start!r} is no state of {lifecycle.name}; it has {known}")
    for state in lifecycle.states.values():
        for name in state.to:
            if name not in lifecycle.states:
                place = f"{at}/states{pointers.join(state.name)}/to"
                yield Found(place, f"{name!r} is no state of {lifecycle.name}; it has {known}")


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


def roles(context: Context) -> Iterator[Found]:
    """What x-task names exists: lifecycles, states, outcomes, operations; a path for the links."""
    known = build_tasks.lifecycles(context.resolved)
    ops = {op.id: op for op in context.operations}
    for op in context.operations:
        for name, role in op.node.get("x-task", {}).items():
            if check := _ROLES.get(name):
                at = f"{op.pointer}/x-task/{name}"
                for where, message in check(op, role, known, ops):
                    yield Found(at + where, message)
        yield from _links(op, ops)
        yield from _callbacks(op, known)


Flaws = Iterator[tuple[str, str]]


def _starts(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    lifecycle = known.get(role["lifecycle"])
    if lifecycle is None:
        yield "/lifecycle", f"{role['lifecycle']!r} is no lifecycle; known: {', '.join(known) or 'none'}"
        return
    for name in op.node.get("x-cost", {}).get("charged", ()):
        if name not in lifecycle.finals:
            yield "", f"x-cost charges for {name}, no final state of {lifecycle.name}: {lifecycle.finals}"
    if parent := role.get("parent"):
        states = {name for each in known.values() for name in each.states}
        for name in parent["states"]:
            if name not in states:
                yield "/parent/states", f"{name!r} is no state of any lifecycle"
        yield from _outcomes(op, parent, "/parent")


def _outcomes(op: Op, role: Any, where: str = "") -> Flaws:
    names = {sample.name for sample in samples(op)}
    for key in ("missing", "refused"):
        if key in role and role[key] not in names:
            yield (
                f"{where}/{key}",
                f"{role[key]!r} is no example of {op.id}; add the example or mend the name",
            )


def _views(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    yield from _outcomes(op, role)


def _lists(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    view = ops.get(role["view"])
    if view is None or "views" not in view.node.get("x-task", {}):
        yield "/view", f"{role['view']!r} is no operation that views a task"


def _moves(op: Op, role: Any, known: Mapping[str, Lifecycle], ops: Mapping[str, Op]) -> Flaws:
    yield from _outcomes(op, role)
    if not any(role["to"] in state.to for each in known.values() for state in each.states.values()):
        yield "/to", f"no state of any lifecycle leads to {role['to']!r}"


_ROLES = {"starts": _starts, "views": _views, "lists": _lists, "moves": _moves}


def _links(op: Op, ops: Mapping[str, Op]) -> Iterator[Found]:
    for status, response in op.node["responses"].items():
        for name, link in response.get("links", {}).items():
            if link.get("operationId", op.id) not in ops:
                at = op.pointer + pointers.join("responses", status, "links", name)
                yield Found(at, f"the link {name} leads to {link['operationId']!r}, which is no operation")


def _callbacks(op: Op, known: Mapping[str, Lifecycle]) -> Iterator[Found]:
    started = op.node.get("x-task", {}).get("starts", {})
    states = known[started["lifecycle"]].states if started.get("lifecycle") in known else {}
    for each in build_tasks.callbacks(op.node):
        for name in sorted(each.states - states.keys()):
            at = op.pointer + pointers.join("callbacks", each.name)
            yield Found(at, f"x-on names {name!r}, which is no state of a task that {op.id} starts")
