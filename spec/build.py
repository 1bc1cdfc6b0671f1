"""From a document's plain data to its dataclasses. Every keyword is read here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec import build_tasks, pointers, security
from proofsheet.spec.artifact import artifact
from proofsheet.spec.build_outcomes import outcomes
from proofsheet.spec.classification import classification
from proofsheet.spec.completion import completion
from proofsheet.spec.cost import cost
from proofsheet.spec.dialogue import dialogue
from proofsheet.spec.document import Cors, Difference, Document, Operation, Parameter, Rule, Unmatched
from proofsheet.spec.embedding import embedding
from proofsheet.spec.grants import grants
from proofsheet.spec.kept import kept
from proofsheet.spec.outline import outline
from proofsheet.spec.policy import policy
from proofsheet.spec.request_bodies import bodies
from proofsheet.spec.resources import resource_role, resources
from proofsheet.spec.tasks import Lifecycle, Views
from proofsheet.spec.transcription import transcription

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
    shared = with_policy(raw, node)
    return Operation(
        document=names[0],
        family=names[1],
        account=names[2],
        id=node["operationId"],
        method=method.upper(),
        path=path,
        summary=node.get("summary", ""),
        pointer=pointers.join("paths", path, method),
        policy=policy(str(node.get("x-policy", node["operationId"])), shared),
        security=_security(raw, node),
        parameters=tuple(_parameter(each) for each in node.get("parameters", ())),
        bodies=bodies(node.get("requestBody")),
        rules=tuple(_rule(each) for each in node.get("x-rules", ())),
        cost=cost(node.get("x-cost"), node.get("x-artifact")),
        artifact=artifact(node.get("x-artifact")),
        outcomes=outcomes(node["responses"]),
        task=build_tasks.role(node.get("x-task"), lifecycles),
        links=build_tasks.links(node),
        callbacks=tuple(build_tasks.callbacks(node)),
        completion=completion(node.get("x-completion")),
        transcription=transcription(node.get("x-transcription")),
        outline=outline(node.get("x-outline")),
        embedding=embedding(node.get("x-embedding")),
        classification=classification(node.get("x-classification")),
        resource=resource_role(node.get("x-resource"), resources(raw)),
        dialogue=dialogue(node.get("x-dialogue"), raw.get("components", {}).get("x-messages", {})),
        kept=kept(node.get("x-kept")),
        grants=grants(node.get("x-grants")),
        granted=_granted(raw),
    )


def _granted(raw: Any) -> str:
    known = (each["x-grants"]["start"] for _, _, each in operations(raw) if "x-grants" in each)
    return next(known, "")


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
    like, answers = known[node["like"]], outcomes(node.get("responses", {}))
    policy = replace(like.policy, precedence=tuple(node.get("gates", ())))
    operation = replace(like, policy=policy, outcomes={**like.outcomes, **answers})
    return Unmatched(node["under"], operation, {each.status: each.name for each in answers.values()})


def _security(raw: Any, node: Any) -> tuple[security.SecurityRequirement, ...]:
    known = raw.get("components", {}).get("securitySchemes", {})
    return tuple(security.security_requirements(known, node.get("security", raw.get("security", ()))))


def _parameter(node: Any) -> Parameter:
    return Parameter(node["name"], node["in"], node.get("required", False), node.get("schema", {}))


def _rule(node: Any) -> Rule:
    return Rule(node["name"], node["when"], node["then"], node.get("outcome"), node.get("says"))
