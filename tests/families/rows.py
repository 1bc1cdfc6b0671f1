"""Rows of tests/families/<document>/*.yaml: requests, and what the document says that they get.

A file is {about, rows, defaults?, settings?}. A row is one request, or {name, steps: [row, …]}: several
requests with one key. `defaults` is a row that every row of the file begins with; what the row says wins.

    operation   its id: gives method and path; `at` fills the path's templates
    method path instead of an operation, or other than its own
    key         the key, none if null; each row has one of its own if it says nothing
    credits     what the key has before the request
    headers     more headers; null takes a default away
    form        text fields of a multipart form     files  {field: {size: [w, h], format: PNG}} beside them,
                                                    or {audio: seconds, name: x.wav, bytes: a text instead}
    parts       a form as it stands on the wire: [{name, data, extra?, head?}], with `boundary`
    json        a JSON body                         body   a body as it is, in UTF-8 (`!latin` bytes)
    advance     seconds by which the clock goes on before the request
    keeps       {name: pointer}: values of the answer that later steps write as `<name>`
    gets        status; outcome (by the journal); type (content-type); headers {name: value}; values
                {pointer: value} of a JSON body; fields (that the errors name); says (the messages, whole);
                picture {size, format, mode}
"""

from __future__ import annotations

import io
import itertools
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

HERE = Path(__file__).parent
SENT = {"operation", "at", "method", "path", "key", "credits", "headers", "form", "files"}
SENT |= {"parts", "boundary", "json", "body", "advance", "keeps"}
GOT = {"status", "outcome", "type", "headers", "values", "fields", "says", "picture"}


class BadRow(ValueError):
    """A row that says something that the runner does not know."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with `!times [x, 2001]` for a long text or list and `!latin "\\xff"` for bytes."""


_Loader.add_constructor("!times", lambda loader, node: _times(*loader.construct_sequence(node, deep=True)))
_Loader.add_constructor("!latin", lambda loader, node: loader.construct_scalar(node).encode("latin-1"))


def _times(text: Any, number: int) -> Any:
    return text * number


@dataclass(frozen=True)
class Row:
    """A test: its name, the requests in order, and the settings of the double that is asked."""

    document: str
    name: str
    steps: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


def rows() -> Iterator[Row]:
    """Every row of every family. Raises BadRow."""
    for path in sorted(HERE.glob("*/*.yaml")):
        yield from read(path)


def read(path: Path) -> Iterator[Row]:
    """The rows of one file. Raises BadRow."""
    content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    _known(path, content, {"about", "rows", "defaults", "settings"})
    names = itertools.count(1)
    for row in content["rows"]:
        _known(path, row, {"name", "steps", "gets"} | SENT)
        steps = [_merged(content.get("defaults", {}), each) for each in row.get("steps", [row])]
        for each in steps:
            _known(path, each, {"name", "gets"} | SENT)
            _known(path, each["gets"], GOT)
        name = f"{path.parent.name}/{path.stem}-{next(names)}-{row.get('name', '')}".rstrip("-")
        yield Row(path.parent.name, name.replace(" ", "_"), tuple(steps), content.get("settings", {}))


def _known(path: Path, found: Any, names: set[str]) -> None:
    if not isinstance(found, dict) or set(found) - names:
        raise BadRow(f"{path.name}: {found!r}: known are {', '.join(sorted(names))}")


def _merged(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {**first, **{name: _merged(first.get(name), each) for name, each in second.items()}}
    return second


def picture(size: tuple[int, int] = (64, 64), form: str = "PNG") -> bytes:
    """A picture's file, for an upload."""
    out = io.BytesIO()
    Image.new("RGB", tuple(size), (200, 30, 30)).save(out, form)
    return out.getvalue()


def given(field: str, wanted: Mapping[str, Any]) -> tuple[str, bytes]:
    """The name and the bytes of an uploaded file: a picture, or a tone of so many seconds."""
    if "audio" not in wanted and "bytes" not in wanted:
        return f"{field}.png", picture(wanted.get("size", (64, 64)), wanted.get("format", "PNG"))
    data = wanted["bytes"].encode() if "bytes" in wanted else tone(wanted["audio"])
    return wanted.get("name", f"{field}.wav"), data


def tone(seconds: float) -> bytes:
    """A WAV file that sounds for so long."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes((0, 32, 0, 224)) * round(seconds * 4_000))
    return out.getvalue()


def wire(parts: list[Mapping[str, Any]], boundary: str) -> bytes:
    """A form as it stands on the wire."""
    edge, whole = b"--" + boundary.encode(), b""
    for part in parts:
        data = part.get("data", "")
        head = f'Content-Disposition: form-data; name="{part["name"]}"{part.get("extra", "")}\r\n'
        whole += edge + b"\r\n" + (head + part.get("head", "") + "\r\n").encode()
        whole += (data if isinstance(data, bytes) else str(data).encode()) + b"\r\n"
    return whole + edge + b"--\r\n"
