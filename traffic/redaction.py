"""Credentials out of a flow, before anything of it touches a disk.

A credential is what stands in a header or query parameter that is known to carry one. Its text goes from
there and from everywhere else: URL, headers, bodies, in every form in which an answer may echo it. What is
put in its place is as long as it was, so that lengths and offsets stay true, and begins with a mark, so
that an answer which echoed the key is still seen to echo it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import unquote, urlsplit, urlunsplit

from proofsheet.traffic import credential_fields
from proofsheet.traffic.content_coding import Undecodable, plain
from proofsheet.traffic.credential_fields import is_credential
from proofsheet.traffic.credentials import SCHEMES, URLS, carries, credentials
from proofsheet.traffic.flow import Flow, Headers
from proofsheet.traffic.secret_forms import Secrets

MARK = "REDACTED"
SHORTEST = 8  # a shorter credential is a word of many texts; it goes from its header or parameter only
_MARKED = re.compile(MARK.encode() + rb"\**")


def mark(length: int) -> str:
    """What stands where a credential of that length stood."""
    return (MARK + "*" * length)[:length]


def unmarked(data: bytes) -> bytes:
    """`data` with marks of any length made one: two keys may differ in length."""
    return _MARKED.sub(MARK.encode(), data)


def redacted(flow: Flow, names: frozenset[str] = frozenset()) -> Flow:
    """The flow without its credentials. A body that cannot be searched is left out, with a note.

    `names`: see credentials.credentials.
    """
    return Redactor(flow, names).flow()


@dataclass(frozen=True)
class Redactor:
    """Takes the credentials of one flow out of it."""

    source: Flow
    names: frozenset[str] = frozenset()  # further headers and parameters that carry one, in lower case

    @cached_property
    def secrets(self) -> frozenset[str]:
        return credentials(self.source, self.names)

    @cached_property
    def _secrets(self) -> Secrets:
        return Secrets(self.secrets, SHORTEST)

    def data(self, data: bytes) -> bytes:
        """`data` without the credentials; as long as before."""
        return self._secrets.hide(data, lambda length: mark(length).encode())

    def text(self, text: str) -> str:
        """The same for a text, be it a header's (latin-1) or any other."""
        try:
            return self.data(text.encode("latin-1")).decode("latin-1")
        except UnicodeEncodeError:
            return self.data(text.encode("utf-8", "replace")).decode("utf-8", "replace")

    def flow(self) -> Flow:
        flow = self.source
        request_headers, request_body, one = self._message(flow.request_headers, flow.request_body)
        headers, body, two = self._message(flow.headers, flow.body)
        notes = "; ".join(filter(None, (flow.note, one and f"request: {one}", two and f"answer: {two}")))
        is_as_long = len(body or b"") == len(flow.body or b"")
        return replace(
            flow,
            arrivals=flow.arrivals if is_as_long else (),
            url=self._url(flow.url),
            request_headers=request_headers,
            request_body=request_body,
            headers=headers,
            body=body,
            note=self.text(notes),
        )

    def _message(self, headers: Headers, body: bytes | None) -> tuple[Headers, bytes | None, str]:
        clean = tuple((name, self._value(name, value)) for name, value in headers)
        if body is None:
            return clean, None, ""
        try:
            opened, found = plain(headers, body)
        except Undecodable as problem:
            return clean, None, f"the body is not kept: {problem}"
        hidden = self.data(_hidden(opened, found))
        if hidden == found:
            return clean, body, ""
        if opened is not headers:  # it was packed, and only unpacked can it be without the key
            clean = tuple((name, self._value(name, value)) for name, value in opened)
            return clean, hidden, "the body was unpacked to take a credential out"
        return clean, hidden, ""

    def _value(self, name: str, value: str) -> str:
        if name.lower() in URLS:
            return self._url(value)
        if not carries(name, self.names):
            return self.text(value)
        if "cookie" in name.lower():
            first, *rest = value.split(";")
            rest = rest if name.lower() == "set-cookie" else [_pair(each) for each in rest]
            return ";".join([_pair(first), *rest])
        scheme, gap, token = value.strip().partition(" ")
        if not gap or scheme.lower() not in SCHEMES:  # the key itself may stand first
            return mark(len(value.strip()))
        return scheme + gap + mark(len(token))

    def _url(self, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.text(url)
        pieces = [self._parameter(each) for each in parts.query.split("&")] if parts.query else []
        return self.text(urlunsplit(parts._replace(query="&".join(pieces))))

    def _parameter(self, text: str) -> str:
        name, equals, value = text.partition("=")
        known = unquote(name)
        hides = known.lower() in self.names or is_credential(known)
        return name + equals + (mark(len(value)) if hides else value)


def _pair(text: str) -> str:
    name, equals, value = text.partition("=")
    return name + equals + mark(len(value))


def _hidden(headers: Headers, data: bytes) -> bytes:
    """A body without the values that are named as credentials are."""
    pieces, place = [], 0
    for start, end in credential_fields.spans(headers, data):
        pieces += [data[place:start], mark(end - start).encode()]
        place = end
    return b"".join([*pieces, data[place:]]) if pieces else data
