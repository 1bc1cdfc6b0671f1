"""The parts of a form on the wire: multipart/form-data (RFC 7578) and urlencoded parameters."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from proofsheet.spec import media_types

MOST_PARTS = 100


@dataclass(frozen=True)
class Part:
    """One part: its name (None if it has none), its file's name if it is a file, and what it is and holds."""

    name: str | None
    filename: str | None
    content_type: str
    data: bytes


class BadForm(ValueError):
    """A form that cannot be read; the text is the kind of the media-type gate's refusal."""


def parameters(data: bytes) -> list[Part]:
    """The parameters of an urlencoded body. Raises BadForm."""
    try:
        pairs = parse_qsl(data.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError:
        raise BadForm("broken") from None
    return [Part(name, None, "", value.encode("utf-8", "surrogateescape")) for name, value in pairs]


def multipart(header: str, data: bytes) -> list[Part]:
    """The parts of a multipart body by its Content-Type header. Raises BadForm."""
    boundary = _boundary(header)
    if not boundary:
        raise BadForm("boundary")
    form = _Form()
    try:
        parser = MultipartParser(boundary, form.callbacks())
        parser.write(_without_preamble(data, boundary))
        parser.finalize()
    except (FormParserError, ValueError):
        raise BadForm("broken") from None
    if not form.ended or len(form.parts) > MOST_PARTS:
        raise BadForm("broken")
    return [_part(headers, content) for headers, content in form.parts]


def _part(headers: dict[str, str], data: bytes) -> Part:
    name, filename = _disposition(headers.get("content-disposition", ""))
    return Part(name, filename, headers.get("content-type", ""), data)


def _boundary(header: str) -> bytes:
    # A boundary is case-sensitive and may be quoted; 70 characters at most (RFC 2046, 5.1.1).
    value = media_types.parse(header).parameters.get("boundary", "")
    return value.encode("latin-1", "ignore") if len(value) <= 70 else b""


def _without_preamble(data: bytes, boundary: bytes) -> bytes:
    # What stands before the first boundary is to be ignored (RFC 2046, 5.1.1); the parser does not.
    start = 0 if data.startswith(b"--" + boundary) else data.find(b"\r\n--" + boundary) + 2
    return data[start:] if start > 1 else data


class _Form:
    """Collects the parts of one form from the parser's callbacks."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[str, str], bytes]] = []
        self.ended = False
        self._headers: dict[str, str] = {}
        self._name = b""
        self._value = b""
        self._data: list[bytes] = []

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers, self._data = {}, []

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _part_end(self) -> None:
        if len(self.parts) <= MOST_PARTS:
            self.parts.append((self._headers, b"".join(self._data)))

    def _end(self) -> None:
        self.ended = True


def _disposition(value: str) -> tuple[str | None, str | None]:
    """The name and filename of a Content-Disposition."""
    if value.count('"') == 2 and value.startswith('form-data; name="') and value.endswith('"'):
        return value[17:-1], None  # what clients send for text; the general way costs 30 times as much
    message = Message()
    message["content-disposition"] = value
    name = message.get_param("name", header="content-disposition")
    try:
        filename = message.get_filename()
    except (LookupError, ValueError):  # a client may name any codec for it (RFC 2231)
        filename = ""
    return (str(name) if name is not None else None), filename
