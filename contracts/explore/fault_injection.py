"""How each fault is made: a valid request, then the other fields the fault needs, then the fault itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from proofsheet.contracts.derive.body_fields import ABSENT, changed
from proofsheet.contracts.derive.faults import Fault
from proofsheet.contracts.derive.refusals import names_fields
from proofsheet.contracts.derive.request_bodies import as_schemas_see, breaks, completed
from proofsheet.contracts.derive.rule_breaking import Draft, broken, is_of_constants
from proofsheet.contracts.derive.sample_pictures import drawing, flat
from proofsheet.contracts.derive.samples import sample, smallest
from proofsheet.contracts.derive.source_pictures import held
from proofsheet.contracts.derive.uploads import beyond
from proofsheet.contracts.explore import valid, value_strategies
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.contracts.explore.valid import Draw, Kit
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import Picture
from proofsheet.spec.schemas import Flaw, Schema

MEDIA_TYPES = (
    "text/plain",
    "application/xml",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
)
LEAST_OF_A_FILE = 50  # bytes of a picture that was cut off
BEYOND = 100  # pixels of a side beyond the most

Kept = frozenset[str]  # fields that mending leaves as they are
Injector = Callable[[Draw, Sample, Fault, Kit, Kept], Sample]


def injected(fault: Fault, parts: Kit) -> st.SearchStrategy[Sample]:
    """Requests with this fault and no other."""
    frame = _frame(parts.operation, fault) if fault.place in ("body", "picture") else {}
    keep = frozenset({*frame, fault.field, *fault.path[:1]})

    @st.composite
    def one_fault(draw: Draw) -> Sample:  # without arguments, for hypothesis prints them
        made = parts.around(draw)
        body = {**parts.body(draw), **frame} if parts.operation.body else {}
        made = _INJECTORS[fault.place](draw, replace(made, body=body, fault=fault), fault, parts, keep)
        assume(_is_alone(made, fault))
        return valid.tidy(made)

    return one_fault()


def _frame(operation: Operation, fault: Fault) -> dict[str, Any]:
    """What must stand beside a field for it to be taken, where all else is as small as can be."""
    assert operation.body is not None
    name = fault.path[0] if fault.path else fault.field
    good = completed(operation, **{name: sample(operation, name)}) or {}
    required = operation.body.schema.get("required", ())
    return {name: each for name, each in good.items() if name not in required}


def _in_body(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    operation = made.operation
    assert operation.body is not None
    # A field that multiplies the price is wrong by as little as can be.
    is_count = bool(operation.cost and operation.cost.per == fault.path)
    new = ABSENT
    if fault.kind != "required":
        new = draw(value_strategies.wrong(fault.kind, parts.schemas[fault.path], is_count))

    def any_of(count: int) -> int:
        return int(draw(st.integers(0, count - 1)))

    body = changed(operation.body.schema, made.body, fault.path, new, any_of)
    return _with_outcomes(draw, replace(made, body=body), fault, parts, keep)


def _with_outcomes(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    """Mended but for the fault, with the outcomes it may have: by its flaws, and by rules that apply."""
    made = valid.mended(draw, made, parts, keep)
    policy = made.operation.policy
    found = [policy.outcome("validate", each.kind) for each in flaws(made)]
    broken_ones = [each for each in made.operation.rules if breaks(each, valid.seen(made))]
    found += [each.outcome or policy.outcome("validate", "enum") for each in broken_ones]
    outcomes = tuple(dict.fromkeys(found))
    kinds = [each.kind for each in flaws(made)]
    is_named = len(outcomes) == 1 and all(names_fields(made.operation, kind, fault.field) for kind in kinds)
    return replace(made, outcomes=outcomes, names=(fault.field,) if is_named else ())


def _picture(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    assert made.operation.body is not None
    wanted = made.operation.body.pictures[fault.field]
    file = held(made.operation.body.schema["properties"][fault.field], draw(_files(fault.kind, wanted)))
    made = valid.mended(draw, replace(made, body={**made.body, fault.field: file}), parts, keep)
    outcome = made.operation.policy.outcome("validate", f"picture-{fault.kind}")
    is_named = names_fields(made.operation, f"picture-{fault.kind}", fault.field)
    return replace(made, outcomes=(outcome,), names=(fault.field,) if is_named else ())


def _files(kind: str, wanted: Picture) -> value_strategies.Values:
    """Files with one fault, by any distance where there is one."""
    if kind == "format":
        kinds = [each for each in ("GIF", "BMP") if each.lower() not in wanted.formats]
        return st.sampled_from(kinds).map(lambda kind: drawing(256, 256, kind))
    if kind == "broken":
        whole = drawing(*(wanted.sizes[0] if wanted.sizes else ()))
        return st.integers(LEAST_OF_A_FILE, len(whole) - 100).map(lambda size: whole[:size])
    low, high = wanted.min_side or 1, wanted.max_side or 0
    if kind == "min-side":
        other = max(2 * low, (wanted.min_pixels or 0) // max(low // 2, 1))
        return st.integers(1, low // 2).map(lambda by: flat(low - by, other))
    if kind == "max-side":
        return st.integers(1, BEYOND).map(lambda by: flat(high + by, max(low, 64)))
    return st.sampled_from([data for each, data, _ in beyond(wanted) if each == kind])


def _rule(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    operation = made.operation
    rule = operation.rules[fault.rule]
    drafts = list(broken(operation, rule))
    assume(drafts)
    draft: Draft = draw(st.sampled_from(drafts))
    plain = smallest(operation)
    frame = {name: each for name, each in draft.body.items() if name not in plain or plain[name] != each}
    if draft.fault == "anyOf" and is_of_constants(rule):
        frame = {name: draw(parts.fields[name]) for name in frame}
    body = {name: each for name, each in {**made.body, **frame}.items() if name not in draft.lacks}
    headers = {**made.headers, **({"accept": draft.accept} if draft.accept else {})}
    made = replace(made, body=body, paths=draft.paths, headers=headers)
    made = valid.mended(draw, made, parts, frozenset({*frame, *draft.lacks, draft.name}), fault.rule)
    outcome = rule.outcome or operation.policy.outcome("validate", draft.fault)
    return replace(
        made, outcomes=(outcome,), names=() if rule.outcome or draft.fault == "anyOf" else (draft.name,)
    )


def _path(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    schema = next(each.schema for each in made.operation.parameters if each.name == fault.field)
    text = str(draw(value_strategies.wrong(fault.kind, schema)))
    made = valid.mended(draw, made, parts, frozenset())
    policy = made.operation.policy
    names = (text,) if "{value}" in policy.wording.get(f"path.{fault.kind}", "") else ()
    paths = {**made.paths, fault.field: text}
    return replace(made, paths=paths, outcomes=(policy.outcome("path", fault.kind),), names=names)


def _header(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    schema = next(each.schema for each in made.operation.parameters if each.name == fault.field)
    headers = {**made.headers, fault.field.lower(): str(draw(value_strategies.wrong(fault.kind, schema)))}
    outcome = made.operation.policy.outcome("validate", fault.kind)
    made = valid.mended(draw, replace(made, headers=headers), parts, frozenset())
    is_named = names_fields(made.operation, fault.kind, fault.field)
    return replace(made, outcomes=(outcome,), names=(fault.field,) if is_named else ())


def _media_type(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    other = draw(st.sampled_from(MEDIA_TYPES))
    made = valid.mended(draw, replace(made, content_type=other), parts, frozenset())
    return replace(made, outcomes=(made.operation.policy.outcome("media-type", "other"),))


def _key(draw: Draw, made: Sample, fault: Fault, parts: Kit, keep: Kept) -> Sample:
    credential = fault.topic.rpartition(".")[2]
    made = valid.mended(draw, replace(made, credential=credential), parts, frozenset())
    return replace(made, outcomes=(made.operation.policy.outcome("authenticate", fault.kind),))


_INJECTORS: dict[str, Injector] = {
    "body": _in_body,
    "picture": _picture,
    "rule": _rule,
    "path": _path,
    "header": _header,
    "media-type": _media_type,
    "key": _key,
}


def flaws(made: Sample) -> list[Flaw]:
    """What the schema has against a sample's body."""
    assert made.operation.body is not None
    sent = as_schemas_see(made.operation, made.body)
    return Schema(dict(made.operation.body.schema)).flaws(sent)


def _is_alone(made: Sample, fault: Fault) -> bool:
    """Whether the fault is there, and all that is wrong."""
    if made.operation.body is None:
        return True
    fields = {each.field for each in flaws(made)}
    rules = [each for each in made.operation.rules if breaks(each, valid.seen(made))]
    if fault.place == "body":
        return len(fields) == 1 and all(fault.field in json.dumps([each.when, each.then]) for each in rules)
    return not fields and rules == ([made.operation.rules[fault.rule]] if fault.place == "rule" else [])
