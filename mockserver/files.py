"""Files of the double's own, under addresses that nobody can guess: rendered when fetched, gone in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from proofsheet.mockserver import faults
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.file_links import PREFIX, find
from proofsheet.mockserver.file_replies import file_reply
from proofsheet.mockserver.replies import problem


async def serve(double: Double, scope: Any, send: faults.Send) -> None:
    """Answer a request for a file: GET or HEAD, whole or a part of it, or not again where it is known."""
    name = scope["path"].removeprefix(PREFIX)
    file = find(double, name)
    if scope["method"] not in ("GET", "HEAD"):
        made = problem(405, "method not allowed", "a file is fetched with GET or HEAD")
        made = replace(made, headers=(*made.headers, (b"allow", b"GET, HEAD")))
    elif file is None:
        made = problem(404, "no such file", "its time has passed, or it never was")
    elif file.forced == "403":
        made = problem(403, "forbidden", "this file is refused on purpose: file=403")
    else:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if scope["method"] == "HEAD":
            headers.pop("range", None)  # which only GET has (RFC 9110, 14.2)
        made = await file_reply(double, name, file, headers)
    cut = faults.parse("truncate") if file is not None and file.forced == "cut" else None
    await faults.send(cut, double.rng, made, scope, send)
