"""What a client has to know to follow a task: read from the document, for tables of any language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.clients.helpers.messages import Place, all_places, message_places
from proofsheet.spec.document import Document, Operation, Outcome, Representation
from proofsheet.spec.expressions import place_in_request
from proofsheet.spec.tasks import Lifecycle, Starts, State, Views

JSON = "application/json"
GOING, WAITS, DONE, FAILED = "going", "waits", "done", "failed"
SLOWEST = 600.0  # seconds to wait for a task of which nobody says how long it takes


@dataclass(frozen=True)
class Shape:
    """By what an answer is known as an outcome: `has` are places in its body and what always stands there."""

    outcome: str
    status: int
    has: tuple[tuple[Place, Any], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class About:
    """A request about a task that there is: `id` is where its id stands, a place and a name or a way."""

    operation: str
    method: str
    path: str
    place: str  # path | query | header | body
    id: Place
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Course:
    """How a task goes on and is looked at. `states` says what each shape means: going, waits …"""

    view: About
    shapes: tuple[Shape, ...]  # those that say most first
    states: Mapping[str, str]
    gone: tuple[Shape, ...]
    progress: tuple[tuple[Place, str], ...]  # and how it is written
    links: tuple[Place, ...]
    failed: tuple[Place, ...]  # where the vendor says why it failed, and why a look is refused
    refused: tuple[Place, ...]
    file: About | None  # an operation that answers with what the task made, where no link leads to it
    seconds: float  # how long it takes at most, as far as documented


@dataclass(frozen=True)
class Submission:
    """An operation that starts tasks: where its answer has the id, and by what a refusal is known."""

    operation: str
    method: str
    path: str
    ids: tuple[Place, ...]
    shapes: tuple[Shape, ...]  # of status 2xx, those that say most first
    refused: frozenset[str]  # those of them that start no task
    says: tuple[Place, ...]
    course: Course


def submissions(document: Document, view: str) -> Iterator[Submission]:
    """Each operation of a document whose tasks a client of this view can follow."""
    for operation in document.operations.values():
        form = operation.success.representations.get(JSON)
        looked = viewing(document, operation)
        if not isinstance(operation.task, Starts) or looked is None or form is None:
            continue
        named = ["$task.id", "$artifact.id"]
        ids = tuple(at for name in named for at, each in form.binds if each.text == name)
        if not ids or not isinstance(looked.task, Views):
            continue
        granted = [each for each in operation.outcomes.values() if each.status < 300]
        yield Submission(
            operation=operation.id,
            method=operation.method,
            path=operation.path,
            ids=ids,
            shapes=shapes(granted, "json"),
            refused=operation.refusals,
            says=refusal_places(operation),
            course=_course(document, operation, looked, looked.task, view),
        )


def viewing(document: Document, submission: Operation) -> Operation | None:
    """The operation that shows the tasks of a submission: that which it links, or the first that can."""
    known = [each for each in document.operations.values() if _shows(each, submission.lifecycles)]
    linked = {each.operation for each in submission.links.values()}
    return next((each for each in known if each.id in linked), known[0] if known else None)


def _shows(operation: Operation, lifecycles: Mapping[str, Lifecycle]) -> bool:
    role = operation.task
    plain = isinstance(role, Views) and role.answers is None and not (role.id.is_template or role.id.match)
    return plain and any(each in lifecycles for each in operation.views)


def _course(document: Document, submission: Operation, looked: Operation, role: Views, view: str) -> Course:
    states = _states(submission.lifecycles)
    seen = {name: each for name, each in looked.outcomes.items() if name in states}
    forms = {name: _form(each, view) for name, each in seen.items()}
    binds = [(at, each) for form in forms.values() for at, each in form.binds]
    ended = next((forms[name].value for name in forms if states[name] == DONE), None)
    failed = [forms[name] for name in forms if states[name] == FAILED]
    links = tuple(dict.fromkeys(_any_item(at) for at, each in binds if each.text == "$artifact.url"))
    gone = [each for name, each in looked.outcomes.items() if name in role.refusals(())]
    return Course(
        view=_about(looked, role, view),
        shapes=shapes(list(seen.values()), view),
        states={name: each for name, each in states.items() if name in seen},
        gone=tuple(each for each in shapes(gone, view) if each.status >= 400 or each.has),
        progress=tuple(
            dict.fromkeys((at, each.form or "") for at, each in binds if each.text == "$task.progress")
        ),
        links=links,
        failed=all_places(message_places(each, ended) for each in failed),
        refused=refusal_places(looked),
        file=None if links else _file(document, submission.lifecycles),
        seconds=max(map(_longest, submission.lifecycles.values())) or SLOWEST,
    )


def _states(lifecycles: Mapping[str, Lifecycle]) -> dict[str, str]:
    """Every state of these and what it means to who waits for the end."""
    ends = {each.ordinary_end for each in lifecycles.values()}
    return {
        state.name: _meaning(state, ends) for each in lifecycles.values() for state in each.states.values()
    }


def _meaning(state: State, ends: set[str]) -> str:
    if state.is_final:
        return DONE if state.name in ends else FAILED
    return WAITS if state.seconds is None else GOING


def _longest(lifecycle: Lifecycle) -> float:
    return sum((each.seconds or (0.0, 0.0))[1] for each in lifecycle.states.values())


def _form(outcome: Outcome, view: str) -> Representation:
    """The form in which a client of this view gets an outcome."""
    known = outcome.representations
    files = [each for name, each in known.items() if name != JSON]
    return files[0] if view == "binary" and files else outcome.representation(JSON)


def shapes(outcomes: list[Outcome], view: str) -> tuple[Shape, ...]:
    """By what each is known, those first that say most: a failure for a reason is not just a failure."""
    found = []
    for each in outcomes:
        form = _form(each, view)
        found.append(Shape(each.name, each.status, form.constants, form.header_constants))
    return tuple(sorted(found, key=lambda each: -len(each.has) - len(each.headers)))


def refusal_places(operation: Operation) -> tuple[Place, ...]:
    """Where the refusals of an operation have their words."""
    success = operation.success.representations.get(JSON)
    value = success.value if success else None
    forms = (
        each.representations.get(JSON) for each in operation.outcomes.values() if _refuses(operation, each)
    )
    return all_places(message_places(each, value) for each in forms if each)


def _refuses(operation: Operation, outcome: Outcome) -> bool:
    return outcome.status >= 400 or outcome.name in operation.refusals


def _about(operation: Operation, role: Views, view: str) -> About:
    place, name, way = place_in_request(role.id.text)
    takes_json = view == "json" and JSON in operation.success.representations
    accept = {"accept": JSON} if takes_json and len(operation.success.representations) > 1 else {}
    needed = {name: each for name, each in operation.needed_headers.items() if name != "authorization"}
    return About(operation.id, operation.method, operation.path, place, way or (name,), {**needed, **accept})


def _file(document: Document, lifecycles: Mapping[str, Lifecycle]) -> About | None:
    """An operation that answers with the very file that such a task made."""
    ends = {each.ordinary_end for each in lifecycles.values()}
    for each in document.operations.values():
        role = each.task
        if not isinstance(role, Views) or role.answers is None or not set(each.views) & set(lifecycles):
            continue
        shown = (each.outcomes.get(role.outcome(end)) for end in ends)
        forms = (form for one in shown if one for form in one.representations.values())
        if any(bound.text == "$artifact.bytes" and at == () for form in forms for at, bound in form.binds):
            return _about(each, role, "binary")
    return None


def _any_item(at: Place) -> Place:
    """A place with every item of its lists, whichever the example has."""
    return tuple("*" if each.isdecimal() else each for each in at)
