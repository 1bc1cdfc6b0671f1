"""Damages to how a form is written: its boundary, its parts, its encoding."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

from mutants.accounts import page
from mutants.asked import joined, parts
from mutants.relay import Damage, Forward, Got, Sent, damage, on_request

_BOUNDARY = re.compile(r'boundary="?([^";]+)')


@damage("broken-form")
def broken_form() -> Damage:
    """A form without the boundary that its header names is too much for the proxy."""

    def harm(sent: Sent, forward: Forward) -> Got:
        found = _BOUNDARY.search(sent.header("content-type"))
        is_form = "multipart" in sent.header("content-type")
        is_whole = found is not None and b"--" + found[1].encode() + b"--" in sent.body
        return page(500, "Internal Server Error") if is_form and not is_whole else forward(sent)

    return harm


@on_request("first-part-only")
def first_part_only(sent: Sent) -> Sent:
    mark, found = parts(sent)
    return joined(sent, mark, [each for _, each in found[:1]]) if mark else sent


@on_request("as-urlencoded")
def as_urlencoded(sent: Sent) -> Sent:
    mark, found = parts(sent)
    if not mark:
        return sent
    fields = [(name, each.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")) for name, each in found]
    changed = replace(sent, body=urlencode(fields).encode())
    return changed.having("content-type", "application/x-www-form-urlencoded")
