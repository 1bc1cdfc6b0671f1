"""Runtime expressions: where a bound value comes from. A closed set, parsed when a document loads."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What can be bound into an answer: a double has a function for each (mockserver/sources.py).
ARTIFACT = frozenset({"$artifact.bytes", "$artifact.base64", "$artifact.seed", "$artifact.mediaType"})
CALL = frozenset(
    {
        "$call.id",
        "$ledger.balance",
        "$method",
        "$refusal.detail",
        "$refusal.details",
        "$statusCode",
        "$url",
    }
)
_MESSAGE = r"\.(header\.[-!#$%&'*+.^_`|~\w]+|query\.\w+|path\.\w+|body(#(/.*)?)?)"
_REQUEST = re.compile(r"\$request" + _MESSAGE)
_RESPONSE = re.compile(r"\$response" + _MESSAGE)
_EMBEDDED = re.compile(r"\{(\$[^{}]+)\}")


@dataclass(frozen=True)
class Expression:
    """One runtime expression, e.g. `$artifact.seed`: its source is what stands before the dot."""

    text: str

    @property
    def source(self) -> str:
        return self.text.partition(".")[0]


class UnknownExpression(ValueError):
    """An expression outside the closed set; `text` is what was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no known runtime expression")
        self.text = text


def parse(text: str) -> Expression:
    """The expression `text`, of what is known while an answer is made. Raises UnknownExpression."""
    if text not in ARTIFACT and text not in CALL and not _REQUEST.fullmatch(text):
        raise UnknownExpression(text)
    return Expression(text)


def parse_link(text: str) -> Expression:
    """The same in links and callbacks, where the answer is known too. Raises UnknownExpression."""
    return Expression(text) if _RESPONSE.fullmatch(text) else parse(text)


def is_expression(value: object) -> bool:
    """Whether a value stands for an expression rather than for itself."""
    return isinstance(value, str) and value.startswith("$")


def embedded(template: str) -> tuple[Expression, ...]:
    """The expressions in braces inside a string such as `application/json; type={$artifact.mediaType}`."""
    return tuple(parse(match) for match in _EMBEDDED.findall(template))


def fill(template: str, values: dict[str, str]) -> str:
    """`template` with each embedded expression replaced by its value."""
    return _EMBEDDED.sub(lambda match: values[match[1]], template)
