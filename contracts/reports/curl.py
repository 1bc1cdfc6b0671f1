"""An exchange as a line for a shell: what was sent, to be sent again; `$KEY` is a variable of the shell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.reports.form_parts import Sent, parts
from proofsheet.contracts.reports.key_redaction import SHOWN
from proofsheet.contracts.reports.text import quote

LONGEST = 2_000  # characters of a value in the line itself
# What curl sets itself, or what only httpx would say.
_OWN = frozenset(
    {"host", "content-length", "accept-encoding", "connection", "user-agent", "transfer-encoding"}
)


@dataclass(frozen=True)
class _Piece:
    """One argument; `feed` is a command whose output it reads, `note` tells which file it needs."""

    argument: str
    note: str = ""
    feed: str = ""


def curl(exchange: Exchange, keys: Sequence[str] = ()) -> str:
    """A line that sends the same request again. Long values become files, named after a `#` at the end.

    Each of `keys`, the longest first, becomes the shell's variable `$KEY`.
    """
    pieces = [*_body(exchange)]
    words = ["curl -sS", *_method(exchange, bool(pieces)), _url(exchange.url, keys)]
    words += [_header(name, value, keys) for name, value in _headers(exchange)]
    words += [each.argument for each in pieces]
    feed = "".join(f"{each.feed} | " for each in pieces if each.feed)
    notes = "; ".join(each.note for each in pieces if each.note)
    return feed + " ".join(words) + (f"  # {notes}" if notes else "")


def _method(exchange: Exchange, has_body: bool) -> Iterator[str]:
    if exchange.method == "HEAD":
        yield "-I"
        return
    image = exchange.media_type.startswith("image/")
    yield f"-D - -o answer.{_suffix(exchange.media_type)}" if image else "-i"
    if exchange.method != ("POST" if has_body else "GET"):
        yield f"-X {quote(exchange.method)}"


def _suffix(media_type: str) -> str:
    return re.sub(r"[^a-z0-9]", "", media_type.removeprefix("image/")).replace("jpeg", "jpg") or "bin"


def _url(url: str, keys: Sequence[str]) -> str:
    # curl would read brackets as ranges, and would tidy dots away.
    options = ("--globoff " if re.search(r"[\[\]{}]", url) else "") + ("--path-as-is " if "/." in url else "")
    return options + _quoted(url, [form for key in keys for form in (key, quote_plus(key))])


def _headers(exchange: Exchange) -> Iterator[tuple[str, str]]:
    kept = [pair for pair in exchange.request_headers if pair[0] not in _OWN]
    is_form = parts(dict(kept).get("content-type", ""), exchange.request_body) is not None
    if "accept" not in dict(kept):
        yield "accept", ""  # curl sends one of its own unless told not to
    yield from (pair for pair in kept if not (pair[0] == "content-type" and is_form))


def _header(name: str, value: str, keys: Sequence[str]) -> str:
    if not value:
        return f"-H {quote(name + (':' if name == 'accept' else ';'))}"
    return f"-H {_quoted(f'{name}: {value}', keys, len(name) + 2)}"


def _quoted(text: str, keys: Sequence[str], start: int = 0) -> str:
    """A text as one word of a shell; the first key behind `start` becomes a variable."""
    key = next((each for each in keys if each in text[start:]), None)
    if key is None:
        return quote(text)
    place = text.index(key, start)
    return f'"{_inside(text[:place])}{SHOWN}{_inside(text[place + len(key) :])}"'


def _inside(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _body(exchange: Exchange) -> Iterator[_Piece]:
    body, media_type = exchange.request_body, dict(exchange.request_headers).get("content-type", "")
    if not body:
        return
    form = parts(media_type, body)
    if form is not None:
        fed = next((each for each in form if _is_repeated(each)), None)  # a line has one pipe
        yield from (_part(each, each is fed) for each in form)
        return
    text = _text(body)
    if text is None or len(text) > LONGEST:
        yield _Piece("--data-binary @body.bin", f"body.bin: {len(body):,} bytes")
    elif "json" in media_type:
        yield _Piece(f"--data {quote(text)}")
    else:
        yield _Piece(f"--data-{'raw' if text.startswith('@') else 'binary'} {quote(text)}")


def _is_repeated(part: Sent) -> bool:
    """Whether the value is one character again and again, which a shell can make."""
    text = part.text or ""
    return len(text) > LONGEST and text == text[0] * len(text) and text[0].isascii() and text[0].isalnum()


def _part(part: Sent, is_fed: bool) -> _Piece:
    kind = f";type={part.media_type}" if part.media_type else ""
    text = part.text
    if text is not None and len(text) <= LONGEST:
        # -F reads a value that begins with @ or <, or holds a semicolon, in a way of its own.
        plain = not kind and not re.search(r'^[@<"]|;', text)
        return _Piece(f"{'-F' if plain else '--form-string'} {quote(f'{part.name}={text}')}")
    if text and is_fed:
        feed = f"head -c {len(text)} /dev/zero | tr '\\0' {text[0]}"
        return _Piece(f"-F {quote(f'{part.name}=<-{kind}')}", feed=feed)
    file = _safe(part.filename or f"{part.name}.txt")
    sign = "<" if part.filename is None else "@"
    note = f"{file}: {len(part.value):,} bytes"
    return _Piece(f"-F {quote(f'{part.name}={sign}{file}{kind}')}", note)


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]|^\.+", "_", name) or "file"


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
