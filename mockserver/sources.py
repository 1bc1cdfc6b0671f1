"""Where bound values come from: a function for each runtime expression, of the call or of one artifact.

A source may have nothing for a call (a forced refusal has no words): then the example's own value stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.call import Call, Complaint
from proofsheet.spec import expressions, pointers

_UNLIMITED = 1_000_000_000.0  # what an account shows that never runs dry


@dataclass(frozen=True)
class Context:
    """What is known when a value is bound: the call, the answer's status, what was wrong, its balance."""

    call: Call
    status: int
    complaints: Sequence[Complaint]
    balance: Callable[[], Any]


@dataclass(frozen=True)
class Artifact:
    """One artifact of an answer: its seed, its media type, the pieces of its file."""

    seed: int
    media_type: str
    pieces: Sequence[bytes]


def _balance(context: Context) -> Iterator[float]:
    found = context.balance()
    yield _UNLIMITED if found is None else float(found)


def _messages(context: Context) -> list[str]:
    return [each.message for each in context.complaints if each.message is not None]


def _first(of: Callable[[Complaint], Sequence[Any]]) -> Callable[[Context], Iterator[Any]]:
    """Something of the complaint that is spoken of: of several, the first."""
    return lambda context: iter([value for each in context.complaints[:1] for value in of(each)])


CALL: Mapping[str, Callable[[Context], Iterator[Any]]] = {
    "$call.id": lambda context: iter([context.call.id]),
    "$ledger.balance": _balance,
    "$method": lambda context: iter([context.call.method]),
    "$refusal.code": _first(lambda each: each.codes),
    "$refusal.detail": lambda context: iter(_messages(context)[:1]),
    "$refusal.details": lambda context: iter([found] if (found := _messages(context)) else []),
    "$refusal.field": _first(lambda each: [each.field] if each.field else []),
    "$refusal.location": _first(lambda each: [list(each.location)] if each.location else []),
    "$statusCode": lambda context: iter([context.status]),
    "$url": lambda context: iter([f"http://{context.call.headers.get('host', '')}{context.call.path}"]),
}
# The bytes are put in apart: they are megabytes.
ARTIFACT: Mapping[str, Callable[[Artifact], Any]] = {
    "$artifact.seed": lambda artifact: artifact.seed,
    "$artifact.mediaType": lambda artifact: artifact.media_type,
    "$artifact.bytes": lambda artifact: b"".join(artifact.pieces),
    "$artifact.base64": lambda artifact: b"".join(artifact.pieces),
}


def values(text: str, context: Context, artifact: Artifact | None) -> Iterator[Any]:
    """The value of an expression; nothing where its source has none."""
    if text in CALL:
        yield from CALL[text](context)
    elif text in ARTIFACT:
        yield from [ARTIFACT[text](artifact)] if artifact else []
    else:
        yield from _of_request(text, context.call)


def _of_request(text: str, call: Call) -> Iterator[Any]:
    place, _, name = text.removeprefix("$request.").partition(".")
    if place.startswith("body"):
        yield from pointers.find(call.fields, pointers.split(text.partition("#")[2]))
        return
    table = {"header": call.headers, "query": call.query, "path": call.path_params}[place]
    if (found := table.get(name.lower() if place == "header" else name)) is not None:
        yield found


def filled(template: str, context: Context, artifact: Artifact | None) -> str:
    """A text with the expressions embedded in it filled in."""
    if "{" not in template:
        return template
    wanted = [each.text for each in expressions.embedded(template)]
    return expressions.fill(
        template, {each: str(next(values(each, context, artifact), "")) for each in wanted}
    )
