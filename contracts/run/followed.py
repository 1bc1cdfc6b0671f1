"""Sending a case that follows a task: step by step as the follower says, and what is known of ended tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from proofsheet.contracts.case import Case, Step
from proofsheet.contracts.checks.offers import ended
from proofsheet.contracts.checks.task_facts import end_of
from proofsheet.contracts.client.callback_receiver import Inbox, Receiver
from proofsheet.contracts.client.http_client import Unreachable
from proofsheet.contracts.derive.callbacks import address_field, hook_fields
from proofsheet.contracts.derive.offers import taking
from proofsheet.contracts.derive.task_requests import named_by, with_id
from proofsheet.contracts.exchange import Broken, Exchange
from proofsheet.contracts.run.awaited import Awaited
from proofsheet.contracts.run.task_follower import Follower
from proofsheet.contracts.trail import SUBMIT, Ended, Trail
from proofsheet.spec.document import Document, Operation

Send = Callable[[Case], Exchange]
PIECE = 0.25  # seconds of a wait after which an interrupt is looked for


@dataclass(frozen=True)
class Way:
    """What came of a task, and the steps that led there; `is_whole` unless an interrupt cut them off."""

    trail: Trail
    steps: tuple[Step, ...]
    is_whole: bool


@dataclass
class Followed:
    """Sends cases that follow tasks, from several threads. `ended` are the tasks of this run in order.

    `rest` waits for so many seconds; `now` is the time on the clock that it moves.
    """

    document: Document
    send: Send
    is_stopped: Callable[[], bool]
    rest: Callable[[float], None]
    now: Callable[[], float]
    awaited: Awaited
    ended: list[Ended] = field(default_factory=list)
    receiver: Receiver | None = None  # of callbacks

    def ready(self, case: Case) -> Case | None:
        """The case with the task that it goes on from; None where there is none in such a state."""
        assert case.follow is not None
        if not case.follow.parent or case.follow.known:
            return case
        known = [each for each in self.ended if each.state in case.follow.parent]
        if case.follow.offer is not None:
            return _taking(self.document.operations[case.operation], case, known)
        if not known:
            return None
        operation = self.document.operations[case.operation]
        request = with_id(operation, case.request, named_by(operation, known[-1]))
        return replace(case, follow=replace(case.follow, origin=known[-1])).stepping(request=request)

    def follow(self, case: Case, submit: Callable[[Step], Exchange | None]) -> Way:
        """All that came of the task of a case.

        `submit` sends the submission; None, and the trail has no answer, where there was none.
        """
        inbox = self._inbox(case)
        case = self._called_back(case, inbox) if inbox else case
        follower = Follower(self.document, case, self.now, inbox)
        sent = [replace(case.steps[0], role=SUBMIT)] if case.follow and case.follow.known else []
        steps, is_whole = follower.steps(), False
        step = next(steps)
        while self._waits(step) or not sent:
            exchange = submit(step) if step.role == SUBMIT else self._sent(case, step)
            if exchange is None:
                break
            sent.append(step)
            try:
                step = steps.send(exchange)
            except StopIteration:
                is_whole = True
                break
            self.awaited.looked(case.id, follower.trail)
        self.awaited.ended(case.id)
        if follower.trail.id and (state := end_of(follower.trail)):
            self.ended.append(ended(follower.trail, state))
        return Way(follower.trail, tuple(sent), is_whole)

    def _waits(self, step: Step) -> bool:
        """Wait for a step; False where an interrupt came."""
        left = step.wait
        while left > 0 and not self.is_stopped():
            self.rest(min(left, PIECE))
            left -= PIECE
        return not self.is_stopped()

    def _inbox(self, case: Case) -> Inbox | None:
        """Where the callbacks of a case go, if any are expected and the task is not one of an earlier run."""
        assert case.follow is not None
        if self.receiver is None or case.follow.known or not case.follow.hears:
            return None
        return self.receiver.inbox(refusals=int(case.follow.refuses))

    def _called_back(self, case: Case, inbox: Inbox) -> Case:
        """The case with the inbox's address where its submission says where callbacks go."""
        operation, first = self.document.operations[case.operation], case.steps[0]
        sent = dict(first.request.json or {})
        for each in operation.callbacks:
            if name := address_field(each):
                sent = {**dict(hook_fields(operation, each)), **sent, name: inbox.url}
        request = replace(first.request, json=sent)
        return replace(case, steps=(replace(first, request=request), *case.steps[1:]))

    def _sent(self, case: Case, step: Step) -> Exchange:
        """An answer on the way; one that never came is one that breaks HTTP, and no end of the way."""
        try:
            return self.send(case.alone(replace(step, wait=0.0)))
        except Unreachable as problem:
            broken = Broken("head", problem.reason, "nothing", 0, 0.0)
            url = step.request.url or self.document.operations[step.request.operation].path
            return Exchange("GET", url, (), b"", 0, (), b"", broken)


def _taking(operation: Operation, case: Case, known: list[Ended]) -> Case | None:
    """The case with its offer of one of these tasks, first of one with a picture."""
    assert case.follow is not None
    assert case.follow.offer is not None
    for each in sorted(known, key=lambda one: not one.preview):
        body = taking(operation, case.follow.offer, each)
        if body is not None:
            follow = replace(case.follow, origin=each)
            return replace(case, follow=follow).sending(json=body)
    return None


def missing(case: Case) -> str:
    """Why a case that goes on from a task cannot be sent."""
    states = sorted(case.follow.parent) if case.follow else []
    offers = f" and offers {case.follow.offer.name}" if case.follow and case.follow.offer else ""
    return f"no task of this run ended in {' or '.join(states)}{offers}, to go on from"
