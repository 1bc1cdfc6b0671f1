"""What costs more pictures: the inside of each bound, prompts in all letters, the same asked twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.expected import IsSuccess
from proofsheet.contracts.derive.picture_prompts import subject
from proofsheet.contracts.derive.request_bodies import completed, is_admitted
from proofsheet.contracts.derive.samples import longest, prompted, sample, smallest, with_pictures
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

# topic, most, prompt. A service may take other letters for another language, or refuse to draw letters.
_PROMPTS = (
    ("prompt.emoji", "SHOULD", "A lighthouse 🏠 by the sea 🌊 with a family 👨‍👩‍👧 on the beach"),
    ("prompt.accents", "SHOULD", "A café sign that reads “Crème brûlée – naïve façade”"),
    ("prompt.right-to-left", "MAY", "A wooden sign on a garden gate with the word שלום painted on it"),
)


def extended(source: Source, operation: Operation) -> Iterator[Derived]:
    """Requirements of the extended profile."""
    if operation.artifact is None or operation.body is None:
        return
    yield from _prompts(source, operation)
    yield from _examples(source, operation)
    yield from _inside(source, operation)
    yield from _from_picture(source, operation)


def _at(operation: Operation, *more: str) -> str:
    assert operation.body is not None
    return pointers.join("requestBody", "content", operation.body.media_type, "schema", *more)


def _granted(
    source: Source,
    operation: Operation,
    topic: str,
    says: str,
    at: str,
    fields: dict[str, Any],
    **options: Any,
) -> Derived:
    own = options.pop("own", "")
    wanted = source.requirement(operation, topic, says, at, profile="extended", **options)
    return Derived(wanted, paid=(PaidConstraint(operation.id, IsSuccess(wanted.id), None, fields, own),))


def _prompts(source: Source, operation: Operation) -> Iterator[Derived]:
    for topic, most, text in _PROMPTS:
        fields = prompted(operation, text)
        if fields:
            at = _at(operation, "properties", next(iter(fields)))
            level = "MAY" if most == "MAY" else None
            says = f"a prompt such as {text!r} is drawn"
            yield _granted(source, operation, topic, says, at, fields, most=most, level=level)
    prompts = operation.artifact.prompts if operation.artifact else ()
    limit = longest(operation, prompts[0]) if prompts else None
    if limit:
        fields = prompted(operation, _text(limit, source.seed))
        at = _at(operation, "properties", next(iter(fields)))
        says = f"a prompt of {limit} characters is drawn"
        yield _granted(source, operation, "prompt.longest", says, at, fields)


def _examples(source: Source, operation: Operation) -> Iterator[Derived]:
    """The requests that the document shows are granted."""
    assert operation.body is not None
    content = pointers.join("requestBody", "content", operation.body.media_type)
    known = pointers.get(source.document.raw, operation.pointer + content).get("examples", {})
    for name, each in known.items():
        says = f"the request that the document shows is granted: {each.get('summary', name)}"
        at = f"{content}/examples{pointers.join(name)}"
        yield _granted(
            source,
            operation,
            f"example.{name}",
            says,
            at,
            with_pictures(operation, each["value"]),
            also=(f"{at}/value",),
        )


def _text(limit: int, seed: int = 0) -> str:
    text = subject(seed)
    words = (text + ", ") * (limit // len(text) + 1)
    return words[: limit - 1] + "."


def _inside(source: Source, operation: Operation) -> Iterator[Derived]:
    """The value on the good side of each bound of each optional field."""
    assert operation.body is not None
    for name, schema in operation.body.schema.get("properties", {}).items():
        for keyword, value in _limits(schema) if name not in _decided(operation) else ():
            fields = smallest(operation, **{name: value})
            if is_admitted(operation, fields):
                says = f"{name} at its {keyword} is taken"
                topic, at = f"{name}.at-{keyword}", _at(operation, "properties", name, keyword)
                yield _granted(source, operation, topic, says, at, {name: value})


def _decided(operation: Operation) -> set[str]:
    """Fields that have requirements of their own, or multiply the price."""
    artifact = operation.artifact
    if artifact is None:
        return set()
    fields = [*artifact.prompts, artifact.seed.field if artifact.seed else (), artifact.count_field]
    return {field[0] for field in fields if field}


def _limits(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword in ("minimum", "maximum"):
        if keyword in schema:
            yield keyword, schema[keyword]
    if "maxLength" in schema:
        yield "maxLength", _text(schema["maxLength"])


def _from_picture(source: Source, operation: Operation) -> Iterator[Derived]:
    """A picture to start from is taken."""
    name = next(iter(operation.artifact.sources), None) if operation.artifact else None
    if name is None or operation.body is None or name in operation.body.schema.get("required", ()):
        return  # where one is required every success starts from one
    body = completed(operation, **{name: sample(operation, name)})
    if body is None:
        return
    says = f"a picture in {name} is taken as the start"
    at = _at(operation, "properties", name)
    yield _granted(source, operation, f"{name}.accepted", says, at, body, own="source")
