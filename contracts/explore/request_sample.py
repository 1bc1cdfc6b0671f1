"""A sample: one request of an operation, as strategies draw it, before it is a case."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.extraction import excerpt
from proofsheet.contracts.checks.outcomes import in_words, is_outcome
from proofsheet.contracts.checks.refusals import NamesFields, RefusedAs
from proofsheet.contracts.derive.faults import Fault
from proofsheet.contracts.derive.samples import case_of, paths_of, price, prompt_of
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.spec.document import Operation

_SHORT = 60  # characters of a value that are printed
_LONG = 2000  # and of a sample: hypothesis warns of what is far longer, and prints it all the same


@dataclass(frozen=True)
class RefusedAsOneOf(Expectation):
    """The answer is one of the named outcomes."""

    outcomes: tuple[str, ...]

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange, operation = answer.exchange, answer.operation
        if not any(is_outcome(exchange, operation, each) for each in self.outcomes):
            wanted = " or ".join(f"{operation.outcomes[each].status} {each}" for each in self.outcomes)
            yield f"expected {wanted}, came {in_words(exchange, operation)} {excerpt(exchange)}"

    def statuses(self, operation: Operation) -> Collection[int]:
        return {operation.outcomes[each].status for each in self.outcomes}


@dataclass(frozen=True, repr=False)
class Sample:
    """One request. `outcomes` is how it may end by the document; `fault` the one thing wrong with it."""

    operation: Operation
    body: Mapping[str, Any]
    paths: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    credential: str = "valid"
    content_type: str = ""  # another than the operation's
    fault: Fault | None = None
    outcomes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # what the refusal should speak of

    def __repr__(self) -> str:
        """For people: hypothesis prints it beside what failed."""
        wrong = f" with {self.fault.topic}" if self.fault else ""
        around = {
            **self.paths,
            **self.headers,
            **({"key": self.credential} if self.credential != "valid" else {}),
        }
        if self.content_type:
            around["content-type"] = self.content_type
        said = f"<{self.operation.id}{wrong}: {_short(self.body)} {_short(around)}>"
        return said if len(said) <= _LONG else f"{said[:_LONG]}…>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis asks for: of a dataclass it would print every field, and so the whole document."""
        printer.text(repr(self))

    @property
    def cost(self) -> Decimal:
        """Credits that a success would take."""
        return price(self.operation, self.body)

    def case(self, topic: str, expects: tuple[Expectation, ...] = (), **options: Any) -> Case:
        """The sample as a case; its id tells requests apart, and is the same for the same request."""
        headers, raw = dict(self.headers), None
        if self.content_type:
            raw = case_of(self.operation, topic, self.body, ()).request.encoded()[1]
            headers["content-type"] = self.content_type
        made: dict[str, Any] = {
            "path_params": {**paths_of(self.operation), **self.paths},
            "headers": headers,
            "credential": self.credential,
            "prompt": prompt_of(self.operation, self.body),
        }
        if raw is not None:
            made = {**made, "raw": raw, "form": None, "json": None}
        return case_of(self.operation, f"{topic}-{self.digest}", self.body, expects, **{**made, **options})

    @property
    def digest(self) -> str:
        """A few letters that tell this request from others."""
        parts = (self.body, self.paths, self.headers, self.credential, self.content_type)
        return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:10]

    def refused(self, requirement: str) -> Iterator[Expectation]:
        """What is asked of the refusal of a sample with a fault.

        Where the document does not tell which of several outcomes speaks, any of them will do.
        """
        if len(self.outcomes) == 1:
            yield RefusedAs(requirement, self.outcomes[0])
        else:
            yield RefusedAsOneOf(requirement, self.outcomes)
        if self.names:
            yield NamesFields(requirement, self.names)


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_short(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(each) for each in value) + "]"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}… ({len(text)} characters)"
