"""Runtime expressions: where a bound value comes from. A closed set, parsed when a document loads."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Ours, beside the standard's $url, $method, $statusCode, $request.* and $response.*.
OURS = frozenset(
    {
        "$artifact.bytes",
        "$artifact.base64",
        "$artifact.seed",
        "$artifact.mediaType",
        "$call.id",
        "$ledger.balance",
        "$refusal.detail",
        "$refusal.details",
        "$server.url",
    }
)
_STANDARD = re.compile(
    r"\$(url|method|statusCode)"
    r"|\$(request|response)\.(header\.[-!#$%&'*+.^_`|~\w]+|query\.\w+|path\.\w+|body(#(/.*)?)?)"
    r"|\$task\.\w+"
)
_EMBEDDED = re.compile(r"\{(\$[^{}]+)\}")


@dataclass(frozen=True)
class Expression:
    """One runtime expression, e.g. `$artifact.seed`: its source is what stands before the dot."""

    text: str

    @property
    def source(self) -> str:
        return self.text.partition(".")[0]


def parse(text: str) -> Expression:
    """The expression `text`. Raises ValueError if it is outside the closed set."""
    if text not in OURS and not _STANDARD.fullmatch(text):
        raise ValueError(f"{text!r} is no known runtime expression")
    return Expression(text)


def is_expression(value: object) -> bool:
    """Whether a value stands for an expression rather than for itself."""
    return isinstance(value, str) and value.startswith("$")


def embedded(template: str) -> tuple[Expression, ...]:
    """The expressions in braces inside a string such as `application/json; type={$artifact.mediaType}`."""
    return tuple(parse(match) for match in _EMBEDDED.findall(template))


def fill(template: str, values: dict[str, str]) -> str:
    """`template` with each embedded expression replaced by its value."""
    return _EMBEDDED.sub(lambda match: values[match[1]], template)
