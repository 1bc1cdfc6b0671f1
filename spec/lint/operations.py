"""Rules about operations: what every one of them must have, and what its outcomes are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found, Op, samples


def described(context: Context) -> Iterator[Found]:
    """Every operation has a summary, a description and declared tags, which become classes' names."""
    declared = {each["name"] for each in context.resolved.get("tags", ())}
    for op in context.operations:
        for name in ("summary", "description", "tags"):
            if not op.node.get(name):
                yield Found(op.pointer, f"{op.id} has no {name}; people and generated clients need one")
        for tag in op.node.get("tags", ()):
            if tag not in declared:
                yield Found(f"{op.pointer}/tags", f"the tag {tag!r} is not declared in the document's tags")
            if not tag[:1].isalpha():
                yield Found(f"{op.pointer}/tags", f"the tag {tag!r} names a class; begin with a letter")


def ids(context: Context) -> Iterator[Found]:
    """An operationId names one operation and is an identifier in every language."""
    seen: set[str] = set()
    for op in context.operations:
        at = f"{op.pointer}/operationId"
        if not op.id.isidentifier() or not op.id.isascii():
            yield Found(at, f"{op.id!r} is no identifier; use letters and digits, such as generateUltra")
        if op.id in seen:
            yield Found(at, f"two operations are called {op.id!r}; rename one")
        seen.add(op.id)


def policies(context: Context) -> Iterator[Found]:
    """The policy that an operation names exists."""
    names = context.resolved.get("components", {}).get("x-policies", {})
    for op in context.operations:
        if op.policy is not None and op.policy not in names:
            known = ", ".join(names) or "none"
            yield Found(f"{op.pointer}/x-policy", f"there is no policy {op.policy!r}; known: {known}")


def security(context: Context) -> Iterator[Found]:
    """The security schemes that are required are declared."""
    known = context.resolved.get("components", {}).get("securitySchemes", {})
    yield from _security("/security", context.resolved.get("security", ()), known)
    for op in context.operations:
        yield from _security(f"{op.pointer}/security", op.node.get("security", ()), known)


def _security(at: str, requirements: Any, known: Any) -> Iterator[Found]:
    for index, requirement in enumerate(requirements):
        for name in requirement:
            if name not in known:
                yield Found(
                    f"{at}/{index}", f"there is no security scheme {name!r}; known: {', '.join(known)}"
                )


def success(context: Context) -> Iterator[Found]:
    """Every operation has an outcome that is a success."""
    for op in context.operations:
        wanted = "101" if "x-dialogue" in op.node else "2"  # a WebSocket is opened by switching protocols
        if not any(sample.status.startswith(wanted) for sample in samples(op)):
            yield Found(
                f"{op.pointer}/responses", f"{op.id} has no named example under a 2xx status; add one"
            )


def unique(context: Context) -> Iterator[Found]:
    """An outcome's name stands under one status of an operation only."""
    for op in context.operations:
        yield from _unique(op)


def _unique(op: Op) -> Iterator[Found]:
    statuses: dict[str, str] = {}
    for sample in samples(op):
        first = statuses.setdefault(sample.name, sample.status)
        if first != sample.status:
            yield Found(
                sample.pointer,
                f"{op.id} has the outcome {sample.name!r} under {first} and {sample.status}; rename one",
            )


def covered_statuses(context: Context) -> Iterator[Found]:
    """Every response shows at least one named example: a status without an outcome cannot be asked for."""
    for op in context.operations:
        named = {sample.status for sample in samples(op)}
        for status in op.node["responses"]:
            if status not in named:
                at = op.pointer + pointers.join("responses", status)
                yield Found(at, f"{op.id} answers {status} without a named example; add one")
