"""The request line and its headers: unknown values in the path, header parameters, what no document has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from proofsheet.contracts.checks.expected import StatusIsOneOf
from proofsheet.contracts.checks.refusals import OmitsFields, RefusedAs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.body_fields import beyond
from proofsheet.contracts.derive.refusals import lists_all, refused
from proofsheet.contracts.derive.request_bodies import refusable
from proofsheet.contracts.derive.samples import case_of, paths_of, smallest
from proofsheet.contracts.derive.source import POLICY, Derived, Source
from proofsheet.spec.document import Operation, Parameter
from proofsheet.spec.tasks import Views

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
            yield from _example(source, operation, parameter, index)
    yield from _methods(source, operation)


def _path(source: Source, operation: Operation, parameter: Parameter, index: int) -> Iterator[Derived]:
    for keyword, value, says in beyond(parameter.schema):
        topic, at = f"{parameter.name}.{keyword}", f"/parameters/{index}/schema/{keyword}"
        also = [f"/parameters/{index}{more}" for more in ("", "/in", "/required", "/schema", "/schema/type")]
        also += provenance.refusal(operation, "path", keyword)
        names = (value,) if "{value}" in operation.policy.wording.get(f"path.{keyword}", "") else ()
        fault = ("path", keyword, smallest(operation))
        sent = {"path_params": _paths(operation, parameter, value)}
        says = f"{parameter.name} {says}"
        yield refused(source, operation, topic, says, at, *fault, names=names, sent=sent, also=also)
    yield from _listed(source, operation, parameter, index)


def _listed(source: Source, operation: Operation, parameter: Parameter, index: int) -> Iterator[Derived]:
    """Each listed value is known: where the path is looked at first, what is refused is the missing field."""
    base = refusable(operation)
    order = [each for each in operation.policy.precedence if each in ("path", "validate")]
    if base is None or order != ["path", "validate"]:
        return
    for number, value in enumerate(parameter.schema.get("enum", ())):
        topic = f"{parameter.name}.listed.{value}"
        says = f"the {parameter.name} {value} is known"
        at = f"/parameters/{index}/schema/enum/{number}"
        sent = {"path_params": _paths(operation, parameter, value)}
        yield refused(source, operation, topic, says, at, "validate", base.kind, base.body, sent=sent)


def _paths(operation: Operation, parameter: Parameter, value: str) -> dict[str, str]:
    return {**paths_of(operation), parameter.name: str(value)}


def _header(source: Source, operation: Operation, parameter: Parameter, index: int) -> Iterator[Derived]:
    """A header beyond its bound; where all faults are listed a field is missing too, so it stays free."""
    base = refusable(operation) if lists_all(operation) else None
    body = base.body if base else smallest(operation)
    for keyword, value, says in beyond(parameter.schema):
        topic = f"header.{parameter.name}.{keyword}"
        at = f"/parameters/{index}/schema/{keyword}"
        says = f"{parameter.name} {says}"
        sent = {"headers": {parameter.name.lower(): str(value)}}
        fault = ("validate", keyword, body)
        more: dict[str, Any] = {"names": (parameter.name,), "sent": sent, "shared": POLICY}
        yield refused(source, operation, topic, says, at, *fault, **more)


def _example(source: Source, operation: Operation, parameter: Parameter, index: int) -> Iterator[Derived]:
    """A header that need not be there, as the document shows it: what is refused is a missing field."""
    base = refusable(operation)
    if base is None or "example" not in parameter.schema or parameter.required:
        return
    topic, at = f"header.{parameter.name}.taken", f"/parameters/{index}/schema"
    says = f"{parameter.name} {parameter.schema['example']} is taken"
    also = [f"/parameters/{index}{more}" for more in ("", "/name", "/schema/example", "/schema/type")]
    wanted = source.requirement(operation, topic, says, at, also=also)
    expects = (
        RefusedAs(wanted.id, operation.policy.outcome("validate", base.kind)),
        OmitsFields(wanted.id, (parameter.name,)),
    )
    headers = {parameter.name.lower(): str(parameter.schema["example"])}
    yield Derived(wanted, (case_of(operation, topic, base.body, expects, headers=headers),), shared=POLICY)


def _methods(source: Source, operation: Operation) -> Iterator[Derived]:
    """Methods and paths that the document does not have; it says nothing about them, so this is advice."""
    known = {each.method for each in source.document.operations.values() if each.path == operation.path}
    for method, statuses in _METHODS:
        if method in known or (method == "HEAD" and operation.method != "GET"):
            continue
        if method == "HEAD" and isinstance(operation.task, Views):  # as GET, for which no task is there
            statuses = tuple(sorted({*statuses, operation.outcomes[operation.task.missing].status}))
        says = f"{method} is answered with {' or '.join(str(each) for each in statuses)}"
        yield _undeclared(source, operation, f"method.{method.lower()}", says, statuses, method=method)
    says = "a path that the document does not have is not found"
    yield _undeclared(source, operation, "path.unknown", says, (404,), path=_unknown_path(source, operation))


def _unknown_path(source: Source, operation: Operation) -> str:
    """A path near the operation's that no operation of the document has."""
    parent, _, last = operation.path.rpartition("/")
    paths = {each.path for each in source.document.operations.values()}
    if any(each.endswith("}") and each.rpartition("/")[0] == parent for each in paths - {operation.path}):
        return f"{parent}-proofsheet/{last}"  # any last part is one of those
    return operation.path + ("/proofsheet" if operation.path.endswith("}") else "-proofsheet")


def _undeclared(
    source: Source, operation: Operation, topic: str, says: str, statuses: tuple[int, ...], **options: str
) -> Derived:
    wanted = source.requirement(operation, topic, says, "", level="MAY")
    expect = StatusIsOneOf(wanted.id, statuses)
    case = case_of(operation, topic, {}, (expect,))
    case = replace(case.sending(form=None, json=None, **options), undeclared=True)
    return Derived(wanted, (case,), shared=POLICY)
