"""/_mock/journal, /_mock/pictures and /_mock/verify: what was called, and whether it was as expected."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from proofsheet.mockserver.control.control_request import (
    Wrong,
    key_of,
    path_number,
    problem_response,
    query_number,
    read_body,
)
from proofsheet.mockserver.double import Double, names_of
from proofsheet.mockserver.drawing import draw
from proofsheet.mockserver.file_links import File
from proofsheet.mockserver.file_replies import file_reply
from proofsheet.mockserver.journal_entries import public
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.image.upload import thumbnail
from proofsheet.mockserver.state import journal
from proofsheet.mockserver.unmatched import UNKNOWN


async def show_journal(request: Request, double: Double) -> Any:
    after, limit = query_number(request, "after", 0), query_number(request, "limit", 0)
    found = double.state.journal(journal.label(key_of(request)), after, limit or None)
    return {"entries": [public(each) for each in found]}


async def drop_journal(request: Request, double: Double) -> Any:
    double.state.drop_journal(journal.label(key_of(request)))
    return {"ok": True}


async def show_entry(request: Request, double: Double) -> Any:
    found = double.state.entry(path_number(request, "seq"))
    return (
        public(found)
        if found
        else problem_response(404, "no such entry", "it fell out of the journal, or never was")
    )


async def show_picture(request: Request, double: Double) -> Any:
    found, index = double.state.entry(path_number(request, "seq")), path_number(request, "index")
    if found is None or index >= len(found["pictures"]):
        return problem_response(404, "no such picture", "it fell out of the journal, or never was")
    # Not kept but drawn again: a picture is a pure function of its description.
    return await preview_response(request, double, found["pictures"][index].preview)


async def preview_response(request: Request, double: Double, picture: Picture) -> Response:
    """The file of a picture, or a JPEG of it whose longer side is at most `?side=` pixels."""
    data = b"".join(await draw(picture, double))
    if side := min(query_number(request, "side", 0), 1024):
        async with double.decoding:  # a page full of thumbnails must not hold up the calls
            small = await asyncio.to_thread(thumbnail, data, side)
        return Response(small, media_type="image/jpeg")
    return Response(data, media_type=picture.media_type)


async def show_artifact(request: Request, double: Double) -> Any:
    seq, index = path_number(request, "seq"), path_number(request, "index")
    found = double.state.entry(seq)
    if found is None or index >= len(found["pictures"]):
        return problem_response(404, "no such artifact", "it fell out of the journal, or never was")
    one = found["pictures"][index]
    kind = one.media_type.partition("/")[0]  # of all else the journal keeps a picture
    # Numbers start again with the server: the time keeps an older file of the same number apart.
    name = f"{seq}-{index}-{found['time']}"
    made = await file_reply(double, name, File(kind, one, one.media_type), request.headers)
    return Response(
        made.body, made.status, headers={key.decode(): value.decode() for key, value in made.headers}
    )


async def verify(request: Request, double: Double) -> Any:
    body = await read_body(request)
    expected = {name: body[name] for name in journal.NAMES if name in body}
    _are_known(expected, double)
    expected |= _operation(expected)
    try:
        pattern = journal.Pattern(expected, body.get("fields", {}))
        entries = _asked_about(expected, double, double.state.journal(journal.label(key_of(request, body))))
        return journal.verify(entries, pattern, _count(body), bool(body.get("no_errors")))
    except ValueError as error:
        raise Wrong(str(error)) from None


def _asked_about(
    expected: dict[str, Any], double: Double, entries: list[journal.Entry]
) -> list[journal.Entry]:
    """The attempts of callbacks where one is named, else the calls."""
    wanted = expected.get("operation") in _callbacks(double)
    return [each for each in entries if ("callback" in each) == wanted]


def _callbacks(double: Double) -> frozenset[str]:
    return frozenset(each.name for found in double.operations().values() for each in found.callbacks)


def _are_known(expected: dict[str, Any], double: Double) -> None:
    # A name that is misspelt matches nothing: "count": 0 would hold for ever.
    operations = double.operations()
    outcomes = {name for each in operations.values() for name in each.outcomes}
    names = {*operations, *(each for found in operations.values() for each in names_of(found))}
    names |= _callbacks(double)
    for name, known, shown in (("operation", names, operations), ("outcome", outcomes, outcomes)):
        value = expected.get(name)
        if value is not None and value not in (*known, UNKNOWN):
            raise Wrong(f"there is no {name} {value!r}; known: {', '.join(sorted(shown))}")


def _operation(expected: dict[str, Any]) -> dict[str, Any]:
    """What an operation's name means for an entry: with its document before it, that document too."""
    document, _, name = expected.get("operation", "").rpartition(".")
    return {"operation": name, "document": document} if document else {}


def _count(body: dict[str, Any]) -> journal.Count:
    exact = body.get("count")
    if exact is not None and ("at_least" in body or "at_most" in body):
        raise Wrong("count is exact: leave out at_least and at_most")
    if exact is not None:
        return journal.Count(exact, exact)
    most, least = body.get("at_most"), body.get("at_least")
    if least is None:
        least = 1 if most is None else 0
    if most is not None and least > most:
        raise Wrong(f"at_least {least} is more than at_most {most}")
    return journal.Count(least, most)
