"""The list of everything that can be wrong with a request of an operation, and how grave each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofsheet.contracts.derive.access import access
from proofsheet.contracts.derive.body_fields import BodyField, Path, beyond, body_fields, is_text_of_list
from proofsheet.contracts.derive.bounds import bounds
from proofsheet.contracts.derive.request_lines import places
from proofsheet.contracts.derive.rules import rules
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.derive.uploads import beyond as beyond_picture
from proofsheet.contracts.derive.uploads import uploads
from proofsheet.contracts.derive.wrong_types import OTHER_KINDS
from proofsheet.contracts.requirement import LEVELS
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import Body
from proofsheet.spec.schemas import kind_of


@dataclass(frozen=True)
class Fault:
    """One way to be wrong. `topic` is that of the requirement whose planned case is wrong in this way too.

    `place` is body, rule, picture, path, header, media-type or key; `kind` the keyword that is broken, or
    what the policy calls it; `field` what a refusal should name; `path` leads to it in the body.
    """

    topic: str
    place: str
    kind: str
    field: str = ""
    path: Path = ()
    rule: int = -1


_SINGLE = (places, bounds, uploads, access)  # derivers of cases with a single fault


def faults(operation: Operation) -> Iterator[Fault]:
    """Every single fault that is known of an operation with a body; nothing for others."""
    if operation.body is None:
        return
    for each in body_fields(operation.body):
        yield from _field(operation.body, each)
    for index, _ in enumerate(operation.rules):
        yield Fault(f"rules.{index}", "rule", "", rule=index)
    yield from _around(operation)


def _field(body: Body, field: BodyField) -> Iterator[Fault]:
    kinds = ["required"] if field.required else []
    # An empty optional part may count as absent.
    may_be_empty = not (body.is_form and field.is_top) or field.required
    kinds += [keyword for keyword, wrong, _ in beyond(field.schema) if may_be_empty or wrong != ""]
    is_text = (body.is_form and field.is_top) or is_text_of_list(body, field)
    if not is_text and kind_of(field.schema) in OTHER_KINDS:
        kinds.append("kind")
    for kind in kinds:
        yield Fault(f"{field.topic}.{kind}", "body", kind, field.name, field.path)
    if field.is_top:
        yield from _picture(body, field.name)


def _picture(body: Body, name: str) -> Iterator[Fault]:
    picture = body.pictures.get(name)
    if picture is not None:
        for kind in ("format", "broken", *(each for each, _, _ in beyond_picture(picture))):
            yield Fault(f"{name}.{kind}", "picture", kind, name)


def _around(operation: Operation) -> Iterator[Fault]:
    for each in operation.parameters:
        for keyword, _, _ in beyond(each.schema):
            if each.place == "path":
                yield Fault(f"{each.name}.{keyword}", "path", keyword, each.name)
            elif each.place == "header":
                yield Fault(f"header.{each.name}.{keyword}", "header", keyword, each.name)
    yield Fault("media-type.other", "media-type", "other")
    yield Fault("key.none", "key", "missing")
    yield Fault("key.wrong", "key", "unknown")


def weighed(source: Source, operation: Operation) -> dict[str, tuple[Fault, ...]]:
    """The faults by level: that of the requirement whose planned case has the same fault.

    A fault that no planned case has is advice. Headers are left out: a proxy need not pass them on, and
    would draw, and charge for, what is wrong in nothing else. So are keys, which have planned cases enough:
    where any key is let in, somebody else's balance pays.
    """
    found = [each for each in faults(operation) if each.place not in ("header", "key")]
    known = _levels(source, operation, {each.topic for each in found if each.place != "rule"})
    known |= {f"rules.{each}": level for each, level in _rules(source, operation).items()}
    levels: dict[str, tuple[Fault, ...]] = {}
    for fault in found:
        level = known.get(fault.topic, "MAY")
        levels[level] = (*levels.get(level, ()), fault)
    return levels


def _rules(source: Source, operation: Operation) -> dict[str, str]:
    """The levels of rules by their number: of the most lenient requirement on each."""
    found: dict[str, str] = {}
    for each in rules(source, operation):
        number = each.requirement.pointer.rpartition("/x-rules/")[2]
        found[number] = max(found.get(number, "MUST"), each.requirement.level, key=LEVELS.index)
    return found


def _levels(source: Source, operation: Operation, topics: set[str]) -> dict[str, str]:
    """The levels of planned requirements by topic; each deriver is asked for no more than is looked for."""
    found: dict[str, str] = {}
    for deriver in _SINGLE:
        for each in deriver(source, operation):
            found[each.requirement.id.split(".", 2)[2]] = each.requirement.level
            if topics <= found.keys():
                return found
    return found
