"""What an operation turns into vectors (`x-embedding`), and from which fields of the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers, tokens
from proofsheet.spec.choices import Choice, choice

FORMS = ("numbers", "base64")  # how a vector is written: a list, or its float32 (little-endian) in base64


@dataclass(frozen=True)
class Embedding:
    """`input` is a text, a list of texts, or tokens (numbers) in place of a text; `dimensions` is the field
    that asks for so many; `usual` says how many there are without, by a choice or a member of the resource.
    """

    input: tuple[str, ...]
    dimensions: tuple[str, ...] | None
    usual: Choice | str
    form: Choice

    def inputs(self, fields: Any) -> tuple[str, ...]:
        """What is to become vectors, in order; tokens as a text that has as many."""
        found = next(pointers.find(fields, self.input), ())
        if isinstance(found, str) or _are_tokens(found):
            found = [found]
        return tuple(map(_text, found)) if isinstance(found, list) else ()

    def prompt_tokens(self, fields: Any) -> int:
        """How many tokens all of that has."""
        return sum(tokens.count(each) for each in self.inputs(fields))


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, int) for each in value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(map(str, value)) if isinstance(value, list) else ""


def embedding(node: Mapping[str, Any] | None) -> Embedding | None:
    """Read `x-embedding`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    usual = node["usual"]
    form = choice(node.get("form", "numbers"))
    for each in form.table.values() or (form.constant,):
        if each not in FORMS:
            raise ValueError(f"{each!r} is no form of a vector; the forms are {', '.join(FORMS)}")
    return Embedding(
        input=pointers.split(node["input"]),
        dimensions=pointers.split(node["dimensions"]) if "dimensions" in node else None,
        usual=usual.removeprefix("$resource.") if isinstance(usual, str) else choice(usual),
        form=form,
    )
