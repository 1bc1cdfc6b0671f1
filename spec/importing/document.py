"""A whole document: the operations that can be served and judged, their policies, and what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from proofsheet.spec.importing.answers import Answers, Reader, plain_error
from proofsheet.spec.importing.credentials import operations, schemes, security, servers
from proofsheet.spec.importing.notes import Notes
from proofsheet.spec.importing.requests import RequestReader, identifier
from proofsheet.spec.importing.schemas import MOST, Schemas

SOURCE = "S1"
LARGEST = 180_000  # values; the reader of documents takes a little more
NOTHING_SAYS = "the document does not say so"
_GATES = ("authenticate", "media-type", "path", "validate")
_STATUSES = {  # by which a gate may refuse, the likeliest first; the last is assumed where none is declared
    "authenticate": (401, 403, 401),
    "media-type": (415, 400, 422, 400),
    "path": (404, 400, 422, 404),
    "validate": (422, 400, 422),
}
_TEXTS = ("prompt", "text", "input", "description")
_WORDING = {
    "authenticate.missing": "no key was sent",
    "authenticate.unknown": "the key is not known",
    "media-type.missing": "a content-type is required",
    "media-type.other": "the content-type must be one of {options}",
    "media-type.broken": "the body cannot be read",
    "validate.required": "{field}: is required",
    "validate.type": "{field}: must be {expected}, was {received}",
    "validate.enum": "{field}: must be one of {options}",
    "validate.minLength": "{field}: at least {limit} characters",
    "validate.maxLength": "{field}: at most {limit} characters",
    "validate.minimum": "{field}: at least {limit}",
    "validate.maximum": "{field}: at most {limit}",
    "validate.multipleOf": "{field}: a multiple of {limit}",
}


@dataclass
class Imported:
    """What became of somebody's document; `left_out` says of each operation that is not served why."""

    value: dict[str, Any]
    notes: Notes
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many operations can be served."""
        return sum(len(each) for each in self.value["paths"].values())


def imported(
    document: Mapping[str, Any], name: str, title: str, grade: str = "official", only: tuple[str, ...] = ()
) -> Imported:
    """A document of this library from an OpenAPI document. `only` are beginnings of paths or operationIds.

    Raises ValueError where it is too large however much is left out of its schemas.
    """
    for most in (MOST, MOST // 10, MOST // 100):
        found = _Import(document, name, grade, title, only, most).made()
        if (size := _size(found.value)) <= LARGEST:
            return found
    raise ValueError(f"it has {size:,} values, and {LARGEST:,} can be read; choose operations with --only")


def _size(value: Any) -> int:
    """How many values there are in plain data."""
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, below))


@dataclass
class _Import:
    document: Mapping[str, Any]
    name: str
    grade: str
    title: str
    only: tuple[str, ...]
    most: int
    notes: Notes = field(default_factory=Notes)
    policies: dict[str, str] = field(default_factory=dict)  # refusals as text, to the policy's name
    left_out: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.cited = {self.grade: [SOURCE]}
        self.schemas = Schemas(self.document, self.notes, self.most)
        self.schemes = schemes(self.document, self.notes, self.cited)

    def made(self) -> Imported:
        paths: dict[str, Any] = {}
        known = {(path, method) for path, method, *_ in operations(self.document)}
        for written, method, item, operation in operations(self.document):
            place, path = f"{method.upper()} {written}", _path(written)
            if not self._is_wanted(path, operation):
                continue
            if path != written and ((path, method) in known or method in paths.get(path, {})):
                self.left_out[place] = "its path differs from another only in a query or a fragment"
            elif not path.startswith("/"):
                self.left_out[place] = "its path does not begin with a slash"
            elif (made := self._operation(path, method, item, operation)) is not None:
                paths.setdefault(path, {})[method] = made
            else:
                self.left_out[place] = "no answer of success that can be served is declared"
        return Imported(self._whole(paths), self.notes, self.left_out)

    def _is_wanted(self, path: str, operation: Mapping[str, Any]) -> bool:
        names = (path, str(operation.get("operationId", "")))
        return not self.only or any(name.startswith(each) for name in names for each in self.only)

    def _operation(self, path: str, method: str, item: Any, node: Any) -> dict[str, Any] | None:
        place = f"{method.upper()} {path}"
        requests = RequestReader(self.schemas, self.notes, place, self.cited)
        body = requests.body(node.get("requestBody")) if method not in ("get", "head", "delete") else None
        kinds = frozenset(["image", *(["audio"] if _text_field(body) else [])] if body else [])
        answers = Reader(self.schemas, self.notes, place, self.cited, kinds).answers(node.get("responses"))
        if answers is None:
            return None
        parameters = requests.parameters(path, item, node)
        refusals = self._refusals(answers, place, [*_gates(parameters, body)])
        summary = str(node.get("summary") or node.get("operationId") or place).strip().splitlines()[0][:100]
        made: dict[str, Any] = {
            "operationId": self._id(node, method, path),
            "summary": summary,
            "description": str(node.get("description") or summary).strip(),
            "tags": [_tag(node)],
            "x-policy": self._policy(refusals),
            "x-evidence": {**self.cited},
        }
        own = security(node.get("security"), self.schemes)
        made |= {"security": own} if own is not None else {}
        made |= {"parameters": parameters} if parameters else {}
        made |= {"requestBody": body} if body else {}
        made |= {"x-artifact": artifact} if (artifact := self._artifact(answers, body)) else {}
        if method not in ("get", "head", "options", "delete"):
            made["x-cost"] = self._cost(answers)
        return {**made, "responses": {**answers.responses, **_assumed_errors(answers, refusals)}}

    def _cost(self, answers: Answers) -> dict[str, Any]:
        success = next(each for each in answers.responses if each < "300")
        why = "no price is known; 1 stands for a call that may be paid for"
        return {"credits": 1, "charged": [f"status_{success}"], "x-evidence": {"assumed": why}}

    def _artifact(self, answers: Answers, body: Any) -> dict[str, Any] | None:
        if answers.artifact is None:
            return None
        prompt = {"prompt": [f"/{found}"]} if (found := _text_field(body)) else {}
        return {**answers.artifact, **prompt, "x-evidence": {"assumed": "by the media type of the answer"}}

    def _refusals(self, answers: Answers, place: str, gates: list[str]) -> dict[str, str]:
        found = {}
        for gate in gates:
            *declared, assumed = _STATUSES[gate]
            status = next((each for each in declared if each in answers.statuses), assumed)
            if status not in answers.statuses:
                self.notes.add(f"no status says how {gate} refuses; {assumed} is assumed", place)
            found[gate] = f"status_{status}"
        return found

    def _policy(self, refusals: Mapping[str, str]) -> str:
        text = json.dumps(refusals)
        return self.policies.setdefault(text, f"policy-{len(self.policies) + 1}")

    def _id(self, node: Mapping[str, Any], method: str, path: str) -> str:
        place, wanted = f"{method.upper()} {path}", str(node.get("operationId") or "")
        name = _camel(wanted or f"{method} {path}")
        if not wanted:
            self.notes.add("an operation has no operationId; one is made of its path", place)
        elif name in self.ids:
            self.notes.add("an operationId stands twice; one is made of the path", place)
            name = _camel(f"{method} {path}")
        while name in self.ids:
            name += "2"
        self.ids.add(name)
        return name

    def _whole(self, paths: dict[str, Any]) -> dict[str, Any]:
        info = self.document.get("info")
        info = info if isinstance(info, dict) else {}
        own = security(self.document.get("security"), self.schemes)
        tags = dict.fromkeys(each["tags"][0] for item in paths.values() for each in item.values())
        components: dict[str, Any] = {}
        whole: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {"title": str(info.get("title") or self.name), "version": str(info.get("version") or "1"),
                     "summary": f"Imported: {self.title}"},
            "x-sources": {SOURCE: {"title": self.title, "date": date.today().isoformat()}},
            "servers": servers(self.document, self.name, self.notes, self.cited),
            "security": own if own is not None else [{name: []} for name in self.schemes],
            "tags": [{"name": each, "description": each} for each in tags],
            **self._differences(),
            "paths": self.schemas.shared(paths, components),
            "components": {"securitySchemes": self.schemes, "x-policies": dict(self._policies())},
        }  # fmt: skip
        for name, each in components.items():
            whole["components"].setdefault("schemas", {})[name] = {**each, "x-evidence": {**self.cited}}
        self.notes.add("no price is known; each POST, PUT and PATCH counts as 1 credit", "x-cost")
        self.notes.add("no rate limit is known; none is kept", "x-rate-limit")
        return whole

    def _differences(self) -> dict[str, Any]:
        """Where errors are assumed, a target may refuse in its own way."""
        assumed = [gate for gate in _GATES if any(f" {gate} refuses" in each for each in self.notes.found)]
        topics = [*dict.fromkeys(each for gate in assumed for each in _TOPICS[gate])]
        why = f"the document does not declare how {', '.join(assumed)} refuses"
        found = {"topics": topics, "level": "MAY", "why": why, "x-evidence": {"assumed": NOTHING_SAYS}}
        return {"x-may-differ": [found]} if topics else {}

    def _policies(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for text, name in self.policies.items():
            assumed = {"x-evidence": {"assumed": NOTHING_SAYS}}
            yield (
                name,
                {
                    "x-precedence": [*_GATES],
                    "x-refusals": json.loads(text),
                    "x-wording": {**_WORDING},
                    **assumed,
                },
            )


_BOUNDS = (
    *("required", "type", "kind", "null", "enum", "pattern", "format", "minimum", "maximum", "multipleOf"),
    *(
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
    ),
)
_TOPICS: dict[str, tuple[str, ...]] = {  # what is asked of each refusal, and which statuses may come at all
    "authenticate": ("key.*", "answer.status", "answer.media-type"),
    "media-type": ("media-type.*", "answer.status", "answer.media-type"),
    "path": ("path.*", "answer.status", "answer.media-type"),
    "validate": (
        *(f"*.{each}" for each in _BOUNDS),
        "any.refused*",
        "several-faults",
        "precedence.*",
        "robust.*",
    ),
}


def _assumed_errors(answers: Answers, refusals: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name in dict.fromkeys(refusals.values()):
        status = name.removeprefix("status_")
        if int(status) not in answers.statuses:
            content = {"application/json": plain_error(name)}
            found[status] = {
                "description": "Refused.",
                "content": content,
                "x-evidence": {"assumed": NOTHING_SAYS},
            }
    return found


def _tag(node: Mapping[str, Any]) -> str:
    tags = node.get("tags")
    return str(tags[0]) if isinstance(tags, list) and tags else "Operations"


def _gates(parameters: list[dict[str, Any]], body: Any) -> Iterator[str]:
    """The gates that have something to refuse, in the order that is assumed."""
    yield "authenticate"
    yield from ("media-type",) if body else ()
    yield from ("path",) if any(each["in"] == "path" for each in parameters) else ()
    yield from ("validate",) if body or any(each["in"] != "path" for each in parameters) else ()


def _camel(text: str) -> str:
    """Words of a text as a name that is one in any language."""
    name = "".join(each[0].upper() + each[1:] for each in re.findall(r"[A-Za-z0-9]+", text))
    return name[:1].lower() + name[1:] if name[:1].isalpha() else f"do{name}"


def _path(written: str) -> str:
    """A path without query and fragment, its parameters named as any language can."""
    path = re.split(r"[?#]", written)[0].strip()
    return re.sub(r"\{([^{}]*)\}", lambda found: "{" + identifier(found[1]) + "}", path)


def _text_field(body: Any) -> str:
    """The field that says what is to be drawn or said; empty where none is called so."""
    fields = next(iter(body["content"].values()))["schema"].get("properties", {}) if body else {}
    return next((name for name in _TEXTS if fields.get(name, {}).get("type") == "string"), "")
