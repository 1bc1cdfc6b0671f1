"""What is asked of every answer, whatever was sent: no case of its own, every exchange speaks for it."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.checks.envelope import id_headers
from proofsheet.contracts.checks.pictures import FORMATS
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import forms, is_default, variety
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.tasks import Views

# check, topic, level, what is asked, where it stands in the document. Not every operation has something for
# each to look at; what could not fail is not asked. MAY where HTTP, JSON or the document leaves it open: then
# it is a note, whatever the grade of the fact. docs/requirements.md has each level's source, and who breaks.
_ALWAYS = (
    ("status-declared", "answer.status", None, "every status is declared", "/responses"),
    ("media-type-declared", "answer.media-type", None, "every media type is declared", "/responses"),
    ("body-schema", "answer.schema", None, "every JSON body satisfies its schema", "/responses"),
    ("headers-declared", "answer.headers", "MAY", "every header is HTTP's or declared", "/responses"),
    ("picture-whole", "answer.picture", None, "every picture decodes to its end", "/responses"),
    ("no-5xx", "answer.no-5xx", "MUST", "no request makes the service fail", "/responses"),
    ("no-leak", "answer.no-leak", "MUST", "no header and no error shows the key", "/responses"),
    (
        "no-internals",
        "answer.no-internals",
        "SHOULD",
        "no header and no error shows a stack trace or an inner host",
        "/responses",
    ),
    ("call-named", "answer.id", "MAY", "the call's id is in its header, and is one id", "/responses"),
    ("type-whole", "answer.type", "MAY", "a Content-Type has its parameters", "/responses"),
    ("keys-declared", "answer.keys", "MAY", "a JSON body has no member of its own", "/responses"),
    ("json-clean", "answer.json", "MUST", "JSON has no byte order mark (RFC 8259)", "/responses"),
    ("complete", "answer.complete", "MUST", "every answer is complete, valid HTTP (RFC 9112)", "/responses"),
    ("rate-granted", "answer.rate", None, "no request within the documented rate is refused with 429", ""),
)

NOTES = frozenset(check for check, _, level, *_ in _ALWAYS if level == "MAY")  # the checks that fail nobody


def always(source: Source, operation: Operation) -> Iterator[Derived]:
    """One requirement for each general check."""
    for check, topic, level, says, at in _ALWAYS:
        if not _is_documented(operation, check):
            continue
        also = _stands_on(source, operation, topic)
        profile = _buying(operation) if check == "picture-whole" else "free"  # refusals show none
        at = at or provenance.policy(operation, "x-rate-limit")
        most = "SHOULD" if check == "rate-granted" else "MUST"  # others may use the key at the same time
        wanted = source.requirement(
            operation, topic, says, at, also=also, level=level, profile=profile, most=most
        )
        yield Derived(wanted, is_general=True)


def _buying(operation: Operation) -> str:
    """The profile that buys a picture as bytes."""
    unasked = any(each.name == "bytes" and is_default(operation, each) for each in forms(operation))
    return "core" if unasked else variety(operation)


def _is_documented(operation: Operation, check: str) -> bool:
    """Whether a document says anything of an operation that the check could find broken."""
    if check == "rate-granted":
        return operation.policy.rate_limit is not None
    if check == "picture-whole":
        shown = any(each in FORMATS for each in operation.success.representations)
        draws = operation.artifact is not None and operation.artifact.kind == "image"
        if isinstance(operation.task, Views):
            return False  # no plain request of it is a success
        return shown or (draws and operation.lifecycle is not None)  # the files that its tasks make
    known = [each for one in operation.outcomes.values() for each in one.representations.values()]
    if check == "type-whole":
        return any(";" in each.content_type for each in known)
    if check == "call-named":
        return any(id_headers([each]) for each in known)
    return True


def _stands_on(source: Source, operation: Operation, topic: str) -> Iterator[str]:
    """A schema is judged with all that stands in it, the headers with theirs."""
    responses = pointers.get(source.document.raw, operation.pointer)["responses"]
    for status, each in responses.items():
        for media_type, content in each.get("content", {}).items():
            at = pointers.join("responses", status, "content", media_type)
            if topic == "answer.schema" and media_type == "application/json":
                yield from provenance.below(content.get("schema", {}), f"{at}/schema")
            if topic == "answer.type":
                yield f"{at}/x-content-type"
        if topic == "answer.schema":
            yield from provenance.below(
                each.get("headers", {}), pointers.join("responses", status, "headers")
            )


def topic_of(check: str) -> str:
    """The topic of the requirement that a general check speaks for."""
    return next(topic for name, topic, *_ in _ALWAYS if name == check)
