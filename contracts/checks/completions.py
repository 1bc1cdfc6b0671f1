"""What is expected of what is written in reply: that it is there, and keeps to what was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.contracts.checks.expected import OfSuccess
from proofsheet.contracts.checks.extraction import gallery, whole_number
from proofsheet.contracts.checks.outcomes import parsed
from proofsheet.contracts.checks.written import adds_up, values
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.history import Unjudged
from proofsheet.spec import pointers
from proofsheet.spec.schemas import Schema


@dataclass(frozen=True)
class Answered(OfSuccess):
    """There is a text, its end is one that is documented, and the usage adds up."""

    def of_success(self, answer: Answer) -> Iterator[str]:
        texts = values(answer, "$choice.text")
        if not texts or not all(isinstance(each, str) and each for each in texts):
            yield f"expected a text, came {texts!r:.80}"
        completion = answer.operation.completion
        known = set(completion.finishes.values()) if completion else set()
        for word in values(answer, "$choice.finish"):
            if word not in known:
                yield f"expected an end of {', '.join(sorted(known))}, came {word!r}"
        counts = [
            each for name in ("prompt", "completion", "total") for each in values(answer, f"$usage.{name}")
        ]
        if len(counts) == 3:
            yield from adds_up(counts)


@dataclass(frozen=True)
class TokensAtMost(OfSuccess):
    """It has at most so many tokens by its own usage, and says that it was cut."""

    most: int

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = values(answer, "$usage.completion")
        if not found:
            raise Unjudged("the answer does not say how many tokens it has")
        written = whole_number(found[0])
        if written is None:
            yield f"expected a whole number of tokens, came {found[0]!r:.80}"
            return
        if written > self.most:
            yield f"expected at most {self.most} tokens, came {written}"
        completion = answer.operation.completion
        word = completion.finishes["length"] if completion else ""
        # A text may end by itself before.
        for came in values(answer, "$choice.finish") if written >= self.most else ():
            if came != word:
                yield f"expected the end {word!r} of a text that was cut, came {came!r}"


@dataclass(frozen=True)
class ChoiceCount(OfSuccess):
    """As many choices come as were asked for, numbered."""

    count: int

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = values(answer, "$choice.index") or values(answer, "$choice.text")
        wanted = list(range(self.count))
        if len(found) != self.count or (values(answer, "$choice.index") and found != wanted):
            yield f"expected {self.count} choices, numbered {wanted}, came {found!r:.80}"


@dataclass(frozen=True)
class StopsBefore(OfSuccess):
    """None of these texts is in it."""

    texts: tuple[str, ...]

    def of_success(self, answer: Answer) -> Iterator[str]:
        texts = values(answer, "$choice.text")
        if not texts:
            raise Unjudged("there is no text to look at")
        for text in texts:
            for stop in self.texts:
                if isinstance(text, str) and stop in text:
                    yield f"expected it to end before {stop!r}, came {text[:80]!r}"


@dataclass(frozen=True)
class KeepsToSchema(OfSuccess):
    """Every text is JSON that the schema admits."""

    schema: Mapping[str, Any] = field(default_factory=dict)

    def of_success(self, answer: Answer) -> Iterator[str]:
        texts = values(answer, "$choice.text")
        if not texts:
            yield "expected a text, came none"
        for text in texts:
            yield from _breaks(self.schema, text, "a text")


@dataclass(frozen=True)
class CallsTool(OfSuccess):
    """A tool is called that was declared, with arguments that its schema admits; and that is how it ends."""

    tools: Mapping[str, Any] = field(default_factory=dict)  # their schemas by name

    def of_success(self, answer: Answer) -> Iterator[str]:
        names, arguments = values(answer, "$tool.name"), values(answer, "$tool.arguments")
        if not names:
            yield f"expected a call of {' or '.join(self.tools)}, came none"
        if len(names) != len(arguments):
            yield f"expected arguments of each call, came {len(arguments)} of {len(names)}"
        for name, text in zip(names, arguments, strict=False):
            if name not in self.tools:
                yield f"expected a call of {' or '.join(self.tools)}, came one of {name!r}"
            else:
                yield from _breaks(self.tools[name], text, f"the arguments of {name}")
        completion = answer.operation.completion
        word = completion.finishes["calls"] if completion else ""
        for came in values(answer, "$choice.finish") if names else ():
            if came != word:
                yield f"expected the end {word!r}, came {came!r}"


@dataclass(frozen=True)
class ShowsPicture(OfSuccess):
    """A text shows a picture by its link, and that is one."""

    def of_success(self, answer: Answer) -> Iterator[str]:
        for each in gallery(answer.exchange, answer.operation):
            if isinstance(each, str):
                yield f"expected a picture that the text shows: {each}"
            elif each.problem:
                yield f"expected a picture that the text shows, came a file that {each.problem}"


@dataclass(frozen=True)
class NamesResource(OfSuccess):
    """What it says at a place that it was made with is what was asked for (`names`), or a version of that."""

    at: tuple[str, ...]
    names: tuple[str, ...]

    def of_success(self, answer: Answer) -> Iterator[str]:
        found = list(pointers.find(parsed(answer.exchange), self.at))
        if not found:
            raise Unjudged(f"the answer has no {pointers.join(*self.at)}")
        for came in found:
            if not (isinstance(came, str) and came.startswith(self.names)):
                yield f"expected {pointers.join(*self.at)} to be {' or '.join(self.names)}, came {came!r:.80}"


def _breaks(schema: Mapping[str, Any], text: Any, what: str) -> Iterator[str]:
    try:
        value = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        yield f"expected {what} to be JSON, came {text!r:.80}"
        return
    for flaw in Schema(dict(schema)).flaws(value)[:1]:
        why = f"{flaw.field}: {flaw.kind}"
        yield f"expected {what} to satisfy the schema that was sent ({why}), came {text[:80]!r}"
