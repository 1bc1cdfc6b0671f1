"""The second reader of a document: the operation that was asked for, and what is wrong with its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from proofsheet.contracts.exchange import Exchange
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation

if TYPE_CHECKING:
    from proofsheet.contracts.openapi_validator import Validator


class Oracle:
    """Reads one document for the judge, at the document's base paths and at `base`, a target's own."""

    def __init__(self, document: Document, base: str = "") -> None:
        self.document = document
        bases = {*document.bases, base.rstrip("/")}
        self._paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(base + each.path))), base, each)
            for base in sorted(bases, key=len, reverse=True)
            for each in sorted(document.operations.values(), key=lambda each: "{" in each.path)
        ]

    @cached_property
    def _validator(self) -> Validator:
        # Slow to import: what judges nothing (a plan, a report, `--help`) does without it.
        from proofsheet.contracts.openapi_validator import Validator

        return Validator(self.document)

    def operation(self, exchange: Exchange) -> Operation | None:
        """The operation that an exchange asked for, if the document has it."""
        path = urlsplit(exchange.url).path
        method = "GET" if exchange.method == "HEAD" else exchange.method
        return next(
            (each for pattern, _, each in self._paths if each.method == method and pattern.fullmatch(path)),
            None,
        )

    def node(self, operation: Operation) -> Any:
        """The operation's plain data, references resolved."""
        return pointers.get(self.document.raw, operation.pointer)

    def response_errors(self, exchange: Exchange) -> Iterator[str]:
        """What openapi-core has against the answer: headers always, the body if it is JSON."""
        yield from self._validator.response_errors(exchange, self._without_base(urlsplit(exchange.url).path))

    def _without_base(self, path: str) -> str:
        base = next((base for pattern, base, _ in self._paths if pattern.fullmatch(path)), "")
        return path[len(base) :]
