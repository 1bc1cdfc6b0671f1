"""Money of tasks: what ends in a state that is not charged for costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.checks.money import RefusalsAreFree
from proofsheet.contracts.expectation import Answer
from proofsheet.contracts.history import Unjudged


class EndsAreFree(RefusalsAreFree):
    """Tasks that ended in a state that is not charged for took nothing from the balance."""

    after = None

    def findings(self, answer: Answer) -> Iterator[str]:
        if not any(each.is_free_end for each in answer.history):
            raise Unjudged("no task ended in a state that is free")
        for _ in super().findings(answer):
            yield "the balance fell by more than what ended in a state that is charged for"
