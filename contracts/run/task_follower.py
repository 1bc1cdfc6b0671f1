"""Following a task: which request comes next, until it has ended or patience has; what is fetched then."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.checks.callbacks import is_awaited, longest_wait
from proofsheet.contracts.checks.extraction import bound
from proofsheet.contracts.checks.outcomes import is_granted, is_outcome, parsed
from proofsheet.contracts.checks.task_facts import ARTIFACT_ID, JSON, end_of, is_fetchable, links_of, views
from proofsheet.contracts.client.callback_receiver import Inbox
from proofsheet.contracts.derive.task_requests import about, holding
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.trail import AGAIN, END, FILE, FILE_AGAIN, LINK, SUBMIT, VIEW, Extra, Look, Trail
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.tasks import Moves, Views

FIRST, GROWS, LONGEST = 0.25, 1.4, 10.0  # seconds before a look; the next is so much later; never more
MOST_GROWN = 20  # times: by then it is longer than the longest
SHARE = 10  # of the documented time: so often it is looked at, at least
STRANGE = 10  # looks in a row that show no declared state: then it is given up
MOST_FILES = 8

Steps = Generator[Step, Exchange, None]


@dataclass
class Follower:
    """Follows one task. `trail` holds every answer so far, those that a step led to; `now` is in seconds.

    `inbox` is where its callbacks come, if its submission names an address.
    """

    document: Document
    case: Case
    now: Callable[[], float] = time.monotonic
    inbox: Inbox | None = None
    trail: Trail = field(init=False)

    def __post_init__(self) -> None:
        follow = self.case.follow
        assert follow is not None
        operations = self.document.operations
        self.follow = follow
        self.trail = Trail(
            operation=follow.operation or operations[self.case.operation],
            view=operations[follow.view],
            id=follow.known.id if follow.known else None,
            sent=_sent(self.case),
            looks=(),
            patience=follow.patience,
            is_resumed=follow.known is not None,
            hook=self.inbox.url if self.inbox else "",
            parent=follow.origin,
        )

    def steps(self) -> Steps:
        """Every request in turn; the answer to each is to be sent in."""
        if known := self.follow.known:
            self._note(SUBMIT, self.trail.operation, known.exchange)
            yield from self._link(known.exchange)
        else:
            exchange = yield from self._looked(replace(self.case.steps[0], role=SUBMIT))
            if (id := submitted(self.trail.operation, exchange)) is None:
                return
            self.trail = replace(self.trail, id=id)
            yield from self._link(exchange)
            yield from self._extras("begun")
        yield from self._until_end()
        if any(True for _ in self.trail.roles(END)):
            yield from self._files(FILE)
            yield from self._extras("ended")
            yield from self._look(AGAIN, self._pause(0))
            yield from self._callbacks()
            yield from self._files(FILE_AGAIN)
        self._hear()

    def _callbacks(self) -> Steps:
        """Look on until every callback that is due has come, or has had its time."""
        callbacks, waited, count = self.trail.operation.callbacks, 0.0, 0
        while self._hear() and is_awaited(self.trail, self.follow.refuses):
            pause = self._pause(count)
            if (waited := waited + pause) > longest_wait(callbacks):
                return
            yield from self._look(AGAIN, pause)
            count += 1

    def _hear(self) -> bool:
        """Take note of the callbacks that have come; False where none can come."""
        if self.inbox is not None:
            self.trail = replace(self.trail, deliveries=tuple(self.inbox.deliveries))
        return self.inbox is not None

    def _looked(self, step: Step) -> Generator[Step, Exchange, Exchange]:
        exchange = yield step
        self._note(step.role, self.document.operations[step.request.operation], exchange)
        return exchange

    def _note(self, role: str, operation: Operation, exchange: Exchange) -> None:
        looks = (*self.trail.looks, Look(role, operation, exchange, self.now()))
        self.trail = replace(self.trail, looks=looks, waited=looks[-1].at - looks[0].at)

    def _look(self, role: str, wait: float) -> Generator[Step, Exchange, Exchange]:
        request = about(self.trail.view, self.trail.id or "")
        return (yield from self._looked(Step(request, wait=wait, role=role)))

    def _until_end(self) -> Steps:
        """Look until it has ended. What waits for a client is moved on."""
        moved: set[str] = set()
        count = strange = 0
        while self.trail.waited < self.follow.patience and strange < STRANGE:
            yield from self._look(VIEW, self._pause(count))
            count += 1
            if is_forgotten(self.trail):
                return
            state = views(self.trail)[-1][1].state
            strange = strange + 1 if state is None else 0
            if state is None:
                continue
            known = self.trail.lifecycle.states[state]
            if known.is_final:
                looks = self.trail.looks
                self.trail = replace(self.trail, looks=(*looks[:-1], replace(looks[-1], role=END)))
                return
            if known.seconds is None and state not in moved:
                moved.add(state)
                yield from self._move_on(known.to)

    def _pause(self, count: int) -> float:
        """Seconds before a look: few at first, for a double is quick, and never many beside the whole."""
        longest = sum((each.seconds or (0.0, 0.0))[1] for each in self.trail.lifecycle.states.values())
        return min(FIRST * GROWS ** min(count, MOST_GROWN), max(longest / SHARE, 1.0), LONGEST)

    def _move_on(self, to: tuple[str, ...]) -> Steps:
        """Move a task that waits for a client to the first state that a client can move it to."""
        for state in to:
            for each in self.document.operations.values():
                if isinstance(each.task, Moves) and each.task.to == state:
                    yield from self._looked(Step(about(each, self.trail.id or ""), role=f"on {each.id}"))
                    return

    def _extras(self, when: str) -> Steps:
        for each in self.follow.extras:
            if each.when == when:
                yield from self._looked(Step(self._request(each), role=each.role))

    def _request(self, extra: Extra) -> Request:
        operation = self.document.operations[extra.operation]
        made = about(operation, extra.id or self._named_by(operation))
        return replace(made, credential=extra.credential)

    def _named_by(self, operation: Operation) -> str:
        """The id by which an operation names the task: its own, or that of the first thing that it made."""
        role = operation.task
        if isinstance(role, Views) and role.by_artifact:
            seen = (found.get(ARTIFACT_ID) for _, found in reversed(views(self.trail)))
            return next((str(each) for each in seen if each), self.trail.id or "")
        return self.trail.id or ""

    def _link(self, exchange: Exchange) -> Steps:
        """Where the submission says that the task is shown; never with a key to another host."""
        form = self.trail.operation.success.representations.get(JSON)
        for name in self.trail.operation.links:
            for place in bound(form, f"$link.{name}"):
                for url in pointers.find(parsed(exchange), place):
                    if isinstance(url, str) and url:
                        request = Request(self.trail.view.id, url=url, credential="valid")
                        yield from self._looked(Step(request, role=LINK))

    def _files(self, role: str) -> Steps:
        """What it made; a second time only where the links have become others."""
        seen = list(self.trail.roles(END if role == FILE else AGAIN))
        links = links_of(seen[-1], self.trail) if seen else ()
        known = [each for one in self.trail.roles(END) for each in links_of(one, self.trail)]
        fetchable = [each for each in links if is_fetchable(each)][:MOST_FILES]
        for url in fetchable if role == FILE or list(links) != known else ():
            expects = self.follow.files if role == FILE else ()
            request = Request(self.trail.operation.id, url=url, credential="none")
            yield from self._looked(Step(request, expects, role=role))
        state = end_of(self.trail)
        if role == FILE and not links and state is not None:
            for each in islice(holding(self.document, self.trail.lifecycle, state), 1):
                yield from self._looked(Step(about(each, self._named_by(each)), self.follow.files, role=role))


def _sent(case: Case) -> Any:
    """The fields of the submission: what a follow-up of an earlier run sent is in its request."""
    known = case.follow.known if case.follow else None
    body = known.exchange.request_body if known else b""
    return json.loads(body) if body.startswith(b"{") else case.steps[0].request.json


def is_forgotten(trail: Trail) -> bool:
    """Whether the target says of a task of an earlier run, at the first look, that there is none."""
    role, first = trail.view.task, next(trail.roles(VIEW), None)
    if not trail.is_resumed or first is None or not isinstance(role, Views):
        return False
    return is_outcome(first.exchange, trail.view, role.missing)


def submitted(operation: Operation, exchange: Exchange) -> str | None:
    """The id that the answer to a submission gives; None where it gives none."""
    if not is_granted(exchange, operation):
        return None
    return next(_ids(operation, exchange), None)


def _ids(operation: Operation, exchange: Exchange) -> Iterator[str]:
    """The id of the task; where the answer has none, that of the first thing that it makes."""
    form = operation.success.representations.get(JSON)
    for name in ("$task.id", ARTIFACT_ID):
        for place, each in form.binds if form else ():
            for came in pointers.find(parsed(exchange), place):
                found = came if each.text == name else each.read(came).get(name, "")
                if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
                    yield str(found)
