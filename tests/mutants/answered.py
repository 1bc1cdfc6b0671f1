"""Damages to answers: their form, status, headers and words."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from mutants.relay import Damage, Forward, Got, Sent, damage, on_answer


def _told(got: Got) -> tuple[str, str, str]:
    """Message, name and id of an error in either style."""
    value = got.json or {}
    said = value.get("message") or "; ".join(value.get("errors", ["?"]))
    return said, str(value.get("name")), str(value.get("id"))


@on_answer("wrap-error")
def wrap(sent: Sent, got: Got, as_: str = "portkey") -> Got:
    if got.status < 400 or got.json is None:
        return got
    said, name, number = _told(got)
    if as_ == "one-hub":
        return got.saying({"error": {"message": said, "type": "stabilityAI_error", "code": name}})
    error = {"message": f"stability-ai error: {said}", "type": name, "code": None, "param": number}
    return got.saying({"error": error, "provider": "stability-ai"})


@on_answer("set-key")
def set_key(sent: Sent, got: Got, key: str, value: Any = None, of: str = "errors") -> Got:
    """One key of a JSON body set, or taken away (no value). Lists keep theirs."""
    body = got.json
    is_meant = isinstance(body, dict) and (got.status >= 400) == (of == "errors")
    if not is_meant or (value is None and key not in body):
        return got
    body.pop(key, None)
    return got.saying(body if value is None else {**body, key: value})


@on_answer("first-error-only")
def first_error(sent: Sent, got: Got) -> Got:
    body = got.json
    if got.status < 400 or not isinstance(body, dict) or "errors" not in body:
        return got
    return got.saying({**body, "errors": body["errors"][:1]})


@on_answer("errors-joined")
def errors_joined(sent: Sent, got: Got) -> Got:
    body = got.json
    if got.status < 400 or not isinstance(body, dict) or "errors" not in body:
        return got
    return got.saying({**body, "errors": ", ".join(body["errors"])})


@on_answer("vague-errors")
def vague(sent: Sent, got: Got) -> Got:
    body = got.json
    if got.status != 400 or body is None:
        return got
    return got.saying({**body, **({"errors": ["invalid"]} if "errors" in body else {"message": "invalid"})})


@on_answer("status")
def status(sent: Sent, got: Got, to: int, of: list[int]) -> Got:
    return replace(got, status=to) if got.status in of else got


@on_answer("error-as")
def error_as(
    sent: Sent, got: Got, content_type: str, body: str | None = None, status: int | None = None
) -> Got:
    """Errors as text or as a page."""
    if got.status < 400:
        return got
    text = body if body is not None else _told(got)[0]
    return replace(got.holding(text.encode(), content_type), status=status or got.status)


@on_answer("leak")
def leak(sent: Sent, got: Got, says: str) -> Got:
    """Something of the inside in the message; {key} is what was sent."""
    body = got.json
    if got.status < 400 or body is None:
        return got
    key = sent.header("authorization").rpartition(" ")[2]
    said = says.replace("{key}", key)
    name = "errors" if "errors" in body else "message"
    old = body[name]
    return got.saying({**body, name: [*old, said] if isinstance(old, list) else f"{old} {said}"})


@on_answer("leak-header")
def leak_header(sent: Sent, got: Got, name: str, says: str) -> Got:
    """Something of the inside in a header; {key} is what was sent."""
    return got.having(name, says.replace("{key}", sent.header("authorization").rpartition(" ")[2]))


@on_answer("header")
def header(sent: Sent, got: Got, name: str, to: str | None = None, add: bool = False) -> Got:
    """A header of the answer set, or taken away; `add` also where there was none."""
    return got.having(name, to) if add or got.header(name) else got


@on_answer("rename-header")
def rename_header(sent: Sent, got: Got, name: str, to: str) -> Got:
    value = got.header(name)
    return got.having(name, None).having(to, value) if value else got


@on_answer("openai-form")
def openai_form(sent: Sent, got: Got) -> Got:
    """The answer of OpenAI's image API, whatever was asked."""
    from mutants.pictures import is_picture

    if not is_picture(got):
        return got
    body = got.json or {"image": base64.b64encode(got.body).decode()}
    holders = body.get("artifacts", [body])
    data = [{"b64_json": each.get("image", each.get("base64"))} for each in holders]
    return got.saying({"created": 1763700000, "data": data})


@on_answer("bedrock-form")
def bedrock_form(sent: Sent, got: Got) -> Got:
    if got.status != 200 or "image" not in (got.json or {}):
        return got
    body = got.json
    return got.saying({"seeds": [body["seed"]], "finish_reasons": [None], "images": [body["image"]]})


@on_answer("nest-artifacts")
def nest(sent: Sent, got: Got) -> Got:
    """The list in a list, as one page's example prints it."""
    body = got.json
    is_v1 = got.status == 200 and isinstance(body, dict) and "artifacts" in body
    return got.saying({"artifacts": [body["artifacts"]]}) if is_v1 else got


@on_answer("first-artifact-only")
def first_artifact(sent: Sent, got: Got) -> Got:
    body = got.json
    is_v1 = got.status == 200 and isinstance(body, dict) and "artifacts" in body
    return got.saying({"artifacts": body["artifacts"][:1]}) if is_v1 else got


@on_answer("always-json")
def always_json(sent: Sent, got: Got) -> Got:
    """Bytes put into JSON, whatever Accept says."""
    if got.status != 200 or not got.media_type.startswith("image/"):
        return got
    text = base64.b64encode(got.body).decode()
    reason, seed = got.header("finish-reason"), int(got.header("seed") or 0)
    if "/v1/" in sent.path:
        value: Any = {"artifacts": [{"base64": text, "finishReason": reason, "seed": seed}]}
    else:
        value = {"image": text, "finish_reason": reason, "seed": seed}
    bare = got.having("finish-reason", None).having("seed", None)
    return bare.holding(json.dumps(value).encode(), "application/json")


@on_answer("prefix-body")
def prefix_body(sent: Sent, got: Got, text: str) -> Got:
    is_json = got.media_type == "application/json"
    return got.holding(text.encode() + got.body) if is_json else got


@on_answer("empty-body")
def empty_body(sent: Sent, got: Got) -> Got:
    return got.holding(b"")


@damage("fixed-answer")
def fixed_answer(status: int, body: str, content_type: str, **headers: str) -> Damage:
    """The proxy answers for itself."""
    told = (("content-type", content_type), ("content-length", str(len(body.encode()))), *headers.items())
    return lambda sent, forward: Got(status, tuple(told), body.encode())


@damage("refuse-texts")
def refuse_texts(pattern: str, status: int, body: str, content_type: str) -> Damage:
    """The proxy fails on certain bytes in the request."""
    import re

    found = re.compile(pattern.encode("latin-1"))

    def harm(sent: Sent, forward: Forward) -> Got:
        if not found.search(sent.body):
            return forward(sent)
        return fixed_answer(status, body, content_type)(sent, forward)

    return harm


@on_answer("json-body")
def json_body(sent: Sent, got: Got, value: Any = None, merge: dict[str, Any] | None = None) -> Got:
    """A success in JSON replaced, or with keys set; null is a value here."""
    body = got.json
    if got.status != 200 or not isinstance(body, dict) or not ({"image", "artifacts"} & set(body)):
        return got
    return got.saying(value if merge is None else {**body, **merge})


@on_answer("deep-json")
def deep_json(sent: Sent, got: Got, levels: int) -> Got:
    is_json = got.media_type == "application/json" and sent.method != "HEAD"
    return got.holding(b"[" * levels + b"]" * levels) if is_json else got
