"""Pictures and sounds in requests: a file's bytes, base64, a data URL, or a URL that is not fetched."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.media.audio.upload import Audio, read_audio
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import read_upload
from proofsheet.mockserver.sent_files import Given

_URL = re.compile(r"https?://", re.IGNORECASE)
_DATA_URL = re.compile(r"data:[^,]*;base64,", re.IGNORECASE)
_SPACE = b" \t\n\r\x0b\x0c"
MOST_PICTURES = 64  # of one list that are looked at
MOST_SOUNDS = 8  # each takes a process of its own


def given_picture(path: tuple[str | int, ...], value: bytes | str) -> Given:
    """What stands at a place of the request, read. Text that is neither base64 nor a URL is no picture."""
    if isinstance(value, str) and _URL.match(value):
        return Given(path, value)
    data = b""
    try:
        data = value if isinstance(value, bytes) else from_text(value)
        return Given(path, data, read_upload(data))
    except Unreadable as problem:
        return Given(path, data, problem)


def given_sound(data: bytes) -> Audio | Unreadable:
    """An uploaded audio file, decoded, or why it cannot be."""
    try:
        return read_audio(data)
    except Unreadable as problem:
        return problem


def packed_sound(text: str) -> Audio | Unreadable:
    """The same of a sound as base64."""
    try:
        return read_audio(from_text(text))
    except Unreadable as problem:
        return problem


def given_values(call: Call, name: str) -> Iterator[tuple[tuple[str | int, ...], bytes | str]]:
    """What stands in a field that holds a picture, or a list of them: files as bytes, all else as text."""
    if name in call.files:
        yield (name,), call.files[name].data
    for at, each in enumerate(call.file_lists.get(name, ())[:MOST_PICTURES]):
        yield (name, at), each.data
    value = call.fields.get(name) if isinstance(call.fields, dict) else None
    schema = call.body.schema.get("properties", {}).get(name, {}) if call.body else {}
    yield from _texts((name,), value, schema)


def _texts(
    path: tuple[str | int, ...], value: Any, schema: Mapping[str, Any]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The texts that stand for pictures: the value, the items of a list, members that are to be pictures."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for at, each in enumerate(value[:MOST_PICTURES]):
            yield from _texts((*path, at), each, schema.get("items", {}))
    elif isinstance(value, dict):
        for name, each in schema.get("properties", {}).items():
            if name in value and ("x-picture" in each or isinstance(value[name], dict)):
                yield from _texts((*path, name), value[name], each)


def from_text(text: str) -> bytes:
    """The bytes of base64 (line breaks and missing padding pass) or of a data URL. Raises Unreadable."""
    found = _DATA_URL.match(text)
    if found is None and text[:5].lower() == "data:":
        raise Unreadable("format", "a data URL that is not base64")
    try:
        packed = text[found.end() if found else 0 :].encode("ascii").translate(None, _SPACE)
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except ValueError as error:
        raise Unreadable("format", f"the text is no base64: {error}") from error
