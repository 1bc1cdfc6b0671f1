"""What a rule is given: the document as written and as resolved, its operations, the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from proofsheet.spec import build, pointers
from proofsheet.spec.lint.places import Place, places
from proofsheet.spec.lint.vocabulary import Vocabulary
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import Source


@dataclass(frozen=True)
class Found:
    """What a rule yields: the pointer and what to say. A pointer may pass through a $ref."""

    pointer: str
    message: str
    source: Source | None = None  # the file, where it is not the document


@dataclass(frozen=True)
class Op:
    """An operation of the resolved document, with its policy merged in."""

    pointer: str
    node: Mapping[str, Any]
    rules: Mapping[str, Any]  # the policy's keywords, the operation's own over them
    policy: str | None

    @property
    def id(self) -> str:
        return str(self.node["operationId"])

    def keyword(self, name: str) -> str:
        """The pointer of a policy keyword: at the operation, else in its policy."""
        if name in self.node or self.policy is None:
            return self.pointer + pointers.join(name)
        return pointers.join("components", "x-policies", self.policy, name)

    @property
    def bodies(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """The request body in each media type: pointer, media type and media type object."""
        return [
            (f"{self.pointer}/requestBody/content{pointers.join(media_type)}", media_type, content)
            for media_type, content in self.node.get("requestBody", {}).get("content", {}).items()
        ]

    @property
    def body(self) -> tuple[str, str, Mapping[str, Any]] | None:
        """The request body in its usual media type, if there is one."""
        return next(iter(self.bodies), None)

    @property
    def schemas(self) -> list[Mapping[str, Any]]:
        """The schemas of the request body, the usual one first."""
        return [content["schema"] for _, _, content in self.bodies]

    def parameters(self, place: str) -> list[Mapping[str, Any]]:
        """The parameters in `place`: path, query or header."""
        return [each for each in self.node.get("parameters", ()) if each["in"] == place]


@dataclass(frozen=True)
class Sample:
    """A named example of a response: an outcome in one media type."""

    pointer: str
    status: str
    media_type: str
    name: str
    node: Mapping[str, Any]
    content: Mapping[str, Any]
    response: Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """A document under the lint. `source` is as written, overlays applied; `resolved` has no $ref."""

    name: str
    source: Source
    resolved: Mapping[str, Any]
    vocabulary: Vocabulary
    library: Library
    claims: Path

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every place of the document as written."""
        return tuple(places(self.source.value, self.vocabulary.places))

    @cached_property
    def operations(self) -> tuple[Op, ...]:
        """Every operation. Only for documents whose shape is right."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Op]:
        policies = self.resolved.get("components", {}).get("x-policies", {})
        for path, method, node in build.operations(self.resolved):
            policy = node.get("x-policy")
            rules = {**policies.get(policy, {}), **node}
            yield Op(pointers.join("paths", path, method), node, rules, policy)

    def of_kind(self, *kinds: str) -> Iterator[Place]:
        """The places of some kinds, as written."""
        return (each for each in self.places if each.kind in kinds)


def samples(op: Op) -> Iterator[Sample]:
    """Every named example of an operation's responses."""
    for status, response in op.node["responses"].items():
        for media_type, content in response.get("content", {}).items():
            at = op.pointer + pointers.join("responses", status, "content", media_type, "examples")
            for name, node in content.get("examples", {}).items():
                yield Sample(at + pointers.join(name), status, media_type, name, node, content, response)
        for name, node in response.get("x-empty", {}).items():
            at = op.pointer + pointers.join("responses", status, "x-empty", name)
            yield Sample(at, status, "", name, {"value": None, **node}, {}, response)


def origin(document: Any, pointer: str) -> str:
    """Where a pointer that passes through a $ref leads to in the document as written."""
    node, at = document, ""
    for token in pointers.split(pointer):
        while isinstance(node, dict) and token not in node and isinstance(node.get("$ref"), str):
            at = node["$ref"].removeprefix("#")
            node = pointers.get(document, at)
        try:
            node = pointers.step(node, token)
        except KeyError:
            return at  # what is missing is reported where it is missing
        at += pointers.join(token)
    return at
