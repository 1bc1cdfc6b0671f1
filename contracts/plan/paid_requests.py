"""Paid pictures: as few as fulfil all wishes, each with a prompt of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.contracts.case import Case, Wish
from proofsheet.contracts.derive.picture_prompts import numbered
from proofsheet.contracts.derive.samples import case_of, prompt_of, prompted, smallest
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.document import Document, Operation


@dataclass
class _Picture:
    """One picture to be paid for, and the wishes it fulfils."""

    operation: str
    accept: str | None
    fields: dict[str, Any]
    wishes: list[Wish]
    own: str = ""
    alone: bool = False

    def take(self, wish: Wish) -> bool:
        if wish.operation != self.operation or not wish.agrees(self.accept, self.fields):
            return False
        if self.own != wish.own and (wish.own or self.alone or not self._adds_nothing(wish)):
            return False
        self.accept = wish.accept if self.accept is None else self.accept
        self.fields.update(wish.fields)
        self.wishes.append(wish)
        return True

    def _adds_nothing(self, wish: Wish) -> bool:
        return wish.accept in (None, self.accept) and wish.fields.keys() <= self.fields.keys()


def fulfil(
    document: Document, wishes: Iterable[Wish], every: Iterable[tuple[str, Expectation]] = (), seed: int = 0
) -> Iterator[Case]:
    """The pictures for all wishes: the choosiest first, each joins the first picture that fits.

    `every` is what is asked of each picture of an operation that does not stand alone; `seed` decides what
    the pictures show.
    """
    pictures: list[_Picture] = []
    for wish in sorted(wishes, key=lambda each: (not each.own, -len(each.fields), each.accept is None)):
        if not any(picture.take(wish) for picture in pictures):
            fields = dict(wish.fields)
            pictures.append(_Picture(wish.operation, wish.accept, fields, [wish], wish.own, wish.alone))
    everywhere = list(every)
    for number, picture in enumerate(pictures, 1):
        asked = [each.expect for each in picture.wishes]
        asked += [each for name, each in everywhere if name == picture.operation and not picture.alone]
        operation = document.operations[picture.operation]
        yield _case(operation, picture, number, numbered(number, seed), tuple(_distinct(asked)))


def _case(
    operation: Operation, picture: _Picture, number: int, subject: str, expects: tuple[Expectation, ...]
) -> Case:
    headers = {"accept": (picture.accept or "image/*").strip()} if picture.accept != "" else {}
    body = smallest(operation, **{**prompted(operation, subject), **picture.fields})
    case = case_of(operation, f"picture-{number}", body, expects, pays=True, headers=headers)
    return replace(case, prompt=prompt_of(operation, body))


def _distinct(expects: Iterable[Expectation]) -> Iterator[Expectation]:
    seen: list[Expectation] = []
    for each in expects:
        if each not in seen:
            seen.append(each)
            yield each
