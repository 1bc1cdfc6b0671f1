"""What traffic shows and the document lacks, as actions of an overlay: to be reviewed, not to be believed.

An action stands where the document holds the thing, references followed, so that it says what it says to all
operations that share the place. Each holds its evidence: grade observed, how often, from when to when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from proofsheet.contracts.checks.answers import headers_are_declared
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.recorded.sample_schemas import Samples, json_of, stand_in
from proofsheet.contracts.recorded.traffic_judge import TrafficJudge
from proofsheet.contracts.reports.text import plural
from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.redaction import MARK

SOURCE = "T1"  # the traffic's key among the document's sources


@dataclass(frozen=True)
class Sight:
    """One thing that one flow shows and the document lacks; without a body or value, no media type."""

    pointer: str
    kind: str
    name: str
    media_type: str | None = None
    value: Any = None


@dataclass
class Lesson:
    """One thing that is lacking at `pointer`; `samples` are its values by media type ("" for a field's)."""

    pointer: str
    kind: str  # status, media type, header, field
    name: str
    samples: dict[str, Samples] = field(default_factory=dict)
    operations: list[str] = field(default_factory=list)
    times: int = 0
    first: float = 0.0
    last: float = 0.0

    def add(self, sight: Sight, operation: str, flow: Flow) -> None:
        """Take note of one more flow that shows it."""
        if sight.media_type is not None:
            samples = self.samples.setdefault(sight.media_type, Samples())
            if sight.value is not None or not sight.media_type:
                samples.add(sight.value)
        if operation not in self.operations:
            self.operations.append(operation)
        self.first = min(self.first or flow.began, flow.began)
        self.last = max(self.last, flow.began)
        self.times += 1

    def note(self) -> str:
        span = " to ".join(dict.fromkeys((_day(self.first), _day(self.last))))
        often = "once" if self.times == 1 else f"{self.times} times"
        return f"seen {often} in recorded traffic, {span}, at {', '.join(self.operations)}"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


@dataclass
class Lessons:
    """Collects what flows show and one of the judge's documents lacks."""

    judge: TrafficJudge
    document: Document
    found: dict[tuple[str, str, str], Lesson] = field(default_factory=dict)
    flows: int = 0
    dates: list[float] = field(default_factory=list)

    def add(self, flow: Flow) -> None:
        """Learn from one flow. Raises Undecodable."""
        if flow.end != "complete":
            return
        exchange, operation = self.judge.found(flow)
        if exchange is None or operation is None or operation.document != self.document.name:
            return
        self.flows += 1
        self.dates.append(flow.began)
        for each in self._lacking(exchange, operation):
            key = (each.pointer, each.kind, each.name)
            self.found.setdefault(key, Lesson(*key)).add(each, operation.id, flow)

    def _lacking(self, exchange: Exchange, operation: Operation) -> Iterator[Sight]:
        place = f"{operation.pointer}/responses"
        node = self.judge.oracle(operation).node(operation)["responses"]
        status = str(exchange.status)
        if status not in node:
            body = exchange.media_type if exchange.media_type and exchange.method != "HEAD" else None
            yield Sight(self._origin(place), "status", status, body, json_of(exchange))
            return
        place, declared = f"{place}/{status}", node[status]
        headers = [*self._headers(exchange, operation)]
        for name in headers:
            yield Sight(self._origin(place), "header", name)
        if exchange.method == "HEAD" or not exchange.media_type:
            return
        if exchange.media_type not in declared.get("content", {}):
            kind = exchange.media_type
            yield Sight(self._origin(place), "media type", kind, kind, json_of(exchange))
            return
        at = f"{place}/content/{pointers.escape(exchange.media_type)}/schema"
        schema = declared["content"][exchange.media_type].get("schema", {})
        yield from self._fields(json_of(exchange), schema, at)

    def _headers(self, exchange: Exchange, operation: Operation) -> Iterator[str]:
        """The headers that are neither HTTP's nor declared, by the check's own judgement."""
        for name, value in dict(exchange.headers).items():
            alone = replace(exchange, headers=((name, value),), memo={})
            if any(True for _ in headers_are_declared(alone, operation, self.judge.oracle(operation))):
                yield name

    def _fields(self, value: Any, schema: Any, at: str) -> Iterator[Sight]:
        known = schema.get("properties")
        if isinstance(value, dict) and known:
            for key, each in value.items():
                if key in known:
                    below = f"{at}/properties/{pointers.escape(key)}"
                    yield from self._fields(each, known[key], below)
                else:
                    yield Sight(self._origin(f"{at}/properties"), "field", key, "", each)
        elif isinstance(value, list) and value and "items" in schema:
            yield from self._fields(value[0], schema["items"], f"{at}/items")

    def _origin(self, pointer: str) -> str:
        """Where the document as it is written holds what stands at `pointer`, also if that is a reference."""
        source = self.document.source
        place = pointers.origin(source, pointer)
        node = pointers.get(source, place)
        while isinstance(node, dict) and "$ref" in node:
            place = node["$ref"][1:]
            node = pointers.get(source, place)
        return place


def overlay(lessons: Lessons, name: str) -> dict[str, Any]:
    """The overlay that adds what was found. There must be something."""
    family = lessons.document.family  # also where `name` is a vendor's
    day = _day(max(lessons.dates))
    title = f"Recorded traffic: {plural(lessons.flows, 'exchange')}"
    actions: list[dict[str, Any]] = [
        {"target": "$", "update": {"x-sources": {SOURCE: {"title": title, "date": day}}}}
    ]
    found = sorted(lessons.found.values(), key=lambda lesson: (lesson.pointer, lesson.kind, lesson.name))
    actions += [
        {
            "target": jsonpath(each.pointer),
            "description": f"{each.kind} {_plain(each.name)}: {each.note()}",
            "update": _with_evidence(each),
        }
        for each in found
    ]
    return {
        "overlay": "1.0.0",
        "info": {"title": f"{name}, with what its traffic showed", "version": day},
        "extends": f"../apis/{family}.yaml",
        "actions": actions,
    }


def _plain(name: str) -> str:
    return name if MARK not in name else "(redacted)"


def _with_evidence(lesson: Lesson) -> dict[str, Any]:
    """The update, with its evidence in the thing that is added."""
    evidence = {"x-evidence": {"observed": [SOURCE], "note": lesson.note()}}
    name = lesson.name
    content = {kind: {"schema": each.schema} for kind, each in lesson.samples.items()}
    if lesson.kind == "status":
        return {name: {"description": "To be reviewed.", **_with_examples(name, content), **evidence}}
    if lesson.kind == "header":
        schema = {"description": "To be reviewed.", "schema": {"type": "string"}}
        return {"headers": {name: {**schema, **evidence}}}
    if lesson.kind == "media type":
        return {"content": {name: {**content[name], **evidence}}}
    return {name: {**lesson.samples[""].schema, **evidence}}


def _with_examples(status: str, content: dict[str, Any]) -> dict[str, Any]:
    """Content with a named example, without which it could be neither served nor linted."""
    made_up = "types as they were seen, values made up"
    for kind, each in content.items():
        if not kind.startswith("image/"):
            example = {"summary": "To be reviewed.", "value": stand_in(each["schema"])}
            example["x-evidence"] = {"assumed": made_up}
            each["examples"] = {f"observed_{status}": example}
    return {"content": content} if content else {}


def jsonpath(pointer: str) -> str:
    """The JSONPath (RFC 9535) of a JSON pointer."""
    escaped = (each.replace("\\", "\\\\").replace("'", "\\'") for each in pointers.split(pointer))
    return "$" + "".join(f"['{each}']" for each in escaped)


def counts(lessons: Iterable[Lesson]) -> str:
    """How many of each kind, in one line."""
    kinds = Counter(each.kind for each in lessons)
    names = {"status": "statuses", "media type": "media types", "header": "headers", "field": "fields"}
    return ", ".join(
        f"{kinds[kind]} {kind if kinds[kind] == 1 else several}"
        for kind, several in names.items()
        if kinds[kind]
    )
