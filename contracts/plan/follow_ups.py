"""Follow-ups that take one of the offers of a finished task: which are bought, and what is asked of each.

In the core profile the cheapest of each kind is: of what is done with the picture, with a window or without.
Of operations that take the same offers one takes all kinds, the others one. Extended has every offer by one
operation, and every kind by the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from proofsheet.contracts.case import Case
from proofsheet.contracts.checks.offers import OfferTaken
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.callbacks import callbacks
from proofsheet.contracts.derive.offers import taking
from proofsheet.contracts.derive.samples import price
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.tasks import tasks
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.plan.task_cases import task_case
from proofsheet.contracts.requirement import Requirement
from proofsheet.contracts.trail import Ended
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.tasks import Lifecycle, Offer, Starts


@dataclass(frozen=True)
class Take:
    """An offer of tasks that ended in a state, and the operation as it is when it takes it."""

    state: str
    offer: Offer
    operation: Operation
    body: dict[str, object]
    at: str  # where the document has the offer

    @property
    def kind(self) -> tuple[str, str, bool]:
        """What tells it from others: one of each kind is bought."""
        effect = self.offer.artifact.effect if self.offer.artifact else "again" if self.offer.again else "new"
        return self.state, effect, self.offer.at is not None

    @property
    def price(self) -> Decimal:
        if self.offer.credits is not None:
            return Decimal(str(self.offer.credits))
        return price(self.operation, self.body)


def follow_ups(source: Source, operation: Operation) -> Iterator[Derived]:
    """The requirements on what an operation does with the offers of finished tasks."""
    found = _once(takes(source.document, operation))
    cases: dict[str, list[Case]] = {}
    wanted: dict[str, Requirement] = {}
    core, others = _chosen(source, operation, found)
    for each in (*core, *others):
        profile = "core" if each in core else "extended"
        says = f"{each.offer.name} of a task in {each.state} is taken, and does what it says"
        topic = f"offer.{each.state}.{each.offer.name}"
        own = source.requirement(operation, topic, says, each.at, profile=profile)
        asked: dict[str, tuple[Requirement, Expectation]] = {own.id: (own, OfferTaken(own.id, each.offer))}
        if each in core:
            asked |= dict(_of_tasks(source, each.operation))
        if each is core[0]:
            asked |= dict(_of_callbacks(source, each.operation))
        case = _case(source.document, each, tuple(expect for _, expect in asked.values()))
        for name, (requirement, _) in asked.items():
            wanted.setdefault(name, requirement)
            cases.setdefault(name, []).append(case)
    for name, requirement in wanted.items():
        yield Derived(requirement, tuple(cases[name]))


def _of_tasks(source: Source, operation: Operation) -> Iterator[tuple[str, tuple[Requirement, Expectation]]]:
    """What is asked of every task that an operation starts."""
    request = PaidRequest(operation, {}, "")
    for each in tasks(source, operation):
        expect = each.every(request) if each.every else None
        if expect is not None and not each.requirement.needs:
            yield each.requirement.id, (each.requirement, expect)


def _of_callbacks(
    source: Source, operation: Operation
) -> Iterator[tuple[str, tuple[Requirement, Expectation]]]:
    """What is asked of its callbacks, on one task."""
    for each in callbacks(source, operation):
        for constraint in each.paid:
            if constraint.expect is not None:
                yield each.requirement.id, (each.requirement, constraint.expect)


def _case(document: Document, each: Take, expects: tuple[Expectation, ...]) -> Case:
    name = f"offer-{each.state}-{each.offer.name}"
    case = task_case(document, each.operation, name, each.body, expects)
    assert case.follow is not None
    depth = 1 + int(not _is_start(document, each.state))
    follow = replace(
        case.follow, parent=frozenset({each.state}), offer=each.offer, operation=each.operation, depth=depth
    )
    return replace(case, follow=follow, cost=each.price)


def _is_start(document: Document, state: str) -> bool:
    """Whether tasks come to a state that go on from no other."""
    known = (each.lifecycle for each in document.operations.values() if not _follows(each))
    return any(each is not None and each.ordinary_end == state for each in known)


def _follows(operation: Operation) -> bool:
    return isinstance(operation.task, Starts) and operation.task.needed is not None


def takes(document: Document, operation: Operation) -> list[Take]:
    """The offers that an operation can take, in the order of the document, of states that tasks come to."""
    role = operation.task
    if not isinstance(role, Starts) or role.offer is None or role.needed is None:
        return []
    return [
        each
        for lifecycle in role.lifecycles.values()
        if lifecycle.ordinary_end in role.needed.states and _is_made(document, lifecycle)
        for each in _of_state(document, operation, lifecycle)
    ]


def _is_made(document: Document, lifecycle: Lifecycle) -> bool:
    """Whether tasks of a lifecycle are bought: by an operation of its own, or by an offer of one of those."""
    starting = [
        each.lifecycle for each in document.operations.values() if each.lifecycle and not _follows(each)
    ]
    offers = (offer for each in starting for offer in each.states[each.ordinary_end].offers)
    return lifecycle.name in {each.name for each in starting} | {each.lifecycle for each in offers}


def _of_state(document: Document, operation: Operation, lifecycle: Lifecycle) -> Iterator[Take]:
    state = lifecycle.states[lifecycle.ordinary_end]
    for offer in state.offers:
        made = _as_taken(operation, lifecycle, offer)
        at = pointers.join(
            "components", "x-lifecycles", lifecycle.name, "states", state.name, "offers", offer.name
        )
        body = taking(operation, offer, _example(state.name, offer))
        if made is not None and body is not None:
            yield Take(state.name, offer, made, body, f"#{at}")


def _example(state: str, offer: Offer) -> Ended:
    """A task that offers it, for a request that is sent with another's id later."""
    id = "0" * 16
    return Ended(id, state, ((offer.id.text.replace("{", "").replace("}", ""), ""),) if offer.id else ())


def _as_taken(operation: Operation, lifecycle: Lifecycle, offer: Offer) -> Operation | None:
    """The operation with the lifecycle, kind and picture that an offer leads to; None for one to look at."""
    role = operation.task
    assert isinstance(role, Starts)
    course = lifecycle if offer.again else role.lifecycles.get(offer.lifecycle or "")
    if course is None:
        return None
    course = replace(course, start=offer.at or course.start)
    task = replace(
        role, lifecycle=course, lifecycles={**role.lifecycles, course.name: course}, kind=offer.kind
    )
    artifact = operation.artifact
    if artifact is not None and offer.artifact is not None:
        artifact = replace(artifact, grid=offer.artifact.grid)
    return replace(operation, task=task, artifact=artifact)


def _chosen(source: Source, operation: Operation, found: list[Take]) -> tuple[list[Take], list[Take]]:
    """Those of core: one of each kind that no operation with more to take has, at least the cheapest. And
    those of extended: every further one, or where another operation has them, one of each kind."""
    known = source.document.operations.values()
    others = [_once(takes(source.document, each)) for each in known if each.id != operation.id]
    richer = {each.kind for other in others if len(other) > len(found) for each in other}
    kinds: dict[tuple[str, str, bool], list[Take]] = {}
    for each in found:
        kinds.setdefault(each.kind, []).append(each)
    best = [_cheapest(kind, source.seed) for kind in kinds.values()]
    core = [each for each in best if each.kind not in richer]
    core = core or sorted(best, key=lambda each: each.price)[:1]
    more = [each for each in found if each in best or each.kind not in richer]
    return core, [each for each in more if each not in core]


def _once(found: list[Take]) -> list[Take]:
    """What is offered in one state as in another is taken in the first."""
    first = (next(one for one in found if one.offer == each.offer) for each in found)
    return [each for each, one in zip(found, first, strict=True) if one.state == each.state]


def _cheapest(kind: list[Take], seed: int) -> Take:
    """One of the cheapest; of four pictures not the first: that comes too if nobody looks at the number."""
    least = min(each.price for each in kind)
    cheap = [each for each in kind if each.price == least]
    further = [each for each in cheap if each.offer.artifact and each.offer.artifact.index > 1] or cheap
    return further[seed % len(further)]
