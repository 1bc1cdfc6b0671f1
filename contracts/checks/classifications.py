"""What is expected of a classification: a result for each input, its scores, and flags that agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.written import values
from proofsheet.contracts.expectation import Answer


@dataclass(frozen=True)
class Classified(OfSuccess):
    """So many results, each with a flag and a score from 0 to 1 of each category; `flagged` if any is.

    Categories of its own a service may have, if both say something of them.
    """

    count: int

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = [values(answer, f"$result.{name}") for name in ("flagged", "categories", "scores")]
        if any(len(each) != self.count for each in found):
            came = ", ".join(str(len(each)) for each in found)
            yield f"expected {self.count} results, with a flag, categories and scores each, came {came}"
        known = answer.operation.classification
        names = set(known.categories) if known else set()
        for flagged, categories, scores in zip(*found, strict=False):
            yield from _result(names, flagged, categories, scores)


def _result(names: set[str], flagged: Any, categories: Any, scores: Any) -> Iterator[str]:
    if not isinstance(categories, dict) or not isinstance(scores, dict):
        yield f"expected categories and scores by name, came {categories!r:.40} and {scores!r:.40}"
        return
    for name in sorted(names | categories.keys() | scores.keys()):
        flag, score = categories.get(name), scores.get(name)
        if not isinstance(flag, bool):
            yield f"expected {name} to be flagged or not, came {flag!r:.40}"
        if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
            yield f"expected a score of {name} from 0 to 1, came {score!r:.40}"
    if flagged is not any(each is True for each in categories.values()):
        which = [name for name, each in categories.items() if each is True]
        yield f"expected flagged to say whether a category is, came {flagged!r:.40} with {which!r:.80}"
