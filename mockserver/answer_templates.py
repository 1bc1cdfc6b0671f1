"""Answers as text with holes: an example as JSON, and what this request's values are put into.

A template is made of an example and its binds when the first answer needs it, and kept with its operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Protocol

from proofsheet.mockserver.sources import Context, source
from proofsheet.mockserver.template_parts import (
    Artifacts,
    Each,
    Hole,
    Named,
    Numbered,
    Shown,
    Template,
    WrittenParts,
    dumped,
    joined,
    listed,
    plain,
)
from proofsheet.spec import media_types, pointers
from proofsheet.spec.document import Representation
from proofsheet.spec.expressions import Binds, Expression, embedded

Known = dict[Any, Any]  # what was made of an operation's examples
_PIECE = Expression("$piece.text")
_PIECEWISE = ("$piece.", "$token.", "$alternative.", "$event.")  # of what changes from piece to piece


class Bound(Protocol):
    """An example and what is bound into it: a representation, an event, a message."""

    @property
    def value(self) -> Any: ...
    @property
    def binds(self) -> Binds: ...


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
            (WrittenParts({each.kind: _template(each.value, each.binds) for each in expression.patterns}),)
        )
    is_ours = expression.text.startswith("$resource.")
    usual, varies = plain(value), _varies(expression)
    return Template((Hole(source(expression), usual, varies, expression == _PIECE, is_ours),))


def _inner(value: Any, tree: _Tree) -> Template:
    """A value with what is bound below it; what would stand in null is left."""
    if not tree or not isinstance(value, dict | list):
        return plain(value)
    if isinstance(value, list) and "/*" in tree:
        below = tree["/*"]
        leaves = list(_leaves(below))
        first = next((each for each in leaves if not each.is_of_call), leaves[0])
        items = tuple(_made(each, below) for each in value)
        made_of = embedded(first.text)[0] if first.is_template else first
        return Template((Each(made_of.text, items, plain(value), any(map(_varies, leaves))),))
    if isinstance(value, dict) and "/*" in tree:
        return Template((Named(_made(next(iter(value.values())), tree["/*"]), dumped(value)),))
    if isinstance(value, dict):
        named = [(f"/{name}", dumped(name) + b":", each) for name, each in value.items()]
        return listed([_member(*each, tree) for each in named], (b"{", b"}"))
    return listed([_member(f"/{at}", b"", each, tree) for at, each in enumerate(value)], (b"[", b"]"))


def _member(at: str, name: bytes, value: Any, tree: _Tree) -> Template:
    below: _Tree = tree.get(at, {})
    made, shown = joined((name, *_made(value, below).parts)), below.get("")
    if shown is not None and shown.number:
        return Template((Numbered(shown.number, made),))
    if shown is None or shown.otherwise is None:
        return made
    otherwise = name + b"null" if shown.otherwise == "null" else b""
    return Template((Shown(source(shown), made, otherwise, _varies(shown)),))


def _leaves(tree: _Tree) -> Iterator[Expression]:
    for name, each in tree.items():
        yield from _leaves(each) if name else [each]


def _varies(expression: Expression) -> bool:
    return any(each in expression.text for each in _PIECEWISE)
