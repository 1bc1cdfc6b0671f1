"""Where bound values come from: a function for each runtime expression, of the call or of one artifact.

A source may have nothing for a call (a forced refusal has no words): then the example's own value stays.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.limits import LIMIT, Limits
from proofsheet.mockserver.listings import TASKS, Listing
from proofsheet.mockserver.picture_tokens import TOKENS
from proofsheet.mockserver.refusal import Complaint
from proofsheet.mockserver.task_sources import OFFER, TASK, TaskView, of_task
from proofsheet.mockserver.written_values import WRITTEN, Place
from proofsheet.spec import expressions, json_text
from proofsheet.spec.expressions import Expression
from proofsheet.spec.tasks import Offer

_UNLIMITED = 1_000_000_000.0  # what an account shows that never runs dry


@dataclass(frozen=True)
class Context:
    """What is known when a value is bound: the call, the answer's status, what was wrong, its balance.

    And the task that the answer is about, or those that it lists.
    """

    call: Call
    status: int
    complaints: Sequence[Complaint]
    balance: Callable[[], Any]
    task: TaskView | None = None
    listed: Listing | None = None
    offer: tuple[Offer, TaskView] | None = None  # the one that is shown just now, and whose it is
    link: Callable[[str], str | None] = lambda name: None  # the URL that a link of the answer leads to
    now: Callable[[], float] = lambda: 0.0  # Unix seconds on the double's clock
    place: Place | None = None  # where in what is written in reply
    event: int = 0  # the number of the event in its stream
    limits: Limits | None = None  # of the call
    resource: Mapping[str, Any] | None = None  # the one that is used, or shown just now
    resources: Sequence[Mapping[str, Any]] = ()  # those that are listed
    opening: Callable[[], Any] = lambda: None  # what the account began with
    dialogue: Callable[[str], Sequence[Any]] | None = None  # what a dialogue knows of an expression


@dataclass(frozen=True)
class Artifact:
    """One artifact of an answer: its description, the pieces of its file if they are wanted."""

    description: Any
    pieces: Sequence[bytes]
    url: Callable[[str], str] = str  # makes the link to its file, or to that of a picture of it by its name
    stages: Sequence[Sequence[bytes]] = ()  # the pieces of a file of each earlier stage, where one is shown
    index: int = 0  # of the stage, where it is one
    id: str = ""  # of a task's


def _balance(context: Context) -> Iterator[float]:
    found = context.balance()
    yield _UNLIMITED if found is None else float(found)


def _granted(context: Context) -> Iterator[float]:
    """What an account has had in all: what it began with, or what it has where that is more."""
    begun, left = context.opening(), context.balance()
    yield _UNLIMITED if left is None else float(left if begun is None else max(begun, left))


def _used(context: Context) -> Iterator[float]:
    begun, left = context.opening(), context.balance()
    yield 0.0 if begun is None or left is None else float(max(begun - left, 0))


def _messages(context: Context) -> list[str]:
    return [each.message for each in context.complaints if each.message is not None]


def _first(of: Callable[[Complaint], Sequence[Any]]) -> Callable[[Context], Iterator[Any]]:
    """Something of the complaint that is spoken of: of several, the first."""
    return lambda context: iter([value for each in context.complaints[:1] for value in of(each)])


def _counted(of: Callable[[Call], int]) -> Callable[[Context], Iterator[Any]]:
    return lambda context: iter([of(context.call)])


CALL: Mapping[str, Callable[[Context], Iterator[Any]]] = {
    "$call.base": lambda context: iter([context.call.base]),
    "$call.cost": lambda context: iter([float(context.call.cost)]),
    "$call.id": lambda context: iter([context.call.id]),
    "$call.path": lambda context: iter([context.call.path]),
    "$call.time": lambda context: iter([context.now()]),
    "$event.index": lambda context: iter([context.event]),
    "$kept.answer": lambda context: iter(
        [context.call.kept.get("shown", context.call.kept["answer"])] if context.call.kept else []
    ),
    "$ledger.balance": _balance,
    "$ledger.granted": _granted,
    "$ledger.used": _used,
    "$method": lambda context: iter([context.call.method]),
    "$refusal.code": _first(lambda each: each.codes),
    "$refusal.detail": lambda context: iter(_messages(context)[:1]),
    "$refusal.details": lambda context: iter([found] if (found := _messages(context)) else []),
    "$refusal.field": _first(lambda each: [each.field] if each.field else []),
    "$refusal.location": _first(lambda each: [list(each.location)] if each.location else []),
    "$statusCode": lambda context: iter([context.status]),
    "$url": lambda context: iter([context.call.url]),
    **{name: _counted(of) for name, of in TOKENS.items()},
}
# How a value is written that is a time in Unix seconds, a share from 0 to 1 or anything (as text).
FORMS: Mapping[str, Callable[[Any], Any]] = {
    "epoch-seconds": int,
    "epoch-ms": lambda seconds: int(seconds * 1000),
    "iso-8601": lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds"),
    "percent": lambda share: f"{round(share * 100)}%",
    "percent-number": lambda share: round(share * 100),
    "date-time": lambda seconds: f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}",
    "gzip": lambda value: gzip.compress(json_text.compact(value).encode("utf-8", "surrogatepass"), mtime=0),
    "integer": int,
    "hours": lambda hours: round(hours * 3600),
    "cents": lambda dollars: round(dollars * 100, 6),
    "text": str,
}
# The bytes are put in apart: they are megabytes.
ARTIFACT: Mapping[str, Callable[[Artifact], Any]] = {
    "$artifact.seed": lambda artifact: artifact.description.seed,
    "$artifact.mediaType": lambda artifact: artifact.description.media_type,
    "$artifact.width": lambda artifact: artifact.description.width,
    "$artifact.height": lambda artifact: artifact.description.height,
    "$artifact.bytes": lambda artifact: b"".join(artifact.pieces),
    "$artifact.base64": lambda artifact: b"".join(artifact.pieces),
    "$artifact.url": lambda artifact: artifact.url(""),
    "$artifact.first-frame": lambda artifact: artifact.url("first-frame"),
    "$artifact.last-frame": lambda artifact: artifact.url("last-frame"),
    "$artifact.cover": lambda artifact: artifact.url("cover"),
    "$artifact.video": lambda artifact: artifact.url("video"),
    "$artifact.id": lambda artifact: artifact.id,
    "$artifact.seconds": lambda artifact: artifact.description.seconds,
    "$artifact.stage": lambda artifact: artifact.index,
    "$artifact.title": lambda artifact: artifact.description.title,
    "$artifact.name": lambda artifact: artifact.description.name,
    "$artifact.structure": lambda artifact: artifact.description.structure,
    "$artifact.pages": lambda artifact: artifact.description.structure["pages"],
    "$artifact.count": lambda artifact: len(artifact.description.slides),
}


Source = Callable[[Context, Artifact | None], Iterable[Any]]


def source(expression: Expression) -> Source:
    """What finds the value of an expression, in its form; nothing where its source has none."""
    if expression.is_template:
        text = text_source(expression.text)
        return lambda context, artifact: (text(context, artifact),)
    plain, form = _source(expression.text), FORMS.get(expression.form or "")

    def found(context: Context, artifact: Artifact | None) -> Iterable[Any]:
        said = context.dialogue(expression.text) if context.dialogue else ()
        return said or plain(context, artifact)

    def changed(context: Context, artifact: Artifact | None) -> Iterable[Any]:
        for each in found(context, artifact):
            if expression.match:
                if (taken := expression.part(each)) is not None:
                    yield taken
                continue
            later = each + _later(expression, context) if expression.later else each
            yield form(later) if form else later

    return changed if expression.match or expression.later or form else found


def _later(expression: Expression, context: Context) -> float:
    asked = next(context.call.values(expression.later_from), None) if expression.later_from else None
    return asked if isinstance(asked, int | float) else expression.later


def text_of(expression: Expression) -> Callable[[Context, Artifact | None], str]:
    """What finds the value of an expression as text; an empty one where it has none."""
    of = source(expression)
    return lambda context, artifact: str(next(iter(of(context, artifact)), ""))


def text_source(template: str) -> Callable[[Context, Artifact | None], str]:
    """What fills in the expressions that are embedded in a text."""
    wanted = {each.text: text_of(each) for each in expressions.embedded(template)}
    if not wanted:
        return lambda context, artifact: template
    return lambda context, artifact: expressions.fill(
        template, {name: of(context, artifact) for name, of in wanted.items()}
    )


@cache  # documents have few, and each is asked for in many answers
def _source(text: str) -> Source:
    """What finds the value of an expression."""
    if (of_call := CALL.get(text)) is not None:
        return lambda context, artifact: of_call(context)
    if (of_artifact := ARTIFACT.get(text)) is not None:
        return lambda context, artifact: (of_artifact(artifact),) if artifact else ()
    if text in LIMIT:
        return lambda context, artifact: LIMIT[text](context.limits) if context.limits else ()
    if text in WRITTEN:
        return lambda context, artifact: WRITTEN[text](context.place) if context.place else ()
    if text.startswith("$link."):
        name = text.removeprefix("$link.")
        return lambda context, artifact: filter(None, (context.link(name),))
    if text.startswith("$resource."):
        return partial(_of_resource, text.removeprefix("$resource."))
    if text.startswith("$request."):
        return lambda context, artifact: context.call.values(text)
    return _source_of_tasks(text)


def _source_of_tasks(text: str) -> Source:
    if (of := TASK.get(text)) is not None:
        return lambda context, artifact: of(context.task) if context.task else ()
    if text.startswith("$text."):
        return partial(_said, text)
    if text in OFFER:
        return lambda context, artifact: (OFFER[text](*context.offer),) if context.offer else ()
    if text in TASKS:
        return lambda context, artifact: (TASKS[text](context.listed),) if context.listed is not None else ()
    own = text.replace("$task.", "$")
    return lambda context, artifact: context.task.call.values(own) if context.task else ()


def _said(text: str, context: Context, artifact: Artifact | None) -> Iterable[Any]:
    """One of the texts that a task has, or the call that is answered in some."""
    if context.task:
        return of_task(text, context.task)
    return [said for name, said in context.call.texts if name == text.removeprefix("$text.")]


def _of_resource(name: str, context: Context, artifact: Artifact | None) -> Iterable[Any]:
    return (context.resource[name],) if context.resource and name in context.resource else ()
