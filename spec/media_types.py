"""Media types: reading, comparing and choosing them, in Content-Type and Accept (RFC 9110, 8.3 and 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Parameters that change nothing wherever they stand: RFC 8259, 11 has none for JSON, and JSON is UTF-8.
_WITHOUT_EFFECT = {"application/json": ("charset",)}
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class MediaType:
    """`type/subtype` in lower case, its parameters, and its quality as an Accept entry."""

    name: str
    parameters: dict[str, str]
    quality: float = 1.0

    @property
    def specificity(self) -> int:
        """How exact a range is: 0 for */*, 1 for type/*, 2 for type/subtype."""
        return 0 if self.name == "*/*" else 1 if self.name.endswith("/*") else 2

    def covers(self, name: str) -> bool:
        """Whether this range includes the media type `name`; parameters do not count."""
        if self.name == "*/*" or self.name == name:
            return True
        return self.name.endswith("/*") and name.startswith(self.name[:-1])


def parse(text: str) -> MediaType:
    """One media type or range; never fails: what cannot be read matches nothing.

    Names have no case, a quoted value is the same as the token, an empty parameter is none (RFC 9110, 5.6.6).
    """
    name, *rest = (part.strip() for part in _split(text, ";"))
    parameters: dict[str, str] = {}
    for part in rest:
        key, equals, value = part.partition("=")
        if equals:
            parameters[key.strip().lower()] = _unquoted(value.strip())
    return MediaType(name.lower(), parameters, _quality(parameters.pop("q", "1")))


def is_json(text: str) -> bool:
    """Whether a media type is JSON, by its name or by its suffix."""
    name = parse(text).name
    return name == "application/json" or name.endswith("+json")


def _split(text: str, separator: str) -> list[str]:
    """`text` in pieces at the separators that are not quoted."""
    if '"' not in text:
        return text.split(separator)
    pieces, start, is_quoted, is_escaped = [], 0, False, False
    for at, letter in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif letter == "\\" and is_quoted:
            is_escaped = True
        elif letter == '"':
            is_quoted = not is_quoted
        elif letter == separator and not is_quoted:
            pieces.append(text[start:at])
            start = at + 1
    return [*pieces, text[start:]]


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value.strip('"')


def missing(came: str, wanted: str) -> list[str]:
    """The parameters of the media type `wanted` that `came` has not, as `name=value`.

    A value in braces stands for any. Values are compared without case, since no media type of ours tells them
    apart by it; what `came` has beyond is to be passed over (RFC 2045, 5).
    """
    have, want = parse(came), parse(wanted)
    ignored = _WITHOUT_EFFECT.get(want.name, ())
    return [
        f"{name}={value}"
        for name, value in want.parameters.items()
        if name not in ignored and not _fits(have.parameters.get(name, ""), value)
    ]


def _fits(came: str, wanted: str) -> bool:
    return bool(came) if wanted.startswith("{") else came.lower() == wanted.lower()


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def accepted(header: str) -> tuple[MediaType, ...]:
    """The ranges of an Accept header, best first; empty entries are left out."""
    ranges = [parse(part) for part in _split(header, ",") if part.strip()]
    wanted = [entry for entry in ranges if entry.quality > 0]
    return tuple(sorted(wanted, key=lambda entry: (-entry.quality, -entry.specificity)))


def matching(header: str, offers: Iterable[str]) -> tuple[str, ...]:
    """The offers that an Accept header admits, in the order the client prefers them."""
    offers = tuple(offers)
    found: dict[str, None] = {}
    for entry in accepted(header):
        for offer in offers:
            if entry.covers(offer):
                found[offer] = None
    return tuple(found)
