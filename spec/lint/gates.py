"""Rules about gates: what may refuse a call, in what order, with which outcome and in which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import build_tasks
from proofsheet.spec.lint.context import Context, Found, Op, samples

# What has words, codes and outcomes as a gate has, and no place in the precedence.
NO_GATES = frozenset({"crash", "dialogue"})
_HARMLESS = {"type", "description", "example", "examples", "default", "title", "deprecated"}
SCHEMA_KEYWORDS = frozenset(
    """type enum const minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum
    multipleOf minItems maxItems uniqueItems contains minProperties maxProperties required falseSchema
    additionalProperties unevaluatedProperties propertyNames anyOf oneOf allOf not""".split()  # noqa: SIM905
)


def applies(op: Op, gate: str) -> bool:
    """Whether a gate can ever refuse a call of this operation."""
    if gate in ("body-size", "media-type"):
        return op.body is not None
    if gate == "validate":
        return op.body is not None or any(map(_refusable, op.parameters("header") + op.parameters("query")))
    if gate == "negotiate":
        return bool(op.rules.get("x-negotiation", {}).get("unsupported") == "refuse")
    if gate in ("language", "moderation"):
        return bool(op.node.get("x-artifact", {}).get("prompt")) or "x-completion" in op.node
    return _promised(op, gate)


def _promised(op: Op, gate: str) -> bool:
    if gate == "path":
        return bool(op.parameters("path"))
    if gate == "follow-up":
        return "parent" in op.node.get("x-task", {}).get("starts", {})
    if gate == "active-tasks":
        return "most" in op.node.get("x-task", {}).get("starts", {})
    if gate == "resource":
        return "id" in op.node.get("x-resource", {})
    if gate == "kept":
        return "id" in op.node.get("x-kept", {})
    if gate == "charge":
        return "x-cost" in op.node
    if gate == "rate-limit":
        return "x-rate-limit" in op.rules
    return gate != "authenticate" or op.node.get("security") != []


def _refusable(parameter: Mapping[str, Any]) -> bool:
    schema = parameter["schema"]
    return bool(parameter.get("required")) or schema.get("type") != "string" or bool(set(schema) - _HARMLESS)


def known(context: Context) -> Iterator[Found]:
    """Every gate that a document names is a gate."""
    yield from _unmatched(context)
    gates = context.vocabulary.gates
    for place in context.of_kind("policy", "operation"):
        for keyword in ("x-precedence", "x-refusals", "x-wording", "x-codes"):
            for name in place.node.get(keyword, ()):
                gate = name.partition(".")[0]
                if gate not in gates or (gate in NO_GATES and keyword == "x-precedence"):
                    at = f"{place.pointer}/{keyword}"
                    yield Found(at, f"{gate!r} is no gate; the gates are {', '.join(gates)}")


def _unmatched(context: Context) -> Iterator[Found]:
    """An entry of x-unmatched names an operation of the document, and gates that it can refuse at."""
    known = {op.id: op for op in context.operations}
    for place in context.of_kind("unmatched"):
        op = known.get(place.node["like"])
        if op is None:
            yield Found(f"{place.pointer}/like", f"{place.node['like']!r} is no operation of the document")
            continue
        for gate in set(place.node.get("gates", ())) - set(op.rules.get("x-precedence", ())):
            yield Found(f"{place.pointer}/gates", f"the gate {gate} has no rank in x-precedence of {op.id}")


def outcomes(context: Context) -> Iterator[Found]:
    """Every refusal that can happen has its outcome among the operation's examples."""
    for op in context.operations:
        names = {sample.name for sample in samples(op)} | _final_states(context, op)
        for key, outcome in op.rules.get("x-refusals", {}).items():
            gate, _, kind = key.partition(".")
            if outcome not in names and applies(op, gate) and _can(op, gate, kind):
                yield Found(f"{op.pointer}/responses", _missing(op, f"the gate {key} refuses", outcome))
        for index, rule in enumerate(op.node.get("x-rules", ())):
            if (outcome := rule.get("outcome")) and outcome not in names:
                at = f"{op.pointer}/x-rules/{index}"
                yield Found(at, _missing(op, f"the rule {rule['name']!r} refuses", outcome))
        starts_task = "starts" in op.node.get("x-task", {})  # then it is the final states that are charged
        for outcome in () if starts_task else op.node.get("x-cost", {}).get("charged", ()):
            if outcome not in names:
                yield Found(
                    f"{op.pointer}/x-cost/charged",
                    _missing(op, "x-cost charges for a call that ends", outcome),
                )


def _final_states(context: Context, op: Op) -> set[str]:
    """In which the task may end that an operation starts: what refuses a call may end its task instead."""
    started = op.node.get("x-task", {}).get("starts", {}).get("lifecycle")
    lifecycle = build_tasks.lifecycles(context.resolved).get(started)
    return set(lifecycle.finals) if lifecycle else set()


def _missing(op: Op, who: str, outcome: str) -> str:
    return f"{who} with {outcome!r}, which is no example of {op.id}; add the example or mend the name"


def _can(op: Op, gate: str, kind: str) -> bool:
    # A kind that is a keyword of JSON Schema, or of x-picture, needs a schema with that keyword.
    if gate == "resource" and kind == "unfit":
        return "where" in op.node.get("x-resource", {})
    if gate == "kept":
        role = op.node.get("x-kept", {})
        if kind == "unfit":
            return "moves" in role
        return (kind == "earlier") == ("keeps" in role or "x-completion" in op.node)
    keyword = kind.removeprefix("picture-").removeprefix("audio-").removeprefix("document-")
    if gate != "validate" or (kind not in SCHEMA_KEYWORDS and keyword == kind):
        return True
    if keyword in ("format", "broken", "bomb"):
        of = kind.partition("-")[0]
        keyword = f"x-{of}"
    schemas = [each["schema"] for each in op.node.get("parameters", ())]
    schemas += [content["schema"] for _, _, content in op.bodies]
    return any(_uses(each, keyword) for each in schemas)


def _uses(node: Any, keyword: str) -> bool:
    if isinstance(node, dict):
        return keyword in node or any(_uses(each, keyword) for each in node.values())
    return isinstance(node, list) and any(_uses(each, keyword) for each in node)


def precedence(context: Context) -> Iterator[Found]:
    """A gate that can refuse has both a rank in x-precedence and an outcome in x-refusals."""
    for op in context.operations:
        ranked = set(op.rules.get("x-precedence", ()))
        refusing = {key.partition(".")[0] for key in op.rules.get("x-refusals", {})} - NO_GATES
        for gate in sorted(ranked ^ refusing):
            if applies(op, gate) and gate in refusing:
                at = op.keyword("x-precedence")
                yield Found(at, f"the gate {gate} has an outcome in x-refusals and no rank; add it here")
            elif applies(op, gate):
                at = op.keyword("x-refusals")
                yield Found(at, f"the gate {gate} has a rank in x-precedence and no outcome; add it here")
