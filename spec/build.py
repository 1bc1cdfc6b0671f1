"""From a document's plain data to its dataclasses. Every keyword is read here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec import build_tasks, media_types, pointers, security
from proofsheet.spec.artifact import artifact
from proofsheet.spec.build_outcomes import outcomes
from proofsheet.spec.choices import Choice, choice
from proofsheet.spec.classification import classification
from proofsheet.spec.completion import completion
from proofsheet.spec.dialogue import dialogue
from proofsheet.spec.document import (
    FORMS,
    Body,
    Cors,
    Cost,
    Difference,
    Document,
    Mask,
    Operation,
    Parameter,
    Picture,
    Policy,
    RateLimit,
    Rule,
    TokenLimit,
    Unmatched,
)
from proofsheet.spec.embedding import embedding
from proofsheet.spec.given_schemas import marked, schema_rules
from proofsheet.spec.kept import kept
from proofsheet.spec.resources import resource_role, resources
from proofsheet.spec.tasks import Lifecycle, Views
from proofsheet.spec.transcription import sound, transcription

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


def with_policy(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    """An operation's members, and those of the policy that it shares with others."""
    policies = document.get("components", {}).get("x-policies", {})
    return {**policies.get(operation.get("x-policy"), {}), **operation}


def document(
    name: str,
    raw: dict[str, Any],
    source: dict[str, Any],
    family: str | None = None,
    account: str | None = None,
) -> Document:
    """The document `raw`, whose references are resolved already; `source` still has them.

    The family is the one that it is a part of, else the one that is given, else the name up to its first dot;
    its accounts are the family's, unless another is given.
    Raises TypeError and other errors of Python where the document has not the form of one.
    """
    components = raw.get("components", {})
    if not isinstance(components, dict) or not all(isinstance(each, dict) for each in components.values()):
        raise TypeError("components is an object of objects")
    info = raw["info"]
    home = info.get("x-part-of") or family or name.partition(".")[0]
    lifecycles = build_tasks.lifecycles(raw)
    found = {
        each.id: _viewing(each, lifecycles)
        for path, method, node in operations(raw)
        for each in [_operation((name, home, account or home), raw, path, method, node, lifecycles)]
    }
    bases = dict.fromkeys(urlsplit(each["url"]).path.rstrip("/") for each in raw["servers"])
    return Document(
        name=name,
        title=info["title"],
        version=info["version"],
        bases=tuple(bases),
        operations=found,
        raw=raw,
        source=source,
        family=home,
        account=account or home,
        differences=tuple(_difference(each) for each in raw.get("x-may-differ", ())),
        cors=_cors(raw.get("x-cors")),
        unmatched=tuple(_unmatched(each, found) for each in raw.get("x-unmatched", ())),
        lifecycles=lifecycles,
    )


def operations(raw: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every (path, method, operation) of a document."""
    for path, item in raw.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _operation(
    names: tuple[str, str, str],
    raw: Any,
    path: str,
    method: str,
    node: Any,
    lifecycles: Mapping[str, Lifecycle],
) -> Operation:
    policy = with_policy(raw, node)
    return Operation(
        document=names[0],
        family=names[1],
        account=names[2],
        id=node["operationId"],
        method=method.upper(),
        path=path,
        summary=node.get("summary", ""),
        pointer=pointers.join("paths", path, method),
        policy=_policy(str(node.get("x-policy", node["operationId"])), policy),
        security=_security(raw, node),
        parameters=tuple(_parameter(each) for each in node.get("parameters", ())),
        bodies=_bodies(node.get("requestBody")),
        rules=tuple(_rule(each) for each in node.get("x-rules", ())),
        cost=_cost(node.get("x-cost")),
        artifact=artifact(node.get("x-artifact")),
        outcomes=outcomes(node["responses"]),
        task=build_tasks.role(node.get("x-task"), lifecycles),
        links=build_tasks.links(node),
        callbacks=tuple(build_tasks.callbacks(node)),
        completion=completion(node.get("x-completion")),
        transcription=transcription(node.get("x-transcription")),
        embedding=embedding(node.get("x-embedding")),
        classification=classification(node.get("x-classification")),
        resource=resource_role(node.get("x-resource"), resources(raw)),
        dialogue=dialogue(node.get("x-dialogue"), raw.get("components", {}).get("x-messages", {})),
        kept=kept(node.get("x-kept")),
    )


def _viewing(operation: Operation, lifecycles: Mapping[str, Lifecycle]) -> Operation:
    """An operation that views tasks succeeds where one has come to the ordinary end of its lifecycle."""
    if not isinstance(operation.task, Views):
        return operation
    shown = [each for each in lifecycles.values() if _shows(operation, operation.task, each)]
    if operation.task.answers is not None:
        return replace(operation, views=tuple(each.name for each in shown))
    return replace(
        operation,
        views=tuple(each.name for each in shown),
        succeeds_as=shown[0].ordinary_end if shown else None,
    )


def _shows(operation: Operation, role: Views, lifecycle: Lifecycle) -> bool:
    """Whether an operation has an outcome for each state of a lifecycle."""
    return {role.outcome(each) for each in lifecycle.states} <= operation.outcomes.keys()


def _difference(node: Any) -> Difference:
    return Difference(tuple(node["topics"]), node["level"], node["why"])


def _cors(node: Any) -> Cors | None:
    return Cors(tuple(node["methods"]), node["max-age"], node["credentials"]) if node else None


def _unmatched(node: Any, known: dict[str, Operation]) -> Unmatched:
    """Raises KeyError where `like` names no operation."""
    like = known[node["like"]]
    return Unmatched(
        node["under"], replace(like, policy=replace(like.policy, precedence=tuple(node["gates"])))
    )


def _tokens(pointer: str | None) -> tuple[str, ...] | None:
    return None if pointer is None else pointers.split(pointer)


def _policy(name: str, node: Any) -> Policy:
    negotiation = node.get("x-negotiation", {})
    limit = node.get("x-rate-limit")
    latency = node.get("x-latency")
    return Policy(
        name=name,
        precedence=tuple(node.get("x-precedence", ())),
        refusals=node.get("x-refusals", {}),
        wording=node.get("x-wording", {}),
        codes=node.get("x-codes", {}),
        default_accept=negotiation.get("default", "*/*"),
        unsupported_accept=negotiation.get("unsupported", "default"),
        chosen_form=choice(negotiation["by"]) if "by" in negotiation else None,
        max_body_bytes=node.get("x-max-body-bytes"),
        token_limit=TokenLimit(**node["x-token-limit"]) if "x-token-limit" in node else None,
        rate_limit=RateLimit(**limit) if limit else None,
        empty_parts=node.get("x-empty-parts", "value"),
        part_names=node.get("x-part-names", "any"),
        latency=(latency["seconds"][0], latency["seconds"][1]) if latency else None,
        credit_usd=node.get("x-credit-usd"),
        mask=Mask(**node.get("x-mask", {"first": 0, "last": 0, "shortest": 0})),
    )


def _cost(node: Any) -> Cost | None:
    if node is None:
        return None
    tokens = node.get("tokens", {})
    return Cost(
        credits=choice(node.get("credits", 0)),
        per=_tokens(node.get("per")),
        charged=frozenset(node["charged"]),
        prompt_tokens=_price(tokens.get("prompt")),
        completion_tokens=_price(tokens.get("completion")),
        megapixel=node.get("megapixel", 0),
    )


def _price(node: Any) -> Choice | str | None:
    """The price of tokens: a choice, or the name of a member of the resource that is used."""
    if isinstance(node, str):
        return node.removeprefix("$resource.")
    return None if node is None else choice(node)


def _security(raw: Any, node: Any) -> tuple[security.SecurityRequirement, ...]:
    known = raw.get("components", {}).get("securitySchemes", {})
    return tuple(security.security_requirements(known, node.get("security", raw.get("security", ()))))


def _parameter(node: Any) -> Parameter:
    return Parameter(node["name"], node["in"], node.get("required", False), node.get("schema", {}))


def _bodies(node: Any) -> tuple[Body, ...]:
    contents = node["content"].items() if node else ()
    return tuple(_body(media_type, content, node.get("required", False)) for media_type, content in contents)


def _body(media_type: str, content: Any, required: bool) -> Body:
    schema = content["schema"]
    properties = schema.get("properties", {})
    is_form = media_type in FORMS
    json_parts = frozenset(_json_parts(properties, content.get("encoding", {}))) if is_form else frozenset()
    file_lists = frozenset(
        name for name, each in properties.items() if each.get("items", {}).get("format") == "binary"
    )
    listed = (name for name, each in properties.items() if "items" in each)
    return Body(
        media_type=media_type,
        required=required,
        schema=schema,
        files=frozenset(name for name, each in properties.items() if each.get("format") == "binary"),
        shutdowns={
            name: {value: date.fromisoformat(day) for value, day in each["x-shutdown"].items()}
            for name, each in properties.items()
            if "x-shutdown" in each
        },
        file_lists=file_lists,
        text_lists=frozenset(listed) - file_lists - json_parts if is_form else frozenset(),
        sounds={name: sound(each["x-audio"]) for name, each in properties.items() if "x-audio" in each},
        pictures={name: _picture(node) for name, each in properties.items() for node in _pictures(each)},
        defaults={name: each["default"] for name, each in properties.items() if "default" in each},
        json_parts=json_parts,
        examples=tuple(each["value"] for each in content.get("examples", {}).values()),
        inner_pictures=tuple(
            (way, _picture(node)) for way, node in marked(schema, "x-picture") if _is_inner(way)
        ),
        given_schemas=tuple((way, schema_rules(node)) for way, node in marked(schema, "x-json-schema")),
    )


def _is_inner(way: tuple[str, ...]) -> bool:
    """Whether a place is deeper than the members of a field, or of the items of one (`_pictures`)."""
    return sum(each != "*" for each in way) > 2


def _json_parts(properties: Any, encoding: Any) -> Iterator[str]:
    """The parts that are JSON: so says their encoding, and without one OpenAPI does of objects."""
    for name, each in properties.items():
        usual = "application/json" if each.get("type") == "object" else "text/plain"
        if media_types.is_json(encoding.get(name, {}).get("contentType", usual)):
            yield name


def _pictures(schema: Any) -> Iterator[Any]:
    """What a field's picture must be, or each of those in a list, or in the members of its objects."""
    for each in (schema, schema.get("items")):
        within = each.get("properties", {}).values() if isinstance(each, dict) else ()
        known = (one for one in (each, *within) if isinstance(one, dict))
        yield from (one["x-picture"] for one in known if "x-picture" in one)


def _picture(node: Any) -> Picture:
    bounds = {key.replace("-", "_"): each for key, each in node.items() if key.startswith("m")}
    sizes = tuple((width, height) for width, height in node.get("sizes", ()))
    other = next(iter(pointers.split(node.get("same-size-as", ""))), None)
    named = node.get("named", True)
    return Picture(tuple(node["formats"]), **bounds, sizes=sizes, same_size_as=other, named=named)


def _rule(node: Any) -> Rule:
    return Rule(node["name"], node["when"], node["then"], node.get("outcome"), node.get("says"))
