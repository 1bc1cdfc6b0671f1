"""From an outcome's name to the answer on the wire: the example, with this request's values bound in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from proofsheet.mockserver import answer_templates, granted_keys, kept_answers
from proofsheet.mockserver.artifacts import task_artifacts
from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double, opening
from proofsheet.mockserver.limits import Limits
from proofsheet.mockserver.listings import Listing, listing, resources_listed
from proofsheet.mockserver.preparation import is_long, made
from proofsheet.mockserver.refusal import Complaint
from proofsheet.mockserver.sources import Artifact, Context, text_of, text_source
from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.mockserver.streams import paced, sent_events
from proofsheet.mockserver.task_forcing import task_pace
from proofsheet.mockserver.task_sources import TaskView
from proofsheet.mockserver.writing import writing
from proofsheet.mockserver.written_values import Place
from proofsheet.spec import json_text, media_types, pointers
from proofsheet.spec.document import Operation, Representation
from proofsheet.spec.recognise import Recognition, recognise
from proofsheet.spec.schemas import Schema
from proofsheet.spec.tasks import Lists, Views

Header = tuple[bytes, bytes]
Headers = Callable[[Context, Artifact | None, int | None], tuple[Header, ...]]  # of an answer of a size


@dataclass(frozen=True)
class Reply:
    """An answer, ready to be sent. `outcome` is None for what the double says of itself.

    The body is in pieces: most of a picture's are shared with other pictures and never copied. Or it is sent
    by a stream: of the pieces at a pace, or of others that are made meanwhile and whose size nobody knows.
    """

    status: int
    headers: tuple[Header, ...]
    pieces: tuple[bytes, ...]
    outcome: str | None = None
    media_type: str = "application/json"
    stream: AsyncIterator[bytes] | None = None

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)

    @property
    def size(self) -> int:
        """The body's length in bytes."""
        return sum(map(len, self.pieces))


def problem(status: int, title: str, detail: str, **more: Any) -> Reply:
    """What the double says of itself, unlike any vendor: RFC 9457 problem details."""
    body = json.dumps({"type": "about:blank", "title": f"Proofsheet: {title}", "detail": detail, **more})
    data = body.encode()
    headers = _headers("application/problem+json", len(data))
    return Reply(status, headers, (data,), media_type="application/problem+json")


def unavailable(away: StateUnavailable) -> Reply:
    """The answer where what the double remembers cannot be had just now."""
    made = problem(503, "state unavailable", f"{away}; nothing was charged, try again")
    return replace(made, headers=(*made.headers, (b"retry-after", b"1")))


def _headers(content_type: str, size: int | None) -> tuple[Header, ...]:
    kind = ((b"content-type", content_type.encode("latin-1", "replace")),) if content_type else ()
    return (*kind, *(((b"content-length", str(size).encode()),) if size is not None else ()))


def field_value(text: str) -> bytes:
    """A header's value on the wire: what would end the line, or the head, is left out (RFC 9110, 5.5)."""
    return text.encode("latin-1", "replace").translate(None, b"\r\n\0")


async def reply(
    call: Call,
    double: Double,
    name: str,
    found: Sequence[Artifact] = (),
    complaints: Sequence[Complaint] = (),
) -> Reply:
    """The answer that ends `call` in the outcome `name`, with its artifacts; a refusal has complaints."""
    outcome = call.operation.outcomes[name]
    representation = outcome.representation(call.representation)
    context = _context(call, double, outcome.status, complaints, await _listed(call, double))
    if is_long(call.writing):  # a thread is to make it, and the state is this thread's
        balance = context.balance()
        context.now()
        context = replace(context, balance=lambda: balance)
    known = call.served.compiled.templates
    written, stream_of, pace = call.writing, representation.events, call.stream_pace
    stream: AsyncIterator[bytes] | None = None
    pieces: tuple[bytes, ...]
    if stream_of:
        events = await made(written, sent_events, known, stream_of, context, pace, found)
        pieces = (b"".join([each.data for each in events]),)
        # Without a pace they are a body like others, but that nobody says how long it is.
        is_body = pace.is_whole and call.fault is None
        stream = None if is_body else paced(events, call, double)
    else:
        pieces = await made(written, answer_templates.pieces, known, representation, context, found)
    if outcome is call.operation.success and (call.operation.kept or call.operation.grants):
        form = outcome.representation("application/json")
        value = answer_templates.json_of(known, form, context, found)
        shown = kept_answers.keep(call, double, form, value, partial(task_pace, double, call.key))
        if shown is not value and not stream_of:
            pieces = (json_text.compact(shown).encode("utf-8", "surrogatepass"),)
        granted_keys.grant(call, double, value)
    size = None if stream_of else sum(map(len, pieces))
    headers = _headers_of(known, representation)(context, found[0] if found else None, size)
    return Reply(outcome.status, headers, pieces, name, representation.media_type, stream)


def _headers_of(known: answer_templates.Known, representation: Representation) -> Headers:
    """What makes the headers of an answer; itself made once."""
    place = "headers", id(representation)
    found: Headers | None = known.get(place)
    if found is None:
        found = known[place] = _made_headers(representation)
    return found


def _made_headers(representation: Representation) -> Headers:
    content_type = text_source(representation.content_type)
    others = [
        (name.lower().encode(), text_source(value) if isinstance(value, str) else text_of(value))
        for name, value in representation.headers
    ]

    def headers(context: Context, artifact: Artifact | None, size: int | None) -> tuple[Header, ...]:
        more = [(name, field_value(of(context, artifact))) for name, of in others]
        return (*_headers(content_type(context, artifact), size), *more)

    return headers


def _context(
    call: Call,
    double: Double,
    status: int,
    complaints: Sequence[Complaint] = (),
    listed: Listing | None = None,
) -> Context:
    written = writing(call)
    listed = listed or _resources(call, double)
    return Context(
        call=call,
        status=status,
        complaints=complaints,
        balance=lambda: double.state.balance(call.account),
        opening=lambda: opening(double.settings, double.triggers)(call.account),
        task=call.task,
        listed=listed,
        link=partial(_link, call, double),
        now=cache(double.state.now) if written else double.state.now,
        place=Place(written) if written else None,
        limits=Limits(call, double),
        resource=call.resource,
        resources=listed.bodies if listed and call.operation.resource else (),
    )


def _resources(call: Call, double: Double) -> Listing | None:
    """The resources that an operation lists: of all that there are now, those that are asked for."""
    role = call.operation.resource
    if role is None or role.id is not None:
        return None
    known = list(role.of.at(double.state.now()).values())
    return resources_listed(call.evaluate, role, known, double.rng)


async def _listed(call: Call, double: Double) -> Listing | None:
    role = call.operation.task
    if call.tasks is not None and isinstance(role, Views) and role.joined is not None:
        return await _joined(call.tasks, double, call.operation, role.joined)
    if call.tasks is None or not isinstance(role, Lists):
        return kept_answers.listed(call)
    shown = double.documents.operation((call.operation.document, role.view)).operation
    return await listing(call.evaluate, role, call.tasks, partial(task_body, double, shown))


async def _joined(
    views: Sequence[TaskView], double: Double, operation: Operation, place: tuple[str, ...]
) -> Listing:
    """What the answers for each of several tasks have at a place, one after another."""
    found = [await task_body(double, operation, each) for each in views]
    made = [item for each in found for items in pointers.find(each, place) for item in items]
    return Listing(made, len(made), place=place)


async def task_body(double: Double, shown: Operation, view: TaskView) -> Any:
    """The JSON value with which an operation shows a task."""
    state = view.position.state
    outcome = shown.outcomes[shown.task.outcome(state) if isinstance(shown.task, Views) else state]
    forms = [each for each in outcome.representations.values() if media_types.is_json(each.media_type)]
    context = replace(_context(view.call, double, outcome.status), task=view)
    found = await task_artifacts(double, view, forms[0])
    return answer_templates.json_of(view.call.served.compiled.templates, forms[0], context, found)


def _link(call: Call, double: Double, name: str) -> str | None:
    """The URL to which a link of the answer leads; what it hands on from the answer is the task's id."""
    link = call.operation.links.get(name)
    if link is None or call.task is None:
        return None
    target = double.documents.operation((call.operation.document, link.operation)).operation
    path, query, id = target.path, [], quote(call.task.task.id, safe="")
    for each in (one for one in target.parameters if one.name in link.parameters):
        if each.place == "path":
            path = path.replace(f"{{{each.name}}}", id)
        elif each.place == "query":
            query.append(f"{each.name}={id}")
    return f"{call.base}{path}" + (f"?{'&'.join(query)}" if query else "")


def recognised(operation: Operation, made: Reply) -> Recognition:
    """What a reply is by its document, read as a client would read it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in made.headers}
    return recognise(operation, made.status, made.media_type, _json(made), headers)


def _json(made: Reply) -> Any:
    if made.media_type != "application/json":
        return None
    try:
        return json.loads(made.body)
    except (ValueError, RecursionError):
        return None


def breach(operation: Operation, made: Reply) -> str | None:
    """How a reply breaks its own document, or None. The double checks itself in tests."""
    if made.outcome is None:
        return None
    found = recognised(operation, made)
    if made.outcome not in [each.name for each in found.outcomes]:
        names = ", ".join(each.name for each in found.outcomes)
        return f"made as {made.outcome}, but recognised as {names or found.mismatch}"
    representation = operation.outcomes[made.outcome].representations[made.media_type]
    if not made.media_type:
        return "a body that is to be empty" if made.size else None
    if not media_types.is_json(made.media_type):
        may_be_empty = representation.schema.get("minLength") == 0
        return None if made.size or may_be_empty else "an empty file"
    flaws = Schema(dict(representation.schema)).flaws(json.loads(made.body))
    return "; ".join(f"{flaw.field}: {flaw.kind}" for flaw in flaws) or None
