"""What is asked of every answer, whatever was sent: no case of its own, every exchange speaks for it."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.deriving.source import Derived, Source
from spec.document import Operation

# check, topic, level, what is asked, where it stands in the document
_ALWAYS = (
    ("status-declared", "answer.status", None, "every status is declared", "/responses"),
    ("media-type-declared", "answer.media-type", None, "every media type is declared", "/responses"),
    ("body-schema", "answer.schema", None, "every JSON body satisfies its schema", "/responses"),
    # Gateways add headers of their own, and no client minds.
    ("headers-declared", "answer.headers", "SHOULD", "every header is HTTP's or declared", "/responses"),
    ("picture-whole", "answer.picture", None, "every picture decodes to its end", "/responses"),
    ("no-5xx", "answer.no-5xx", "MUST", "no request makes the service fail", "/responses"),
    (
        "no-leak",
        "answer.no-leak",
        "MUST",
        "no error shows a key, a stack trace or an inner host",
        "/responses",
    ),
    # Gateways lose headers, shorten types and add keys, and most clients do not mind.
    ("call-named", "answer.id", "SHOULD", "the call's id is told, and is one id", "/responses"),
    ("type-whole", "answer.type", "SHOULD", "a Content-Type has its parameters", "/responses"),
    ("keys-declared", "answer.keys", "SHOULD", "a JSON body has no key of its own", "/responses"),
    ("json-clean", "answer.json", "MUST", "JSON has no byte order mark (RFC 8259)", "/responses"),
)


def always(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each general check."""
    for _, topic, level, says, at in _ALWAYS:
        yield Derived(source.requirement(operation, topic, says, at, level=level))


def topic_of(check: str) -> str:
    """The topic of the requirement that a general check speaks for."""
    return next(topic for name, topic, *_ in _ALWAYS if name == check)
