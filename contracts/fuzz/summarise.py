"""What is told of what schemathesis found: the smallest request of each finding, and what held."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from proofsheet.contracts.expectation import SpeaksFor
from proofsheet.contracts.fuzz import advice
from proofsheet.contracts.fuzz.engine import Said
from proofsheet.contracts.fuzz.gate import Gate
from proofsheet.contracts.run.attempts import Asked


def told(family: str, requirements: Collection[str], gate: Gate, said: list[Said]) -> Iterator[Asked]:
    """Everything to be noted and written, of the requirements of a run."""
    found = _Told(family, requirements)
    for each in gate.asked.values():
        found.take(each)
    for word in said:
        if word.case in gate.asked:
            found.hear(word, gate.asked[word.case])
    yield from found.all()
    for operation, asked in gate.refused.items():
        if asked.unreachable:  # perhaps it is this request that the target does not survive
            name = f"{family}.{operation}.{advice.topic('not_a_server_error')}"
            yield _having(asked, (name,) if name in requirements else (), ())


@dataclass
class _Told:
    """Picks what is told. A check of schemathesis that failed once for an operation did not hold there."""

    family: str
    requirements: Collection[str]
    found: dict[str, tuple[Asked, str]] = field(default_factory=dict)  # requirement: smallest, message
    clean: dict[str, list[Asked]] = field(default_factory=dict)  # operation to answers without a finding
    held: dict[str, dict[str, None]] = field(default_factory=dict)  # operation to requirements

    def take(self, asked: Asked) -> None:
        """An answer that was judged by us."""
        for requirement, message in asked.messages:
            self._keep(requirement, asked, message)
        if not asked.messages and not asked.reason and not asked.case.undeclared:
            self.clean.setdefault(asked.case.operation, []).append(asked)

    def hear(self, said: Said, asked: Asked) -> None:
        """What one of schemathesis' checks says of it."""
        operation = asked.case.operation
        requirement = f"{self.family}.{operation}.{advice.topic(said.check)}"
        if requirement not in self.requirements:
            return
        if said.message is not None:
            self._keep(requirement, asked, said.message)
        else:
            self.held.setdefault(operation, {})[requirement] = None

    def _keep(self, requirement: str, asked: Asked, message: str) -> None:
        if requirement in self.requirements:
            known = self.found.get(requirement)
            if known is None or _size(asked) < _size(known[0]):
                self.found[requirement] = (asked, message)

    def all(self) -> Iterator[Asked]:
        """Everything to be noted and written, each request once."""
        cases: dict[str, tuple[Asked, list[tuple[str, str]]]] = {}
        for requirement, (asked, message) in self.found.items():
            cases.setdefault(asked.case.id, (asked, []))[1].append((requirement, message))
        for asked, messages in cases.values():
            yield _having(asked, tuple(name for name, _ in messages), tuple(messages))
        for operation, clean in self.clean.items():
            held = tuple(each for each in self.held.get(operation, {}) if each not in self.found)
            if (first := next((each for each in clean if each.case.id not in cases), None)) is not None:
                yield _having(first, held, ())


def _size(asked: Asked) -> int:
    sent = asked.case.request
    return len(sent.raw or b"") + len(sent.path or "") + sum(len(each) for each in sent.headers.values())


def _having(asked: Asked, names: tuple[str, ...], messages: tuple[tuple[str, str], ...]) -> Asked:
    expects = tuple(SpeaksFor(name) for name in names)
    return replace(asked, case=asked.case.stepping(expects=expects), messages=messages)
