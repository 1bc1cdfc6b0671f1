"""Two runs of one target: what changed from the older to the newer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from proofsheet.contracts.reports.records import Record
from proofsheet.contracts.reports.view import BREACHES, FINDINGS, Line, View

# They come and go from call to call, with caches and connections.
_VOLATILE = frozenset({"age", "connection", "content-length", "set-cookie", "transfer-encoding"})


@dataclass(frozen=True)
class RequirementChange:
    """A requirement that stands otherwise than before; `old` or `new` is None where it was not asked."""

    id: str
    level: str
    old: str | None
    new: str | None
    says: str
    messages: tuple[str, ...] = ()  # of the newer run


@dataclass(frozen=True)
class AnswerChange:
    """What is other in answers to the same cases: `what` is status, media type, header NAME or price."""

    what: str
    old: str
    new: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Drift:
    """What changed between two runs. `warnings` say why they cannot be compared without a second thought."""

    old: View = field(repr=False)
    new: View = field(repr=False)
    warnings: tuple[str, ...]
    found: tuple[RequirementChange, ...]  # findings that are new
    gone: tuple[RequirementChange, ...]  # findings that are no more
    moved: tuple[RequirementChange, ...]  # whatever else stands otherwise
    answers: tuple[AnswerChange, ...]

    @property
    def is_worse(self) -> bool:
        """Whether a MUST or SHOULD is broken, or could not be judged, that was not so before."""
        return any(each.new in BREACHES for each in self.found)

    @property
    def is_change(self) -> bool:
        return bool(self.found or self.gone or self.moved or self.answers)

    def plain(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        dates = {"old": self.old.header["date"], "new": self.new.header["date"]}
        lists = ("found", "gone", "moved", "answers")
        changes = {name: [asdict(each) for each in getattr(self, name)] for name in lists}
        target = {"target": self.new.header["target"], "document": self.new.header["document"]}
        return {**target, **dates, "warnings": [*self.warnings], "is_worse": self.is_worse, **changes}


def drift(old: View, new: View) -> Drift:
    """What changed from one run to another of the same target."""
    changes = [*_changed(old.by_id, new.by_id)]
    found = tuple(each for each in changes if each.new in FINDINGS and each.old not in FINDINGS)
    gone = tuple(each for each in changes if each.old in FINDINGS and each.new not in FINDINGS)
    other = tuple(each for each in changes if each not in found and each not in gone)
    return Drift(old, new, tuple(_warnings(old, new)), found, gone, other, tuple(_answers(old, new)))


def _changed(before: Mapping[str, Line], after: Mapping[str, Line]) -> Iterator[RequirementChange]:
    for name in dict.fromkeys((*after, *before)):
        old, new = before.get(name), after.get(name)
        was, now = (each.state if each else None for each in (old, new))
        if was == now:
            continue
        requirement = (after if new else before)[name].requirement
        messages = tuple(text for text, _ in new.messages) if new else ()
        yield RequirementChange(name, requirement["level"], was, now, requirement["says"], messages)


def _answers(old: View, new: View) -> Iterator[AnswerChange]:
    """What is other where both runs asked the same cases, the widest change first."""
    before = {each["id"]: each for each in old.report.cases}
    found: dict[tuple[str, str, str], list[str]] = {}
    for case in new.report.cases:
        earlier = before.get(case["id"])
        if earlier and case["response"] and earlier["response"]:
            for change in _changes(earlier, case):
                found.setdefault(change, []).append(case["id"])
    for (what, was, came), cases in sorted(found.items(), key=lambda each: -len(each[1])):
        yield AnswerChange(what, was, came, tuple(cases))


def _changes(old: Record, new: Record) -> Iterator[tuple[str, str, str]]:
    before, after = old["response"], new["response"]
    pairs = [("status", str(before["status"]), str(after["status"]))]
    pairs.append(("media type", before["media_type"], after["media_type"]))
    names = [{name.lower() for name, _ in each["headers"]} - _VOLATILE for each in (before, after)]
    pairs += [(f"header {name}", "there", "gone") for name in sorted(names[0] - names[1])]
    pairs += [(f"header {name}", "absent", "there") for name in sorted(names[1] - names[0])]
    pairs.append(("price", f"{old['cost']:g}", f"{new['cost']:g}"))
    yield from (each for each in pairs if each[1] != each[2])


def _warnings(old: View, new: View) -> Iterator[str]:
    if old.header["date"] > new.header["date"]:
        yield "the first report is the newer one"
    for name, says in (
        ("target", "these are two targets"),
        ("document", "they were judged by two documents"),
        ("version", "the document has another version"),
        ("suite", "they were judged by two versions of proofsheet"),
        ("profile", "they were asked for two profiles"),
        ("seed", "the seeds differ, and with them the requests"),
    ):
        if old.header[name] != new.header[name]:
            yield f"{says}: {old.header[name]}, then {new.header[name]}"
    for each in (old, new):
        if each.ended != "complete":
            yield f"the run of {each.header['date']} did not come to its end: {each.ended}"
