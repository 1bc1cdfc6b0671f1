"""The steps of a script: several operations that are carried out in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from proofsheet.mockserver.state.protocol import Unforeseen

NOW = "\0now"  # an argument that the script fills in: the double's clock
ANYTHING, YES, NOTHING, TEXT, CALM = "", "1", "0", "=", "@"  # what an answer is expected to be (run.lua)


class Step(NamedTuple):
    """An operation on the keys of a slot; if it is not answered as expected, what follows is left undone."""

    slot: str  # what the names of its keys begin with
    operation: str
    arguments: tuple[Any, ...]
    expects: str = ANYTHING


def is_expected(wanted: str, answer: Any) -> bool:
    """As run.lua has it, for a cluster, where each step is a script of its own."""
    if wanted == YES:
        return bool(answer == 1)
    if wanted == NOTHING:
        return answer is None
    if wanted.startswith(TEXT):
        return bool(answer == wanted[1:].encode())
    if wanted.startswith(CALM):
        return len(answer) == 4 and answer[3] == wanted[1:].encode()
    return True


@dataclass
class Rehearsal:
    """What a call would ask if all went as it mostly does: the steps of each question, in order."""

    questions: list[tuple[Step, ...]] = field(default_factory=list)

    def note(self, steps: tuple[Step, ...], assumed: Sequence[Any] | None) -> Sequence[Any]:
        """Note a question; returns what is assumed of its answers. Raises Unforeseen."""
        self.questions.append(steps)
        if assumed is None:
            raise Unforeseen
        return assumed

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of them, one after another."""
        return tuple(step for each in self.questions for step in each)

    def answers(self, answered: Sequence[Any]) -> tuple[dict[Any, Any], bool]:
        """The answers to its questions, as far as the script has come; whether they are all as assumed."""
        found, rest = {}, list(answered)
        for steps in self.questions:
            if rest:
                found[asked(steps)], rest = rest[: len(steps)], rest[len(steps) :]
        steps = self.steps
        pairs = zip(steps, answered, strict=False)
        is_calm = len(answered) == len(steps) and all(is_expected(step.expects, each) for step, each in pairs)
        return found, is_calm


def asked(steps: tuple[Step, ...]) -> Any:
    """What is asked by these steps, whatever is expected of the answers."""
    return tuple(each[:3] for each in steps)
