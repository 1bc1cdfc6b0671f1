"""What an operation answers: a named example for each status and media type, shown or made up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.importing.notes import Notes
from proofsheet.spec.importing.schemas import Schemas, fits
from proofsheet.spec.importing.stand_ins import value

MADE_UP = {"assumed": "made up: the document shows no example that its schema admits"}
PICTURES = {"image/png", "image/jpeg", "image/webp"}
SOUNDS = {"audio/mpeg", "audio/wav", "audio/flac", "audio/opus", "audio/aac"}
_ANY_OF_KIND = {
    "image/*": "image/png",
    "audio/*": "audio/mpeg",
    "*/*": "application/json",
    "": "application/json",
}
_MESSAGES = ("message", "detail", "error_message", "msg", "description", "reason", "error", "title")


@dataclass(frozen=True)
class Answers:
    """The responses of one operation, ready to be served."""

    responses: dict[str, Any]
    statuses: tuple[int, ...]  # that the document declares
    artifact: dict[str, Any] | None  # what is drawn or said in its success


@dataclass
class Reader:
    """Reads the responses of one operation at `place`; `cited` is the evidence of what the document says."""

    schemas: Schemas
    notes: Notes
    place: str
    cited: Mapping[str, Any]
    kinds: frozenset[str]  # of artifacts that can be made of the request

    def answers(self, node: Any) -> Answers | None:
        """The responses, or None where nothing that can be served says that a call went well."""
        declared = {status: self.schemas.followed(each, self.place) for status, each in _statuses(node)}
        self._with_success(declared, node)
        every = {str(status): self._response(status, each) for status, each in sorted(declared.items())}
        made = {status: each for status, each in every.items() if each is not None}
        success = next((status for status in made if status < "300"), None)
        if success is None:
            return None
        found = (_artifact(each) or {} for each in made[success].get("content", {}))
        artifact = next((each for each in found if each.get("kind") in self.kinds), None)
        if artifact:
            self._bind(made[success]["content"], f"status_{success}")
        return Answers(made, tuple(map(int, made)), artifact)

    def _with_success(self, declared: dict[int, Any], node: Any) -> None:
        if any(200 <= status < 300 for status in declared):
            return
        other = next(
            (node[each] for each in ("2XX", "2xx", "default") if isinstance(node, dict) and each in node),
            None,
        )
        if other is not None and not any(status < 400 for status in declared):
            declared[200] = self.schemas.followed(other, self.place)
            self.notes.add("no status of success is declared; the default answer is taken as 200", self.place)

    def _bind(self, content: dict[str, Any], name: str) -> None:
        """JSON beside a file holds the same in base64; where nobody can tell where, it is left out."""
        for media_type in [each for each in content if each.endswith("json")]:
            example = content[media_type]["examples"][name]
            if (at := next(_base64(example["value"], ""), None)) is not None:
                example["x-bind"] = {at: "$artifact.base64"}
            else:
                del content[media_type]
                self.notes.add(
                    "JSON beside a file does not say where it holds it, and is left out", self.place
                )

    def _response(self, status: int, node: Mapping[str, Any]) -> dict[str, Any] | None:
        name = f"status_{status}"
        head = {"description": str(node.get("description") or status), "x-evidence": {**self.cited}}
        declared = node.get("content")
        found = [*self._content(status, declared if isinstance(declared, dict) else {})]
        content = dict(sorted(found, key=lambda each: not each[0].endswith("json")))  # as generators want it
        if content:
            return {**head, "content": content}
        if declared and status < 300:
            return None  # it answers what cannot be served
        if status < 400:
            return {**head, "x-empty": {name: {"x-evidence": {**self.cited}}}}
        self.notes.add("errors without a declared body answer {error: …}, which is assumed", self.place)
        return {**head, "content": {"application/json": plain_error(name)}}

    def _content(self, status: int, declared: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for written, each in declared.items():
            media_type = str(written).partition(";")[0].strip().lower()
            media_type = _ANY_OF_KIND.get(media_type, media_type)
            if media_type in PICTURES and status < 300 and "image" not in self.kinds:
                self.notes.add("a picture that answers a request without a body is left out", self.place)
            elif media_type in _STREAMS:
                self.notes.add(
                    "an answer in events is left out; docs/streams.md says how to write it", self.place
                )
            else:
                yield media_type, self._media(status, media_type, each if isinstance(each, dict) else {})

    def _media(self, status: int, media_type: str, node: Mapping[str, Any]) -> dict[str, Any]:
        where = f"{self.place} {status}"
        kind = (_artifact(media_type) or {}).get("kind") if status < 300 else None
        if kind and kind not in self.kinds:
            self.notes.add("a file that cannot be made of the request is served as a few letters", self.place)
        if kind in self.kinds:
            example = {"value": "(file)", "x-bind": {"": "$artifact.bytes"}, "x-evidence": {**self.cited}}
            return {
                "schema": {**_BINARY},
                "examples": {f"status_{status}": example},
            }
        if not media_type.endswith("json"):
            example = {"value": "example", "x-evidence": {**MADE_UP}}
            schema = {"type": "string"} if media_type.startswith("text/") else {**_BINARY}
            return {"schema": schema, "examples": {f"status_{status}": example}}
        schema = self.schemas.whole(node.get("schema") or {}, where)
        shown = next((each for each in examples(node) if fits(each, schema)), None)
        if shown is None and next(examples(node), None) is not None:
            self.notes.add("an example breaks its own schema and is not used", where)
        example = (
            {"value": shown, "x-evidence": {**self.cited}}
            if shown is not None
            else self._made_up(schema, where)
        )
        if not fits(example["value"], schema):
            self.notes.add("no value that fits the schema was found; anything is taken there", where)
            schema = {}
        if status >= 400:
            example |= _bound(example["value"])
        return {"schema": schema, "examples": {f"status_{status}": example}}

    def _made_up(self, schema: dict[str, Any], where: str) -> dict[str, Any]:
        self.notes.add("no example is shown; one is made up, to be replaced", where)
        return {"value": value(schema), "x-evidence": {**MADE_UP}}


_BINARY = {"type": "string", "format": "binary"}
_STREAMS = ("text/event-stream", "application/stream+json", "application/x-ndjson")


def examples(node: Mapping[str, Any]) -> Iterator[Any]:
    """The examples that a media type object shows, the schema's own at last."""
    listed = node.get("examples")
    for each in listed.values() if isinstance(listed, dict) else ():
        if isinstance(each, dict) and "value" in each:
            yield each["value"]
    schema = node.get("schema")
    for holder in (node, schema if isinstance(schema, dict) else {}):
        if holder.get("example") is not None:
            yield holder["example"]


def plain_error(name: str) -> dict[str, Any]:
    """A body for an error of which nothing is known."""
    value = {"error": "The request was refused."}
    example = {
        "value": value,
        "x-bind": {"/error": "$refusal.detail"},
        "x-evidence": {"assumed": "nothing says how errors look"},
    }
    return {
        "schema": {},
        "examples": {name: example},
        "x-evidence": {"assumed": "nothing says how errors look"},
    }


def _bound(found: Any) -> dict[str, Any]:
    """Where an error's words stand, the words of this refusal."""
    for at in _messages(found, ""):
        return {"x-bind": {at: "$refusal.detail"}}
    return {}


def _messages(found: Any, at: str) -> Iterator[str]:
    if isinstance(found, dict):
        for name in _MESSAGES:
            if isinstance(found.get(name), str):
                yield f"{at}/{name}"
        for name, each in found.items():
            if isinstance(each, dict) and "/" not in name and "~" not in name:
                yield from _messages(each, f"{at}/{name}")


def _base64(found: Any, at: str) -> Iterator[str]:
    """Where a value holds a text that is called base64."""
    pairs = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, each in pairs:
        if isinstance(each, str) and re.fullmatch(r"(\w+_)?(base64|b64)(_json)?", str(name)):
            yield f"{at}/{name}"
        yield from _base64(each, f"{at}/{name}")


def _artifact(media_type: str) -> dict[str, Any] | None:
    if media_type in PICTURES:
        return {"kind": "image", "size": [1024, 1024], "media": media_type}
    return {"kind": "audio", "media": media_type} if media_type in SOUNDS else None


def _statuses(node: Any) -> Iterator[tuple[int, Any]]:
    for status, each in (node if isinstance(node, dict) else {}).items():
        if str(status).isdigit() and 200 <= int(status) < 600 and isinstance(each, dict):
            yield int(status), each
