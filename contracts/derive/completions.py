"""What is written in reply, and what becomes vectors: asked for in few tokens, by the document's examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from proofsheet.contracts.checks.completions import (
    Answered,
    CallsTool,
    ChoiceCount,
    KeepsToSchema,
    NamesResource,
    ShowsPicture,
    StopsBefore,
    TokensAtMost,
)
from proofsheet.contracts.checks.event_parts import (
    NUMBER,
    NUMBER_OF_PART,
    StreamNumbers,
    StreamOrder,
    StreamWhole,
)
from proofsheet.contracts.checks.event_streams import (
    StreamEnd,
    StreamForm,
    StreamPieces,
    StreamUsage,
    place_in,
)
from proofsheet.contracts.checks.vectors import SameVectors, Vectors
from proofsheet.contracts.checks.written import plain_form, stream_form
from proofsheet.contracts.derive.body_fields import changed
from proofsheet.contracts.derive.samples import case_of, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.completion import Completion, Tools
from proofsheet.spec.document import Operation
from proofsheet.spec.embedding import Embedding
from proofsheet.spec.expressions import Expression

ENOUGH, FEW, SEVERAL = 40, 3, 2  # tokens for an answer, for one that is cut; choices
COMMON = ("a", "e")  # letters that hardly any text is without
Body = dict[str, Any]


def completions(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the words or vectors of an operation."""
    if operation.completion is not None and operation.body is not None:
        yield from _plain(source, operation, operation.completion)
        yield from _streams(source, operation)
    if operation.embedding is not None and operation.body is not None:
        yield from _vectors(source, operation, operation.embedding)


def _plain(source: Source, operation: Operation, completion: Completion) -> Iterator[Derived]:
    plain = plain_form(operation)
    if plain is None or not any(_is_written(each) for _, each in plain.binds):
        return
    at = "/x-completion"
    yield _asked(source, operation, "text.answered", "a text comes", Answered, {}, at)
    yield from _named(source, operation, "text.model")
    if completion.most:
        few = max(FEW, _least(operation, completion.most[0]))
        most: Mapping[Any, Any] = {completion.most[0]: few}
        says = f"a text of at most {few} tokens has no more, and is cut"
        yield _asked(source, operation, "text.most", says, TokensAtMost, most, f"{at}/most", few)
    if completion.count:
        says = f"{SEVERAL} choices come where so many are asked for"
        several = {completion.count: SEVERAL}
        yield _asked(source, operation, "text.count", says, ChoiceCount, several, f"{at}/count", SEVERAL)
    if completion.stop:
        stop, says = {completion.stop: list(COMMON)}, "a text ends before what stops it"
        yield _asked(source, operation, "text.stop", says, StopsBefore, stop, f"{at}/stop", COMMON)
    if completion.schema and (body := _example(operation, completion.schema)):
        says, schema = (
            "a text satisfies the schema that was given",
            next(pointers.find(body, completion.schema)),
        )
        yield _asked(source, operation, "text.schema", says, KeepsToSchema, body, f"{at}/schema", schema)
    yield from _shown_picture(source, operation, completion)
    for form in completion.tools:
        if not form.single and (body := _example(operation, form.at)):
            says, tools = "a tool is called with arguments that its schema admits", _tools(form, body)
            yield _asked(source, operation, "text.tools", says, CallsTool, body, f"{at}/tools", tools)


def _is_written(bound: Expression) -> bool:
    """Whether something that was written is filled in, and not only how much was read."""
    return bool(bound.patterns) or bound.source in ("$choice", "$part")


def _shown_picture(source: Source, operation: Operation, completion: Completion) -> Iterator[Derived]:
    draws, known = completion.draws, operation.body.examples if operation.body else ()
    for each in known if draws else ():
        said = [turn.text for turn in completion.conversation(each) if turn.role == "user"]
        if draws and said and draws.wants(each, said[-1]):
            says, at = "an answer to who asks for a picture shows one", "/x-completion/draws"
            yield _asked(source, operation, "text.picture", says, ShowsPicture, dict(each), at, most="SHOULD")
            return


def _least(operation: Operation, at: tuple[str, ...]) -> int:
    """The least that a field may be, by its schema."""
    assert operation.body is not None
    way = tuple(one for each in at for one in ("properties", each))
    return next((int(each) for each in pointers.find(operation.body.schema, (*way, "minimum"))), 0)


def _named(source: Source, operation: Operation, topic: str) -> Iterator[Derived]:
    """That the answer says it was made with what was asked for, where the document has a place for that."""
    form, body = plain_form(operation), smallest(operation)
    found = _resource(operation, body)
    for at, expression in form.binds if form else ():
        member = expression.text.removeprefix("$resource.")
        if member != expression.text and isinstance(found.get(member), str) and form is not None:
            names = tuple(dict.fromkeys((str(found["id"]), str(found[member]))))
            place = pointers.join("responses", operation.success.status, "content", form.media_type)
            says = f"the answer is made with {names[0]}, which was asked for"
            yield _asked(
                *(source, operation, topic, says, NamesResource, {}, place),
                *(at, names),
                most="SHOULD",
            )
            return


def _tools(form: Tools, body: Body) -> dict[str, Any]:
    return {
        str(next(pointers.find(each, form.name))): next(pointers.find(each, form.arguments), {})
        for each in next(pointers.find(body, form.at), ())
    }


def _streams(source: Source, operation: Operation) -> Iterator[Derived]:
    found = stream_form(operation)
    if found is None:
        return
    representation, stream = found
    chosen = operation.policy.chosen_form
    body: Mapping[Any, Any] = {} if chosen is None else {chosen.field: True}
    if chosen is not None and (example := _example(operation, chosen.field)):
        body = example
    at = pointers.join("responses", operation.success.status, "content", representation.media_type)
    for topic, says, check, needs in _OF_STREAMS:
        if needs is None or place_in(stream, needs) is not None:
            yield _asked(source, operation, topic, says, check, body, at)


_OF_STREAMS: tuple[tuple[str, str, type[Expectation], str | None], ...] = (  # the last: where that is bound
    ("stream.form", "a stream is one of events, each as documented", StreamForm, None),
    ("stream.end", "a stream ends as documented", StreamEnd, None),
    (
        "stream.pieces",
        "its pieces are a text for each choice, each of which ends",
        StreamPieces,
        None,
    ),
    ("stream.numbers", "events are numbered from 0 without a gap", StreamNumbers, NUMBER),
    ("stream.order", "of each part come its start, its pieces and its end", StreamOrder, NUMBER_OF_PART),
    ("stream.whole", "what ends say is what the pieces were", StreamWhole, NUMBER_OF_PART),
    ("stream.usage", "the usage comes once, at the end", StreamUsage, "$usage.total"),
)


def _vectors(source: Source, operation: Operation, embedding: Embedding) -> Iterator[Derived]:
    yield from _named(source, operation, "vectors.model")
    at = "/x-embedding"
    usual = embedding.usual
    for key, form in (embedding.form.table or {"": embedding.form.constant}).items():
        fields = {embedding.form.field: key, embedding.input: PAIR} if key else {}
        body = _with(operation, fields)
        resource = _resource(operation, body)
        dimensions = resource.get(usual) if isinstance(usual, str) else usual.pick(body)
        says = f"vectors have {dimensions} numbers and the length one"
        count = len(embedding.inputs(body))
        yield _asked(
            *(source, operation, f"vectors.{form}", f"{says}, as {form}", Vectors, body, f"{at}/usual"),
            *(count, form, dimensions),
        )
    if embedding.dimensions is not None:
        says, few = "vectors have as many numbers as were asked for", 8
        body = _with(operation, {embedding.dimensions: few})
        form = str(embedding.form.pick(body))
        count = len(embedding.inputs(body))
        yield _asked(
            *(source, operation, "vectors.dimensions", says, Vectors, body, f"{at}/dimensions"),
            *(count, form, few),
        )
    yield from _same(source, operation, embedding)


PAIR = ["a cat", "a dog"]  # texts of which vectors are made


def _same(source: Source, operation: Operation, embedding: Embedding) -> Iterator[Derived]:
    """That packed vectors are those that come as numbers."""
    known = {form: key for key, form in embedding.form.table.items()}
    if {"numbers", "base64"} <= known.keys():
        body = _with(operation, {embedding.form.field: known["base64"], embedding.input: PAIR})
        says, case = "packed vectors are those that come as numbers", f"{operation.id}/vectors.numbers"
        at = "/x-embedding/form"
        yield _asked(source, operation, "vectors.same", says, SameVectors, body, at, case)


def _asked(
    source: Source,
    operation: Operation,
    topic: str,
    says: str,
    check: type[Expectation],
    asked: Mapping[Any, Any],
    at: str,
    *more: Any,
    most: str = "MUST",
) -> Derived:
    """A requirement that one paid request answers: with these fields, or by this body of an example."""
    wanted = source.requirement(operation, topic, says, at, profile="core", most=most)
    by_fields = not asked or all(isinstance(each, tuple) for each in asked)
    body = _with(operation, asked) if by_fields else dict(asked)
    completion = operation.completion
    if completion and completion.most and not any(True for _ in pointers.find(body, completion.most[0])):
        body = _put(operation, body, completion.most[0], ENOUGH)
    cost = _price(operation, body)
    case = case_of(operation, topic, body, (check(wanted.id, *more),), cost=cost, pays=bool(cost))
    return Derived(wanted, (case,))


def _with(operation: Operation, fields: Mapping[Any, Any]) -> Body:
    body = smallest(operation)
    for path, value in fields.items():
        body = _put(operation, body, path, value)
    return body


def _put(operation: Operation, body: Body, path: tuple[str, ...], value: Any) -> Body:
    assert operation.body is not None
    made: Body = changed(operation.body.schema, body, path, value)
    return made


def _example(operation: Operation, place: tuple[str, ...]) -> Body | None:
    """The first of the document's request examples that has something at a place."""
    known = operation.body.examples if operation.body else ()
    return next((dict(each) for each in known if any(True for _ in pointers.find(each, place))), None)


def _resource(operation: Operation, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members of the resource that a request names in its body."""
    role = operation.resource
    if role is None or role.id is None or "#" not in role.id.text:
        return {}
    name = next(pointers.find(body, pointers.split(role.id.text.partition("#")[2])), None)
    return role.of.items.get(str(name), {})


def _price(operation: Operation, body: Mapping[str, Any]) -> Decimal:
    """What a request costs at most, in credits."""
    cost, completion, embedding = operation.cost, operation.completion, operation.embedding
    if cost is None or cost.prompt_tokens is None:
        return Decimal(str(cost.credits.pick(body))) if cost else Decimal(0)
    read = completion.prompt_tokens(body) if completion else embedding.prompt_tokens(body) if embedding else 0
    most = (
        next((each for at in completion.most for each in pointers.find(body, at)), ENOUGH)
        if completion
        else 0
    )
    count = next(pointers.find(body, completion.count), 1) if completion and completion.count else 1
    return cost.of_tokens(body, _resource(operation, body), read, int(most) * int(count))
