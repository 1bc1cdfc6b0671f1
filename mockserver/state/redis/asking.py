"""How a task asks a server: its steps in as few scripts as can be, and the clock as it was told last.

What a call asks before its gates have been passed is rehearsed and asked in one script; what it says at its
end waits for the next question. Both are remembered with the task of the event loop (`waiting.known`).
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.mockserver.state.redis import waiting
from proofsheet.mockserver.state.redis.link import Link, Script
from proofsheet.mockserver.state.redis.steps import NOW, Rehearsal, Step, asked, is_expected

_FRESH = 0.05  # seconds for which a task goes by the time that it was told


@dataclass(frozen=True)
class Moment:
    """The double's clock as a script tells it: the time, whether it stands, and what it is set to."""

    now: float
    frozen: bool
    set_to: str
    heard: float  # on our own monotonic clock

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.heard < _FRESH

    def later(self) -> float:
        """The time by now, unless somebody has set the clock since."""
        return self.now if self.frozen else self.now + time.monotonic() - self.heard


class Asking:
    """Questions to a server, as steps. Each raises StateUnavailable."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._script = Script("common", "shared", "credential", "run")
        self._all = f"{link.prefix}:{{all}}"
        self._last: Moment | None = None  # told to any task

    def shared(self, operation: str, *arguments: Any, expects: str = "") -> Step:
        """A step on what all credentials share."""
        return Step(self._all, operation, arguments, expects)

    def of(self, credential: str, operation: str, *arguments: Any, expects: str = "") -> Step:
        """A step on what belongs to a credential."""
        label = hashlib.sha256(credential.encode()).hexdigest()[:20]
        return Step(f"{self._link.prefix}:{{{label}}}", operation, arguments, expects)

    def ask(self, *steps: Step, assumed: Sequence[Any] | None = None) -> Sequence[Any]:
        """The answers, as far as they are as expected. In a rehearsal, what is assumed of them."""
        known = waiting.known()
        if known is None:
            return self._run(steps)
        if (rehearsal := known.get("rehearsal")) is not None:
            noted: Sequence[Any] = rehearsal.note(steps, assumed)
            return noted
        if answers := known.get("answers"):
            found: Sequence[Any] | None = answers.pop(asked(steps), None)
            if found is not None:
                return found
        later: list[Step] = known.pop("later", [])
        return self._run((*later, *steps))[len(later) :]

    def say(self, step: Step) -> bool:
        """Have a step carried out with the next that this call asks; False if it is to be asked by itself."""
        known = waiting.known()
        if known is None or "answers" not in known:
            return False
        known.setdefault("later", []).append(step)
        return True

    def unsaid(self) -> list[Step]:
        """What this call has still to say."""
        known = waiting.known() or {}
        found: list[Step] = known.pop("later", [])
        return found

    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        """Within it, nothing is asked: what would be is noted, and answered with what is assumed."""
        known = waiting.known()
        assert known is not None
        made = known["rehearsal"] = Rehearsal()
        try:
            yield made
        finally:
            del known["rehearsal"]

    def ask_rehearsed(self, rehearsal: Rehearsal) -> bool:
        """Ask all of it, and remember the answers for this call; whether they are as was assumed."""
        known = waiting.known()
        assert known is not None
        answered = self._run(rehearsal.steps) if rehearsal.questions else ()
        known["answers"], is_calm = rehearsal.answers(answered)
        return is_calm

    def _run(self, steps: Sequence[Step]) -> Sequence[Any]:
        if self._link.is_cluster:
            return self._one_by_one(steps)
        answers: Sequence[Any] = self._link.run(self._script, self._all, steps)
        self._hear(steps, answers)
        return answers

    def _one_by_one(self, steps: Sequence[Step]) -> Sequence[Any]:
        """A cluster's slots are asked apart; the clock is in one of them."""
        answers: list[Any] = []
        for each in steps:
            if NOW in each.arguments:
                now = repr(self.moment().now)
                each = each._replace(arguments=tuple(now if one == NOW else one for one in each.arguments))
            answers += self._link.run(self._script, each.slot, (each,))
            self._hear((each,), answers[-1:])
            if not is_expected(each.expects, answers[-1]):
                break
        return answers

    # clock

    def _hear(self, steps: Sequence[Step], answers: Sequence[Any]) -> None:
        for step, answer in zip(steps, answers, strict=False):
            if step.operation in ("arrive", "clock", "start", "move"):
                self._link.set_time(float(answer[2]))
                now = time.monotonic()
                self._last = Moment(float(answer[0]), answer[1] == b"1", answer[3].decode(), now)
                known = waiting.known()
                if known is not None:
                    known["moment"] = self._last

    @property
    def clock(self) -> str:
        """What the clock was set to, as far as we have heard."""
        return self._last.set_to if self._last else ""

    def moment(self) -> Moment:
        """The clock; in a rehearsal it goes on as was told last."""
        known = waiting.known() or {}
        if "rehearsal" in known and self._last is not None:
            return self._last
        moment: Moment | None = known.get("moment")
        if moment is not None and moment.is_fresh:
            return moment
        self.ask(self.shared("clock"))
        assert self._last is not None
        return self._last
