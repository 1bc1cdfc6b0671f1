"""The plan: which cases are sent, in which order, and what they cost. Free ones first, paid ones merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby

from proofsheet.contracts.case import Case
from proofsheet.contracts.derive.access import access
from proofsheet.contracts.derive.allowed_values import listed
from proofsheet.contracts.derive.audio import audio
from proofsheet.contracts.derive.backgrounds import backgrounds
from proofsheet.contracts.derive.bounds import bounds
from proofsheet.contracts.derive.callbacks import NEEDS as CALLBACKS
from proofsheet.contracts.derive.callbacks import callbacks
from proofsheet.contracts.derive.classifications import classifications
from proofsheet.contracts.derive.completions import completions
from proofsheet.contracts.derive.dialogues import dialogues
from proofsheet.contracts.derive.edited_pictures import edited_pictures
from proofsheet.contracts.derive.every_answer import always
from proofsheet.contracts.derive.explored import explored
from proofsheet.contracts.derive.extended import extended
from proofsheet.contracts.derive.followed import followed
from proofsheet.contracts.derive.kept_answers import kept_answers
from proofsheet.contracts.derive.ledger import ledger
from proofsheet.contracts.derive.media_quality import media_quality
from proofsheet.contracts.derive.moderation import moderation
from proofsheet.contracts.derive.other_bodies import other_bodies
from proofsheet.contracts.derive.picture_streams import picture_streams
from proofsheet.contracts.derive.precedence import precedence
from proofsheet.contracts.derive.prompt_parameters import prompt_parameters
from proofsheet.contracts.derive.rate_limits import limits
from proofsheet.contracts.derive.repeated_requests import repeated
from proofsheet.contracts.derive.request_lines import places
from proofsheet.contracts.derive.robustness import robustness
from proofsheet.contracts.derive.rules import rules
from proofsheet.contracts.derive.samples import price, smallest
from proofsheet.contracts.derive.shown_members import shown_members
from proofsheet.contracts.derive.shutdowns import shutdowns
from proofsheet.contracts.derive.sizes import sizes
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.successes import answers
from proofsheet.contracts.derive.task_moves import task_moves
from proofsheet.contracts.derive.task_requests import view_of
from proofsheet.contracts.derive.tasks import tasks
from proofsheet.contracts.derive.uploads import uploads
from proofsheet.contracts.derive.video import video
from proofsheet.contracts.derive.wrong_types import kinds
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.plan.balance_probes import watched
from proofsheet.contracts.plan.distinct import distinct
from proofsheet.contracts.plan.follow_ups import follow_ups
from proofsheet.contracts.plan.paid_coverage import Coverage
from proofsheet.contracts.plan.paid_requests import Paid, coverage, paid_requests
from proofsheet.contracts.plan.rate_order import spread
from proofsheet.contracts.plan.representatives import represented
from proofsheet.contracts.plan.task_cases import in_turn
from proofsheet.contracts.requirement import PROFILES, Requirement
from proofsheet.spec.document import Operation

DERIVERS = (
    *(always, access, precedence, places, bounds, listed, rules, kinds, uploads, robustness, shutdowns),
    *(
        tasks,
        task_moves,
        callbacks,
        follow_ups,
        prompt_parameters,
        completions,
        kept_answers,
        classifications,
        audio,
        video,
        picture_streams,
        answers,
        shown_members,
        sizes,
        backgrounds,
        edited_pictures,
        media_quality,
        ledger,
        extended,
        repeated,
        moderation,
        limits,
        explored,
    ),
    other_bodies,
)
ALLOWED = frozenset({"paid"})  # what a run may do by default
DEAREST = Decimal(20)  # credits: what costs more is bought by the extended profile only
LARGEST = 1_000_000  # bytes: a larger request that is only assumed is sent by the extended profile only


@dataclass(frozen=True)
class Plan:
    """Requirements and the cases that answer them, in the order in which they are sent."""

    requirements: tuple[Requirement, ...]
    cases: tuple[Case, ...]
    lacking: Mapping[str, str] = field(default_factory=dict)  # requirement id to why it has no case
    coverage: Mapping[str, Coverage] = field(default_factory=dict, compare=False)  # by operation
    requested: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of a paid case: its values

    @property
    def price(self) -> Decimal:
        """Credits that a target which keeps the contract charges for the plan."""
        return sum((case.cost for case in self.cases if case.pays), Decimal(0))

    @property
    def risk(self) -> Decimal:
        """The credits of the dearest refusal: what a target that grants it would charge."""
        return max((case.cost for case in self.cases if not case.pays), default=Decimal(0))


def plan(
    source: Source,
    profile: str,
    only: tuple[str, ...] = (),
    permissions: frozenset[str] = ALLOWED,
    seed: int = 0,
    prompts: Mapping[str, str] | None = None,
    spares: bool = True,
) -> Plan:
    """The plan for a profile, all cheaper profiles included; `only` keeps requirements by id or prefix.

    A requirement that needs a permission which is not given stays in the plan, without a case. Another
    `seed` gives other paid requests at much the same price. `prompts` are words that the target is known to
    judge, `flagged` and `filtered`; each that is given counts as the permission `…-prompt`. Where the plan
    `spares` requests, one operation speaks for others of its policy below extended: see `representatives`.
    """
    source = replace(source, seed=seed, prompts=prompts or {})
    permissions |= {f"{name}-prompt" for name in source.prompts}
    wanted = PROFILES[: PROFILES.index(profile) + 1]
    every = [each for each in derived(source) if each.requirement.profile in wanted]
    usable = [each for each in every if each.requirement.is_allowed(permissions)]
    if "paid" not in permissions:
        usable = [each for each in usable if not any(case.follow for case in each.cases)]
    needed = _with_predecessors(usable, _selected(every, only))
    if profile != PROFILES[-1] and spares:
        needed = represented(source.document, needed, only, lambda name: is_selected(name, only), seed)
    asks = {each.requirement.id: each for each in needed}
    found = [
        asks.get(each.requirement.id, each)
        for each in _selected(every, only)
        if not each.shared or each.requirement.id in asks
    ]
    requirements = {each.requirement.id: each.requirement for each in found}
    paid = _paid(source, usable, needed) if "paid" in permissions else []
    lacking = dict(_lacking(found, permissions))
    asked = {name: each for name, each in requirements.items() if name not in lacking}
    cases = tuple(case.keeping(lambda each: _is_kept(each, asked)) for case in _cases(source, needed, paid))
    covered = coverage(source, paid)
    requested = {
        each.case.id: covered[each.case.operation].labels_of(each.request.body, each.request.accept)
        for each in paid
    }
    return Plan(tuple(requirements.values()), cases, lacking, covered, requested)


def derived(source: Source) -> Iterator[Derived]:
    """All that the document requires, in every profile, with what answers it."""
    for operation in source.document.operations.values():
        yield from _derived(source, operation)


def _selected(every: list[Derived], only: tuple[str, ...]) -> list[Derived]:
    return [each for each in every if is_selected(each.requirement.id, only)]


def _paid(source: Source, usable: list[Derived], needed: list[Derived]) -> list[Paid]:
    """The paid requests that answer `needed`: the same ones whatever part of a profile is selected."""
    if not any(each.paid for each in needed):
        return []
    names = {each.requirement.id for each in needed}
    found = paid_requests(source, usable)
    return [each for each in found if any(one.requirement in names for one in each.case.expects)]


def _with_predecessors(every: list[Derived], found: list[Derived]) -> list[Derived]:
    """`found`, and what their answers are compared with.

    A requirement on every answer needs all that is sent to its operation; others need nothing that is paid.
    """
    known = {each.requirement.id for each in found}
    general = {each.requirement.operation for each in found if each.is_general}
    topics = {(each.requirement.operation, topic) for each in found for topic in _before(each)}
    return [
        each
        for each in every
        if each.requirement.id in known
        or each.requirement.operation in general
        or (each.cases and not each.paid and _is_among(each.requirement, topics))
    ]


def _before(derived: Derived) -> Iterator[str]:
    """How the topics begin whose cases must have been sent before its own."""
    expects = [each for case in derived.cases for each in case.expects]
    for each in (*expects, *([derived.ledger] if derived.ledger else ())):
        if each.after is not None:
            yield each.after


def _is_kept(expect: Expectation, requirements: Mapping[str, Requirement]) -> bool:
    """Whether a case needs it: for what is selected, or to be distinguished from an accidental refusal."""
    return expect.requirement in requirements or expect.after is not None


def _is_among(requirement: Requirement, topics: set[tuple[str, str]]) -> bool:
    operation, topic = requirement.operation, requirement.id.split(".", 2)[2]
    return any(operation == name and topic.startswith(beginning) for name, beginning in topics)


def _lacking(found: list[Derived], permissions: frozenset[str]) -> Iterator[tuple[str, str]]:
    for each in found:
        if not each.requirement.is_allowed(permissions):
            needs = (each.requirement.needs or "").split("+")
            yield each.requirement.id, "; ".join(_need(name) for name in needs if name not in permissions)
        elif each.by_explorers:
            yield each.requirement.id, "asked by exploring only: --explore 25"


def _need(name: str) -> str:
    if name == CALLBACKS:
        return "needs --callback-listen"
    if name.endswith("-key"):
        return f"needs {name.removesuffix('-key')}_key_env in target.toml"
    if name.endswith("-prompt"):
        return f"needs prompts.{name.removesuffix('-prompt')} in target.toml"
    return f"needs --allow {name}"


def _cases(source: Source, found: list[Derived], pictures: list[Paid]) -> Iterator[Case]:
    """Refusals, pictures from the cheapest on, and bursts, after which nothing else would be answered."""
    bursts = [case for each in found if _bursts(each) for case in each.cases]
    alone = (case for each in found if not _bursts(each) for case in each.cases if not case.follow)
    refusals = distinct(alone)  # several requirements may share one
    followed = distinct(case for each in found for case in each.cases if case.follow)
    paid = in_turn([*(each.case for each in pictures), *followed])
    groups = [list(group) for _, group in groupby(refusals, key=lambda case: case.operation)]
    blocks = spread(source.document, groups)
    yield from watched(source.document, blocks, paid, [each for each in found if each.ledger])
    yield from bursts


def _bursts(derived: Derived) -> bool:
    return "burst" in (derived.requirement.needs or "").split("+")


def _derived(source: Source, operation: Operation) -> Iterator[Derived]:
    is_dear = price(operation, smallest(operation)) > DEAREST
    is_followed = not operation.lifecycles or view_of(source.document, operation) is not None
    for deriver in DERIVERS if operation.dialogue is None else (dialogues,):
        for each in deriver(source, operation):
            # What a task of an offer is like depends on its parent: such a one is planned in follow_ups.
            is_bought = any(one.operation == operation.id for one in each.paid) or each.every or each.ledger
            if is_followed or not is_bought:
                known = followed(source, operation, each)
                yield _put_off(known) if _is_put_off(known, is_dear) else known


def _is_put_off(derived: Derived, is_dear: bool) -> bool:
    """Whether it is worth its credits, or its bytes, only to who wants to know all."""
    wanted = derived.requirement
    if wanted.profile == "core" and is_dear:
        return True
    return wanted.grade == "assumed" and any(_is_large(case) for case in derived.cases)


def _is_large(case: Case) -> bool:
    return any(step.request.length > LARGEST for step in case.steps)


def _put_off(derived: Derived) -> Derived:
    return replace(derived, requirement=replace(derived.requirement, profile="extended"))


def is_selected(name: str, only: Iterable[str]) -> bool:
    """Whether a requirement is among `only`, by its id or the beginning of it; all are if it is empty."""
    names = list(only)
    return not names or any(name == each or name.startswith(each + ".") for each in names)
