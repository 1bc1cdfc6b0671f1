"""Searching with hypothesis: examples first, then the smallest request of each finding; all within limits.

Every request is sent once. Hypothesis goes over its examples again when it shrinks, and is answered from
memory; so a search costs the examples and a bounded number of attempts for each finding.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING, TypeVar

from hypothesis import Phase, Verbosity, find, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable
from hypothesis.strategies import SearchStrategy

from proofsheet.contracts.explore.hypothesis_storage import elsewhere
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.strategies import Samples
from proofsheet.contracts.run.explorer import Attempt, Stop

if TYPE_CHECKING:
    from proofsheet.contracts.case import Case
    from proofsheet.contracts.run.attempts import Result

SHRINKS = 60  # attempts at a smaller request, for each finding
Kind = tuple[str, str]  # a requirement, and what its message says whatever the values
Example = TypeVar("Example")
_WORDS = 8  # of a message that make up its kind


class Enough(BaseException):
    """Leaves hypothesis at once: it would catch an Exception, and look for a smaller one."""


def find_examples(
    strategy: SearchStrategy[Example], look: Callable[[Example], bool], seed: str, examples: int
) -> None:
    """Show `look` the examples of a seed until it says yes, then ever smaller ones; it may raise Enough."""
    options = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
    )

    def wanted(
        example: Example,
    ) -> bool:  # a function of its own: hypothesis would print the object of a method
        return look(example)

    with elsewhere(), contextlib.suppress(Enough, NoSuchExample, Unsatisfiable):
        find(strategy, wanted, settings=options, random=Random(seed))


@dataclass
class RequirementSearch:
    """The search for one requirement: `examples` of its samples, of which `attempts` are sent at most."""

    attempt: Attempt
    requirement: str
    samples: Sequence[Samples]  # one strategy for each way in which a request may be meant
    case: Callable[[Sample], Case]
    seed: int
    examples: int
    attempts: int | None = None
    carried: Container[
        str
    ] = ()  # cases of an earlier run, of which one ends the search: it was reported then
    results: dict[str, Result] = field(default_factory=dict)  # by case
    stopped: Stop | None = None
    is_over: bool = False  # the budget says no, or a refusal was granted
    _left: int = 0
    _ways: dict[str, int] = field(default_factory=dict)  # from a case to its strategy

    def run(self, known: set[Kind], shrinks: int) -> Iterator[Result]:
        """Search, and report what is worth it. Kinds in `known` are not reported again; new ones are added.

        At most `shrinks` attempts at smaller requests are made for all findings together.
        Raises Stop where `attempt` does, after what was found by then.
        """
        self._left = self.examples if self.attempts is None else self.attempts
        for number in self._order():
            if self._left <= 0 or self.is_over or self.stopped is not None:
                break
            find_examples(self.samples[number], self._collector(number), self._seed(number), self._each + 1)
        found = [kind for kind in self._kinds() if kind not in known]
        for kind in sorted(found, key=lambda kind: kind[0] != self.requirement):
            before = len(self.results)
            self._left = max(min(shrinks, SHRINKS), 0)
            self._shrink(kind)
            shrinks -= len(self.results) - before
        known |= set(found)
        yield from self._reported(found)
        if self.stopped is not None:
            raise self.stopped

    @property
    def _each(self) -> int:
        """Examples of each strategy; the simplest, which hypothesis draws first, is planned already."""
        return -(-self.examples // len(self.samples))

    def _seed(self, number: int) -> str:
        return f"{self.seed} {self.requirement} {number}"

    def _order(self) -> list[int]:
        """The strategies in an order of the seed's: there may be more of them than examples."""
        numbers = list(range(len(self.samples)))
        Random(f"{self.seed} {self.requirement}").shuffle(numbers)
        return numbers

    def _collector(self, number: int) -> Callable[[Sample], bool]:
        count = 0

        def look(sample: Sample) -> bool:
            nonlocal count
            count += 1
            if count > 1:
                self._ways[self._send(self.case(sample)).case.id] = number
            return False  # all examples are wanted

        return look

    def _shrink(self, kind: Kind) -> None:
        """Ask for smaller ones of the smallest that was found, where that costs nothing."""
        number = self._ways[self._least(kind).case.id]
        wanted = partial(self._shows, kind, number)
        find_examples(self.samples[number], wanted, self._seed(number), self._each + 1)

    def _least(self, kind: Kind) -> Result:
        return min((each for each in self.results.values() if kind in kinds(each)), key=size)

    def _shows(self, kind: Kind, number: int, sample: Sample) -> bool:
        result = self._send(self.case(sample))
        self._ways.setdefault(result.case.id, number)
        return kind in kinds(result)

    def _send(self, case: Case) -> Result:
        if case.id not in self.results:
            self.is_over |= case.id in self.carried
            if self._left <= 0 or self.is_over or self.stopped:
                raise Enough
            self._left -= 1
            self.results[case.id] = result = self._attempt(case)
            # What is granted by mistake is paid for: one is enough to know.
            self.is_over = result.skipped or (result.paid and not case.pays)
        return self.results[case.id]

    def _attempt(self, case: Case) -> Result:
        try:
            return self.attempt(case)
        except Stop as stop:
            self.stopped = stop
            raise Enough from None

    def _kinds(self) -> list[Kind]:
        return list(dict.fromkeys(kind for each in self.results.values() for kind in kinds(each)))

    def _reported(self, found: list[Kind]) -> Iterator[Result]:
        reported: dict[str, Result] = {}
        for kind in found:
            least = self._least(kind)
            reported[least.case.id] = least
        if not any(name == self.requirement for name, _ in self._kinds()):
            reported.update({each.case.id: each for each in self._representatives()})
        yield from reported.values()

    def _representatives(self) -> list[Result]:
        """The smallest that held, and one without an answer; or one that cannot be judged."""
        held = [each for each in self.results.values() if each.exchange is not None and not each.reason]
        lost = [each for each in self.results.values() if each.unreachable]
        rest = [each for each in self.results.values() if each not in held]
        return [min(held, key=size), *lost[:1]] if held else rest[:1]


def kinds(result: Result) -> list[Kind]:
    """The findings of an answer without their values, so that those of the same kind can be recognised."""
    fields = [name for each in result.case.expects for name in each.named]
    return [(requirement, _plain(message, fields)) for requirement, message in result.messages]


def _plain(message: str, fields: list[str]) -> str:
    for name in fields:
        message = message.replace(name, "…")
    return " ".join(re.split(r"[{\[<\"']", message, maxsplit=1)[0].split()[:_WORDS])


def size(result: Result) -> int:
    """The size of a request in bytes, but for what every request has."""
    request = result.case.request
    headers = sum(len(name) + len(value) for name, value in request.headers.items())
    return len(request.encoded()[1]) + headers + sum(map(len, request.path_params.values()))
