"""Answers as text with holes: an example as JSON, and what this request's values are put into.

A template is made of an example and its binds when the first answer needs it, and kept with its operation.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Any, Protocol

from proofsheet.mockserver.sources import Artifact, Context, Source, source
from proofsheet.mockserver.written_values import parts, repeated
from proofsheet.spec import json_text, media_types, pointers
from proofsheet.spec.document import Representation
from proofsheet.spec.expressions import Binds, Expression
from proofsheet.spec.fast_replace import fast_replace

Artifacts = Sequence[Artifact]
Known = dict[Any, Any]  # what was made of an operation's examples
_PIECE = Expression("$piece.text")
_PIECEWISE = ("$piece.", "$token.", "$alternative.", "$event.")  # of what changes from piece to piece


class Bound(Protocol):
    """An example and what is bound into it: a representation, an event, a message."""

    @property
    def value(self) -> Any: ...
    @property
    def binds(self) -> Binds: ...


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
        return _joined(
            one
            for each in self.parts
            for one in ((each,) if isinstance(each, bytes) else each.fixed(context))
        )

    def within(self, before: bytes, after: bytes) -> Template:
        """The same with text before and after it."""
        return _joined((before, *self.parts, after))

    @property
    def around_piece(self) -> tuple[bytes, bytes] | None:
        """What stands before and after a piece of text, where nothing else is put in."""
        if len(self.parts) != 3 or not isinstance(self.parts[1], _Hole) or not self.parts[1].is_piece:
            return None
        first, _, last = self.parts
        return (first, last) if isinstance(first, bytes) and isinstance(last, bytes) else None


def _joined(found: Iterator[bytes | Part] | Sequence[bytes | Part]) -> Template:
    """A template of parts, neighbouring text in one piece."""
    made: list[bytes | Part] = []
    for each in found:
        if isinstance(each, bytes) and made and isinstance(last := made[-1], bytes):
            made[-1] = last + each
        else:
            made.append(each)
    return Template(tuple(made))


@dataclass(frozen=True)
class _Hole:
    """Where a value is put in; without one what stands in the example stays."""

    find: Source
    usual: bytes
    varies: bool
    is_piece: bool = False  # a piece of text as it is

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found = self.usual
        for each in self.find(context, artifacts[0] if artifacts else None):
            found = dumped(each)
        return found

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self,) if self.varies else (self.text(context, ()),)


@dataclass(frozen=True)
class _Shown:
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
class _Members:
    """The members of an object or a list, of which some may be left out."""

    members: tuple[Template, ...]
    ends: tuple[bytes, bytes]

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found = [text for each in self.members if (text := each.text(context, artifacts))]
        return self.ends[0] + b",".join(found) + self.ends[1]

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        made = (each.fixed(context) for each in self.members)
        return _listed([each for each in made if each.parts != (b"",)], self.ends).parts


@dataclass(frozen=True)
class _Each:
    """A list with an item for each artifact, choice, offer or complaint, like the example's first."""

    source: str
    items: tuple[Template, ...]
    usual: bytes
    varies: bool

    def text(self, context: Context, artifacts: Artifacts) -> bytes:
        found = _repeated(self.source, context, artifacts)
        if not found:
            return b"[]" if found is None else self.usual
        known = len(self.items)
        made = [self.items[at if at < known else 0].text(*each) for at, each in enumerate(found)]
        return b"[" + b",".join(made) + b"]"

    def fixed(self, context: Context) -> Sequence[bytes | Part]:
        return (self,) if self.varies else (self.text(context, ()),)


@dataclass(frozen=True)
class _Named:
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
class _Parts:
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


def template(known: Known, example: Bound, gone: tuple[tuple[str, ...], ...] = ()) -> Template:
    """The template of an example without the members that are `gone`; made once, and kept in `known`."""
    found: Template | None = known.get((id(example), gone))
    if found is None:
        value, binds = example.value, example.binds
        if gone and isinstance(example, Representation):
            value, binds = deepcopy(value), example.binds_without(gone)
            for tokens in gone:
                _leave_out(value, tokens)
        found = known[id(example), gone] = _template(value, binds)
    return found


def json_of(known: Known, example: Bound, context: Context, artifacts: Artifacts = ()) -> Any:
    """The JSON value of an example with everything bound."""
    gone = context.call.left_out(example) if isinstance(example, Representation) else ()
    return json.loads(
        template(known, example, gone).text(context, artifacts).decode("utf-8", "surrogatepass")
    )


def pieces(
    known: Known, representation: Representation, context: Context, artifacts: Artifacts
) -> tuple[bytes, ...]:
    """The body's bytes; those of an artifact are shared with other answers and never copied."""
    if not representation.media_type:
        return (b"",)
    binds = representation.binds
    if binds and binds[0][0] == () and binds[0][1].source == "$artifact":
        return tuple(artifacts[0].pieces)
    made = template(known, representation, context.call.left_out(representation)).text(context, artifacts)
    if isinstance(representation.value, str) and not media_types.is_json(representation.media_type):
        return (str(json.loads(made)).encode(),)
    listed = context.listed
    return (made if listed is None or listed.place is None else _with_all(made, listed.place, listed.bodies),)


def _with_all(made: bytes, place: tuple[str, ...], items: Sequence[Any]) -> bytes:
    """A body with these items in place of those of the list at a place."""
    whole = [json.loads(made.decode("utf-8", "surrogatepass"))]  # in a list, so that all of it can be one
    *way, last = ("0", *place)
    for holder in pointers.find(whole, tuple(way)):
        holder[int(last) if isinstance(holder, list) else last] = list(items)
    return dumped(whole[0])


def _leave_out(value: Any, tokens: tuple[str, ...]) -> None:
    """Take the members at a place out of a JSON value."""
    *way, last = tokens
    for holder in list(pointers.find(value, tuple(way))):
        if isinstance(holder, dict):
            holder.pop(last, None)


_Tree = dict[str, Any]  # of binds, by the tokens of their places; the bind of the place itself is at ""


def _template(value: Any, binds: Binds) -> Template:
    tree: _Tree = {}
    for tokens, expression in binds:
        at = tree
        for each in tokens:
            at = at.setdefault(f"/{each}", {})
        at[""] = expression
    return _made(value, tree)


def _made(value: Any, tree: _Tree) -> Template:
    expression: Expression | None = tree.get("")
    if expression is None or expression.otherwise is not None:
        return _inner(value, {name: each for name, each in tree.items() if name})
    if expression.patterns:
        return Template(
            (_Parts({each.kind: _template(each.value, each.binds) for each in expression.patterns}),)
        )
    return Template((_Hole(source(expression), dumped(value), _varies(expression), expression == _PIECE),))


def _inner(value: Any, tree: _Tree) -> Template:
    """A value with what is bound below it; what would stand in null is left."""
    if not tree or not isinstance(value, dict | list):
        return Template((dumped(value),))
    if isinstance(value, list) and "/*" in tree:
        below = tree["/*"]
        leaves = list(_leaves(below))
        first = next((each for each in leaves if not each.is_of_call), leaves[0])
        items = tuple(_made(each, below) for each in value)
        return Template((_Each(first.text, items, dumped(value), any(map(_varies, leaves))),))
    if isinstance(value, dict) and "/*" in tree:
        return Template((_Named(_made(next(iter(value.values())), tree["/*"]), dumped(value)),))
    if isinstance(value, dict):
        named = [(f"/{name}", dumped(name) + b":", each) for name, each in value.items()]
        return _listed([_member(*each, tree) for each in named], (b"{", b"}"))
    return _listed([_member(f"/{at}", b"", each, tree) for at, each in enumerate(value)], (b"[", b"]"))


def _member(at: str, name: bytes, value: Any, tree: _Tree) -> Template:
    below: _Tree = tree.get(at, {})
    made, shown = _joined((name, *_made(value, below).parts)), below.get("")
    if shown is None or shown.otherwise is None:
        return made
    otherwise = name + b"null" if shown.otherwise == "null" else b""
    return Template((_Shown(source(shown), made, otherwise, _varies(shown)),))


def _listed(members: Sequence[Template], ends: tuple[bytes, bytes]) -> Template:
    if any(isinstance(one, _Shown) and not one.otherwise for each in members for one in each.parts):
        return Template((_Members(tuple(members), ends),))
    between = (one for at, each in enumerate(members) for one in ((b",",) if at else ()) + each.parts)
    return _joined([ends[0], *between, ends[1]])


def _leaves(tree: _Tree) -> Iterator[Expression]:
    for name, each in tree.items():
        yield from _leaves(each) if name else [each]


def _varies(expression: Expression) -> bool:
    return any(each in expression.text for each in _PIECEWISE)


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
