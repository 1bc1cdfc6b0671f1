"""What an operation classifies (`x-classification`): texts and pictures, by categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers, tokens

TEXT, IMAGE = "text", "image"


@dataclass(frozen=True)
class Category:
    """`words` put a text into it, as the double judges; `of` are the kinds of input that may be in it."""

    words: tuple[str, ...]
    of: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """What is classified at once: the texts, and how many pictures."""

    texts: tuple[str, ...]
    pictures: int = 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of which kinds it is."""
        return (*((TEXT,) if self.texts else ()), *((IMAGE,) if self.pictures else ()))


@dataclass(frozen=True)
class Classification:
    """`input` is a text, a list of texts, each classified, or a list of parts that are classified as one."""

    input: tuple[str, ...]
    text: str
    picture: str
    categories: Mapping[str, Category]

    def subjects(self, fields: Any) -> tuple[Subject, ...]:
        """What is to be classified, in order."""
        found = next(pointers.find(fields, self.input), None)
        if isinstance(found, str):
            return (Subject((found,)),)
        parts = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        if parts:
            texts = tuple(each[self.text] for each in parts if isinstance(each.get(self.text), str))
            return (Subject(texts, sum(self.picture in each for each in parts)),)
        listed = found if isinstance(found, list) else []
        return tuple(Subject((each,)) for each in listed if isinstance(each, str))

    def prompt_tokens(self, fields: Any) -> int:
        """How many tokens all of that has."""
        return sum(tokens.count(text) for each in self.subjects(fields) for text in each.texts)


def classification(node: Mapping[str, Any] | None) -> Classification | None:
    """Read `x-classification`. Raises KeyError where it has not the form of one."""
    if node is None:
        return None
    return Classification(
        input=pointers.split(node["input"]),
        text=node["text"],
        picture=node["picture"],
        categories={
            name: Category(tuple(each["words"]), tuple(each["of"]))
            for name, each in node["categories"].items()
        },
    )
