"""Paid pictures: as few as fulfil all wishes, each with a prompt of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from contracts.case import Case, Expect, Wish
from contracts.samples import prompt_of, prompted, request, smallest
from spec.document import Document, Operation

SUBJECTS = (
    "A lighthouse on a cliff at dusk, oil painting",
    "A red bicycle leaning on a white wall, photograph",
    "A bowl of lemons on a dark table, still life",
    "A wooden boat on a calm lake in the morning fog",
    "A snow-covered mountain under a starry sky",
    "A field of sunflowers below a blue sky",
    "An old clock tower in a rainy street at night",
    "A green frog on a water lily, close-up",
    "A steam train crossing a stone bridge in autumn",
    "A glass greenhouse full of tropical plants",
    "A desert road that leads to distant red rocks",
    "A harbour with fishing boats, watercolour",
)


@dataclass
class _Picture:
    """One picture to be paid for, and the wishes it fulfils."""

    operation: str
    accept: str | None
    fields: dict[str, Any]
    wishes: list[Wish]
    own: str = ""

    def take(self, wish: Wish) -> bool:
        if wish.operation != self.operation or not wish.agrees(self.accept, self.fields):
            return False
        if self.own != wish.own and (wish.own or not self._adds_nothing(wish)):
            return False
        self.accept = wish.accept if self.accept is None else self.accept
        self.fields.update(wish.fields)
        self.wishes.append(wish)
        return True

    def _adds_nothing(self, wish: Wish) -> bool:
        return wish.accept in (None, self.accept) and wish.fields.keys() <= self.fields.keys()


def fulfil(
    document: Document, wishes: Iterable[Wish], every: Iterable[tuple[str, Expect]] = ()
) -> Iterator[Case]:
    """The pictures for all wishes: the choosiest first, each joins the first picture that fits.

    `every` is what is asked of each picture of an operation, (operation, expectation).
    """
    pictures: list[_Picture] = []
    for wish in sorted(wishes, key=lambda each: (not each.own, -len(each.fields), each.accept is None)):
        if not any(picture.take(wish) for picture in pictures):
            pictures.append(_Picture(wish.operation, wish.accept, dict(wish.fields), [wish], wish.own))
    everywhere = list(every)
    for number, picture in enumerate(pictures, 1):
        asked = [each.expect for each in picture.wishes]
        asked += [each for name, each in everywhere if name == picture.operation]
        operation = document.operations[picture.operation]
        yield _case(operation, picture, number, tuple(_distinct(asked)))


def _case(operation: Operation, picture: _Picture, number: int, expects: tuple[Expect, ...]) -> Case:
    subject = SUBJECTS[number % len(SUBJECTS)] + (f", number {number}" if number >= len(SUBJECTS) else "")
    headers = {"accept": picture.accept or "image/*"} if picture.accept != "" else {}
    body = smallest(operation, **{**prompted(operation, subject), **picture.fields})
    case = request(operation, f"picture-{number}", body, expects, pays=True, headers=headers)
    return replace(case, prompt=prompt_of(operation, body))


def _distinct(expects: Iterable[Expect]) -> Iterator[Expect]:
    seen: list[Expect] = []
    for each in expects:
        if each not in seen:
            seen.append(each)
            yield each
