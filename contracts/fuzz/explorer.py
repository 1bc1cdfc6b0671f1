"""The explorer: what schemathesis finds, told as our findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from proofsheet.contracts.case import Case, Request, Step
from proofsheet.contracts.expectation import SpeaksFor
from proofsheet.contracts.explore import Attempt, Stop
from proofsheet.contracts.fuzz import advice
from proofsheet.contracts.fuzz.engine import Engine
from proofsheet.contracts.fuzz.gate import Gate
from proofsheet.contracts.fuzz.summarise import told
from proofsheet.contracts.fuzz.thread_bridge import Errands
from proofsheet.contracts.run.attempts import Asked
from proofsheet.spec.document import Document

NOTHING = "schemathesis draws nothing that may be sent"


@dataclass
class Schemathesis:
    """An Explorer. `requirements` are the ids of the run: what belongs to no other is not told."""

    document: Document
    requirements: Collection[str]
    may_pay: bool
    seed: int
    examples: int

    def explore(self, attempt: Attempt) -> Iterator[Asked]:
        """Run its phases, each request an attempt. Raises Stop, after what was found until then."""
        gate = Gate(self.document, self.may_pay)
        engine = Engine(self.document, gate, self.seed, self.examples)
        ended: BaseException | None = None
        for share, work in engine.passes():
            errands = Errands[Case, Asked]()
            gate.open(share, errands.ask)
            try:
                errands.run(work, attempt, engine.stop)
            except (Stop, KeyboardInterrupt) as end:
                ended = end
                break
            except Exception as error:  # of schemathesis: a report is worth more than its end
                engine.broken[""] = f"schemathesis broke: {type(error).__name__}: {error}"
        yield from told(self.document.family, self.requirements, gate, engine.said)
        if ended is not None:
            raise ended
        yield from self._silent(gate, engine)

    def _silent(self, gate: Gate, engine: Engine) -> Iterator[Asked]:
        """The operations of which nothing can be said, and why: what was not asked has not passed."""
        spoken = {each.case.operation for each in gate.asked.values()}
        for name in self.document.operations:
            if name not in spoken or "" in engine.broken:
                stopped = gate.refused.get(name)
                broken = engine.broken.get("") or engine.broken.get(name)
                reason = stopped.reason if stopped else broken or NOTHING
                ids = advice.ids(self.document.family, name)
                expects = tuple(SpeaksFor(each) for each in ids if each in self.requirements)
                skipped = "" not in engine.broken
                yield Asked(
                    Case(f"{name}/fuzz", name, (Step(Request(name), expects),)), (), reason, skipped=skipped
                )


def explorer(
    document: Document,
    requirements: Collection[str],
    permissions: Collection[str],
    seed: int,
    examples: int,
) -> Schemathesis:
    """An explorer that runs schemathesis' examples, coverage and fuzzing (and states, if there are links).

    `requirements` are the ids of the run, those of `advice.requirements` among them. `examples` is how many
    requests are drawn for each operation, and a quarter of the most that it is sent altogether. Operations
    that cost money are only sent what nobody could grant; should one grant it all the same, it is left alone
    after the first (after the third with the permission `paid`). Raises MissingSchemathesis.
    """
    if find_spec("schemathesis") is None:
        raise MissingSchemathesis
    return Schemathesis(document, frozenset(requirements), "paid" in permissions, seed, examples)


class MissingSchemathesis(ImportError):
    """Schemathesis is an extra, and it is not there."""

    def __str__(self) -> str:
        return "schemathesis is not installed: pip install 'proofsheet[fuzz]'"
