"""Tasks: the states that they go through, and what operations do to them.

An operation *starts* a task, *views* one, *lists* many or *moves* one to another state. The states and the
ways between them are a lifecycle (components/x-lifecycles). A state has the name of the outcome with which
the operations that view a task answer while it is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from proofsheet.spec.expressions import Expression
from proofsheet.spec.follow_up import FollowUp
from proofsheet.spec.paging import Page
from proofsheet.spec.schemas import Schema


@dataclass(frozen=True)
class Offer:
    """What a follow-up may do with a task: it goes by its id, its name or one of `names` (in lower case).

    It starts a task in the state `at` of a lifecycle, or one like the task that offers it (`again`); one that
    does neither is shown and cannot be taken.
    """

    name: str
    id: Expression | None = None  # a text; may be a template over the task
    label: str | None = None
    icon: str | None = None
    names: frozenset[str] = frozenset()
    lifecycle: str | None = None
    again: bool = False
    at: str | None = None  # None: where the lifecycle starts
    kind: str | None = None
    answer: str | None = None  # the outcome of the follow-up, where it is not a success
    credits: float | None = None  # what it costs, where that is not the follow-up's own price
    fills: Mapping[str, object] = field(default_factory=dict)  # fields of the new task; maybe templates
    artifact: FollowUp | None = None  # what it does with the task's artifact


@dataclass(frozen=True)
class State:
    """A state: how long it lasts in seconds, where it leads to, and the progress (0 to 1) made in it."""

    name: str
    seconds: tuple[float, float] | None = None  # from and to; None: until a client moves the task
    to: tuple[str, ...] = ()  # the ordinary way on first; none: it is final
    progress: tuple[float, float] | None = None  # at its beginning and at its end
    offers: tuple[Offer, ...] = ()  # what a follow-up may do with a task in it

    @property
    def is_final(self) -> bool:
        return not self.to


@dataclass(frozen=True)
class Lifecycle:
    """The states of one kind of task, and the one in which it starts."""

    name: str
    start: str
    states: Mapping[str, State]
    entered: frozenset[str] = frozenset()  # other states that offers start it in

    @cached_property
    def finals(self) -> tuple[str, ...]:
        """The states in which a task ends."""
        return tuple(each.name for each in self.states.values() if each.is_final)

    @cached_property
    def ordinary_end(self) -> str:
        """The final state that the ordinary way leads to. Raises ValueError where that goes in a circle."""
        passed = [self.start]
        while following := self.states[passed[-1]].to:
            if following[0] in passed:
                raise ValueError(f"the ordinary way of {self.name} goes in a circle at {following[0]}")
            passed.append(following[0])
        return passed[-1]

    def way(self, start: str, end: str) -> tuple[str, ...]:
        """The states from `start` to `end`, both in: the ordinary ones as far as they lead there.

        Raises LookupError where no way leads there.
        """
        ways: list[tuple[str, ...]] = [(start,)]
        for way in ways:  # the list grows while it is read: breadth first
            if way[-1] == end:
                return self._as_far_as_ordinary(way)
            ways.extend((*way, each) for each in self.states[way[-1]].to if each not in way)
        raise LookupError(f"no way of {self.name} leads from {start} to {end}")

    def _as_far_as_ordinary(self, shortest: tuple[str, ...]) -> tuple[str, ...]:
        """A way through the ordinary states, leaving them at the last that leads to the end."""
        start, end = shortest[0], shortest[-1]
        passed = [start]
        best = shortest
        while (state := self.states[passed[-1]]).to:
            if end in state.to:
                best = (*passed, end)
            if state.to[0] in passed or state.to[0] == end:
                break
            passed.append(state.to[0])
        return best

    @property
    def reachable(self) -> frozenset[str]:
        """The states that some way from the start leads to."""
        found = [self.start, *self.entered]
        for name in found:
            known = (each for each in self.states[name].to if each in self.states)
            found.extend(each for each in known if each not in found)
        return frozenset(found)


@dataclass(frozen=True)
class Parent:
    """The task that a follow-up goes on from: where its id stands, and the states it must be in."""

    id: Expression
    states: frozenset[str]
    inherits: tuple[tuple[str, ...], ...] = ()  # fields of its request that the new one takes over
    artifact: FollowUp | None = None  # what becomes of its picture
    optional: bool = False  # whether a submission that names none starts a task of its own
    by_artifact: bool = False  # whether the id is that of one of its artifacts


@dataclass(frozen=True)
class Queued:
    """So many tasks of a credential are worked on at a time; to a later one the answer is `answer`."""

    running: int
    answer: str


@dataclass(frozen=True)
class Starts:
    """The operation starts a task, of the lifecycle or the one that the offer leads to.

    `id_form` is a key of the double's forms of ids.
    """

    lifecycle: Lifecycle | None
    lifecycles: Mapping[str, Lifecycle]  # those that the task may be of
    id_form: str
    prefix: str = ""  # what ids begin with
    kind: str | None = None
    label: Expression | None = None  # a text that the task keeps
    offer: Expression | None = None  # what says which of the parent's offers is taken
    queued: Queued | None = None
    flawed: str | None = None  # the state in which a task ends whose prompt's own parameters are wrong
    most: int | None = None  # unfinished tasks of one credential
    per: str = "credential"  # or operation: what `most` counts
    parent: Parent | None = None
    expires: tuple[str, ...] | None = None  # where its request says after how many seconds it is gone
    parents: tuple[Parent, ...] = ()  # all that it may have: the first that the request names counts
    when: Schema | None = None  # only requests that fit (with defaults) start one

    @property
    def needed(self) -> Parent | None:
        """The parent without which no task is started."""
        return self.parent if self.parent and not self.parent.optional else None

    def refusals(self, successes: Sequence[str]) -> frozenset[str]:
        """Of the outcomes under a success's status, those that start no task; the first one does."""
        states = (state for each in self.lifecycles.values() for state in each.states.values())
        offers = (each for state in states for each in state.offers) if self.offer else ()
        starting = {each.answer for each in offers if each.lifecycle or each.again}
        starting |= {self.queued.answer} if self.queued else set()
        return frozenset(successes[1:]) - starting


@dataclass(frozen=True)
class Views:
    """The operation answers with where a task stands."""

    id: Expression
    missing: str  # the outcome for an id that is unknown, or of another credential
    any_key: bool = False  # whether the tasks of other credentials are shown too
    by_artifact: bool = False  # whether the id is that of one of its artifacts, which alone is shown then
    joined: tuple[str, ...] | None = None  # ids may be several: what stands there is a list of what each has
    answers: Mapping[str, str] | None = None  # state to outcome, where those do not have one name
    otherwise: str | None = None  # the outcome for a state that is not among them
    refuses: tuple[Schema, str] | None = None  # the outcome where the task was submitted with such fields
    until: float | None = None  # seconds after its end for which it is shown

    def refusals(self, successes: Sequence[str]) -> frozenset[str]:
        """The outcomes that show no task."""
        return frozenset({self.missing, self.otherwise or self.missing, *(self.refuses or ())[1:]})

    def outcome(self, state: str) -> str:
        """The outcome that shows a state."""
        if self.answers is None or self.otherwise is None:
            return state
        return self.answers.get(state, self.otherwise)


@dataclass(frozen=True)
class Where:
    """What is listed shows this value at a place of its view; of several values, one of them."""

    shows: tuple[str, ...]
    value: Expression  # without a value, everything fits


@dataclass(frozen=True)
class Lists:
    """The operation answers with several tasks, each as the operation `view` shows it."""

    view: str
    ids: Expression | None = None  # a list of ids; None: all tasks of the credential
    states: frozenset[str] | None = None  # only those in one of these
    order: str = "newest"  # newest | oldest; with ids, theirs
    most: int | None = None
    all_without_ids: bool = True  # what a request without ids asks for: everything, or nothing
    page: Page | None = None
    turned: tuple[Expression, str] | None = None  # where it is asked for the other order, and by which value
    where: tuple[Where, ...] = ()
    part: tuple[str, ...] = ()  # of what the view shows, where it is not all
    without: tuple[str, ...] = ()  # members of that which no item of the list has

    def refusals(self, successes: Sequence[str]) -> frozenset[str]:
        """A list may be empty and refuses nothing."""
        return frozenset()


@dataclass(frozen=True)
class Moves:
    """The operation moves a task to another state, from the states that lead there."""

    id: Expression
    to: str
    missing: str
    refused: str  # the outcome where its state does not lead there
    merges: bool = False  # whether the fields of the body replace those that the task was submitted with

    def refusals(self, successes: Sequence[str]) -> frozenset[str]:
        """The outcomes of a task that is not moved, unless such a one is answered as any other."""
        return frozenset({self.missing, self.refused}) - {*successes[:1]}


@dataclass(frozen=True)
class Removes:
    """The operation removes a task that is in one of these states: nobody sees it any more."""

    id: Expression
    states: frozenset[str]
    missing: str
    refused: str | None  # the outcome where it is in another state
    to: str | None = None  # or the state to which it is moved then

    def refusals(self, successes: Sequence[str]) -> frozenset[str]:
        """The outcomes of a task that stays."""
        return frozenset({self.missing, self.refused or self.missing}) - {*successes[:1]}


@dataclass(frozen=True)
class Changes:
    """The operation changes what a task was submitted with: what it made is made anew, its state stays."""

    id: Expression
    missing: str
    sets: tuple[tuple[tuple[str, ...], Expression], ...]  # a place in that, and what is put there

    def refusals(self, successes: Sequence[str]) -> frozenset[str]:
        """The outcome of a task that there is not."""
        return frozenset({self.missing}) - {*successes[:1]}


OfOne = Views | Moves | Removes | Changes  # what an operation does to the one task that a request names
Role = Starts | Lists | OfOne


@dataclass(frozen=True)
class Link:
    """Which operation an answer leads to, and where its parameters come from (OpenAPI's link object)."""

    name: str
    operation: str
    parameters: Mapping[str, Expression]
