"""Strategies of right requests: paths, headers and bodies that the document admits, its rules included."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from proofsheet.contracts.derive.answer_forms import forms
from proofsheet.contracts.derive.body_fields import Path, body_fields
from proofsheet.contracts.derive.request_bodies import DEEPEST, breaks, is_admitted, whole
from proofsheet.contracts.derive.sample_pictures import drawing
from proofsheet.contracts.derive.sample_values import value
from proofsheet.contracts.derive.source_document import source_document
from proofsheet.contracts.derive.source_pictures import held
from proofsheet.contracts.explore import value_strategies
from proofsheet.contracts.explore.request_sample import Sample
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation, Rule
from proofsheet.spec.request_bodies import Picture
from proofsheet.spec.schemas import kind_of
from proofsheet.spec.tasks import Starts

Draw = Callable[[st.SearchStrategy[Any]], Any]
MOST_FIELDS = 4  # optional ones in a body
MOST_BEYOND = 200  # pixels of a side beyond the least
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True)
class Kit:
    """The strategies for an operation's parts, made once: making one takes longer than drawing from it."""

    operation: Operation
    paths: value_strategies.Values
    headers: value_strategies.Values
    fields: Mapping[str, value_strategies.Values]
    chosen: value_strategies.Values  # names of optional fields
    schemas: Mapping[Path, Mapping[str, Any]]  # of every field of the body

    def around(self, draw: Draw) -> Sample:
        """A request without a body: its path and its headers."""
        return Sample(self.operation, {}, draw(self.paths), draw(self.headers))

    def body(self, draw: Draw) -> dict[str, Any]:
        """What is required and a few fields more, each right by itself."""
        if self.operation.body is None:
            return {}
        required = self.operation.body.schema.get("required", ())
        made = {name: draw(self.fields[name]) for name in [*required, *draw(self.chosen)]}
        for name, picture in self.operation.body.pictures.items():
            if name in made and picture.same_size_as in made:
                made[name] = made[picture.same_size_as]
        return made


def kit(operation: Operation, texts: value_strategies.Values, callers: bool) -> Kit:
    """The kit of an operation; `texts` is for prompts, and `callers` adds headers that tell who calls."""
    paths = {
        each.name: value_strategies.right(each.schema, st.just(value(each.schema))).map(str)
        for each in operation.parameters
        if each.place == "path"
    }
    accepts = [form.accept for form in forms(operation)]
    accept = {"accept": st.sampled_from(accepts)} if accepts else {}
    added = markers(operation) if callers else {}
    schema = operation.body.schema if operation.body else {}
    optional = [name for name in schema.get("properties", {}) if name not in schema.get("required", ())]
    chosen = (
        st.lists(st.sampled_from(optional), unique=True, max_size=MOST_FIELDS) if optional else st.just([])
    )
    return Kit(
        operation,
        st.fixed_dictionaries(paths),
        st.fixed_dictionaries({}, optional={**accept, **added}),
        {name: field(operation, name, texts) for name in schema.get("properties", {})},
        chosen,
        {each.path: each.schema for each in body_fields(operation.body)} if operation.body else {},
    )


def requests(parts: Kit) -> st.SearchStrategy[Sample]:
    """Requests that the document admits."""

    @st.composite
    def valid(draw: Draw) -> Sample:  # without arguments, for hypothesis prints them
        sample = parts.around(draw)
        if parts.operation.body is not None:
            sample = mended(draw, replace(sample, body=parts.body(draw)), parts, frozenset())
            sample = replace(sample, body=alone(parts.operation, sample.body))
            assume(is_admitted_whole(sample))
        return replace(tidy(sample), outcomes=(parts.operation.success.name,))

    return valid()


def alone(operation: Operation, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body that names no task to go on from where none is needed: no id that is made up is of one."""
    parents = operation.task.parents if isinstance(operation.task, Starts) else ()
    for each in parents:
        _, is_of_body, pointer = each.id.text.partition("$request.body#")
        if each.optional and is_of_body and not each.id.is_template:
            body = pointers.removed(body, pointers.split(pointer))
    return body


def markers(operation: Operation) -> dict[str, value_strategies.Values]:
    """Header parameters with values of visible ASCII."""
    return {
        each.name.lower(): st.text(VISIBLE, min_size=1, max_size=min(each.schema.get("maxLength", 60), 60))
        for each in operation.parameters
        if each.place == "header"
    }


def field(operation: Operation, name: str, texts: value_strategies.Values) -> value_strategies.Values:
    """Right values for one field; `texts` is for prompts only."""
    assert operation.body is not None
    schema = operation.body.schema["properties"][name]
    if name in operation.body.pictures:
        return pictures(operation.body.pictures[name]).map(partial(held, schema))
    if name in operation.body.files:
        return st.just(source_document() if name in operation.body.documents else drawing())
    form = operation.policy.chosen_form
    if operation.lifecycles and form is not None and form.field == (name,):
        return st.just(
            operation.body.defaults.get(name)
        )  # a task is followed by the usual form of its answer
    prompts = {each[0] for each in operation.artifact.prompts} if operation.artifact else set()
    if operation.body.is_form and name not in operation.body.json_parts:
        schema = {**schema, "type": kind_of(schema)}  # a form has no null
    return value_strategies.right(schema, texts if name in prompts else value_strategies.phrases())


def pictures(picture: Picture) -> value_strategies.Values:
    """Files of pictures within the bounds, near the least that they may be."""
    if picture.sizes:
        return st.sampled_from(picture.sizes).map(lambda size: drawing(*size))
    least = max(picture.min_side or 1, math.isqrt((picture.min_pixels or 2) - 1) + 1)
    most = int(min(MOST_BEYOND, least * ((picture.max_ratio or math.inf) - 1)))
    side = st.integers(0, most).map(lambda more: min(least + more, picture.max_side or math.inf))
    return st.tuples(side, side).map(lambda sides: drawing(int(sides[0]), int(sides[1])))


def seen(sample: Sample) -> dict[str, Any]:
    """A sample as rules see it."""
    return whole(sample.operation, sample.body, sample.paths, sample.headers.get("accept", ""))


def is_admitted_whole(sample: Sample) -> bool:
    """Whether schema and rules admit a sample, its path and Accept looked at too."""
    found = seen(sample)
    rules = sample.operation.rules
    return is_admitted(sample.operation, sample.body) and not any(breaks(rule, found) for rule in rules)


def tidy(sample: Sample) -> Sample:
    """With its fields in the document's order."""
    if sample.operation.body is None:
        return sample
    order = list(sample.operation.body.schema["properties"])
    return replace(sample, body={name: sample.body[name] for name in order if name in sample.body})


def mended(draw: Draw, sample: Sample, parts: Kit, keep: frozenset[str], but: int = -1) -> Sample:
    """A sample changed until it breaks no rule, but for the rule `but`; fields in `keep` stay as they are."""
    rules = [each for index, each in enumerate(sample.operation.rules) if index != but]
    for _ in range(DEEPEST + 1):
        broken = [each for each in rules if breaks(each, seen(sample))]
        if not broken:
            break
        for rule in broken:
            sample = replace(sample, body=_obeying(draw, sample, rule, parts, keep))
    return sample


def _obeying(draw: Draw, sample: Sample, rule: Rule, parts: Kit, keep: frozenset[str]) -> dict[str, Any]:
    made = dict(sample.body)
    for name in rule.then.get("required", ()):
        if name not in made and name not in keep:
            made[name] = draw(parts.fields[name])
    properties = rule.then.get("properties", {})
    for name, schema in {**properties, **properties.get("$sent", {}).get("properties", {})}.items():
        if name != "$sent" and name not in keep:
            _bend(made, name, schema)
    if choices := [each for each in rule.then.get("anyOf", ()) if _suits(each, made, keep)]:
        choice = draw(st.sampled_from(choices))
        for name in choice.get("required", ()):
            made.setdefault(name, draw(parts.fields[name]))
        for name, schema in choice.get("properties", {}).items():
            made[name] = schema.get("const", max(made.get(name, 0), schema.get("minimum", 0)))
    return made


def _bend(made: dict[str, Any], name: str, schema: Any) -> None:
    """The field as a rule wants it: away, or at its bound."""
    if schema is False:
        made.pop(name, None)
    elif isinstance(schema, Mapping) and name in made:
        made[name] = schema.get("maximum", schema.get("minimum", made[name]))


def _suits(choice: Mapping[str, Any], made: Mapping[str, Any], keep: frozenset[str]) -> bool:
    """Whether an alternative asks for constants, least values or fields, and none of those that stay."""
    if any(name in keep and name not in made for name in choice.get("required", ())):
        return False
    return all(
        ("const" in each and (name not in keep or made.get(name) == each["const"]))
        or ("minimum" in each and name not in keep)
        for name, each in choice.get("properties", {}).items()
    )
