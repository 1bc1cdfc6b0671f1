"""Follow-ups by offers: that a finished task shows them, and that what is taken does what its name says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofsheet.contracts.checks import scenes
from proofsheet.contracts.checks.edited_pictures import SAME_SHADE, distances
from proofsheet.contracts.checks.extraction import answered, bound, other_outcome
from proofsheet.contracts.checks.image_facts import SMALL, ImageFacts, inspect, preview, quarter
from proofsheet.contracts.checks.outcomes import is_granted, parsed
from proofsheet.contracts.checks.task_facts import ARTIFACT_ID, JSON, end_of, views
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import END, FILE, SUBMIT, Ended, Trail
from proofsheet.spec import pointers
from proofsheet.spec.tasks import Offer

CLEARLY = 0.6  # times as far: then another quarter is the one that is shown
LEAST_SHARED = 0.5  # share of the points that an enlarged quarter has in common with it
RATIO = 0.08  # relative
TIMES = 2.5  # as many pixels, or as few
_EVERY = b"\1" * SMALL * SMALL


def ended(trail: Trail, state: str) -> Ended:
    """What is remembered of a task that ended."""
    assert trail.id is not None
    files = [look.exchange.body for look in trail.roles(FILE) if look.exchange.status == 200]
    points, sides = preview(files[0]) if files else (b"", (0, 0))
    made = next((str(found.get(ARTIFACT_ID)) for _, found in views(trail, END) if found.get(ARTIFACT_ID)), "")
    return Ended(trail.id, state, tuple(offers_shown(trail)), points, sides, _is_grid(trail), made)


def _is_grid(trail: Trail) -> bool:
    """Whether its picture is four in one file, as the offer that was taken or the operation says."""
    artifact = trail.operation.artifact
    return artifact is not None and artifact.grid


def offers_shown(trail: Trail) -> Iterator[tuple[str, str]]:
    """The ids and labels of the offers that the view of a task shows at its end."""
    for look, found in views(trail, END):
        outcome = trail.view.outcomes.get(found.state or "")
        form = outcome.representations.get(JSON) if outcome else None
        ids, labels = (list(_found(trail, look, form, f"$offer.{name}")) for name in ("id", "label"))
        yield from zip(ids, labels if len(labels) == len(ids) else ids, strict=True)


def _found(trail: Trail, look: object, form: object, name: str) -> Iterator[str]:
    for place in bound(form, name):  # type: ignore[arg-type]
        for each in pointers.find(parsed(look.exchange), place):  # type: ignore[attr-defined]
            yield str(each)


def shown_id(offer: Offer, shown: Sequence[tuple[str, str]]) -> str | None:
    """The id under which a view shows an offer: by the form of its id, or by its label."""
    if offer.id is None:
        return None
    parts = re.split(r"\{\$[^{}]+\}", offer.id.text)
    form = re.compile(".+".join(map(re.escape, parts)))
    by_id = (id for id, _ in shown if form.fullmatch(id))
    by_label = (id for id, label in shown if offer.label and label == offer.label)
    return next(by_id, next(by_label, None))


@dataclass(frozen=True)
class OffersShown(OfTrail):
    """The view of a task that ended in this state shows what can be done with it."""

    state: str

    def of_trail(self, trail: Trail) -> Iterator[str]:
        if end_of(trail) != self.state:
            raise Unjudged(f"it did not end in {self.state}")
        shown = list(offers_shown(trail))
        for each in trail.lifecycle.states[self.state].offers:
            if each.id is not None and shown_id(each, shown) is None:
                yield f"in {self.state} the view does not offer {each.name} ({each.id.text})"


@dataclass(frozen=True)
class OfferTaken(OfTrail):
    """A follow-up that takes an offer is answered as documented, and does with the picture what it says."""

    offer: Offer

    def of_trail(self, trail: Trail) -> Iterator[str]:
        wrong = [*self._answered(trail), *self._moved_on(trail)]
        if not wrong and (end := end_of(trail)) != trail.lifecycle.ordinary_end:
            raise Unjudged(f"it ended in {end}" if end else "it was not seen to end")
        yield from wrong or self._pictures(trail)

    def _moved_on(self, trail: Trail) -> Iterator[str]:
        for look in trail.looks:
            if look.role.startswith("on ") and not is_granted(look.exchange, look.operation):
                came = answered(look.exchange)
                yield f"{self.offer.name} waits for {look.operation.id}, which answered {came}"

    def _answered(self, trail: Trail) -> Iterator[str]:
        for look in trail.roles(SUBMIT):
            if self.offer.answer:
                yield from other_outcome(look.exchange, look.operation, self.offer.answer)
            elif not is_granted(look.exchange, look.operation):
                yield f"{self.offer.name} is offered and was not taken: {answered(look.exchange)}"

    def _pictures(self, trail: Trail) -> Iterator[str]:
        parent, wanted = trail.parent, self.offer.artifact
        made = [inspect(look.exchange.body) for look in trail.roles(FILE)]
        if wanted is None or parent is None or not parent.preview or not made or not made[0].small:
            return
        sides = wanted.size_of(parent.sides, parent.is_grid, trail.sent)
        yield from _sized(made[0], sides)
        if wanted.effect == "quarter" and parent.is_grid:
            yield from _enlarged(parent, wanted.index, made[0].small)
            return
        file = next(trail.roles(FILE)).exchange.body
        if wanted.effect == "vary" and parent.is_grid and wanted.grid:
            points, _ = preview(file)
            wrong = list(_nearest(parent, wanted.index, [quarter(points, each) for each in range(1, 5)]))
            yield from wrong
            if wrong:
                return
        if wanted.effect in scenes.EFFECTS:
            yield from scenes.unlike(parent, wanted, trail.sent, file)


def _sized(made: ImageFacts, sides: tuple[int, int]) -> Iterator[str]:
    """About the size that follows from that of the picture before: vendors round it in their own ways."""
    ratio = (made.width / made.height) / (sides[0] / sides[1])
    area = made.width * made.height / (sides[0] * sides[1])
    if abs(ratio - 1) > RATIO or not 1 / TIMES <= area <= TIMES:
        yield f"expected about {sides[0]} x {sides[1]} pixels, came {made.width} x {made.height}"


def _enlarged(parent: Ended, index: int, points: bytes) -> Iterator[str]:
    """The quarter of the grid with this number, as it is."""
    wrong = list(_nearest(parent, index, [points]))
    yield from wrong
    close = [each <= SAME_SHADE for each in distances(points, quarter(parent.preview, index), _EVERY)]
    if not wrong and sum(close) < LEAST_SHARED * len(close):
        share = sum(close) / len(close)
        yield f"expected the picture {index} of the grid, came one that has {share:.0%} in common with it"


def _nearest(parent: Ended, index: int, made: Sequence[bytes]) -> Iterator[str]:
    """Of the four pictures of the grid another is clearly nearer."""
    far = {each: _mean(quarter(parent.preview, each), made) for each in range(1, 5)}
    nearest = min(far, key=lambda each: far[each])
    if nearest != index and far[nearest] < CLEARLY * far[index]:
        yield f"expected what comes of picture {index} of the grid, came what comes of picture {nearest}"


def _mean(one: bytes, others: Sequence[bytes]) -> float:
    """How far pictures are from one, in shades of a channel."""
    sums = (sum(abs(a - b) for a, b in zip(one, other, strict=True)) for other in others)
    return sum(sums) / (len(one) * len(others))
