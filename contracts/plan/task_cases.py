"""Cases that submit a task and follow it: what is requested on the way, and what is expected of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from proofsheet.contracts.case import Case, Follow
from proofsheet.contracts.derive.samples import case_of, prompt_of
from proofsheet.contracts.derive.task_requests import view_of
from proofsheet.contracts.expectation import Expectation, OfTrail
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.tasks import Lifecycle, Starts

LEAST, TIMES = 60.0, 3.0  # seconds that a task is waited for, or so often the longest documented time


def patience(lifecycle: Lifecycle) -> float:
    """Seconds after which a task that has not ended is given up."""
    return max(LEAST, TIMES * expected(lifecycle))


def expected(lifecycle: Lifecycle) -> float:
    """Seconds that a task takes at most by the document, on its ordinary way."""
    return sum((each.seconds or (0.0, 0.0))[1] for each in lifecycle.states.values())


def task_case(
    document: Document,
    operation: Operation,
    name: str,
    body: Mapping[str, Any],
    expects: tuple[Expectation, ...],
) -> Case:
    """A case that submits a task with this body; each expectation stands where its answer comes."""
    case = case_of(operation, name, body, (), pays=True, prompt=prompt_of(operation, body))
    return followed(document, case, expects, operation)


def followed(
    document: Document, case: Case, expects: tuple[Expectation, ...], operation: Operation | None = None
) -> Case:
    """The case with what is expected, each where its answer comes: the submission, or the way of its task.

    `operation` is the case's own as it is when it takes an offer.
    """
    operation = operation or document.operations[case.operation]
    view, lifecycle = view_of(document, operation), operation.lifecycle
    case = case.stepping(expects=tuple(each for each in expects if each.of == "answer"))
    if view is None or lifecycle is None:
        return case
    wholes = tuple(each for each in expects if isinstance(each, OfTrail))
    parent = operation.task.needed if isinstance(operation.task, Starts) else None
    follow = Follow(
        view=view.id,
        patience=patience(lifecycle),
        extras=tuple(dict.fromkeys(extra for each in wholes for extra in each.extras)),
        ends=tuple(each for each in expects if each.of == "report"),
        files=tuple(each for each in expects if each.of == "file"),
        wholes=wholes,
        parent=parent.states if parent else frozenset(),
        depth=int(parent is not None),
    )
    return replace(case, follow=follow)


def depth_of(case: Case) -> int | None:
    """None for what is no task; 0 for one that goes on from no other, else how many lead up to it."""
    return case.follow.depth if case.follow else None


def in_turn(cases: Iterable[Case]) -> list[Case]:
    """What is paid for, from the cheapest on; tasks after the rest, and after those that they go on from."""
    return sorted(cases, key=lambda case: (-1 if (depth := depth_of(case)) is None else depth, case.cost))
