"""A whole document: the operations that can be served and judged, their policies, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from proofsheet.spec.importing.answers import Answers, Reader
from proofsheet.spec.importing.credentials import operations, schemes, security, servers
from proofsheet.spec.importing.notes import Notes
from proofsheet.spec.importing.refusals import Refusals, assumed_errors, gates
from proofsheet.spec.importing.requests import RequestReader, identifier
from proofsheet.spec.importing.schemas import MOST, Schemas

SOURCE = "S1"
LARGEST = 180_000  # values; the reader of documents takes a little more
_TEXTS = ("prompt", "text", "input", "description")  # fields that say what is drawn or said


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
    left_out: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.cited = {self.grade: [SOURCE]}
        self.refusals = Refusals(self.notes)
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
        refusals = self.refusals.of(answers.statuses, place, gates(parameters, body))
        summary = str(node.get("summary") or node.get("operationId") or place).strip().splitlines()[0][:100]
        made: dict[str, Any] = {
            "operationId": self._id(node, method, path),
            "summary": summary,
            "description": str(node.get("description") or summary).strip(),
            "tags": [_tag(node)],
            "x-policy": self.refusals.policy(refusals),
            "x-evidence": {**self.cited},
        }
        _negotiation(made, answers)
        own = security(node.get("security"), self.schemes)
        made |= {"security": own} if own is not None else {}
        made |= {"parameters": parameters} if parameters else {}
        made |= {"requestBody": body} if body else {}
        made |= {"x-artifact": artifact} if (artifact := self._artifact(answers, body)) else {}
        if method not in ("get", "head", "options", "delete"):
            made["x-cost"] = self._cost(answers)
        return {**made, "responses": {**answers.responses, **assumed_errors(answers.statuses, refusals)}}

    def _cost(self, answers: Answers) -> dict[str, Any]:
        success = next(each for each in answers.responses if each < "300")
        why = "no price is known; 1 stands for a call that may be paid for"
        return {"credits": 1, "charged": [f"status_{success}"], "x-evidence": {"assumed": why}}

    def _artifact(self, answers: Answers, body: Any) -> dict[str, Any] | None:
        if answers.artifact is None:
            return None
        prompt = {"prompt": [f"/{found}"]} if (found := _text_field(body)) else {}
        return {**answers.artifact, **prompt, "x-evidence": {"assumed": "by the media type of the answer"}}

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
            **self.refusals.differences(),
            "paths": self.schemas.shared(paths, components),
            "components": {"securitySchemes": self.schemes, "x-policies": self.refusals.policies()},
        }  # fmt: skip
        for name, each in components.items():
            whole["components"].setdefault("schemas", {})[name] = {**each, "x-evidence": {**self.cited}}
        self.notes.add("no price is known; each POST, PUT and PATCH counts as 1 credit", "x-cost")
        self.notes.add("no rate limit is known; none is kept", "x-rate-limit")
        return whole


def _tag(node: Mapping[str, Any]) -> str:
    tags = node.get("tags")
    return str(tags[0]) if isinstance(tags, list) and tags else "Operations"


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


def _negotiation(made: dict[str, Any], answers: Answers) -> None:
    """Say what comes without an Accept header, where there are several forms and no document says it."""
    success = next(each for status, each in answers.responses.items() if status < "300")
    if len(forms := [*success.get("content", {})]) > 1:
        made["x-negotiation"] = {"default": forms[0], "unsupported": "default"}
        made["x-evidence"]["at"] = {"/x-negotiation": {"assumed": "nothing says which form is the usual one"}}
