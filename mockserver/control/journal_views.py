"""/_mock/journal, /_mock/pictures and /_mock/verify: what was called, and whether it was as expected."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from proofsheet.mockserver.control.control_request import (
    Wrong,
    key_of,
    only,
    path_number,
    problem_response,
    query_number,
    read_body,
    text_of,
    whole_of,
)
from proofsheet.mockserver.double import Double, names_of
from proofsheet.mockserver.drawing import draw
from proofsheet.mockserver.journal_entries import public
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
    picture = found["pictures"][index]
    data = b"".join(await draw(picture, double))
    if side := min(query_number(request, "side", 0), 1024):
        async with double.decoding:  # a page full of thumbnails must not hold up the calls
            small = await asyncio.to_thread(thumbnail, data, side)
        return Response(small, media_type="image/jpeg")
    return Response(data, media_type=picture.media_type)


async def verify(request: Request, double: Double) -> Any:
    body = await read_body(request)
    only(body, *journal.NAMES, "key", "fields", "count", "at_least", "at_most", "no_errors")
    fields = body.get("fields", {})
    if not isinstance(fields, dict):
        raise Wrong('fields must be an object, e.g. {"seed": 42}')
    expected = {name: body[name] for name in journal.NAMES if name in body}
    for name, each in expected.items():
        if isinstance(each, bool) or not isinstance(each, int if name == "status" else str):
            raise Wrong(f"{name} must be a {'number' if name == 'status' else 'string'}, came {each!r}")
    if nothing := [name for name, each in fields.items() if each is None]:
        raise Wrong(f"fields.{nothing[0]}: null matches nothing")
    if not isinstance(body.get("no_errors", False), bool):
        raise Wrong("no_errors must be true or false")
    _are_known(expected, double)
    expected |= _operation(expected)
    try:
        pattern = journal.Pattern(expected, fields)
        entries = double.state.journal(journal.label(key_of(request, body)))
        return journal.verify(entries, pattern, _count(body), bool(body.get("no_errors")))
    except ValueError as error:
        raise Wrong(str(error)) from None


def _are_known(expected: dict[str, Any], double: Double) -> None:
    # A name that is misspelt matches nothing: "count": 0 would hold for ever.
    operations = double.operations()
    outcomes = {name for each in operations.values() for name in each.outcomes}
    names = {*operations, *(each for found in double.operations().values() for each in names_of(found))}
    for name, known, shown in (("operation", names, operations), ("outcome", outcomes, outcomes)):
        value = text_of(expected, name)
        if value is not None and value not in (*known, UNKNOWN):
            raise Wrong(f"there is no {name} {value!r}; known: {', '.join(sorted(shown))}")


def _operation(expected: dict[str, Any]) -> dict[str, Any]:
    """What an operation's name means for an entry: with its document before it, that document too."""
    document, _, name = expected.get("operation", "").rpartition(".")
    return {"operation": name, "document": document} if document else {}


def _count(body: dict[str, Any]) -> journal.Count:
    exact = whole_of(body, "count", None)
    if exact is not None and ("at_least" in body or "at_most" in body):
        raise Wrong("count is exact: leave out at_least and at_most")
    if exact is not None:
        return journal.Count(exact, exact)
    most = whole_of(body, "at_most", None)
    least = whole_of(body, "at_least", 0 if most is not None else 1)
    if most is not None and (least or 0) > most:
        raise Wrong(f"at_least {least} is more than at_most {most}")
    return journal.Count(least or 0, most)
