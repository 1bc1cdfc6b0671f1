"""What only several exchanges can show: pictures beside each other, seeds, a limit that is passed.

Each is called when an exchange has been added to the run's history (the last one), and yields messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.contracts.checks.image_facts import difference
from proofsheet.contracts.history import History, Trace, Unjudged
from proofsheet.spec.document import Operation

SAME = 2.5  # shades of grey: one packed again, in another size, stays below 1
ONE = 1.0  # two pictures of a kind have been seen 1.8 apart, one in 25 pairs below 2.5


def differ(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """Another prompt gives another picture."""
    last, *others = _pictures(history, requirement)
    for other in others:
        if other.prompt != last.prompt and difference(last.looks[0], other.looks[0]) < ONE:
            yield f"{last.case} and {other.case} had different prompts and show the same picture"
            return


def same(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """The pictures asked for in the same words show the same."""
    last, first = _two(history, requirement)
    if (apart := difference(last.looks[0], first.looks[0])) > SAME:
        yield f"expected one picture, came two that are {apart:.1f} shades of grey apart"


def other(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """The pictures asked for with different seeds differ."""
    last, first = _two(history, requirement)
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


def echoed(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """The seed that was asked for is reported; a fresh one where none was."""
    last = history[-1]
    if last.status != operation.success.status:
        raise Unjudged("there is no success to look at")
    if last.seed is None:
        yield "the seed is not reported"
    elif last.asked_seed in (None, params["random"]):
        if not 0 < last.seed <= params["maximum"]:
            yield f"expected a fresh seed from 1 to {params['maximum']}, came {last.seed}"
    elif last.seed != last.asked_seed:
        yield f"expected the seed {last.asked_seed} to be reported, came {last.seed}"


def fresh(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """Fresh seeds are never the same."""
    drawn = [
        each.seed
        for each in history
        if requirement in each.speaks and each.seed is not None
        if each.asked_seed in (None, params["random"])
    ]
    if len(drawn) < 2:
        raise Unjudged("no two pictures with fresh seeds report them")
    if len(set(drawn)) < len(drawn):
        yield f"expected fresh seeds, came {', '.join(str(each) for each in drawn)}"


def limited(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """One request more than the limit, within its window, is refused."""
    last, *others = reversed(history)
    if not others:
        raise Unjudged("nothing was asked before")
    before = others[0]
    if before.status == params["status"]:
        raise Unjudged("the limit was reached before its time")
    if last.status != params["status"]:
        if last.at - before.began > params["window"]:
            raise Unjudged("the requests took longer than the window of the limit")
        yield f"expected {params['status']} {params['outcome']}, came {last.status}"


def meanwhile(
    history: History, requirement: str, operation: Operation, params: Mapping[str, Any]
) -> Iterator[str]:
    """While a key is shut out, this is what another (or the same) one is answered."""
    limited, wanted = operation.outcomes[params["outcome"]], operation.outcomes[params["answer"]]
    before = [each for each in history[:-1] if each.case == params["after"]]
    if not before or before[-1].status != limited.status:
        raise Unjudged("no key was shut out")
    if history[-1].status != wanted.status:
        yield f"expected {wanted.status} {wanted.name} once a key was shut out, came {history[-1].status}"
