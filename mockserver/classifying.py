"""How a double classifies: by words alone, with a likelihood that is the same for the same input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from proofsheet.spec.classification import TEXT, Category, Classification, Subject

_WORD = re.compile(r"[^\W_]+")
_UNLIKELY, _LIKELY = (-7.0, -3.5), (0.72, 0.99)  # powers of ten; shares


@dataclass(frozen=True)
class Result:
    """What one subject was found to be: by category its likelihood, and whether that is enough."""

    scores: Mapping[str, float]
    found: Mapping[str, bool]
    kinds: Mapping[str, list[str]]  # of the input that each category was looked for in


def results(classification: Classification, fields: Any) -> tuple[Result, ...]:
    """The result of each subject, in order."""
    return tuple(_result(classification, each) for each in classification.subjects(fields))


def _result(classification: Classification, subject: Subject) -> Result:
    words = {each.lower() for text in subject.texts for each in _WORD.findall(text)}
    random = Random(blake2b(repr(subject).encode("utf-8", "surrogatepass"), digest_size=16).digest())
    found = {name: _is_in(each, words) for name, each in classification.categories.items()}
    return Result(
        scores={name: _score(random, each) for name, each in found.items()},
        found=found,
        kinds={
            name: [kind for kind in subject.kinds if kind in each.of]
            for name, each in classification.categories.items()
        },
    )


def _score(random: Random, is_in: bool) -> float:
    return random.uniform(*_LIKELY) if is_in else 10.0 ** random.uniform(*_UNLIKELY)


def _is_in(category: Category, words: set[str]) -> bool:
    return TEXT in category.of and not words.isdisjoint(category.words)


RESULT: Mapping[str, Callable[[Result], Iterator[Any]]] = {
    "$result.flagged": lambda result: iter([any(result.found.values())]),
    "$result.categories": lambda result: iter([dict(result.found)]),
    "$result.scores": lambda result: iter([dict(result.scores)]),
    "$result.kinds": lambda result: iter([dict(result.kinds)]),
}
