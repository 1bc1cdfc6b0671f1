"""Which cases may be on their way at once, and sending them so."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from proofsheet.contracts.case import Case
from proofsheet.contracts.plan.task_cases import depth_of
from proofsheet.contracts.run.interrupts import Interrupts

Found = TypeVar("Found")


@dataclass(frozen=True)
class Batch:
    """Cases that may be on their way at once, and how many of them."""

    cases: tuple[Case, ...]
    workers: int = 1


def batches(cases: Sequence[Case], most: int, tasks: int = 1) -> Iterator[Batch]:
    """The cases in their order: alone, with neighbours that are free, or with other `tasks` to be followed.

    What is held against the answers before it (a balance, a seed), paid for, a burst or slow goes alone.
    """
    for kind, group in groupby(cases, key=lambda case: _kind(case, most)):
        found = tuple(group)
        if kind == "alone":
            yield from (Batch((case,)) for case in found)
        else:
            yield Batch(found, most if kind == "free" else tasks)


def _kind(case: Case, most: int) -> str:
    if case.follow:
        return f"tasks {depth_of(case)}"
    return "alone" if most < 2 or _is_alone(case) else "free"


def _is_alone(case: Case) -> bool:
    if case.pays or len(case.steps) > 1 or any(each.compares for each in case.expects):
        return True
    return case.request.copies > 1 or case.step.patience > 0 or case.step.wait > 0


def in_order(
    send: Callable[[Case], Found], cases: Sequence[Case], workers: int, interrupts: Interrupts
) -> Iterator[Found]:
    """The answers in the order of the cases, each as soon as it and those before it are there.

    An interrupt goes on after what was under way has been yielded. Whatever ends this, the rest is not sent.
    """
    with ThreadPoolExecutor(workers) as pool:
        left = deque(pool.submit(send, case) for case in cases)
        try:
            while left:
                with interrupts.waiting():
                    found = left[0].result()
                left.popleft()
                yield found
        except KeyboardInterrupt:
            # All are cancelled before any is waited for, the last first, or the next would go out meanwhile.
            under_way = [each for each in reversed(left) if not each.cancel()]
            yield from [each.result() for each in reversed(under_way)]
            raise
        finally:
            for each in left:
                each.cancel()
