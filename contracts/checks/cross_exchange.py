"""What only several exchanges can show: pictures beside each other, seeds, a limit that is passed.

Each is held against the last answer of the run's history, in the light of those before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from proofsheet.contracts.checks.extraction import seed_is_absent
from proofsheet.contracts.checks.image_facts import difference
from proofsheet.contracts.checks.outcomes import is_outcome, is_success
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import History, Trace, Unjudged
from proofsheet.spec.document import Operation

SAME = 2.5  # shades of grey: one packed again, in another size, stays below 1
ONE = 1.0  # two pictures of a kind have been seen 1.8 apart, one in 25 pairs below 2.5
ONE_OF_A_SOURCE = 0.1  # how much of a given picture stays is the model's choice: two may be near each other


class PicturesDiffer(Expectation):
    """Another prompt gives another picture."""

    of = "file"

    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        last, *others = _pictures(answer.history, self.requirement)
        artifact = answer.operation.artifact
        near = ONE_OF_A_SOURCE if artifact and artifact.sources else ONE
        for other in others:
            if other.prompt != last.prompt and difference(last.looks[0], other.looks[0]) < near:
                yield f"{last.case} and {other.case} had different prompts and show the same picture"
                return


class SamePicture(Expectation):
    """The pictures asked for in the same words show the same."""

    of = "file"

    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        last, first = _two(answer.history, self.requirement)
        if (apart := difference(last.looks[0], first.looks[0])) > SAME:
            yield f"expected one picture, came two that are {apart:.1f} shades of grey apart"


class AnotherPicture(Expectation):
    """The pictures asked for with different seeds differ."""

    of = "file"

    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        last, first = _two(answer.history, self.requirement)
        if difference(last.looks[0], first.looks[0]) < ONE:
            yield "expected two pictures, came the same twice"


def _pictures(history: History, requirement: str) -> list[Trace]:
    """The pictures that speak for a requirement, the last one first."""
    found = [each for each in reversed(history) if requirement in each.speaks and each.looks]
    if len(found) < 2 or found[0] is not history[-1]:
        raise Unjudged("there are no two pictures to hold beside each other")
    return found


def _two(history: History, requirement: str) -> tuple[Trace, Trace]:
    last, first, *_ = _pictures(history, requirement)
    return last, first


@dataclass(frozen=True)
class SeedEchoed(Expectation):
    """The seed that was sent is reported; a fresh one where none was, or the one that stands for `random`."""

    of = "report"

    random: int | None
    maximum: int
    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        last = answer.history[-1]
        if not is_success(answer.exchange, answer.operation):
            raise Unjudged("there is no success to look at")
        if seed_is_absent(answer.exchange, answer.operation, in_body=True):
            raise Unjudged("the answer need not have a seed, and has none")
        if last.seed is None:
            yield "the seed is not reported"
        elif last.asked_seed in (None, self.random):
            if not 0 < last.seed <= self.maximum:
                yield f"expected a fresh seed from 1 to {self.maximum}, came {last.seed}"
        elif last.seed != last.asked_seed:
            yield f"expected the seed {last.asked_seed} to be reported, came {last.seed}"


@dataclass(frozen=True)
class SeedsFresh(Expectation):
    """Fresh seeds are never the same."""

    of = "report"

    random: int | None
    compares = True

    def findings(self, answer: Answer) -> Iterator[str]:
        fresh = [
            each.seed
            for each in answer.history
            if self.requirement in each.speaks and each.seed is not None
            if each.asked_seed in (None, self.random)
        ]
        if len(fresh) < 2:
            raise Unjudged("no two pictures with fresh seeds report them")
        if len(set(fresh)) < len(fresh):
            yield f"expected fresh seeds, came {', '.join(str(each) for each in fresh)}"


@dataclass(frozen=True)
class LimitReached(Expectation):
    """One request more than the limit, within its window (in seconds), is refused."""

    outcome: str
    window: float
    compares = True
    after = "limit."

    def findings(self, answer: Answer) -> Iterator[str]:
        status = answer.operation.outcomes[self.outcome].status
        last, *others = reversed(answer.history)
        if not others:
            raise Unjudged("nothing was asked before")
        before = others[0]
        if before.status == status:
            raise Unjudged("the limit was reached before its time")
        if not is_outcome(answer.exchange, answer.operation, self.outcome):
            if last.at - before.began > self.window:
                raise Unjudged("the requests took longer than the window of the limit")
            yield f"expected {status} {self.outcome}, came {last.status}"

    def statuses(self, operation: Operation) -> Collection[int]:
        return (operation.outcomes[self.outcome].status,)


@dataclass(frozen=True)
class WhileLimited(Expectation):
    """While a key is shut out (by the case `since`), another (or the same) one is answered so."""

    since: str
    outcome: str
    answer: str
    compares = True
    after = "limit."

    def findings(self, answer: Answer) -> Iterator[str]:
        outcomes, history = answer.operation.outcomes, answer.history
        wanted = outcomes[self.answer]
        before = [each for each in history[:-1] if each.case == self.since]
        if not before or before[-1].status != outcomes[self.outcome].status:
            raise Unjudged("no key was shut out")
        if not is_outcome(answer.exchange, answer.operation, self.answer):
            yield f"expected {wanted.status} {wanted.name} once a key was shut out, came {history[-1].status}"

    def statuses(self, operation: Operation) -> Collection[int]:
        return (operation.outcomes[self.outcome].status,)
