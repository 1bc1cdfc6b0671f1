"""What can be said of an answer that breaks HTTP: its head read leniently, what it declared and what came."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proofsheet.contracts.client.recording_transport import Reception
from proofsheet.contracts.exchange import Broken

LARGEST = 64 * 1024 * 1024  # bytes of an answer, decoded
CODINGS = "gzip, deflate"  # that are asked for, and can be read
_STATUS_LINE = re.compile(rb"HTTP/\d[.\d]* +(\d{3})\b[^\r\n]*\r?\n")
_SHOWN = 60  # bytes of a head that cannot be read

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Head:
    """The head of an answer as lenient clients read it; `length` is in bytes, interim answers included."""

    status: int
    headers: Headers
    length: int


def head(raw: bytes) -> Head | None:
    """The head in bytes that came; None if they begin with no status line."""
    place = 0
    while found := _STATUS_LINE.match(raw, place):
        end = re.compile(rb"\r?\n\r?\n").search(raw, found.end() - 2)
        place, text = (end.end(), raw[found.end() : end.start()]) if end else (len(raw), raw[found.end() :])
        if int(found[1]) >= 200 or not raw[place:]:
            return Head(int(found[1]), tuple(_headers(text)), place)
    return None


def _headers(text: bytes) -> Iterator[tuple[str, str]]:
    for line in text.split(b"\n"):
        name, colon, value = line.strip(b"\r").partition(b":")
        if colon:
            yield name.strip().decode("latin-1").lower(), value.strip(b" \t").decode("latin-1")


def broken(kind: str, why: str, headers: Headers, reception: Reception, size: int) -> Broken:
    """An answer of `size` bytes of body that ended for a reason."""
    return Broken(kind, why, declared(headers), size, reception.seconds)


def declared(headers: Headers) -> str:
    """How an answer says that its body is framed and coded."""
    names = ("content-length", "transfer-encoding", "content-encoding")
    return ", ".join(f"{name}: {value}" for name, value in headers if name in names) or "no length"


def unreadable(error: Exception, reception: Reception) -> tuple[Head, bytes, Broken]:
    """What came where the head is not valid HTTP: its lenient reading, the body behind it, what is wrong.

    The status is 0 where even that cannot be read.
    """
    raw = bytes(reception.raw)
    found = head(raw) or Head(0, (), 0)
    body = raw[found.length :] if found.status else b""
    why = f"the head is not valid HTTP ({error}); it begins with {raw[:_SHOWN]!r}"
    if reception.given_up:
        why = f"the head was not complete: {reception.given_up}"
    return found, body, broken("head", why, found.headers, reception, len(body))


def ended(error: Exception, headers: Headers, reception: Reception, size: int) -> Broken:
    """What is wrong with an answer whose body ended with an error."""
    text = str(error)
    if reception.given_up:
        return broken(
            "slow", f"the answer stopped or dripped: {reception.given_up}", headers, reception, size
        )
    if "chunk" in text and "incomplete" not in text:
        return broken("chunks", f"a chunk is not valid ({text})", headers, reception, size)
    return broken("cut", f"the answer was cut off ({text})", headers, reception, size)


def surplus(method: str, status: int, headers: Headers, reception: Reception) -> Broken | None:
    """What is wrong where more bytes came than the answer may have."""
    found_head = head(bytes(reception.raw))
    size = _size(method, status, dict(headers))
    if found_head is None or size is None:
        return None
    more = reception.received - found_head.length - size
    if more <= 0:
        return None
    reason = f"the answer to {method} has no body" if not size else "it ends there"
    why = f"{more} bytes follow the end of the answer: {reason}"
    return broken("surplus", why, headers, reception, size + more)


def _size(method: str, status: int, headers: Mapping[str, str]) -> int | None:
    """The bytes of a body by the head alone; None where chunks or the connection's end say it."""
    if method == "HEAD" or status in (204, 304):
        return 0
    if "transfer-encoding" in headers:
        return None
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def decoded(body: bytes, headers: Headers) -> tuple[bytes, str]:
    """The body without its content coding, or as it came, and what is wrong with it."""
    coding = next((value for name, value in headers if name == "content-encoding"), "").strip().lower()
    if coding in ("", "identity") or not body:
        return body, ""
    if coding not in ("gzip", "x-gzip", "deflate"):
        return body, f"the coding {coding} was not asked for (Accept-Encoding: {CODINGS})"
    try:
        return (_inflated(body) if coding == "deflate" else _unzipped(body)), ""
    except (OSError, EOFError, zlib.error) as error:
        return body, f"the body is not {coding} ({error})"


def _unzipped(body: bytes) -> bytes:
    return gzip.GzipFile(fileobj=io.BytesIO(body)).read(LARGEST + 1)


def _inflated(body: bytes) -> bytes:
    """With the wrapping of zlib, as RFC 9110 says, or without it, as some send it."""
    for bits in (15, -15):
        reader = zlib.decompressobj(bits)
        try:
            found = reader.decompress(body, LARGEST + 1)
        except zlib.error:
            continue
        if reader.eof or len(found) > LARGEST:
            return found
    raise zlib.error("neither zlib nor raw deflate, or cut off")
