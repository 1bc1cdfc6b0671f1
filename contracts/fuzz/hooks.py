"""Hooks for schemathesis' own command, which keeps its baseline and reports; importing this registers them.

    python -m proofsheet.contracts.fuzz stability > stability.json
    SCHEMATHESIS_HOOKS=proofsheet.contracts.fuzz.hooks schemathesis run stability.json --url http://127.0.0.1:4010

It brings our general checks, real pictures for parts that are pictures, and caution: nothing is sent that a
target could be paid for, unless PROOFSHEET_ALLOW=paid says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import schemathesis

from proofsheet.contracts.case import BOUNDARY
from proofsheet.contracts.checks import CHECKS
from proofsheet.contracts.derive.every_answer import NOTES
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.fuzz import conversion, picture_files
from proofsheet.contracts.fuzz.cost_risk import caution
from proofsheet.contracts.fuzz.schemathesis_document import NAME, dress
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.run.judge import ANYWHERE
from proofsheet.spec.document import Operation
from proofsheet.spec.load import Library
from proofsheet.spec.request_bodies import MULTIPART

ALLOW = "PROOFSHEET_ALLOW"


@cache
def _oracle(name: str) -> Oracle:
    return Oracle(Library().load(name))


def _known(raw: Any) -> Oracle:
    try:
        return _oracle(raw[NAME])
    except (KeyError, LookupError):
        wanted = "python -m proofsheet.contracts.fuzz NAME > NAME.json"
        raise ValueError(f"expected a document with {NAME}; write it with: {wanted}") from None


def _place(case: Any) -> tuple[Oracle, Operation]:
    oracle = _known(case.operation.schema.raw_schema)
    return oracle, oracle.document.operations[case.operation.definition.raw["operationId"]]


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: Any) -> None:
    """Have pictures sent as pictures."""
    dress(raw_schema, _known(raw_schema).document)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Drop what could cost money."""
    return not _costs(case)


@schemathesis.hook
def before_add_examples(context: Any, examples: list[Any]) -> None:
    """The same for examples, which are not filtered."""
    examples[:] = [each for each in examples if not _costs(each)]


def _costs(case: Any) -> bool:
    """Whether a target could be paid for a case, or for the control of a probe of its content-type."""
    if "paid" in os.environ.get(ALLOW, "").split(","):
        return False
    _, operation = _place(case)
    if operation.cost is None or operation.body is None:
        return operation.cost is not None
    sent = conversion.readable(case, operation)
    if sent is None or case.meta is None or not case.meta.generation.mode.is_negative:
        return True
    kind = operation.body.media_type
    kind += f"; boundary={BOUNDARY}" if kind == MULTIPART else ""
    control = replace(sent, headers={**sent.headers, "content-type": kind})
    aware = caution(operation)
    return aware.could_be_granted(sent) or aware.could_be_granted(control)


def _check(name: str) -> Callable[[Any, Any, Any], None]:
    def check(context: Any, response: Any, case: Any) -> None:
        oracle, operation = _place(case)
        exchange = _exchange(response)
        path = exchange.url.partition("?")[0]
        if name not in ANYWHERE and (exchange.method != operation.method or not _ends(path, operation)):
            return
        if found := [each.message for each in CHECKS[name](exchange, operation, oracle)]:
            raise AssertionError("\n".join(found))

    check.__name__ = "proofsheet_" + name.replace("-", "_")
    return check


def _ends(path: str, operation: Operation) -> bool:
    """Whether a URL is that of an operation below some base path."""
    count = operation.path.count("/")
    return conversion.has_shape("/" + "/".join(path.split("/")[-count:]), operation)


def _exchange(response: Any) -> Exchange:
    request = response.request
    body = request.body or b""
    return Exchange(
        method=request.method,
        url=request.url,
        request_headers=tuple((name.lower(), str(value)) for name, value in request.headers.items()),
        request_body=body.encode() if isinstance(body, str) else body,
        status=response.status_code,
        headers=tuple((name.lower(), value) for name, values in response.headers.items() for value in values),
        body=response.content or b"",
    )


picture_files.register()
for _name in CHECKS.keys() - NOTES:  # schemathesis knows no advice
    schemathesis.check(_check(_name))
