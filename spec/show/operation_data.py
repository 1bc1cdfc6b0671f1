"""Everything a document says about an operation, as plain data with the evidence beside each fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice
from proofsheet.spec.cost import More
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.show import field_data, outcome_data
from proofsheet.spec.show.evidence_data import Known


def document(made: Document) -> dict[str, Any]:
    """A document in short: where it is served, and a line for each operation."""
    info = made.raw["info"]
    return {
        "name": made.name,
        "title": made.title,
        "version": made.version,
        "description": info.get("description", info.get("summary", "")).strip(),
        "servers": [each["url"] for each in made.raw["servers"]],
        "operations": [_line(made, each) for each in made.operations.values()],
        "sources": made.raw.get("x-sources", {}),
    }


def _line(made: Document, each: Operation) -> dict[str, Any]:
    return {
        "operation": each.id,
        "method": each.method,
        "path": each.path,
        "summary": each.summary,
        "credits": _credits(each),
        "statuses": sorted({outcome.status for outcome in each.outcomes.values()}),
        "evidence": Known(made, each).at(each.pointer),
    }


def operation(made: Document, each: Operation) -> dict[str, Any]:
    """An operation: fields, rules, price, sizes, limits, outcomes."""
    known = Known(made, each)
    node = pointers.get(made.raw, each.pointer)
    return {
        "operation": each.id,
        "method": each.method,
        "path": each.path,
        "summary": each.summary,
        "description": node.get("description", ""),
        "evidence": known.at(each.pointer),
        "parameters": field_data.of_parameters(each, known),
        **({"body": _body(each, known)} if each.body else {}),
        "rules": _rules(each, known),
        **({"cost": _cost(each, known)} if each.cost else {}),
        **({"picture": _picture(each, known)} if each.artifact else {}),
        "limits": _limits(each, known),
        "outcomes": outcome_data.of_operation(made, each),
    }


def _body(each: Operation, known: Known) -> dict[str, Any]:
    assert each.body
    return {
        "type": each.body.media_type,
        "required": each.body.required,
        "fields": field_data.of_body(each, known),
    }


def _rules(each: Operation, known: Known) -> list[dict[str, Any]]:
    return [
        {"name": rule.name, **({"outcome": rule.outcome} if rule.outcome else {}), "evidence": evidence}
        for index, rule in enumerate(each.rules)
        for evidence in [known.below("x-rules", str(index))]
    ]


def _cost(each: Operation, known: Known) -> dict[str, Any]:
    assert each.cost
    per = each.cost.per
    usd = each.policy.credit_usd
    return {
        "credits": _chosen(each.cost.credits),
        **({"per": "/".join(per)} if per else {}),
        **({"megapixel": each.cost.megapixel} if each.cost.megapixel else {}),
        **({"more": _more(each.cost.more)} if each.cost.more else {}),
        **({"credit_usd": usd} if usd else {}),
        "charged": sorted(each.cost.charged),
        "evidence": known.below("x-cost"),
    }


def _more(more: More) -> dict[str, Any]:
    return {"of": "/".join(more.of), "usual": more.usual, "credits": _chosen(more.credits)}


def _picture(each: Operation, known: Known) -> dict[str, Any]:
    artifact = each.artifact
    assert artifact
    made: dict[str, Any] = {"formats": _chosen(artifact.media)}
    if artifact.size:
        made["sizes"] = {**_chosen(artifact.size), **_sizes(artifact.size, known)}
    if artifact.sides:
        made["sides"] = ["/".join(side) for side in artifact.sides]
    if artifact.resized:
        made["size_of"] = artifact.resized.of
    if artifact.sources:
        made["effect"] = {"of": list(artifact.sources), "is": artifact.effect}
    if artifact.seed:
        seed = artifact.seed
        made["seed"] = {"field": "/".join(seed.field), "random": seed.random, "maximum": seed.maximum}
    if artifact.count_field:
        made["count"] = "/".join(artifact.count_field)
    return {**made, "evidence": known.below("x-artifact")}


def _sizes(size: Choice, known: Known) -> dict[str, Any]:
    lines = {key: known.below("x-artifact", "size", "table", key) for key in size.table}
    return {"tolerance": size.tolerance, "evidence": lines} if lines else {}


def _plain(value: Any) -> Any:
    """A line of a choice's table: a value, or a choice in turn."""
    return _chosen(value) if isinstance(value, Choice) else value


def _chosen(value: Choice) -> dict[str, Any]:
    """A choice as `{always: VALUE}` or `{by: FIELD, default: KEY, table: {KEY: VALUE}}`."""
    if value.constant is not None:
        return {"always": value.constant}
    return {
        "by": "/".join(value.field),
        "default": value.default,
        "table": {key: _plain(line) for key, line in value.table.items()},
    }


def _amounts(price: Choice) -> Iterator[Any]:
    """Every price that a choice leads to; one may lead to further choices."""
    for each in price.table.values() if price.table else [price.constant]:
        yield from _amounts(each) if isinstance(each, Choice) else [each]


def _credits(each: Operation) -> str:
    if each.cost is None:
        return "free"
    numbers = sorted(dict.fromkeys(_amounts(each.cost.credits)))
    text = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    further = f" and {each.cost.megapixel} a further megapixel" if each.cost.megapixel else ""
    if each.cost.more:
        further += f" and more for each of {'/'.join(each.cost.more.of)}"
    return f"{text} each{further}" if each.cost.per else f"{text}{further}"


def _limits(each: Operation, known: Known) -> dict[str, Any]:
    policy = each.policy
    found: dict[str, tuple[str, Any]] = {
        "gates": ("x-precedence", list(policy.precedence)),
        "body_bytes": ("x-max-body-bytes", policy.max_body_bytes if each.body else None),
        "accept": ("x-negotiation", policy.default_accept),
        "seconds": ("x-latency", list(policy.latency or ())),
    }
    if limit := policy.rate_limit:
        found["rate"] = ("x-rate-limit", asdict(limit))
    return {
        name: {"value": value, "evidence": known.at(known.keyword(keyword))}
        for name, (keyword, value) in found.items()
        if value
    }
