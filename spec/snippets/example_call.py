"""A call of an operation, ready to be written down: from the document's own examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.document import Document, Operation, Parameter
from proofsheet.spec.security import SecurityRequirement

JSON = "application/json"
_OF_FORMAT = {"image/jpeg": "jpg", "audio/mpeg": "mp3", "model/gltf-binary": "glb"}
_CALLED = {"image": "picture"}  # kinds of artifact that are called otherwise
_PARSED = ("integer", "number", "boolean", "array", "object")


@dataclass(eq=False)
class NoExample(ValueError):
    """A wish that the document does not allow; the text says what it has instead."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True)
class Choice:
    """What the caller may choose; the document chooses the rest. A field `@FILE` is an upload."""

    url: str | None = None
    accept: str | None = None
    example: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExampleCall:
    """A call. `form` and `files` are the parts of a multipart body; `saves` is the file for the answer."""

    method: str
    url: str
    keys: tuple[tuple[str, str, str], ...]  # headers with a credential: name, prefix, variable
    headers: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    json: Any
    saves: str

    @property
    def is_multipart(self) -> bool:
        return bool(self.form or self.files)


def example_call(document: Document, operation: Operation, choice: Choice) -> ExampleCall:
    """The call of `operation` that `choice` wants. Raises NoExample."""
    if not any(each.status < 300 for each in operation.outcomes.values()):
        raise NoExample(f"the document shows no success of {operation.id}; `proofsheet spec lint` says where")
    body = {**_example(document, operation, choice.example), **_chosen(operation, choice.fields)}
    accept = _accept(operation, choice.accept)
    multipart = operation.body is not None and operation.body.media_type.startswith("multipart/")
    files = {
        name: each
        for name, each in body.items()
        if multipart and operation.body and name in operation.body.files
    }
    wanted = operation.security[0] if operation.security else ()
    return ExampleCall(
        method=operation.method,
        url=_base(document, choice.url) + _path(operation, wanted),
        keys=tuple(_keys(wanted)),
        headers=tuple(_headers(operation, accept)),
        form=tuple((name, _text(each)) for name, each in body.items() if multipart and name not in files),
        files=tuple((name, str(each)) for name, each in files.items()),
        json=body if operation.body and not multipart else None,
        saves=_saves(operation, accept, body),
    )


def _base(document: Document, url: str | None) -> str:
    if url is not None:
        return url.rstrip("/")
    server = document.raw["servers"][0]
    text: str = server["url"]
    for name, each in server.get("variables", {}).items():
        text = text.replace(f"{{{name}}}", each["default"])
    return text


def _keys(wanted: SecurityRequirement) -> Iterator[tuple[str, str, str]]:
    """Headers with a credential. Where a scheme has a function, the variable holds what that has made."""
    for each in wanted:
        variable = "API_KEY" if len(wanted) == 1 else re.sub(r"\W", "_", each.name).upper()
        if each.place == "header":
            yield each.field, each.prefix, variable
        elif each.place == "cookie":
            yield "cookie", f"{each.field}=", variable


def _path(operation: Operation, wanted: SecurityRequirement) -> str:
    path, queries = operation.path, [f"{each.field}=API_KEY" for each in wanted if each.place == "query"]
    for each in operation.parameters:
        if each.place == "path":
            path = path.replace(f"{{{each.name}}}", _sample(each))
        elif each.place == "query" and each.required:
            queries.append(f"{each.name}={_sample(each)}")
    return path + ("?" + "&".join(queries) if queries else "")


def _sample(parameter: Parameter) -> str:
    schema = parameter.schema
    found = schema.get("example", schema.get("default", next(iter(schema.get("enum", ())), None)))
    if found is None:
        raise NoExample(f"the {parameter.place} parameter {parameter.name} has no example, default or enum")
    return _text(found)


def _headers(operation: Operation, accept: str | None) -> list[tuple[str, str]]:
    required = [each for each in operation.parameters if each.place == "header" and each.required]
    return [*((each.name, _sample(each)) for each in required), *([("accept", accept)] if accept else [])]


def _accept(operation: Operation, wanted: str | None) -> str | None:
    """What to send as Accept; None where there is one form of answer only."""
    forms = tuple(operation.success.representations)
    ranges = {f"{each.partition('/')[0]}/*" for each in forms}
    if wanted is not None and wanted not in {*forms, *ranges, "*/*"}:
        raise NoExample(f"{operation.id} does not answer as {wanted!r}; it answers as {', '.join(forms)}")
    return wanted if wanted or len(forms) == 1 else operation.policy.default_accept


def _example(document: Document, operation: Operation, name: str | None) -> dict[str, Any]:
    if operation.body is None:
        return {}
    at = pointers.join("requestBody", "content", operation.body.media_type)
    examples = pointers.get(document.raw, operation.pointer + at).get("examples", {})
    if name is not None and name not in examples:
        known = ", ".join(examples) or "none"
        raise NoExample(f"{operation.id} has no example {name!r} of its body; known: {known}")
    chosen = examples.get(name) if name else next(iter(examples.values()), None)
    value = (chosen or {}).get("value", {})
    return dict(value) if isinstance(value, dict) else {}


def _chosen(operation: Operation, fields: Mapping[str, str]) -> dict[str, Any]:
    properties = operation.body.schema.get("properties", {}) if operation.body else {}
    for name in fields:
        if name not in properties:
            known = ", ".join(properties) or "none"
            raise NoExample(f"{operation.id} has no field {name!r}; it has: {known}")
    return {name: _value(operation, name, properties[name], text) for name, text in fields.items()}


def _value(operation: Operation, name: str, schema: Mapping[str, Any], text: str) -> Any:
    is_file = operation.body is not None and name in operation.body.files
    if is_file != text.startswith("@"):
        kind = "a file: write @PATH" if is_file else "no file: write its value"
        raise NoExample(f"{name} is {kind}")
    if is_file:
        return text[1:]
    if schema.get("type") not in _PARSED:
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise NoExample(f"{name} is of type {schema['type']}, and {text!r} is no JSON: {error}") from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _saves(operation: Operation, accept: str | None, body: Mapping[str, Any]) -> str:
    """The file for the answer, such as `picture.png` or `model.glb`."""
    forms = operation.success.representations
    first = accept or next(iter(forms))
    if first == JSON or operation.artifact is None:
        return "answer.json"
    picked = str(operation.artifact.media.pick(body)) if first.endswith("*") else first
    kind = _CALLED.get(operation.artifact.kind, operation.artifact.kind)
    return f"{kind}.{_OF_FORMAT.get(picked, PurePath(picked).name)}"
