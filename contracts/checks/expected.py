"""What a case expects of its answer: a status, a success, a picture, its size, its seed, how many come."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.checks.extraction import (
    excerpt,
    gallery,
    is_optional,
    pictures,
    reported_seed,
    seed_is_absent,
)
from proofsheet.contracts.checks.media_quality import decoded
from proofsheet.contracts.checks.outcomes import in_words, is_declared_refusal, is_success, parsed
from proofsheet.contracts.checks.pictures import FORMATS
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.history import Unjudged
from proofsheet.spec import pointers


class OfSuccess(Expectation):
    """Something expected of a success; that an answer is none is found, and nothing else then."""

    def findings(self, answer: Answer) -> Iterator[str]:
        if is_success(answer.exchange, answer.operation):
            yield from self.of_success(answer)
        else:
            came = in_words(answer.exchange, answer.operation)
            yield f"expected {answer.operation.success.status}, came {came} {excerpt(answer.exchange)}"

    @abstractmethod
    def of_success(self, answer: Answer) -> Iterator[str]:
        """What is wrong with a success, one message each. Raises Unjudged where nothing can be said."""


@dataclass(frozen=True)
class StatusIsOneOf(Expectation):
    """The status is one of these."""

    allowed: tuple[int, ...]

    def findings(self, answer: Answer) -> Iterator[str]:
        if answer.exchange.status not in self.allowed:
            wanted = " or ".join(str(each) for each in self.allowed)
            yield f"expected {wanted}, came {answer.exchange.status} {excerpt(answer.exchange)}"


@dataclass(frozen=True)
class IsRefusal(Expectation):
    """The answer is some declared refusal: from 400 to 499, or one that has the status of a success."""

    def findings(self, answer: Answer) -> Iterator[str]:
        if not is_declared_refusal(answer.exchange, answer.operation):
            came = in_words(answer.exchange, answer.operation)
            yield f"expected a declared refusal, came {came} {excerpt(answer.exchange)}"


@dataclass(frozen=True)
class IsSuccess(OfSuccess):
    """The answer is a success."""

    def of_success(self, answer: Answer) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True)
class Constants(Expectation):
    """What the document's example of a success says in so many words: pointer to text, header to text."""

    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange = answer.exchange
        if not is_success(exchange, answer.operation):
            raise Unjudged("there is no success to look at")
        for pointer, wanted in self.body.items():
            place = pointers.split(pointer)
            came = next(pointers.find(parsed(exchange), place), None)
            if came is None and is_optional(self._schema(answer), place):
                continue
            if came != wanted:
                yield f"expected {pointer} to be {wanted!r}, came {came!r}"
        for name, wanted in self.headers.items():
            if exchange.header(name.lower()) != wanted:
                yield f"expected the header {name}: {wanted}, came {exchange.header(name.lower())}"

    def _schema(self, answer: Answer) -> Mapping[str, Any]:
        representation = answer.operation.success.representations.get(answer.exchange.media_type)
        return representation.schema if representation else {}


@dataclass(frozen=True)
class Picture(Expectation):
    """A success of this media type, whose picture decodes whole and is in the format `encoded`, if given."""

    of = "file"

    media_type: str
    encoded: str = ""  # the media type of the picture itself

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange = answer.exchange
        if not is_success(exchange, answer.operation):
            yield f"expected a picture, came {in_words(exchange, answer.operation)} {excerpt(exchange)}"
        elif exchange.media_type != self.media_type:
            yield f"expected {self.media_type}, came {exchange.media_type or 'no content-type'}"
        else:
            for each in gallery(exchange, answer.operation):
                if isinstance(each, str):
                    yield each
                elif each.problem:
                    yield f"the picture {each.problem}"
                elif each.format != FORMATS.get(self.encoded, each.format):
                    yield f"expected the picture in {self.encoded}, came {each.format}"


@dataclass(frozen=True)
class FormatIs(Expectation):
    """Every picture is in the format of this media type, whatever the answer is labelled."""

    of = "file"

    encoded: str

    def findings(self, answer: Answer) -> Iterator[str]:
        wanted = FORMATS.get(self.encoded)
        for each in decoded(answer):
            if wanted is not None and each.format != wanted:
                yield f"expected a picture in {wanted}, came {each.format}"


ROUNDED = 0.01  # relative, of the ratio of a drawing: its sides may be whole numbers


@dataclass(frozen=True)
class SizeIs(Expectation):
    """Every picture has this size in pixels, or with a tolerance its ratio, and about as many pixels.

    Of a drawing the ratio alone counts: it is as large as it is shown.
    """

    of = "file"

    width: int
    height: int
    tolerance: float = 0.0  # relative, of the ratio
    times: float = 2.0  # as many pixels at most, or as few: with a tolerance

    def findings(self, answer: Answer) -> Iterator[str]:
        for each in decoded(answer):
            fits = self._has_ratio if each.shapes is not None else self._fits
            if not fits(each.width, each.height):
                about = "about " if self.tolerance else ""
                wanted = f"{about}{self.width} x {self.height} pixels"
                yield f"expected {wanted}, came {each.width} x {each.height}"

    def _fits(self, width: int, height: int) -> bool:
        if not self.tolerance:
            return (width, height) == (self.width, self.height)
        area = (width * height) / (self.width * self.height)
        return self._has_ratio(width, height) and 1 / self.times <= area <= self.times

    def _has_ratio(self, width: int, height: int) -> bool:
        ratio = (width / height) / (self.width / self.height)
        return abs(ratio - 1) <= (self.tolerance or ROUNDED)


@dataclass(frozen=True)
class SeedIs(Expectation):
    """The seed that is reported is the one that was sent, or where `seed` is None a fresh one."""

    of = "report"

    seed: int | None
    maximum: int

    def findings(self, answer: Answer) -> Iterator[str]:
        if seed_is_absent(answer.exchange, answer.operation):
            raise Unjudged("no seed is reported")
        came = reported_seed(answer.exchange, answer.operation)
        if came is None:
            yield "the seed is not reported"
        elif self.seed is not None and came != self.seed:
            yield f"expected the seed {self.seed} to be reported, came {came}"
        elif self.seed is None and not 0 < came <= self.maximum:
            yield f"expected a fresh seed from 1 to {self.maximum}, came {came}"


@dataclass(frozen=True)
class PictureCount(Expectation):
    """So many pictures came."""

    count: int

    def findings(self, answer: Answer) -> Iterator[str]:
        exchange, operation = answer.exchange, answer.operation
        if not is_success(exchange, operation):
            yield f"expected {self.count} pictures, came {in_words(exchange, operation)} {excerpt(exchange)}"
        elif (came := len(list(pictures(exchange, operation)))) != self.count:
            yield f"expected {self.count} pictures, came {came}"
