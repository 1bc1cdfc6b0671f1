"""Bodies of multipart/form-data as RFC 7578 and RFC 2046 (5.1.1) have them, read once for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote_to_bytes

from proofsheet.traffic.flow import boundary

MOST_BOUNDARY = 70  # characters (RFC 2046, 5.1.1)
# What nearly every client writes for a text; all else is taken apart piece by piece.
_PLAIN = re.compile(rb'(?i)content-disposition: form-data; name="([^"\\\r\n]*)"')
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_AFTER = re.compile(rb"(--)?[ \t]*(?:\r\n|\Z)")


class Malformed(ValueError):
    """A body that is no whole form; the text says what was expected, and at which byte."""


@dataclass(frozen=True)
class Part:
    """One part of a form. `name` is None where it has none, `filename` where it is no file."""

    name: str | None
    data: bytes
    filename: str | None = None
    content_type: str = ""
    quoted: bool = True  # whether the name stands in quotes, as all clients but .NET's write it

    @property
    def text(self) -> str:
        """The data in the charset that the part names, else UTF-8. Raises UnicodeDecodeError."""
        named = re.search(r'(?i);\s*charset="?([\w.:-]+)', self.content_type)
        try:
            return self.data.decode(named[1] if named else "utf-8")
        except UnicodeDecodeError:
            raise
        except (LookupError, UnicodeError):  # a charset that is not known, or none to read a text in
            return self.data.decode("utf-8")


def parts(content_type: str, body: bytes, most: int = 10_000) -> list[Part]:
    """The parts of a body in their order, by its Content-Type header; at most so many. Raises Malformed."""
    border = boundary(content_type).encode("latin-1", "replace")
    if not 0 < len(border) <= MOST_BOUNDARY:
        raise Malformed(f"expected a boundary of 1 to {MOST_BOUNDARY} characters in {content_type[:200]!r}")
    found = [_part(body, *each) for each in islice(_spans(body, b"--" + border), most + 1)]
    if len(found) > most:
        raise Malformed(f"expected at most {most} parts")
    return found


def _spans(body: bytes, line: bytes) -> Iterator[tuple[int, int]]:
    """From where to where each part goes, its headers included; preamble and epilogue are passed over."""
    place = 0 if body.startswith(line) else _next(body, line, 0) + 2
    if place == 1:
        raise Malformed(f"expected the line {line.decode('latin-1')[:80]!r}; the body does not have it")
    while True:
        after = _AFTER.match(body, place + len(line))
        if after is None:  # the first line of all only begins like the boundary
            raise Malformed(f"expected the end of the line at byte {place + len(line)}")
        if after[1]:
            return
        end = _next(body, line, after.end() - 2)
        if end < 0:
            raise Malformed(f"expected the closing boundary; the body ends at byte {len(body)}")
        yield after.end(), max(end, after.end())
        place = end + 2


def _next(body: bytes, line: bytes, place: int) -> int:
    """Where the next delimiter begins, its line break included; -1 if there is none."""
    found = body.find(b"\r\n" + line, place)
    while found >= 0 and not _AFTER.match(body, found + 2 + len(line)):
        found = body.find(b"\r\n" + line, found + 2)  # a line of the data that only begins like it
    return found


def _part(body: bytes, start: int, end: int) -> Part:
    if body.startswith(b"\r\n", start):
        return Part(None, body[start + 2 : end])
    gap = body.find(b"\r\n\r\n", start, end)
    if gap < 0:
        raise Malformed(f"expected an empty line behind the headers of the part at byte {start}")
    head, data = body[start:gap], body[gap + 4 : end]
    if plain := _PLAIN.fullmatch(head):
        return Part(plain[1].decode("utf-8", "replace"), data)
    headers = dict(_headers(head, start))
    kind, parameters, quoted = _disposition(headers.get("content-disposition", ""))
    name = parameters.get("name") if kind == "form-data" else None
    return Part(name, data, _filename(parameters), headers.get("content-type", ""), quoted)


def _headers(head: bytes, start: int) -> Iterator[tuple[str, str]]:
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", head)
    for line in unfolded.split(b"\r\n"):
        found = _HEADER.fullmatch(line)
        if found is None:
            raise Malformed(f"expected `name: value` in the headers of the part at byte {start}")
        yield found[1].decode("ascii").lower(), found[2].decode("utf-8", "replace").strip()


def _disposition(text: str) -> tuple[str, dict[str, str], bool]:
    """The kind of a Content-Disposition, its parameters, and whether the name is in quotes."""
    parameters: dict[str, str] = {}
    quoted = True
    for key, value in _PARAMETER.findall(text):
        plain = re.sub(r'\\(["\\])', r"\1", value[1:-1]) if value.startswith('"') else value
        parameters.setdefault(key.lower(), plain)
        quoted = quoted and (key.lower() != "name" or value.startswith('"'))
    return text.partition(";")[0].strip().lower(), parameters, quoted


def _filename(parameters: dict[str, str]) -> str | None:
    charset, quote, rest = parameters.get("filename*", "").partition("'")
    if not quote:
        return parameters.get("filename")
    try:
        return unquote_to_bytes(rest.partition("'")[2]).decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError):  # a charset that is not known, or none to read a text in
        return parameters.get("filename", rest.partition("'")[2])
