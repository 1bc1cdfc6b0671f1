"""The request line and its headers: strangers in the path, header parameters, what no document has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contracts.case import Case, Expect
from contracts.deriving.bodies import lacking, lists_all
from contracts.deriving.bounds import beyond
from contracts.deriving.source import Derived, Source
from contracts.samples import request, smallest
from spec.document import Operation, Parameter

# method, statuses that say no (or yes, where a framework answers it by itself)
_METHODS = (
    ("DELETE", (404, 405)),
    ("OPTIONS", (200, 204, 404, 405)),
    ("HEAD", (200, 404, 405, 501)),
)


def places(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements on what stands before the body."""
    for index, parameter in enumerate(operation.parameters):
        if parameter.place == "path":
            yield from _path(source, operation, parameter, index)
        if parameter.place == "header":
            yield from _header(source, operation, parameter, index)
    yield from _methods(source, operation)


def _path(source: Source, operation: Operation, parameter: Parameter, index: int) -> Iterator[Derived]:
    for keyword, value, says in beyond(parameter.schema):
        outcome = {"outcome": operation.policy.outcome("path", keyword)}
        topic = f"{parameter.name}.{keyword}"
        at = f"/parameters/{index}/schema/{keyword}"
        wanted = source.requirement(operation, topic, f"{parameter.name} {says}", at)
        expects = [Expect(wanted.id, "outcome", outcome)]
        if "{value}" in operation.policy.wording.get(f"path.{keyword}", ""):
            expects.append(Expect(wanted.id, "names", {"fields": (value,)}))
        case = request(operation, topic, smallest(operation), tuple(expects))
        yield Derived(wanted, (_with(case, parameter, value),))
        order = operation.policy.precedence
        if (
            operation.body
            and {"path", "validate"} <= set(order)
            and order.index("path") < order.index("validate")
        ):
            yield _before(source, operation, parameter, value, outcome["outcome"])


def _with(case: Case, parameter: Parameter, value: str) -> Case:
    return replace(case, path_params={**case.path_params, parameter.name: str(value)})


def _before(source: Source, operation: Operation, parameter: Parameter, value: str, outcome: str) -> Derived:
    says = f"with a wrong {parameter.name} and a wrong field, {parameter.name} speaks first"
    at = f"#/components/x-policies/{operation.policy.name}/x-precedence"
    # A proxy that knows the API may look at the fields before it passes a request on.
    wanted = source.requirement(operation, f"precedence.{parameter.name}", says, at, most="SHOULD")
    expect = Expect(wanted.id, "outcome", {"outcome": outcome})
    case = request(operation, f"precedence.{parameter.name}", {}, (expect,))
    return Derived(wanted, (_with(case, parameter, value),))


def _header(source: Source, operation: Operation, parameter: Parameter, index: int) -> Iterator[Derived]:
    """A header beyond its bound; where all faults are listed a field is missing too, so it stays free."""
    spoiled = lacking(operation) if lists_all(operation) else None
    body = spoiled[1] if spoiled else smallest(operation)
    for keyword, value, says in beyond(parameter.schema):
        topic = f"header.{parameter.name}.{keyword}"
        at = f"/parameters/{index}/schema/{keyword}"
        # A proxy need not pass on headers that only tell who calls.
        wanted = source.requirement(operation, topic, f"{parameter.name} {says}", at, most="SHOULD")
        expects = (
            Expect(wanted.id, "outcome", {"outcome": operation.policy.outcome("validate", keyword)}),
            Expect(wanted.id, "names", {"fields": (parameter.name,)}),
        )
        headers = {parameter.name.lower(): str(value)}
        yield Derived(wanted, (request(operation, topic, body, expects, headers=headers),))


def _methods(source: Source, operation: Operation) -> Iterator[Derived]:
    """Methods and paths that the document does not have; it says nothing about them, so this is advice."""
    known = {each.method for each in source.document.operations.values() if each.path == operation.path}
    for method, statuses in _METHODS:
        if method in known or (method == "HEAD" and operation.method != "GET"):
            continue
        says = f"{method} is answered with {' or '.join(str(each) for each in statuses)}"
        yield _off(source, operation, f"method.{method.lower()}", says, statuses, method=method)
    says = "a path that the document does not have is not found"
    yield _off(source, operation, "path.unknown", says, (404,), path=operation.path + "-proofsheet")


def _off(
    source: Source, operation: Operation, topic: str, says: str, statuses: tuple[int, ...], **options: str
) -> Derived:
    wanted = source.requirement(operation, topic, says, "", level="MAY")
    expect = Expect(wanted.id, "status", {"statuses": statuses})
    case = request(operation, topic, {}, (expect,))
    return Derived(wanted, (replace(case, form=None, json=None, off=True, **options),))  # type: ignore[arg-type]
