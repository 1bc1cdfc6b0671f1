"""What a template is made of: text, and the parts that this request's values are put into."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, Protocol

from proofsheet.mockserver.file_links import SAMPLE, sample_path
from proofsheet.mockserver.sources import Artifact, Context, Source
from proofsheet.mockserver.written_values import parts, repeated
from proofsheet.spec import json_text
from proofsheet.spec.fast_replace import fast_replace

Artifacts = Sequence[Artifact]
_SAMPLE_TEXT = re.compile(f'"{SAMPLE}"'.encode())


class Part(Protocol):
    """What stands in a template beside text."""

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        """It as it is written; nothing where a condition leaves it out."""

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        """The same with all filled in that does not change from piece to piece."""


@dataclass(frozen=True)
class Template:
    """Text with holes."""

    parts: tuple[bytes | Part, ...]

    def text(self, context: Context, artifacts: Artifacts = ()) -> bytes:
        """It as it is written, with this request's values."""
        return b"".join(
            [each if isinstance(each, bytes) else each.text(context, artifacts) for each in self.parts]
        )

    def fixed(self, context: Context) -> Template:
        """The same with all filled in that does not change from piece to piece."""
        return joined(
            one
            for each in self.parts
            for one in ((each,) if isinstance(each, bytes) else each.fixed(context))
        )

    def within(self, before: bytes, after: bytes) -> Template:
        """The same with text before and after it."""
        return joined((before, *self.parts, after))

    @property
    def around_piece(self) -> tuple[bytes, bytes] | None:
        """What stands before and after a piece of text, where nothing else is put in."""
        if len(self.parts) != 3 or not isinstance(self.parts[1], Hole) or not self.parts[1].is_piece:
            return None
        first, _, last = self.parts
        return (first, last) if isinstance(first, bytes) and isinstance(last, bytes) else None


def joined(found: Iterator[bytes | Part] | Sequence[bytes | Part]) -> Template:
    """A template of parts, neighbouring text in one piece."""
    made: list[bytes | Part] = []
    for each in found:
        if isinstance(each, bytes) and made and isinstance(last := made[-1], bytes):
            made[-1] = last + each
        else:
            made.append(each)
    return Template(tuple(made))


@dataclass(frozen=True)
class Hole:
    """Where a value is put in; without one what stands in the example stays."""

    find: Source
    usual: Template
    varies: bool
    is_piece: bool = False  # a piece of text as it is
    is_ours: bool = False  # a value of a table of the document, whose links lead to files of ours

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found: bytes | None = None
        for each in self.find(context, artifacts[0] if artifacts else None):
            found = plain(each).text(context) if self.is_ours else dumped(each)
        return self.usual.text(context, artifacts) if found is None else found

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self,) if self.varies else (self.text(context, ()),)


@dataclass(frozen=True)
class Sample:
    """A link to a file of ours instead of an example's own, which leads nowhere."""

    place: str

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        call = context.call
        return dumped(call.base.removesuffix(call.prefix) + sample_path(self.place))

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self.text(context, ()),)


@dataclass(frozen=True)
class Shown:
    """What stands only where its condition has a value."""

    find: Source
    inner: Template
    otherwise: bytes  # which is empty where it is left out
    varies: bool

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        for _ in self.find(context, artifacts[0] if artifacts else None):
            return self.inner.text(context, artifacts)
        return self.otherwise

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        if self.varies:
            return (self,)
        for _ in self.find(context, None):
            return self.inner.fixed(context).parts
        return (self.otherwise,)


@dataclass(frozen=True)
class Numbered:
    """What is of the artifact with a number, from 1, and stands only where there are so many."""

    number: int
    inner: Template

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found = artifacts[self.number - 1 : self.number]
        return self.inner.text(context, found) if found else b""

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self,)


@dataclass(frozen=True)
class Members:
    """The members of an object or a list, of which some may be left out."""

    members: tuple[Template, ...]
    ends: tuple[bytes, bytes]

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found = [text for each in self.members if (text := each.text(context, artifacts))]
        return self.ends[0] + b",".join(found) + self.ends[1]

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        made = (each.fixed(context) for each in self.members)
        return listed([each for each in made if each.parts != (b"",)], self.ends).parts


@dataclass(frozen=True)
class Each:
    """A list with an item for each artifact, choice, offer or complaint, like the example's first."""

    source: str
    items: tuple[Template, ...]
    usual: Template
    varies: bool

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found = _repeated(self.source, context, artifacts)
        if not found:
            return b"[]" if found is None else self.usual.text(context)
        known = len(self.items)
        made = [self.items[at if at < known else 0].text(*each) for at, each in enumerate(found)]
        return b"[" + b",".join(made) + b"]"

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self,) if self.varies else (self.text(context, ()),)


@dataclass(frozen=True)
class Named:
    """An object with a member for each artifact, named by its id, like the example's first."""

    member: Template
    usual: bytes

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        named = [each for each in artifacts if each.id]
        if not named:
            return self.usual
        made = [dumped(each.id) + b":" + self.member.text(context, [each]) for each in named]
        return b"{" + b",".join(made) + b"}"

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self,)


@dataclass(frozen=True)
class WrittenParts:
    """A list with an item for each part of what is written, made of the pattern of its kind."""

    patterns: Mapping[str, Template]

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        known = parts(context.place) if context.place else ()
        made = [
            pattern.text(fast_replace(context, place=place))
            for kind, place in known
            if (pattern := self.patterns.get(kind))
        ]
        return b"[" + b",".join(made) + b"]"

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self.text(context, ()),)


def listed(members: Sequence[Template], ends: tuple[bytes, bytes]) -> Template:
    if any(_may_lack(one) for each in members for one in each.parts):
        return Template((Members(tuple(members), ends),))
    between = (one for at, each in enumerate(members) for one in ((b",",) if at else ()) + each.parts)
    return joined([ends[0], *between, ends[1]])


def _may_lack(part: bytes | Part) -> bool:
    return isinstance(part, Numbered) or (isinstance(part, Shown) and not part.otherwise)


def plain(value: Any) -> Template:
    """A value as the example has it, but that its links to files lead to files of ours."""
    before, *rest = _SAMPLE_TEXT.split(dumped(value))
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return joined([before, *(each for place, text in pairs for each in (Sample(place.decode()), text))])


def dumped(value: Any) -> bytes:
    """A value as JSON; bytes as base64, which needs no escaping."""
    if isinstance(value, bytes):
        return b'"' + base64.b64encode(value) + b'"'
    text = encode_basestring(value) if isinstance(value, str) else json_text.compact(value)
    return text.encode("utf-8", "surrogatepass")


def _repeated(name: str, context: Context, artifacts: Artifacts) -> list[tuple[Context, Artifacts]] | None:
    """What each item is bound from: none at all keeps the example's own, None leaves an empty list."""
    if name.startswith("$resource."):
        return [(fast_replace(context, resource=each), artifacts) for each in context.resources] or None
    places = repeated(name, context.place) if context.place else None
    if places is not None:
        return [(fast_replace(context, place=each), artifacts) for each in places] or None
    if name.startswith("$offer.") and context.task:
        return [
            (fast_replace(context, offer=(each, context.task)), artifacts) for each in context.task.offers
        ]
    if name.startswith("$refusal."):
        return [(fast_replace(context, complaints=[each]), artifacts) for each in context.complaints]
    return [(context, [each]) for each in artifacts]
